import { expect } from "expect";
import { inspectRequest, JsonNumber, type JsonObject, methodSpec, parseJson } from "../wire/mod.ts";
import { messageInfo } from "./message_info.ts";
import { PendingTable, progressKey } from "./pending.ts";

const info = (text: string, asked = new PendingTable()): unknown =>
  messageInfo(parseJson(text) as JsonObject, asked);

Deno.test("messageInfo() tells the three kinds apart and keeps the type of an id", () => {
  expect(info('{"jsonrpc":"2.0","id":1,"result":{}}')).toEqual({ kind: "response", id: "n1" });
  expect(info('{"jsonrpc":"2.0","id":"1","error":{}}')).toEqual({ kind: "response", id: "s1" });
  expect(info('{"jsonrpc":"2.0","id":null,"error":{}}')).toEqual({ kind: "response" });
  expect(info('{"jsonrpc":"2.0","id":7,"method":"ping"}'))
    .toEqual({ kind: "request", method: "ping", id: "n7", era: "legacy" });
  expect(info('{"jsonrpc":"2.0","method":"notifications/initialized"}'))
    .toEqual({ kind: "notification", method: "notifications/initialized" });
});

Deno.test("messageInfo() names what Mcp-Name repeats, and nothing else", () => {
  expect(info('{"id":1,"method":"tools/call","params":{"name":"t","uri":"u"}}'))
    .toMatchObject({ name: "t" });
  expect(info('{"id":1,"method":"prompts/get","params":{"name":"p"}}')).toMatchObject({
    name: "p",
  });
  expect(info('{"id":1,"method":"resources/read","params":{"uri":"file:///a","name":"n"}}'))
    .toMatchObject({ name: "file:///a" });
  expect(info('{"id":1,"method":"tools/list","params":{"name":"t"}}'))
    .toEqual({ kind: "request", method: "tools/list", id: "n1", era: "legacy" });
});

Deno.test("messageInfo() knows a request of the modern era by its _meta", () => {
  const meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
  expect(info(`{"id":1,"method":"tools/list","params":{${meta}}}`))
    .toMatchObject({ era: "modern", version: "2026-07-28" });
  expect(info('{"id":1,"method":"initialize","params":{}}')).toMatchObject({ era: "legacy" });
});

Deno.test("messageInfo() says which request is withdrawn, and which one progress belongs to", () => {
  expect(info('{"method":"notifications/cancelled","params":{"requestId":4}}'))
    .toMatchObject({ cancels: "n4" });
  const asked = new PendingTable();
  const call = parseJson(
    '{"params":{"name":"t","_meta":{"progressToken":"tok"}}}',
  ) as JsonObject;
  const params = call.get("params") as JsonObject;
  const spec = methodSpec("tools/call", "c2s", "request")!;
  expect(inspectRequest(spec, params).tool).toBe("t");
  asked.add({
    peerId: new JsonNumber("9"),
    guardId: 1,
    spec,
    params,
    progressKey: progressKey(params),
    deadline: 1,
    startedAt: 0,
    modern: false,
    decision: null!,
    inquiry: null!,
  });
  const progress = (token: string): unknown =>
    info(`{"method":"notifications/progress","params":{"progressToken":${token}}}`, asked);
  expect(progress('"tok"')).toMatchObject({ related: "n9" });
  expect(progress("1")).not.toHaveProperty("related");
});
