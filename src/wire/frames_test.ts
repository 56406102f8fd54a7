// The small dialect: a closed set of members, each of its one type, in both directions.

import { expect } from "expect";
import {
  errorFrame,
  isFrame,
  readFrame,
  readUpstreamFrame,
  type ToolCallFrame,
  toolResultFrame,
} from "./frames.ts";
import { parseJson } from "./json.ts";
import { RpcError } from "./rpc_error.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import { writeJson } from "./write.ts";

function refused(read: typeof readFrame | typeof readUpstreamFrame, text: string): string {
  try {
    read(parseJson(text));
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.rpcCode}`;
    throw error;
  }
  return "passed";
}

Deno.test("readFrame() reads a full call", () => {
  const frame: ToolCallFrame = readFrame(parseJson(
    `{"type":"tool_call","tool":"calculator.add","args":{"a":1},"prompt":"add","resources":["file:///a"],
      "identity":"alice","id":5}`,
  ));
  expect(frame).toMatchObject({
    kind: "tool_call",
    tool: "calculator.add",
    prompt: "add",
    resources: ["file:///a"],
    identity: "alice",
  });
  expect(frame.args?.get("a")).toEqual(new JsonNumber("1"));
  expect(frame.id).toEqual(new JsonNumber("5"));
});

Deno.test("readFrame() needs no more than the tool", () => {
  const frame = readFrame(parseJson('{"type":"tool_call","tool":"t"}'));
  expect(frame.args ?? frame.prompt ?? frame.resources ?? frame.identity ?? frame.id).toBe(
    undefined,
  );
});

Deno.test("readFrame() refuses everything else", () => {
  const call = (more: string): string => `{"type":"tool_call","tool":"t",${more}}`;
  const cases: [string, string][] = [
    ["[]", "frame.shape"],
    ["{}", "frame.shape"],
    ['{"type":"tool_call"}', "frame.shape"],
    ['{"type":"Tool_Call","tool":"t"}', "frame.shape"],
    ['{"type":"tool_result","tool":"t"}', "frame.shape"],
    ['{"type":"tool_call","tool":"t","jsonrpc":"2.0"}', "frame.shape"],
    ['{"type":"tool_call","tool":1}', "frame.type"],
    ['{"type":"tool_call","tool":null}', "frame.type"],
    [call('"Tool":"x"'), "frame.unknown_member"],
    [call('"arguments":{}'), "frame.unknown_member"],
    [call('"constructor":{}'), "frame.unknown_member"],
    [call('"args":[]'), "frame.type"],
    [call('"args":null'), "frame.type"],
    [call('"prompt":["x"]'), "frame.type"],
    [call('"resources":"file:///a"'), "frame.type"],
    [call('"resources":["a",1]'), "frame.type"],
    [call(`"resources":[${Array(257).fill('"a"').join()}]`), "frame.type"],
    [call('"identity":{"id":"x"}'), "frame.type"],
    [call('"id":null'), "rpc.id"],
    [call('"id":1.5'), "rpc.id"],
    [call(`"id":"${"a".repeat(129)}"`), "rpc.id_length"],
  ];
  for (const [text, code] of cases) expect(refused(readFrame, text)).toBe(`${code} -32600`);
});

Deno.test("readFrame() gives the error the call's id", () => {
  let id: unknown;
  try {
    readFrame(parseJson('{"type":"tool_call","tool":"t","x":1,"id":"k"}'));
  } catch (error) {
    id = (error as RpcError).id;
  }
  expect(id).toBe("k");
});

Deno.test("isFrame() tells the dialects apart", () => {
  expect(isFrame(parseJson('{"type":"tool_call"}'))).toBe(true);
  expect(isFrame(parseJson('{"type":"x","jsonrpc":"2.0"}'))).toBe(false);
  expect(isFrame(parseJson('{"jsonrpc":"2.0","method":"x"}'))).toBe(false);
  expect(isFrame(parseJson('["type"]'))).toBe(false);
  expect(isFrame("type")).toBe(false);
});

Deno.test("readUpstreamFrame() reads results and errors", () => {
  expect(readUpstreamFrame(parseJson('{"type":"tool_result","tool":"t","result":null,"id":"a"}')))
    .toEqual({ kind: "tool_result", tool: "t", result: null, id: "a" });
  const failed = readUpstreamFrame(
    parseJson('{"type":"error","error":"ToolNotFound","message":"no","details":{"tool":"t"}}'),
  );
  expect(failed).toMatchObject({ kind: "error", error: "ToolNotFound", message: "no" });
});

Deno.test("readUpstreamFrame() refuses everything else", () => {
  const cases: [string, string][] = [
    ['{"type":"tool_call","tool":"t"}', "frame.shape"],
    ['{"type":"tool_result"}', "frame.shape"],
    ['{"type":"error","message":"x"}', "frame.shape"],
    ['{"type":"error","error":1,"message":"x"}', "frame.type"],
    ['{"type":"tool_result","result":1,"error":"x"}', "frame.unknown_member"],
    ['{"type":"tool_result","result":1,"Result":2}', "frame.unknown_member"],
    ["null", "frame.shape"],
  ];
  for (const [text, code] of cases) expect(refused(readUpstreamFrame, text)).toBe(`${code} -31502`);
});

Deno.test("toolResultFrame() and errorFrame() build what clients expect", () => {
  expect(writeJson(toolResultFrame(new JsonNumber("3")))).toBe('{"type":"tool_result","result":3}');
  expect(writeJson(toolResultFrame("x", new JsonNumber("5"), "t"))).toBe(
    '{"type":"tool_result","tool":"t","result":"x","id":5}',
  );
  expect(writeJson(errorFrame("PolicyDenied", "no", new JsonObject(["rule"], ["r"]), "k"))).toBe(
    '{"type":"error","error":"PolicyDenied","message":"no","details":{"rule":"r"},"id":"k"}',
  );
  expect(writeJson(errorFrame("Unauthorized", "no"))).toBe(
    '{"type":"error","error":"Unauthorized","message":"no","details":{}}',
  );
});
