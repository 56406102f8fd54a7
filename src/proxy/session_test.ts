// Races and endings of a session, one step at a time: every place is given back exactly once.

import { expect } from "expect";
import type { AuditRecord, RateVerdict } from "../guard/mod.ts";
import { ask, type Held, type SessionStage, settled, startSession } from "./session_testkit.ts";
import { UpstreamError } from "./transports/mod.ts";

const held = <T>(): Held<T> => Promise.withResolvers<T>();
const TOKEN: RateVerdict = { ok: true, remaining: 1, retryAfterMs: 0 };
const RATE = "rate_limit: { capacity: 5, refill_rate_per_sec: 1 }";
const call = (id: number | string, name = "t"): string => ask("tools/call", id, { name });
const small = (id: number): object => ({ type: "tool_call", tool: "t", id });

/** Nothing waits, nothing was given back twice, and every allowed request has one outcome. */
function expectClean(stage: SessionStage): void {
  expect(stage.budget.used).toBe(0);
  expect(stage.metrics.gauge("mcpguard_in_flight")).toBe(0);
  expect(stage.session.inFlight).toBe(0);
  const passed = stage.records.filter((r) => r.decision === "allow" && r.event === "decision");
  const outcomes = stage.records.filter((r) => r.event === "outcome").map((r) => r.id);
  expect(outcomes.toSorted()).toEqual(
    passed.filter((r) => !r.method.startsWith("notifications/")).map((r) => r.id).toSorted(),
  );
}

Deno.test("Session gives the place back when the client leaves while its call is judged", async () => {
  for (const message of [call(1), small(1)]) {
    const token = held<RateVerdict>();
    const stage = startSession({ policy: RATE, take: () => token.promise });
    await settled();
    stage.client.say(message);
    await settled();
    expect(stage.budget.used).toBe(1);
    stage.client.end();
    token.resolve(TOKEN);
    await settled();
    expect(stage.server.sent).toEqual([]);
    expect(stage.records.at(-1)).toMatchObject({ event: "outcome", decision: "cancelled" });
    expectClean(stage);
  }
});

Deno.test("Session forwards nothing of a call that was given up while the server was being connected", async () => {
  const connected = held<void>();
  const stage = startSession({
    connect: (server) => connected.promise.then(() => server),
  });
  stage.client.say(call(1));
  await settled();
  stage.sweep(60_000);
  expect(stage.client.sent).toMatchObject([{ id: 1, error: { code: -31408 } }]);
  connected.resolve();
  await settled();
  // Neither the call nor a cancellation of what was never sent.
  expect(stage.server.sent).toEqual([]);
  stage.client.say(ask("ping", 2));
  await settled();
  expect(stage.server.sent).toMatchObject([{ method: "ping" }]);
  stage.client.end();
  expectClean(stage);
});

Deno.test("Session closes a server's connection that opens after the client has left", async () => {
  const connected = held<void>();
  const stage = startSession({ connect: (server) => connected.promise.then(() => server) });
  stage.client.say(call(1));
  stage.client.say(small(2));
  await settled();
  stage.client.end();
  expect(stage.ended()).toBe(true);
  connected.resolve();
  await settled();
  expect(stage.server.closing).toMatchObject({ code: 1001 });
  expect(stage.server.sent).toEqual([]);
  expectClean(stage);
});

Deno.test("Session settles frames once when the server leaves while another one is judged", async () => {
  const tokens: Held<RateVerdict>[] = [];
  const stage = startSession({
    policy: RATE,
    take: () => {
      const token = held<RateVerdict>();
      tokens.push(token);
      return token.promise;
    },
  });
  await settled();
  for (const n of [1, 2, 3]) {
    stage.client.say(small(n));
    await settled();
    if (n < 3) tokens.at(-1)!.resolve(TOKEN);
    await settled();
  }
  expect(stage.server.sent.length).toBe(1);
  stage.server.end();
  await settled();
  tokens.at(-1)!.resolve(TOKEN);
  await settled();
  expect(stage.client.sent.map((f) => [f.id, f.error])).toEqual([
    [1, "UpstreamFailed"],
    [2, "UpstreamFailed"],
    [3, "UpstreamFailed"],
  ]);
  expect(stage.client.closing?.code).toBe(1011);
  expectClean(stage);
});

Deno.test("Session lives on when an outcome cannot be kept, and counts it", async () => {
  const stage = startSession({
    write: (record: AuditRecord) => {
      if (record.event === "outcome") throw new Error("disk full");
    },
  });
  await settled();
  stage.client.say(call(1));
  await settled();
  stage.server.say({ jsonrpc: "2.0", id: 1, result: { content: [] } });
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, result: { content: [] } }]);
  expect(stage.client.closing).toBe(null);
  expect(stage.metrics.render()).toContain("mcpguard_audit_failures_total 1\n");
  expect(stage.budget.used).toBe(0);
});

Deno.test("Session forwards nothing whose intent cannot be kept, and counts it", async () => {
  const stage = startSession({
    write: () => Promise.reject(new Error("disk full")),
  });
  await settled();
  stage.client.say(ask("ping", 1));
  stage.client.say({ jsonrpc: "2.0", method: "notifications/initialized" });
  await settled();
  expect(stage.server.sent).toEqual([]);
  expect(stage.client.sent).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  expect(stage.client.closing).toBe(null);
  expect(stage.budget.used).toBe(0);
});

Deno.test("Session ends with a record when the guard itself fails, and tells of it", async () => {
  const stage = startSession();
  await settled();
  stage.session.negotiation.knows = (): never => {
    throw new TypeError("a bug");
  };
  stage.client.say(ask("ping", 1));
  await settled();
  expect(stage.client.closing).toMatchObject({ code: 1011 });
  expect(stage.errors.map(String)).toEqual(["TypeError: a bug"]);
  expect(stage.records.at(-1)).toMatchObject({ reason: "InternalError", decision: "deny" });
  expect(stage.metrics.render()).toContain("mcpguard_internal_errors_total 1\n");
  expect(stage.server.sent).toEqual([]);
});

Deno.test("Session holds back who does not read, and who feeds them", async () => {
  const stage = startSession({ policy: "tools: { deny: [never] }" });
  const { client, server } = stage;
  await settled();
  client.reading = false;
  client.say(call(1, "never"));
  await settled();
  // The client reads no answers: it may not ask on, and the server may not add to the pile.
  expect([client.paused, server.paused]).toEqual([true, true]);
  client.drain();
  expect([client.paused, server.paused]).toEqual([false, false]);
  server.reading = false;
  client.say(ask("ping", 2));
  await settled();
  expect([client.paused, server.paused]).toEqual([true, true]);
  server.drain();
  expect([client.paused, server.paused]).toEqual([false, false]);
});

Deno.test("Session.sweep() gives up a server's question and tells both sides", async () => {
  const stage = startSession({ policy: "limits: { idle_ms: 100, call_timeout_ms: 100 }" });
  await settled();
  stage.server.say(ask("roots/list", "q"));
  await settled();
  stage.sweep(100);
  expect(stage.server.sent).toMatchObject([{ id: "q", error: { code: -31408 } }]);
  expect(stage.client.sent).toMatchObject([
    { id: 1, method: "roots/list" },
    { method: "notifications/cancelled", params: { requestId: 1 } },
  ]);
  stage.client.say({ jsonrpc: "2.0", id: 1, result: { roots: [] } });
  await settled();
  expect(stage.records.at(-1)).toMatchObject({ rule: "rpc.unsolicited_response" });
  expect(stage.server.sent.length).toBe(1);
  expectClean(stage);
});

Deno.test("Session.sweep() does not cancel initialize, which nobody may", async () => {
  const stage = startSession();
  await settled();
  stage.client.say(ask("initialize", 1, { protocolVersion: "2025-11-25", capabilities: {} }));
  await settled();
  stage.sweep(60_000);
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, error: { code: -31408 } }]);
  expect(stage.server.sent.map((m) => m.method)).toEqual(["initialize"]);
  expectClean(stage);
});

Deno.test("Session withholds a client's answer that names a denied resource", async () => {
  const stage = startSession({ policy: 'resources: { deny: ["file:///priv/**"] }' });
  await settled();
  stage.server.say(ask("sampling/createMessage", "q", { messages: [], maxTokens: 1 }));
  await settled();
  const link = { type: "resource_link", uri: "file:///priv/x", name: "x" };
  stage.client.say({ jsonrpc: "2.0", id: 1, result: { role: "assistant", content: link } });
  await settled();
  expect(stage.server.sent).toMatchObject([{ id: "q", error: { code: -31403 } }]);
  expect(JSON.stringify(stage.server.sent)).not.toContain("priv");
  expectClean(stage);
});

Deno.test("Session tells a client of a server that cannot be reached, and asks for no token", async () => {
  let taken = 0;
  const stage = startSession({
    policy: RATE,
    connect: () => Promise.reject(new UpstreamError("refused", "upstream x refused")),
    take: () => {
      taken++;
      return TOKEN;
    },
  });
  await settled();
  stage.client.say(call(1));
  stage.client.say(small(2));
  await settled();
  expect(stage.client.sent).toMatchObject([
    { id: 1, error: { code: -31502 } },
    { id: 2, type: "error", error: "UpstreamFailed" },
  ]);
  expect(stage.client.closing).toMatchObject({ code: 1011 });
  expect(taken).toBe(0);
  expectClean(stage);
});

Deno.test("Session.drain() waits for calls, not for subscriptions", async () => {
  const stage = startSession();
  await settled();
  stage.client.say(ask("subscriptions/listen", "s", { notifications: {} }));
  stage.client.say(call(1));
  await settled();
  stage.session.drain();
  await settled();
  expect(stage.client.closing).toBe(null);
  stage.server.say({ jsonrpc: "2.0", id: 2, result: {} });
  await settled();
  expect(stage.client.closing).toMatchObject({ code: 1001 });
  stage.client.end();
  expectClean(stage);
});

Deno.test("Session keeps a record of a peer that broke the transport's protocol", async () => {
  const cases: [string, "client" | "server", string, string][] = [
    ["ws.utf8", "client", "MalformedMessage", "mcpguard_malformed_total"],
    ["ws.slow_reader", "client", "LimitExceeded", "mcpguard_slow_peers_total"],
    ["ws.dead_peer", "server", "LimitExceeded", "mcpguard_slow_peers_total"],
    ["ws.protocol", "server", "UpstreamFailed", "mcpguard_malformed_total"],
  ];
  for (const [violation, who, reason, metric] of cases) {
    const stage = startSession();
    await settled();
    stage[who].end({ violation, code: 1002 });
    await settled();
    const direction = who === "client" ? "c2s" : "s2c";
    expect(stage.records).toMatchObject([{ rule: violation, reason, direction }]);
    expect(stage.metrics.render()).toContain(`${metric} 1\n`);
  }
});

Deno.test("Session counts a server's refused messages apart from its client's", async () => {
  const stage = startSession();
  await settled();
  stage.client.say(ask("own/method", 1));
  stage.server.say(ask("own/method", 1));
  await settled();
  const [client, server] = stage.denials.map((key) => `${key.identity} ${key.tool}`);
  expect([stage.denials.length, client === server]).toEqual([2, false]);
});

Deno.test("Session looks at nothing that follows bytes that are no JSON", async () => {
  const stage = startSession();
  await settled();
  stage.client.say("{");
  stage.client.say(call(1));
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: null, error: { code: -32700 } }]);
  expect(stage.client.closing).toMatchObject({ code: 1008 });
  expect(stage.records.length).toBe(1);
  expect(stage.server.sent).toEqual([]);
});

Deno.test("Session gives a call that reports progress its full time again, but not for ever", async () => {
  const stage = startSession({ policy: "limits: { call_timeout_ms: 1000, call_max_ms: 2500 }" });
  await settled();
  stage.client.say(ask("tools/call", 1, { name: "t", _meta: { progressToken: "p" } }));
  await settled();
  const progress = (n: number): void =>
    stage.server.say(JSON.stringify({
      ...{ jsonrpc: "2.0", method: "notifications/progress" },
      params: { progressToken: "p", progress: n },
    }));
  for (const at of [900, 1800, 2400]) {
    stage.sweep(at);
    progress(at);
    await settled();
  }
  expect(stage.session.inFlight).toBe(1);
  stage.sweep(2501);
  await settled();
  expect(stage.session.inFlight).toBe(0);
  expect(stage.client.sent.at(-1)).toMatchObject({ id: 1, error: { code: -31408 } });
});
