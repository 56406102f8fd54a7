// What one of several servers tries to do to the others' requests, questions and tasks: nothing of it gets through.

import { expect } from "expect";
import fc from "fast-check";
import { ask, settled } from "../session_testkit.ts";
import { answer, initialized, startFan } from "./fan_testkit.ts";

const note = (method: string, params: object): object => ({
  jsonrpc: "2.0",
  method: `notifications/${method}`,
  params,
});

Deno.test("a server cannot answer for another, nor twice", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  stage.client.say(ask("tools/list", 2));
  await settled();
  const [call, list] = stage.of("a").sent.slice(-2);
  // The ids are the same toward all servers only where all are asked.
  for (let i = 0; i < 2; i++) {
    stage.of("b").say({ jsonrpc: "2.0", id: call.id, result: { content: [] } });
    stage.of("b").say({ jsonrpc: "2.0", id: list.id, result: { tools: [{ name: "b" }] } });
  }
  await settled();
  expect(stage.got()).toEqual([]);
  stage.of("a").say({ jsonrpc: "2.0", id: list.id, result: { tools: [{ name: "a" }] } });
  stage.of("a").say({ jsonrpc: "2.0", id: call.id, result: { content: [], mine: true } });
  await settled();
  expect(stage.got()).toMatchObject([
    { id: 2, result: { tools: [{ name: "a__a" }, { name: "b__b" }] } },
    { id: 1, result: { mine: true } },
  ]);
  expect(stage.records.filter((one) => one.rule === "upstream.b.unsolicited_response"))
    .toHaveLength(3);
});

Deno.test("questions of two servers under one id get different ids, and their own answers", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.of("a").say(ask("roots/list", 1, { _meta: { progressToken: 1 } }));
  stage.of("b").say(ask("roots/list", 1, { _meta: { progressToken: 1 } }));
  await settled();
  const [first, second] = stage.got();
  expect(first.id).not.toBe(second.id);
  expect(stage.records.slice(-2).map((one) => one.context?.upstream)).toEqual(["a", "b"]);
  // One cannot withdraw the other's: it can only mean its own.
  stage.of("b").say(note("cancelled", { requestId: second.id }));
  stage.of("b").say(note("cancelled", { requestId: "a__1" }));
  await settled();
  expect(stage.got()).toEqual([]);
  const before = stage.of("a").sent.length;
  const { progressToken } = second.params._meta;
  stage.client.say(note("progress", { progressToken, progress: 1 }));
  stage.client.say({ jsonrpc: "2.0", id: second.id, result: { roots: [] } });
  await settled();
  expect(stage.of("a").sent.length).toBe(before);
  expect(stage.of("b").sent.slice(-2)).toEqual([
    note("progress", { progressToken: 1, progress: 1 }),
    { jsonrpc: "2.0", id: 1, result: { roots: [] } },
  ]);
  stage.of("a").say(note("cancelled", { requestId: 1 }));
  await settled();
  expect(stage.got()).toMatchObject([
    { method: "notifications/cancelled", params: { requestId: first.id } },
  ]);
  expect(stage.session.inFlight).toBe(0);
});

Deno.test("progress is taken only from the server that works on the request", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/call", 1, { name: "a__t", _meta: { progressToken: "p" } }));
  await settled();
  stage.of("b").say(note("progress", { progressToken: "p", progress: 9 }));
  await settled();
  expect(stage.got()).toEqual([]);
  stage.of("a").say(note("progress", { progressToken: "p", progress: 1 }));
  await settled();
  expect(stage.got()).toMatchObject([{ params: { progressToken: "p", progress: 1 } }]);
  stage.client.say(note("cancelled", { requestId: 1 }));
  await settled();
  expect(stage.of("a").sent.at(-1).method).toBe("notifications/cancelled");
  expect(stage.of("b").sent.at(-1).method).toBe("notifications/initialized");
});

Deno.test("a task belongs to the server that began it, on both sides", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.client.say(ask("tools/call", 1, { name: "a__t", task: {} }));
  await settled();
  await answer(stage.of("a"), { task: { taskId: "7", status: "working" } });
  expect(stage.got().at(-1).result.task.taskId).toBe("a__7");
  stage.of("b").say(ask("tasks/get", 5, { taskId: "client-task" }));
  await settled();
  expect(stage.of("b").sent.at(-1)).toMatchObject({ id: 5, error: { code: -32602 } });
  expect(stage.got()).toEqual([]);
});

Deno.test("a log line says which server it is of", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.of("a").say(note("message", { level: "info", data: "x" }));
  stage.of("b").say(note("message", { level: "info", logger: "a", data: "x" }));
  await settled();
  expect(stage.got().map((one) => one.params.logger)).toEqual(["a", "b/a"]);
});

Deno.test("an answer that is no JSON, or of two readings, fails its own call alone", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  stage.client.say(ask("tools/call", 2, { name: "b__t" }));
  await settled();
  const { id } = stage.of("a").sent.at(-1);
  stage.of("a").say(`{"jsonrpc":"2.0","id":${id},"result":{"a":1,"a":2}}`);
  stage.of("a").say("no JSON");
  await answer(stage.of("b"), { content: [] });
  expect(stage.got()).toMatchObject([
    { id: 1, error: { code: -31502 } },
    { id: 2, result: { content: [] } },
  ]);
  expect(stage.ended()).toBe(false);
});

Deno.test("pages of a list go on where each server left off, and no cursor is made up", async () => {
  const stage = startFan(["a", "b", "c"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/list", 1));
  await settled();
  await answer(stage.of("a"), { tools: [{ name: "1" }], nextCursor: 'x"\n' });
  await answer(stage.of("b"), { tools: [{ name: "1" }] });
  await answer(stage.of("c"), { tools: [], nextCursor: "é" });
  const [{ result }] = stage.got();
  expect(JSON.parse(result.nextCursor)).toEqual({ a: 'x"\n', c: "é" });
  stage.client.say(ask("tools/list", 2, { cursor: result.nextCursor }));
  await settled();
  expect(stage.of("b").sent.at(-1).params?.cursor).toBe(undefined);
  expect(stage.of("a").sent.at(-1).params).toEqual({ cursor: 'x"\n' });
  await answer(stage.of("a"), { tools: [{ name: "2" }] });
  expect(stage.of("c").sent.at(-1).params).toEqual({ cursor: "é" });
  await answer(stage.of("c"), { tools: [{ name: "3" }] });
  expect(stage.got()).toMatchObject([
    { id: 2, result: { tools: [{ name: "a__2" }, { name: "c__3" }] } },
  ]);
  const asked = ["a", "b", "c"].map((name) => stage.of(name).sent.length);
  const forged = ["", "x", "{}", "[]", '{"d":"1"}', '{"a":1}', '{ "a":"1"}', '{"a":"\\u0031"}'];
  for (const [i, cursor] of forged.entries()) {
    stage.client.say(ask("tools/list", 10 + i, { cursor }));
    await settled();
    expect([cursor, stage.got()[0].error.code]).toEqual([cursor, -32602]);
  }
  expect(["a", "b", "c"].map((name) => stage.of(name).sent.length)).toEqual(asked);
});

Deno.test("a server that does not read holds nobody else back", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.of("a").reading = false;
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  stage.client.say(ask("tools/call", 2, { name: "a__t" }));
  stage.client.say(ask("tools/call", 3, { name: "b__t" }));
  await settled();
  expect(stage.client.paused).toBe(false);
  await answer(stage.of("b"), { content: [] });
  expect(stage.got()).toMatchObject([{ id: 2, error: { code: -31502 } }, { id: 3, result: {} }]);
  stage.of("a").drain();
  stage.client.say(ask("tools/call", 4, { name: "a__t" }));
  await settled();
  expect(stage.of("a").sent.at(-1).params.name).toBe("t");
  expect(stage.got()).toEqual([]);
});

Deno.test("a list that is too large for an answer of several is left out, and not the others'", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  const many = Array.from({ length: 300_000 }, () => ({ name: "x" }));
  const long = [{ name: "x", description: "y".repeat(9_000_000) }];
  for (const [id, tools] of [[1, many], [2, long]] as const) {
    stage.client.say(ask("tools/list", id));
    await settled();
    await answer(stage.of("a"), { tools });
    await answer(stage.of("b"), { tools: [{ name: "t" }] });
    expect(stage.got()).toMatchObject([{ id, result: { tools: [{ name: "b__t" }] } }]);
  }
  expect(stage.records.filter((one) => one.rule === "upstream.a.too_large")).toHaveLength(2);
});

Deno.test("a tool whose name gets too long, or that has none, is not listed", async () => {
  const stage = startFan(["a"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/list", 1));
  await settled();
  const names = ["x".repeat(125), "x".repeat(126), 7, null, ""];
  await answer(stage.of("a"), { tools: [...names.map((name) => ({ name })), "x", null, {}] });
  expect(stage.got()[0].result.tools).toEqual([{ name: `a__${"x".repeat(125)}` }]);
  expect(stage.records.map((one) => one.rule)).toContain("upstream.a.list_entry");
});

Deno.test("whatever a server says, the session and the other server live on", async () => {
  const ids = fc.constantFrom<unknown>(1, 2, 3, "1", "a__1", "mcpguard-discover", null, {}, 1.5);
  const odd = fc.constantFrom<unknown>(
    ...[undefined, null, 1, "x", [], {}, { _meta: 1 }, { _meta: { progressToken: 1 } }],
    ...[{ requestId: 1 }, { requestId: "a__1" }, { taskId: "b__1" }, { uri: "b+file:///x" }],
    ...[{ tools: 1 }, { tools: [1, null, { name: {} }] }, { content: [{ resource: 1 }, [[]]] }],
    ...[{ contents: [{ uri: 1 }] }, { messages: [1, { content: [] }] }, { task: { taskId: "" } }],
    ...[{ capabilities: { tools: [] } }, { nextCursor: "x", tools: [] }, { notifications: [] }],
  );
  const method = fc.constantFrom(
    ...["roots/list", "sampling/createMessage", "ping", "tasks/get", "tools/list", "x", ""],
    ...["cancelled", "progress", "message", "tasks", "tasks/status", "resources/updated"]
      .map((name) => `notifications/${name}`),
    ...["elicitation/complete", "subscriptions/acknowledged", "tools/list_changed"]
      .map((name) => `notifications/${name}`),
  );
  const message = fc.oneof(
    fc.record({ jsonrpc: fc.constant("2.0"), id: ids, result: odd }),
    fc.record({ jsonrpc: fc.constant("2.0"), id: ids, error: odd }),
    fc.record({ jsonrpc: fc.constant("2.0"), id: ids, method, params: odd }),
    fc.record({ jsonrpc: fc.constant("2.0"), method, params: odd }),
    fc.record({ type: fc.constantFrom("tool_result", "error", "tool_call"), tool: odd }),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
      const stage = startFan(["a", "b"]);
      await initialized(stage);
      stage.client.say(ask("tools/list", 1));
      stage.client.say(ask("tools/call", 2, { name: "a__t", _meta: { progressToken: 1 } }));
      stage.client.say(ask("tools/call", 3, { name: "b__t" }));
      await settled();
      const call = stage.of("b").sent.at(-1);
      for (const one of messages) {
        stage.of("a").say(one as object);
        await settled();
      }
      stage.got();
      stage.of("b").say({ jsonrpc: "2.0", id: call.id, result: { content: [] } });
      await settled();
      expect(stage.got()).toMatchObject([{ id: 3, result: { content: [] } }]);
      expect([stage.errors, stage.ended(), stage.of("b").closing]).toEqual([[], false, null]);
      stage.client.end();
    }),
    { numRuns: 200 },
  );
});
