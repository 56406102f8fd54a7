// The inspection table: complete against the protocol's map, exact in its names, closed against variants.

import { expect } from "expect";
import { parseJson } from "./json.ts";
import { checkParamKeys, METHODS, methodSpec } from "./methods.ts";
import { RpcError } from "./rpc_error.ts";
import type { JsonObject } from "./value.ts";

/** One line per method: directions, eras, extension, in the words of the MCP schemas. */
const MAP = `
c2s request completion/complete legacy+modern
c2s request initialize legacy
c2s request logging/setLevel legacy
c2s request ping legacy
c2s request prompts/get legacy+modern
c2s request prompts/list legacy+modern
c2s request resources/directory/read modern skills
c2s request resources/list legacy+modern
c2s request resources/read legacy+modern
c2s request resources/subscribe legacy
c2s request resources/templates/list legacy+modern
c2s request resources/unsubscribe legacy
c2s request server/discover modern
c2s request skills/get modern skills
c2s request skills/list modern skills
c2s request subscriptions/listen modern
c2s request tasks/cancel legacy+modern tasks
c2s request tasks/get legacy+modern tasks
c2s request tasks/list legacy tasks
c2s request tasks/result legacy tasks
c2s request tasks/update modern tasks
c2s request tools/call legacy+modern metered
c2s request tools/list legacy+modern
s2c request elicitation/create legacy
s2c request ping legacy
s2c request roots/list legacy
s2c request sampling/createMessage legacy
s2c request tasks/cancel legacy tasks
s2c request tasks/get legacy tasks
s2c request tasks/list legacy tasks
s2c request tasks/result legacy tasks
c2s notification notifications/cancelled legacy+modern
c2s notification notifications/initialized legacy
c2s notification notifications/progress legacy
c2s notification notifications/roots/list_changed legacy
c2s notification notifications/tasks/status legacy tasks
s2c notification notifications/cancelled legacy+modern
s2c notification notifications/elicitation/complete legacy
s2c notification notifications/message legacy+modern
s2c notification notifications/progress legacy+modern
s2c notification notifications/prompts/list_changed legacy+modern
s2c notification notifications/resources/list_changed legacy+modern
s2c notification notifications/resources/updated legacy+modern
s2c notification notifications/subscriptions/acknowledged modern
s2c notification notifications/tasks modern tasks
s2c notification notifications/tasks/status legacy tasks
s2c notification notifications/tools/list_changed legacy+modern
`.trim().split("\n").sort();

Deno.test("METHODS holds exactly the protocol's map", () => {
  const lines = METHODS.flatMap((spec) =>
    spec.directions.map((direction) =>
      [
        direction,
        spec.kind,
        spec.method,
        spec.eras.join("+"),
        ...(spec.extension ? [spec.extension] : []),
        ...(spec.metered ? ["metered"] : []),
      ].join(" ")
    )
  );
  expect(lines.sort()).toEqual(MAP);
});

Deno.test("METHODS says how to read every answer, and none to a notification", () => {
  for (const spec of METHODS) {
    expect(spec.result !== undefined).toBe(spec.kind === "request");
    expect(spec.params.members?.has("_meta")).toBe(true);
  }
});

Deno.test("methodSpec() finds each row by its own direction and kind only", () => {
  for (const spec of METHODS) {
    const other = spec.kind === "request" ? "notification" : "request";
    for (const direction of spec.directions) {
      expect(methodSpec(spec.method, direction, spec.kind)).toBe(spec);
      expect(methodSpec(spec.method, direction, other)).toBe(undefined);
    }
  }
});

Deno.test("methodSpec() does not know other methods, or these the other way (RPC-003, 006, 021)", () => {
  for (const method of ["admin/exec", "tools/callAsync", "vendor.example/run", "", "toString"]) {
    expect(methodSpec(method, "c2s", "request")).toBe(undefined);
  }
  expect(methodSpec("tools/call", "s2c", "request")).toBe(undefined);
  expect(methodSpec("sampling/createMessage", "c2s", "request")).toBe(undefined);
  expect(methodSpec("tools/call", "c2s", "notification")).toBe(undefined);
  expect(methodSpec("notifications/message", "s2c", "request")).toBe(undefined);
});

Deno.test("methodSpec() forgives neither case, space nor width (RPC-004)", () => {
  const variants = [
    "Tools/Call",
    "tools/call ",
    "tools//call",
    "tools\uff0fcall",
    "\ufefftools/call",
  ];
  for (const variant of variants) {
    expect(methodSpec(variant, "c2s", "request")).toBe(undefined);
  }
});

function refused(method: string, text: string): string | null {
  const spec = methodSpec(method, "c2s", "request")!;
  try {
    checkParamKeys(spec, parseJson(text) as JsonObject);
    return null;
  } catch (error) {
    return error instanceof RpcError ? `${error.code} ${error.rpcCode}` : "other";
  }
}

Deno.test("checkParamKeys() refuses a known name in another spelling, beside it or instead of it", () => {
  for (
    const text of [
      '{"name":"a","Name":"b"}',
      '{"Name":"b"}',
      '{"name":"a","Arguments":{}}',
      '{"name":"a","\uff4eame":"b"}',
      '{"name":"a","meta":{}}',
      '{"name":"a","request_state":"s"}',
      '{"name":"a","na\u200bme":"b"}',
    ]
  ) expect(refused("tools/call", text)).toBe("rpc.param_case -32602");
  expect(refused("resources/read", '{"uri":"file:///pub/a","URI":"file:///priv/b"}')).toBe(
    "rpc.param_case -32602",
  );
});

Deno.test("checkParamKeys() lets known and unrelated names pass", () => {
  expect(refused("tools/call", '{"name":"a","arguments":{"Name":"x"},"_meta":{},"hint":1}')).toBe(
    null,
  );
  expect(refused("resources/read", '{"uri":"a","Name":"x"}')).toBe(null);
  checkParamKeys(methodSpec("ping", "c2s", "request")!, undefined);
});
