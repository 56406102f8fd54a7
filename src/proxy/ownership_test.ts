// Sessions: whose cursors, request states and tasks are whose; one handshake, one era; and messages beyond a burst.

import { expect } from "expect";
import { ask, settled, startSession } from "./session_testkit.ts";

const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const HELLO = { protocolVersion: "2025-11-25", capabilities: { tasks: {} } };

type Stage = ReturnType<typeof startSession>;

/** Sends a request and has the server answer it; returns what the client got. */
async function asked(
  stage: Stage,
  id: number,
  method: string,
  params: object,
  result: object,
  // deno-lint-ignore no-explicit-any -- tests look into whatever came
): Promise<any> {
  const before = stage.server.sent.length;
  stage.client.say(ask(method, id, params));
  await settled();
  const sent = stage.server.sent.at(-1);
  if (stage.server.sent.length > before) {
    stage.server.say({ jsonrpc: "2.0", id: sent.id, result });
  }
  await settled();
  return stage.client.sent.at(-1);
}

Deno.test("a cursor that this client was not given, or for another list, is refused (MCP-007)", async () => {
  const stage = startSession();
  const none = { tools: [] };
  expect(await asked(stage, 1, "tools/list", { cursor: "forged" }, none)).toMatchObject({
    id: 1,
    error: { code: -32602 },
  });
  await asked(stage, 2, "tools/list", {}, { ...none, nextCursor: "page 2" });
  expect((await asked(stage, 3, "prompts/list", { cursor: "page 2" }, none)).error.code).toBe(
    -32602,
  );
  expect((await asked(stage, 4, "tools/list", { cursor: "page 2" }, none)).result).toBeDefined();
  expect(stage.server.sent.map((m) => m.params.cursor)).toEqual([undefined, "page 2"]);
  stage.client.end();
});

Deno.test("handles: any lets every handle pass", async () => {
  const stage = startSession({ policy: "limits: { handles: any }" });
  const answer = await asked(stage, 1, "tools/list", { cursor: "forged" }, { tools: [] });
  expect(answer.result).toBeDefined();
  stage.client.end();
});

Deno.test("a request state is good for its own request alone (MCP-021)", async () => {
  const stage = startSession();
  const call = (name: string, more: object = {}): object => ({
    ...{ name, arguments: {}, _meta: MODERN },
    ...more,
  });
  const question = {
    resultType: "input_required",
    inputRequests: { q: { method: "roots/list", params: {} } },
    requestState: "s",
  };
  const done = { resultType: "complete", content: [] };
  const retry = { inputResponses: { q: { roots: [] } }, requestState: "s" };
  expect((await asked(stage, 1, "tools/call", call("a", retry), done)).error.code).toBe(-31403);
  await asked(stage, 2, "tools/call", call("a"), question);
  expect((await asked(stage, 3, "tools/call", call("b", retry), done)).error.code).toBe(-31403);
  expect((await asked(stage, 4, "tools/call", call("a", retry), done)).result).toBeDefined();
  stage.client.end();
});

Deno.test("tasks of others are neither reached nor listed (MCP-038)", async () => {
  const stage = startSession();
  await asked(stage, 1, "initialize", HELLO, HELLO);
  const working = { taskId: "mine", status: "working" };
  await asked(stage, 2, "tools/call", { name: "a", task: {} }, { task: working });
  for (const [i, method] of ["tasks/get", "tasks/result", "tasks/cancel"].entries()) {
    const theirs = await asked(stage, 10 + i, method, { taskId: "theirs" }, working);
    expect([method, theirs.error?.code]).toEqual([method, -31403]);
  }
  expect((await asked(stage, 20, "tasks/get", { taskId: "mine" }, working)).result).toEqual(
    working,
  );
  const all = { tasks: [{ taskId: "theirs", status: "working" }, working] };
  expect((await asked(stage, 21, "tasks/list", {}, all)).result).toEqual({ tasks: [working] });
  stage.client.end();
});

Deno.test("a session has one handshake, and stays in the era it began in (MCP-002, MCP-003)", async () => {
  const stage = startSession();
  // A client may try the modern era first.
  await asked(stage, 1, "server/discover", { _meta: MODERN }, {});
  stage.client.say(ask("initialize", 2, HELLO));
  stage.client.say(ask("initialize", 3, HELLO));
  await settled();
  expect(stage.client.sent.at(-1)).toMatchObject({ id: 3, error: { code: -32600 } });
  stage.server.say({ jsonrpc: "2.0", id: stage.server.sent.at(-1).id, result: HELLO });
  await settled();
  expect((await asked(stage, 4, "initialize", HELLO, HELLO)).error.code).toBe(-32600);
  const modern = { name: "a", arguments: {}, _meta: MODERN };
  expect((await asked(stage, 5, "tools/call", modern, {})).error.code).toBe(-32600);
  expect((await asked(stage, 6, "tools/call", { name: "a" }, { content: [] })).result)
    .toBeDefined();
  stage.client.end();
});

Deno.test("a handshake that failed may be tried again", async () => {
  const stage = startSession();
  stage.client.say(ask("initialize", 1, HELLO));
  await settled();
  stage.server.say({
    jsonrpc: "2.0",
    id: stage.server.sent[0].id,
    error: { code: 1, message: "" },
  });
  await settled();
  expect((await asked(stage, 2, "initialize", HELLO, HELLO)).result).toBeDefined();
  stage.client.end();
});

Deno.test("pings and notifications beyond a burst are refused, tool calls are not among them (MCP-045)", async () => {
  const stage = startSession({ policy: "limits: { messages_per_sec: 2 }" });
  for (let id = 1; id <= 6; id++) await asked(stage, id, "ping", {}, {});
  const codes = stage.client.sent.map((m) => m.error?.code);
  expect(codes).toEqual([undefined, undefined, undefined, undefined, -31429, -31429]);
  stage.client.say({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
  await settled();
  expect(stage.server.sent.length).toBe(4);
  expect((await asked(stage, 7, "tools/call", { name: "a" }, { content: [] })).result)
    .toBeDefined();
  stage.sweep(1000);
  expect((await asked(stage, 8, "ping", {}, {})).result).toBeDefined();
  stage.client.end();
});

Deno.test("a server that only says what means nothing is left (MCP-026)", async () => {
  const stage = startSession();
  await settled();
  const params = { progressToken: "nobody's", progress: 1 };
  for (let i = 0; i < 2500; i++) {
    stage.server.say({ jsonrpc: "2.0", method: "notifications/progress", params });
    await settled();
  }
  expect(stage.client.sent).toEqual([]);
  expect(stage.client.closing?.code).toBe(1008);
  expect(stage.records.filter((r) => r.rule === "limit.server_notifications").length).toBe(1);
});
