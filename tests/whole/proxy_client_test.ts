// The proxy and what clients may do wrong: ids, cancellations, limits, malformed messages.

import { expect } from "expect";
import { obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, startStage } from "../fixtures/proxy_stage.ts";

Deno.test("ids of one client", async (t) => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}attestation: { enabled: true }\n`);
  const { client, upstream } = await stage.pair(server);

  await t.step('1 and "1" are two calls; the server sees the guard\'s own ids', async () => {
    client.ask("ping", {}, 1);
    client.ask("ping", {}, "1");
    const [number, text] = await upstream.inbox.take(2);
    expect([number.id, text.id]).toEqual([1, 2]);
    upstream.answer(text, { which: "text" });
    upstream.answer(number, { which: "number" });
    expect(await client.next()).toMatchObject({ id: "1", result: { which: "text" } });
    expect(await client.next()).toMatchObject({ id: 1, result: { which: "number" } });
  });
  await t.step("an id that waits cannot be used again; afterwards it can", async () => {
    client.call("first", {}, {});
    client.ask("tools/call", { name: "second" }, 1);
    const answer = await client.next();
    expect(answer).toMatchObject({ id: 1, error: { code: -32600 } });
    await stage.record({ detail: "rpc.id_reuse" });
    const first = await upstream.next();
    expect(first.params.name).toBe("first");
    upstream.answer(first);
    expect((await client.next()).result).toBeDefined();
    client.ask("ping", {}, 1);
    const again = await upstream.next();
    expect(again.method).toBe("ping");
    upstream.answer(again, {});
    expect(await client.next()).toMatchObject({ id: 1, result: {} });
  });
  await t.step("a call can be cancelled by who asked it, and by its own id only", async () => {
    client.ask("tools/call", { name: "long" }, "mine");
    const long = await upstream.next();
    for (const requestId of ["not mine", long.id, 99]) {
      client.notify("notifications/cancelled", { requestId });
    }
    await stage.record({ detail: "rpc.unknown_request", method: "notifications/cancelled" });
    client.notify("notifications/cancelled", { requestId: "mine", reason: "enough" });
    expect(await upstream.next()).toEqual({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: long.id, reason: "enough" },
    });
    await stage.record({ event: "outcome", decision: "cancelled", detail: "client.cancelled" });
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
    upstream.answer(long);
    await stage.record({ detail: "rpc.unsolicited_response", direction: "s2c" });
  });
  await t.step(
    "answers that nobody asked for, and requests without an id, go nowhere",
    async () => {
      client.answer({ id: 42 }, { action: "accept", content: {} });
      await stage.record({ detail: "rpc.unsolicited_response", direction: "c2s" });
      client.notify("tools/call", { name: "no id" });
      await stage.record({ detail: "rpc.notification_method", method: "tools/call" });
      client.notify("notifications/own");
      await stage.record({ reason: "MethodDenied", method: "notifications/own" });
      client.notify("notifications/progress", { progressToken: "x", progress: 1 });
      await stage.record({ detail: "rpc.unknown_progress_token", direction: "c2s" });
    },
  );
  await t.step("the server has heard nothing of that", async () => {
    client.notify("notifications/initialized");
    expect(await upstream.next()).toEqual({
      jsonrpc: "2.0",
      method: "notifications/initialized",
      params: {},
    });
    expect(upstream.inbox.waiting).toBe(0);
  });
  await t.step("one decision a message, and every call that passed has one outcome", async () => {
    const records = stage.records();
    const decided = records.filter((r) => r.event === "decision");
    expect(new Set(decided.map((r) => r.id)).size).toBe(decided.length);
    const messages = await stage.metric("mcpguard_client_messages_total");
    expect(decided.filter((r) => r.direction === "c2s").length).toBe(messages);
    const outcomes = records.filter((r) => r.event === "outcome");
    expect(outcomes.length).toBe(5);
    for (const outcome of outcomes) {
      expect(decided.find((r) => r.id === outcome.id)?.decision).toBe("allow");
      expect(outcome.duration_ms).toBeGreaterThanOrEqual(0);
    }
    const hashes = outcomes.filter((r) => r.decision === "ok").map((r) => r.response_hash);
    for (const hash of hashes) expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

Deno.test("in_flight: a session's places, and they come back", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { in_flight: 2 }\n`);
  const { client, upstream } = await stage.pair(server);
  client.ask("ping", {}, "a");
  client.ask("ping", {}, "b");
  client.ask("ping", {}, "c");
  expect(await client.next()).toMatchObject({ id: "c", error: { code: -31503 } });
  await stage.record({ reason: "LimitExceeded", detail: "limits.in_flight" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(2);
  upstream.answer(await upstream.next(), {});
  expect(await client.next()).toMatchObject({ id: "a" });
  client.send({ type: "tool_call", tool: "small", id: "d" });
  await upstream.next();
  const small = await upstream.next();
  expect(small.type).toBe("tool_call");
  // Frames and messages share the places.
  client.ask("ping", {}, "e");
  expect(await client.next()).toMatchObject({ id: "e", error: { code: -31503 } });
  client.close();
  await stage.record({ event: "outcome", decision: "cancelled", method: "tool_call" });
  await stage.record({ event: "outcome", decision: "cancelled", method: "ping" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("in_flight_total: a place for each, over all clients and the route for curl", async () => {
  await using server = playServer();
  await using stage = await startStage(
    server.url,
    `${POLICY}limits: { in_flight: 1, in_flight_total: 1 }\n`,
  );
  const one = await stage.pair(server);
  const two = await stage.pair(server);
  one.client.ask("ping");
  const ping = await one.upstream.next();
  two.client.ask("ping");
  expect(await two.client.next()).toMatchObject({ id: 1, error: { code: -31503 } });
  await stage.record({ detail: "limits.in_flight_total" });
  two.client.send({ type: "tool_call", tool: "t" });
  expect(await two.client.next()).toMatchObject({ type: "error", error: "PolicyDenied" });
  const response = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
    body: '{"type":"tool_call","tool":"t"}',
  });
  expect(response.status).toBe(503);
  expect((await response.json()).details.rule).toBe("limits.in_flight_total");
  // A server's own questions take places too, and are answered when there is none.
  two.upstream.ask("ping", {}, "q");
  expect(await two.upstream.next()).toMatchObject({ id: "q", error: { code: -31503 } });
  one.upstream.answer(ping, {});
  await one.client.next();
  two.client.ask("ping");
  two.upstream.answer(await two.upstream.next(), {});
  expect(await two.client.next()).toMatchObject({ id: 2, result: {} });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("a malformed message is answered under its id; one that is no JSON ends the connection", async (t) => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url);

  await t.step("answered, and the connection goes on", async () => {
    const { client } = await stage.pair(server);
    const cases: [string, number | string | null, number, string][] = [
      ['{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}', 1, -32700, "json.duplicate_key"],
      ['{"jsonrpc":"2.0","id":"k","method":"ping","x":1}', "k", -32600, "rpc.unknown_member"],
      ['{"jsonrpc":"1.0","id":3,"method":"ping"}', 3, -32600, "rpc.version"],
      ['[{"jsonrpc":"2.0","id":4,"method":"ping"}]', null, -32600, "rpc.batch"],
      ['{"jsonrpc":"2.0","id":5,"method":"ping","params":[1]}', 5, -32602, "rpc.params"],
      [
        '{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"a","Name":"b"}}',
        6,
        -32602,
        "rpc.param_case",
      ],
    ];
    for (const [text, id, code, detail] of cases) {
      client.send(text);
      const answer = await client.next();
      expect([answer.id, answer.error.code]).toEqual([id, code]);
      await stage.record({ event: "decision", reason: "MalformedMessage", detail });
    }
    expect((await client.asked("ping")).result).toBeDefined();
    expect(server.got.all.length).toBe(1);
  });
  await t.step("no JSON: an error, then 1008", async () => {
    const { client } = await stage.pair(server);
    client.send("{not json");
    expect((await client.next()).error.code).toBe(-32700);
    expect(await client.closed).toMatchObject({ code: 1008, reason: "json.syntax" });
  });
  await t.step("a client that sends nothing else is closed", async () => {
    const { client } = await stage.pair(server);
    for (let i = 0; i <= 100; i++) client.send('{"jsonrpc":"1.0","id":1,"method":"ping"}');
    expect(await client.closed).toMatchObject({ code: 1008 });
  });
  await t.step("the key has appeared nowhere", async () => {
    const { stdout, stderr } = await stage.process.stop();
    expect(stdout + stderr).not.toContain(KEY);
    expect(JSON.stringify(server.got.all)).not.toContain(KEY);
  });
});
