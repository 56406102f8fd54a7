// The messages that mcpguard itself says: exact bytes, and readable by its own reader.

import { expect } from "expect";
import { readMessage } from "./message.ts";
import {
  CODE,
  errorReply,
  isGuardCode,
  notification,
  request,
  resultReply,
  RPC,
  toolErrorReply,
} from "./reply.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import { writeJson } from "./write.ts";

Deno.test("CODE holds -31000 minus the HTTP status, outside the range of JSON-RPC", () => {
  for (const code of Object.values(CODE)) {
    expect(isGuardCode(code)).toBe(true);
    expect(-code - 31000).toBeGreaterThanOrEqual(400);
    expect(-code - 31000).toBeLessThan(600);
  }
});

Deno.test("isGuardCode() leaves the codes of JSON-RPC, MCP and servers alone (RPC-022)", () => {
  for (const code of [...Object.values(RPC), -32020, -32042, -32000, -30999, 0, 1, 31403]) {
    expect(isGuardCode(code)).toBe(false);
  }
  expect(isGuardCode(-31403)).toBe(true);
});

Deno.test("errorReply() keeps the id's type, and null where none is known", () => {
  expect(writeJson(errorReply(new JsonNumber("7"), CODE.POLICY, "no"))).toBe(
    '{"jsonrpc":"2.0","id":7,"error":{"code":-31403,"message":"no"}}',
  );
  expect(writeJson(errorReply("7", RPC.PARSE, "no", new JsonObject(["rule"], ["r"])))).toBe(
    '{"jsonrpc":"2.0","id":"7","error":{"code":-32700,"message":"no","data":{"rule":"r"}}}',
  );
  expect(errorReply(null, RPC.PARSE, "no").get("id")).toBe(null);
});

Deno.test("resultReply() carries the result", () => {
  expect(writeJson(resultReply("a", new JsonObject()))).toBe(
    '{"jsonrpc":"2.0","id":"a","result":{}}',
  );
});

Deno.test("toolErrorReply() is a tool error of its era", () => {
  expect(writeJson(toolErrorReply("a", "Denied", { modern: false }))).toBe(
    '{"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"Denied"}],"isError":true}}',
  );
  const meta = new JsonObject(["mcpguard/retryAfterMs"], [new JsonNumber("10")]);
  expect(writeJson(toolErrorReply("a", "Wait", { modern: true, meta }))).toBe(
    '{"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"Wait"}],"isError":true,' +
      '"resultType":"complete","_meta":{"mcpguard/retryAfterMs":10}}}',
  );
});

Deno.test("notification() and request() build messages", () => {
  expect(writeJson(notification("notifications/initialized"))).toBe(
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  );
  expect(writeJson(notification("n", new JsonObject()))).toBe(
    '{"jsonrpc":"2.0","method":"n","params":{}}',
  );
  expect(writeJson(request(new JsonNumber("1"), "ping", new JsonObject()))).toBe(
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}',
  );
});

Deno.test("every reply can be read by readMessage()", () => {
  const replies = [
    errorReply("a", CODE.RATE, "x"),
    resultReply("a", new JsonObject()),
    toolErrorReply("a", "x", { modern: true }),
    notification("n"),
    request("a", "ping"),
  ];
  expect(replies.map((reply) => readMessage(reply).kind)).toEqual([
    "response",
    "response",
    "response",
    "notification",
    "request",
  ]);
});
