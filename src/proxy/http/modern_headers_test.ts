import { expect } from "expect";
import { type Message, parseJson, readMessage, type RequestMessage } from "../../wire/mod.ts";
import { badEnvelope, contradiction, paramHeaders, versionInBody } from "./modern_headers.ts";

const read = (text: string): Message => readMessage(parseJson(text));
const call = read('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"grüße"}}');
const encoded = `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode("grüße")))}?=`;
const why = (message: Message, ...headers: [string, string][]): string | null =>
  contradiction({ headers }, message);

Deno.test("contradiction() compares Mcp-Method and Mcp-Name with the body (HTTP-002, HTTP-003)", () => {
  const method: [string, string] = ["Mcp-Method", "tools/call"];
  expect(why(call, method, ["Mcp-Name", encoded])).toBeNull();
  expect(why(call, ["MCP-METHOD", " tools/call "], ["mcp-name", ` ${encoded} `])).toBeNull();
  expect(why(call, ["Mcp-Name", encoded])).toContain("Mcp-Method is missing");
  expect(why(call, ["Mcp-Method", "Tools/Call"], ["Mcp-Name", encoded])).toContain("differs");
  expect(why(call, method)).toContain("Mcp-Name is missing");
  expect(why(call, method, ["Mcp-Name", "grusse"])).toContain("differs");
  expect(why(call, method, ["Mcp-Name", "=?base64?!?="])).toContain("decoded");
  expect(why(call, method, ["Mcp-Name", encoded], ["mcp-name", encoded])).toContain("twice");
  expect(why(call, method, ["Mcp-Name", encoded], ["Mcp-Param-A", "1"], ["mcp-param-a", "2"]))
    .toContain("twice");
});

Deno.test("contradiction() knows where the name stands, and asks nothing of notifications", () => {
  const of = (method: string, params: string): Message =>
    read(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`);
  for (
    const [method, params] of [
      ["resources/read", '{"uri":"x:/a"}'],
      ["prompts/get", '{"name":"x:/a"}'],
      ["tasks/get", '{"taskId":"x:/a"}'],
      ["tasks/cancel", '{"taskId":"x:/a"}'],
    ] as const
  ) {
    expect(why(of(method, params), ["Mcp-Method", method], ["Mcp-Name", "x:/a"])).toBeNull();
    expect(why(of(method, params), ["Mcp-Method", method], ["Mcp-Name", "x:/b"])).not.toBeNull();
  }
  expect(why(of("tools/list", "{}"), ["Mcp-Method", "tools/list"])).toBeNull();
  const notice = read('{"jsonrpc":"2.0","method":"notifications/x"}');
  expect(why(notice)).toBeNull();
  expect(why(notice, ["Mcp-Method", "tools/call"])).toContain("differs");
});

Deno.test("badEnvelope() wants version and capabilities, and clientInfo only where it stands", () => {
  const meta = (members: string): RequestMessage =>
    read(
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{${members}}}}`,
    ) as RequestMessage;
  const version = '"io.modelcontextprotocol/protocolVersion":"2026-07-28"';
  const capabilities = '"io.modelcontextprotocol/clientCapabilities":{}';
  const info = '"io.modelcontextprotocol/clientInfo":';
  expect(badEnvelope(meta(`${version},${capabilities}`))).toBeNull();
  expect(badEnvelope(meta(`${version},${capabilities},${info}{}`))).toBeNull();
  expect(badEnvelope(meta(version))).toContain("clientCapabilities");
  expect(badEnvelope(meta(capabilities))).toContain("protocolVersion");
  expect(badEnvelope(meta(`${version},${capabilities},${info}1`))).toContain("clientInfo");
  expect(badEnvelope(call as RequestMessage)).toContain("_meta");
  expect(versionInBody(meta(version))).toBe("2026-07-28");
  expect(versionInBody(call)).toBeUndefined();
});

Deno.test("paramHeaders() passes Mcp-Param-* on as sent, and nothing else", () => {
  const headers: [string, string][] = [
    ["Mcp-Param-Region", "eu"],
    ["Authorization", "Bearer x"],
    ["mcp-param-b", "=?base64?eA==?="],
    ["X-Mcp-Param-C", "c"],
  ];
  expect(paramHeaders({ headers })).toEqual([headers[0], headers[2]]);
});
