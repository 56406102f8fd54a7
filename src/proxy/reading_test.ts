// From bytes to a message, a frame or a refusal: what is answered, and when the connection must end.

import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import {
  clientJsonLimits,
  readClientBytes,
  type ReadRefusal,
  serverJsonLimits,
} from "./reading.ts";

const { limits } = parsePolicy("version: 1\nlimits: { message_bytes: 200, depth: 5 }", "test");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusal(data: string | Uint8Array): Omit<ReadRefusal, "message"> {
  const read = readClientBytes(
    typeof data === "string" ? bytes(data) : data,
    clientJsonLimits(limits),
  );
  if (read.kind !== "refused") throw new Error(`not refused: ${data}`);
  const { message, ...rest } = read.refusal;
  expect(message).not.toContain("secret");
  return rest;
}

Deno.test("readClientBytes() refuses what is no JSON, and the connection ends", () => {
  const cases: [string | Uint8Array, string, number][] = [
    ["{secret", "json.syntax", 1008],
    ['{"a":1} secret', "json.trailing", 1008],
    ['\ufeff{"a":1}', "json.bom", 1008],
    [new Uint8Array([0x22, 0xff, 0x22]), "json.utf8", 1007],
  ];
  for (const [data, code, close] of cases) {
    expect(refusal(data)).toEqual({ code, close, rpcCode: -32700, id: undefined, frame: false });
  }
});

Deno.test("readClientBytes() refuses ambiguous or oversized JSON, and the connection goes on", () => {
  expect(refusal('{"id":1,"a":1,"a":2}')).toMatchObject({
    code: "json.duplicate_key",
    close: null,
    rpcCode: -32700,
  });
  expect(refusal(`{"id":1,"a":"${"x".repeat(300)}"}`)).toMatchObject({
    code: "json.size",
    rpcCode: -31413,
    close: null,
  });
  expect(refusal('{"a":[[[[[[]]]]]]}').code).toBe("json.depth");
});

Deno.test("readClientBytes() names the id of a refused message only where it is a real one", () => {
  expect(refusal('{"jsonrpc":"2.0","id":"k","method":"ping","x":1}')).toMatchObject({
    code: "rpc.unknown_member",
    id: "k",
    rpcCode: -32600,
    frame: false,
  });
  expect(refusal('{"jsonrpc":"2.0","id":[1],"method":"ping"}').id).toBeUndefined();
});

Deno.test("readClientBytes() tells small frames from messages", () => {
  const frame = readClientBytes(bytes('{"type":"tool_call","tool":"t"}'), clientJsonLimits(limits));
  expect(frame).toMatchObject({ kind: "frame", frame: { tool: "t" } });
  expect(refusal('{"type":"tool_call","id":"f"}')).toMatchObject({ frame: true, id: "f" });
  expect(refusal('{"type":"tool_call","tool":"t","jsonrpc":"2.0"}').frame).toBe(false);
  const message = readClientBytes(
    bytes('{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    clientJsonLimits(limits),
  );
  expect(message).toMatchObject({ kind: "message", message: { method: "ping" } });
});

Deno.test("serverJsonLimits() lets results be larger and keep their numbers", () => {
  const [client, server] = [clientJsonLimits(limits), serverJsonLimits(limits)];
  expect(client.bytes).toBe(200);
  for (const key of ["bytes", "depth", "tokens", "keys"] as const) {
    expect(server[key]).toBeGreaterThan(client[key]);
  }
  expect(server.numbers).toBe("preserve");
});
