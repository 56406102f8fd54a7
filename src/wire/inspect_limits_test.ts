// inspectRequest at its limits: what is refused, what is never missed, and that depth and size do no harm.

import { expect } from "expect";
import fc from "fast-check";
import { inspectRequest, inspectResult } from "./inspect.ts";
import { parseJson } from "./json.ts";
import { METHODS, methodSpec } from "./methods.ts";
import { fromPlain } from "./plain.ts";
import { RpcError } from "./rpc_error.ts";
import type { Direction, Uses } from "./uses.ts";
import { JsonObject, type JsonValue, type Plain } from "./value.ts";
import { VOCABULARY } from "./vocabulary.ts";

const S2C = new Set(["sampling/createMessage", "elicitation/create", "roots/list"]);

function tree(text: string): JsonObject {
  return parseJson(text) as JsonObject;
}

function inspect(method: string, params: JsonObject, direction?: Direction): Uses {
  const kind = method.startsWith("notifications/") ? "notification" : "request";
  const spec = methodSpec(method, direction ?? (S2C.has(method) ? "s2c" : "c2s"), kind);
  return inspectRequest(spec!, params);
}

function refused(method: string, text: string, direction?: Direction): string {
  try {
    inspect(method, tree(text), direction);
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.rpcCode}`;
    throw error;
  }
  return "passed";
}

Deno.test("inspectRequest() refuses parameters that miss or twist what the method needs", () => {
  const cases: [string, string][] = [
    ["tools/call", "{}"],
    ["tools/call", '{"name":1}'],
    ["tools/call", '{"name":["a"]}'],
    ["tools/call", '{"name":null}'],
    ["tools/call", '{"name":"a","arguments":["x"]}'],
    ["tools/call", '{"name":"a","arguments":"x"}'],
    ["tools/call", '{"name":"a","_meta":[]}'],
    ["resources/read", "{}"],
    ["resources/read", '{"uri":["file:///a"]}'],
    ["resources/subscribe", '{"uri":{"x":1}}'],
    ["subscriptions/listen", '{"notifications":{"resourceSubscriptions":"file:///a"}}'],
    ["subscriptions/listen", "{}"],
    ["prompts/get", '{"arguments":{}}'],
    ["completion/complete", '{"ref":{"type":"ref/prompt"},"argument":{"name":"a","value":"b"}}'],
    ["completion/complete", '{"ref":{"type":"ref/tool","name":"x"},"argument":{}}'],
    ["completion/complete", '{"ref":{"type":"ref/resource","uri":1},"argument":{}}'],
    ["completion/complete", '{"ref":"x","argument":{}}'],
    ["sampling/createMessage", '{"messages":{}}'],
    ["elicitation/create", '{"requestedSchema":{}}'],
    ["tasks/get", '{"taskId":1}'],
    ["logging/setLevel", '{"level":1}'],
  ];
  for (const [method, text] of cases) expect(refused(method, text)).toBe("rpc.params -32602");
  expect(() => inspectRequest(methodSpec("tools/call", "c2s", "request")!, undefined)).toThrow(
    RpcError,
  );
});

Deno.test("inspectRequest() refuses names with two readings at any known object", () => {
  const cases: [string, string][] = [
    ["tools/call", '{"name":"a","Name":"b"}'],
    ["tools/call", '{"name":"a","_meta":{"ProgressToken":1}}'],
    ["completion/complete", '{"ref":{"type":"ref/prompt","name":"a","Name":"b"},"argument":{}}'],
    ["completion/complete", '{"ref":{"type":"ref/prompt","name":"a","Type":"x"},"argument":{}}'],
    ["subscriptions/listen", '{"notifications":{"resource_subscriptions":["file:///a"]}}'],
    ["sampling/createMessage", '{"messages":[{"content":{"type":"text","text":"a","Text":"b"}}]}'],
  ];
  for (const [method, text] of cases) expect(refused(method, text)).toBe("rpc.param_case -32602");
  expect(refused("tools/call", '{"name":"a","arguments":{"name":"x","Name":"y"}}')).toBe("passed");
});

Deno.test("inspectRequest() refuses content blocks that nobody knows", () => {
  const text = '{"messages":[{"role":"user","content":{"type":"x-html","html":"<script>"}}]}';
  expect(refused("sampling/createMessage", text)).toBe("mcp.content_type -32602");
});

Deno.test("inspectRequest() sees a text in a member that no method knows", () => {
  for (const spec of METHODS) {
    const params = new JsonObject();
    const fill: Record<string, JsonValue> = {
      name: "n",
      uri: "file:///a",
      taskId: "t",
      level: "info",
      message: "m",
      messages: [],
      argument: new JsonObject(),
      notifications: new JsonObject(),
      progressToken: "p",
      ref: tree('{"type":"ref/prompt","name":"p"}'),
    };
    for (const key of spec.params.required ?? []) params.set(key, fill[key]);
    params.set("x-vendor", tree('{"a":[{"b":"needle"}]}'));
    expect(inspectRequest(spec, params).texts.map((use) => use.text)).toContain("needle");
  }
});

Deno.test("inspectRequest() walks deep trees without recursion, and keeps paths short", () => {
  let value: JsonValue = "needle";
  for (let i = 0; i < 50_000; i++) value = i % 2 ? [value] : new JsonObject(["k"], [value]);
  const params = new JsonObject(["name", "arguments"], ["t", new JsonObject(["deep"], [value])]);
  const uses = inspect("tools/call", params);
  const found = uses.texts.find((use) => use.text === "needle")!;
  expect(found.surface).toBe("argument");
  expect(found.where.length).toBeLessThan(300);
});

Deno.test("inspectRequest() shows long or odd names in paths by their number only", () => {
  const args = new JsonObject(["sk-" + "a".repeat(40), "a b\n"], ["x", "y"]);
  const uses = inspect("tools/call", new JsonObject(["name", "arguments"], ["t", args]));
  expect(uses.texts.map((use) => use.where)).toEqual([
    "params.arguments.#0 (name)",
    "params.arguments.#0",
    "params.arguments.#1 (name)",
    "params.arguments.#1",
  ]);
});

Deno.test("inspectRequest() gives up on trees beyond a million values", () => {
  const many: JsonValue[] = new Array(1_000_001).fill(null);
  const args = new JsonObject(["a"], [many]);
  const params = new JsonObject(["name", "arguments"], ["t", args]);
  expect(() => inspect("tools/call", params)).toThrow("too many values");
});

function strings(value: Plain, found: Set<string>): Set<string> {
  if (typeof value === "string") {
    if (value !== "") found.add(value);
  } else if (Array.isArray(value)) value.forEach((item) => strings(item, found));
  else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      if (key !== "" && !VOCABULARY.has(key)) found.add(key);
      strings(item, found);
    }
  }
  return found;
}

const ANY = fc.jsonValue({ maxDepth: 4 })
  .filter((value) => !JSON.stringify(value).includes("__proto__")) as fc.Arbitrary<Plain>;

Deno.test("inspectResult() misses no string and no name of any answer", () => {
  fc.assert(fc.property(ANY, (value) => {
    const wrapped = {
      structuredContent: value,
      _meta: { x: value },
      content: [{ type: "text", text: "t", more: value }],
    };
    const result = fromPlain(wrapped as Plain);
    const spec = methodSpec("tools/call", "c2s", "request")!;
    const seen = new Set(inspectResult(spec, undefined, result).texts.map((use) => use.text));
    for (const text of strings(value, new Set())) expect(seen).toContain(text);
  }));
});

Deno.test("inspectRequest() misses no string and no name of any arguments", () => {
  fc.assert(fc.property(ANY, (value) => {
    const params = fromPlain({ name: "t", arguments: { a: value } }) as JsonObject;
    const uses = inspectRequest(methodSpec("tools/call", "c2s", "request")!, params);
    const seen = new Set(uses.texts.map((use) => use.text));
    for (const text of strings(value, new Set())) expect(seen).toContain(text);
    const paths = new Set(uses.uris.map((use) => use.uri));
    for (const text of strings(value, new Set())) {
      expect(paths.has(text) || !text.includes("/")).toBe(true);
    }
  }));
});
