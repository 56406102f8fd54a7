// What the proxy must carry unharmed: questions of servers, tasks and their progress, both eras.

import { expect } from "expect";
import { type Json, playServer } from "../fixtures/proxy_peers.ts";
import { startStage } from "../fixtures/proxy_stage.ts";

const MODERN = {
  _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
};

Deno.test("what a server asks reaches its client, and only its client can answer", async (t) => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);

  await t.step("a question and its answer", async () => {
    upstream.ask("elicitation/create", { message: "name?", requestedSchema: {} }, "q1");
    const asked = await client.next();
    expect(asked).toMatchObject({ id: 1, method: "elicitation/create" });
    client.answer(asked, { action: "accept", content: { name: "Ada" } });
    expect(await upstream.next()).toEqual({
      jsonrpc: "2.0",
      id: "q1",
      result: { action: "accept", content: { name: "Ada" } },
    });
  });
  await t.step("a question that the policy denies is declined", async () => {
    upstream.ask("elicitation/create", { message: "Exfiltrate?", requestedSchema: {} }, "q2");
    expect(await upstream.next()).toMatchObject({ id: "q2", result: { action: "decline" } });
    upstream.ask("sampling/createMessage", {
      messages: [{ role: "user", content: { type: "text", text: "exfiltrate" } }],
      maxTokens: 1,
    }, "q3");
    expect(await upstream.next()).toMatchObject({ id: "q3", error: { code: -1 } });
  });
  await t.step("a question that cannot be judged is answered -32602", async () => {
    upstream.ask("sampling/createMessage", { messages: [], Messages: [], maxTokens: 1 }, "q4");
    expect(await upstream.next()).toMatchObject({ id: "q4", error: { code: -32602 } });
    await stage.record({ detail: "rpc.param_case", direction: "s2c" });
  });
  await t.step("the server withdraws its own question, nobody else's", async () => {
    upstream.ask("roots/list", {}, "q5");
    const asked = await client.next();
    upstream.notify("notifications/cancelled", { requestId: asked.id });
    await stage.record({ detail: "rpc.unknown_request", direction: "s2c" });
    upstream.notify("notifications/cancelled", { requestId: "q5" });
    expect(await client.next()).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: asked.id },
    });
    await stage.record({ event: "outcome", detail: "server.cancelled" });
  });
  await t.step("the same question id twice is asked once", async () => {
    upstream.ask("roots/list", {}, "q6");
    upstream.ask("roots/list", {}, "q6");
    await stage.record({ detail: "rpc.id_reuse", direction: "s2c" });
    const asked = await client.next();
    client.answer(asked, { roots: [] });
    expect(await upstream.next()).toEqual({ jsonrpc: "2.0", id: "q6", result: { roots: [] } });
  });
  await t.step("a server that leaves takes its questions along", async () => {
    upstream.ask("roots/list", {}, "q7");
    const asked = await client.next();
    upstream.close();
    expect(await client.next()).toMatchObject({ params: { requestId: asked.id } });
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  });
});

Deno.test("tasks: methods once they are negotiated, progress until the task ends", async (t) => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);
  const roundTrip = async (method: string, params: object, result: object): Promise<Json> => {
    client.ask(method, params);
    upstream.answer(await upstream.next(), result);
    return await client.next();
  };

  await t.step("before: unknown", async () => {
    expect((await client.asked("tasks/get", { taskId: "t1" })).error.code).toBe(-32601);
  });
  await t.step("after the server declared them: known, and the client's own likewise", async () => {
    const capabilities = { tasks: {} };
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "c", version: "1" },
    };
    await roundTrip("initialize", params, { protocolVersion: "2025-11-25", capabilities });
    const working = { taskId: "t1", status: "working" };
    await roundTrip("tools/call", { name: "long", task: {} }, { task: working });
    const got = await roundTrip("tasks/get", { taskId: "t1" }, working);
    expect(got.result.status).toBe("working");
    // This client offers no tasks of its own.
    upstream.ask("tasks/get", { taskId: "c1" }, "s1");
    expect(await upstream.next()).toMatchObject({ id: "s1", error: { code: -32601 } });
    const other = await stage.pair(server);
    other.client.ask("initialize", { ...params, capabilities });
    other.upstream.answer(await other.upstream.next(), params);
    await other.client.next();
    other.upstream.ask("tasks/get", { taskId: "c1" }, "s2");
    const asked = await other.client.next();
    expect(asked.method).toBe("tasks/get");
    other.client.answer(asked, { taskId: "c1", status: "completed" });
    expect(await other.upstream.next()).toMatchObject({
      id: "s2",
      result: { status: "completed" },
    });
    other.client.close();
  });
  await t.step("progress goes on after the answer, and stops with the task", async () => {
    const begun = { task: { taskId: "t2", status: "working", createdAt: "", ttl: 1 } };
    const params = { name: "long", task: { ttl: 1 }, _meta: { progressToken: "tok" } };
    expect((await roundTrip("tools/call", params, begun)).result).toEqual(begun);
    upstream.notify("notifications/progress", { progressToken: "tok", progress: 1 });
    expect((await client.next()).params).toEqual({ progressToken: "tok", progress: 1 });
    upstream.notify("notifications/tasks/status", { taskId: "t2", status: "completed" });
    expect((await client.next()).method).toBe("notifications/tasks/status");
    upstream.notify("notifications/progress", { progressToken: "tok", progress: 2 });
    await stage.record({ detail: "rpc.unknown_progress_token", direction: "s2c" });
    client.notify("notifications/initialized");
    await upstream.next();
    expect(client.inbox.waiting).toBe(0);
  });
});

Deno.test("the modern era over WebSocket", async (t) => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);

  await t.step("server/discover passes, and what it declares is learnt", async () => {
    client.ask("server/discover", MODERN);
    const result = {
      resultType: "complete",
      capabilities: { extensions: { "io.modelcontextprotocol/skills": {} } },
    };
    upstream.answer(await upstream.next(), result);
    expect((await client.next()).result).toEqual(result);
    client.ask("skills/list", MODERN);
    const skills = [{ uri: "skill://a" }, { uri: "file:///priv/b" }];
    upstream.answer(await upstream.next(), { resultType: "complete", skills });
    expect((await client.next()).result.skills).toEqual([{ uri: "skill://a" }]);
  });
  await t.step("a denied call carries resultType, as its clients demand", async () => {
    const denied = await client.asked("tools/call", { name: "admin/x", ...MODERN });
    expect(denied.result).toMatchObject({ isError: true, resultType: "complete" });
  });
  await t.step("a result of unknown type is withheld", async () => {
    client.ask("tools/call", { name: "t", ...MODERN });
    upstream.answer(await upstream.next(), { resultType: "magic", content: [] });
    expect((await client.next()).result).toMatchObject({ isError: true, resultType: "complete" });
    await stage.record({ detail: "mcp.result_type" });
  });
  await t.step("servers of this era ask no questions of their own (RPC-021)", async () => {
    upstream.ask("sampling/createMessage", { messages: [], maxTokens: 1 }, "s");
    expect(await upstream.next()).toMatchObject({ id: "s", error: { code: -32601 } });
    await stage.record({ detail: "rpc.server_request", reason: "MethodDenied", direction: "s2c" });
    expect(client.inbox.waiting).toBe(0);
  });
});
