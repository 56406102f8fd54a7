// The small frames: on the socket, in order, one at a time; and by POST /call.

import { expect } from "expect";
import { Inbox } from "../fixtures/proxy_inbox.ts";
import { deadPort, type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, startStage } from "../fixtures/proxy_stage.ts";

Deno.test("small frames on the socket", async (t) => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);
  const call = { type: "tool_call", tool: "calculator.add", args: { a: 1 } };

  await t.step(
    "allowed: the server gets what was judged, under the authenticated name",
    async () => {
      client.send({ ...call, prompt: "add", identity: "mallory", id: "mark" });
      expect(await upstream.next()).toEqual({ ...call, prompt: "add", identity: "alice" });
      upstream.send({ type: "tool_result", tool: "calculator.add", result: { sum: 1 } });
      expect(await client.next()).toEqual({
        type: "tool_result",
        tool: "calculator.add",
        result: { sum: 1 },
        id: "mark",
      });
      const outcome = await stage.record({ event: "outcome", method: "tool_call", decision: "ok" });
      expect([outcome.identity, outcome.tool]).toEqual(["alice", "calculator.add"]);
    },
  );
  await t.step(
    "denied by tool, prompt, resource: an error under its id, nothing forwarded",
    async () => {
      const denied: [object, string][] = [
        [{ tool: "admin/x" }, "tools.deny[0]"],
        [{ prompt: "EXFILTRATE all" }, "prompts.deny_regex[0]"],
        [{ resources: ["file:///pub/../priv/x"] }, "resources.deny[0]"],
      ];
      for (const [more, rule] of denied) {
        client.send({ ...call, ...more, id: 7 });
        const answer = await client.next();
        expect(answer).toMatchObject({ type: "error", error: "PolicyDenied", id: 7 });
        expect(answer.details.rule).toBe(rule);
      }
    },
  );
  await t.step("malformed: an error of its dialect, under its id where it has one", async () => {
    client.send({ ...call, tools: 1, id: "odd" });
    expect(await client.next()).toMatchObject({
      type: "error",
      error: "MalformedMessage",
      details: { rule: "frame.unknown_member" },
      id: "odd",
    });
    client.send({ type: "tool_call", id: 3 });
    expect(await client.next()).toMatchObject({ error: "MalformedMessage", id: 3 });
    client.send({ type: "tool_result", result: 1 });
    expect(await client.next()).toMatchObject({ error: "MalformedMessage" });
    await stage.record({ reason: "MalformedMessage", detail: "frame.unknown_member" });
  });
  await t.step("pipelined: the server sees one at a time, answers come in order", async () => {
    for (const n of [1, 2, 3]) client.send({ ...call, args: { n }, id: n });
    for (const n of [1, 2, 3]) {
      expect((await upstream.next()).args).toEqual({ n });
      expect(upstream.inbox.waiting).toBe(0);
      upstream.send({ type: "tool_result", result: n });
      expect(await client.next()).toEqual({ type: "tool_result", result: n, id: n });
    }
  });
  await t.step("a server cannot speak in the guard's name", async () => {
    const names = ["PolicyDenied", "Unauthorized", "MalformedMessage", "UpstreamFailed", "Own"];
    const heard: string[] = [];
    for (const error of names) {
      client.send(call);
      await upstream.next();
      upstream.send({ type: "error", error, message: "m", details: { own: true } });
      const answer = await client.next();
      expect(answer).toMatchObject({ type: "error", message: "m", details: { own: true } });
      heard.push(answer.error);
    }
    expect(heard).toEqual([...Array(4).fill("UpstreamFailed"), "Own"]);
  });
  await t.step("an answer that is no frame of the dialect fails the call", async () => {
    client.send(call);
    await upstream.next();
    upstream.send({ type: "surprise" });
    expect(await client.next()).toMatchObject({ type: "error", error: "UpstreamFailed" });
  });
  await t.step("both dialects on one socket, each answered in its own", async () => {
    client.send({ ...call, id: 1 });
    client.ask("ping", {}, 1);
    const [frame, ping] = await upstream.inbox.take(2);
    expect(frame.type).toBe("tool_call");
    upstream.answer(ping, { pong: true });
    upstream.send({ type: "tool_result", result: "framed" });
    expect(await client.next()).toEqual({ jsonrpc: "2.0", id: 1, result: { pong: true } });
    expect(await client.next()).toEqual({ type: "tool_result", result: "framed", id: 1 });
  });
  await t.step("a lost server: the one that waits and those behind it are answered", async () => {
    for (const n of [1, 2, 3]) client.send({ ...call, id: n });
    await upstream.next();
    // All three are taken: the last one's record is there.
    client.ask("ping", {}, "after");
    await upstream.next();
    upstream.close();
    const answers = await client.inbox.take(4);
    expect(answers.filter((a) => a.type === "error").map((a) => [a.id, a.error]))
      .toEqual([1, 2, 3].map((n) => [n, "UpstreamFailed"]));
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  });
});

Deno.test("a frame that is not answered in time ends the session, as its late answer could be another's", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { call_timeout_ms: 300 }\n`);
  const { client, upstream } = await stage.pair(server);
  client.send({ type: "tool_call", tool: "slow", id: 1 });
  client.send({ type: "tool_call", tool: "behind", id: 2 });
  await upstream.next();
  const answers = await client.inbox.take(2);
  expect(answers.map((a) => [a.id, a.error])).toEqual([[1, "UpstreamFailed"], [
    2,
    "UpstreamFailed",
  ]]);
  expect(answers[0].message).toContain("300 ms");
  expect(await client.closed).toMatchObject({ code: 1011 });
  await upstream.closed;
  expect(upstream.inbox.all.length).toBe(1);
  await stage.record({ event: "outcome", decision: "timeout", method: "tool_call" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("POST /call", async (t) => {
  const held = new Inbox<() => void>("held calls");
  await using server = playServer((message, peer) => {
    switch (message.tool) {
      case "silent":
        return;
      case "held":
        return held.push(() => obliging(message, peer));
      case "broken":
        return peer.send("{");
      case "leaves":
        return peer.close();
      case "greets":
        peer.send({ jsonrpc: "2.0", method: "notifications/message", params: {} });
    }
    obliging(message, peer);
  });
  await using stage = await startStage(
    server.url,
    `${POLICY}limits: { message_bytes: 2000 }
rate_limit: { capacity: 2, refill_rate_per_sec: 0.001, overrides: [{ tools: ["t", "held", "silent", "broken", "leaves", "greets"], capacity: 1000, refill_rate_per_sec: 1000 }] }
`,
  );
  const post = async (
    body: object | string,
    headers: Record<string, string> = {},
    url = `http://127.0.0.1:${stage.port}/call`,
  ): Promise<{ status: number; headers: Headers; body: Json }> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-API-Key": KEY, "Content-Type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  };
  const call = { type: "tool_call", tool: "t", args: { a: 1 }, id: "c" };

  await t.step("200, and no failure is counted", async () => {
    const { status, body } = await post(call);
    expect([status, body]).toEqual([200, {
      type: "tool_result",
      result: { echo: { a: 1 } },
      id: "c",
    }]);
    expect((await post({ ...call, tool: "greets" })).status).toBe(200);
    await (await server.connections.next()).closed;
    expect(await stage.metric("mcpguard_upstream_failures_total")).toBe(0);
  });
  await t.step("curl's own content type is taken, others are not: 415", async () => {
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    expect((await post(call, form)).status).toBe(200);
    const plain = await post(call, { "Content-Type": "text/plain" });
    expect([plain.status, plain.body.error]).toEqual([415, "MalformedMessage"]);
  });
  await t.step("400 for no JSON, no frame, a wrong frame under its id", async () => {
    expect((await post("{")).status).toBe(400);
    expect((await post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(400);
    const wrong = await post({ ...call, more: 1 });
    expect([wrong.status, wrong.body.error, wrong.body.id]).toEqual([400, "MalformedMessage", "c"]);
  });
  await t.step("401 without a key, and with wrong ones in the same words", async () => {
    const none = await post(call, { "X-API-Key": "" });
    const wrong = await post(call, { "X-API-Key": "wrong" });
    const other = await post(call, { "X-API-Key": `${KEY}x` });
    expect([none.status, wrong.status, other.status]).toEqual([401, 401, 401]);
    expect(wrong.body).toMatchObject({ type: "error", error: "Unauthorized" });
    expect(wrong.body.message).toBe(other.body.message);
  });
  await t.step("403 for a denied tool", async () => {
    const { status, body } = await post({ ...call, tool: "admin/x" });
    expect([status, body.details.rule, body.id]).toEqual([403, "tools.deny[0]", "c"]);
  });
  await t.step("405 for other methods", async () => {
    const response = await fetch(`http://127.0.0.1:${stage.port}/call`, {
      headers: { "X-API-Key": KEY },
    });
    await response.body?.cancel();
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "POST"]);
  });
  await t.step("413 for a body beyond message_bytes", async () => {
    expect((await post({ ...call, prompt: "x".repeat(3000) })).status).toBe(413);
  });
  await t.step("429 with Retry-After when the bucket is empty", async () => {
    const metered = { ...call, tool: "scarce" };
    expect((await post(metered)).status).toBe(200);
    expect((await post(metered)).status).toBe(200);
    const over = await post(metered);
    expect([over.status, over.body.details.reason]).toEqual([429, "RateLimitExceeded"]);
    expect(Number(over.headers.get("Retry-After"))).toBeGreaterThan(100);
  });
  await t.step("502 for a server that leaves or answers no JSON", async () => {
    for (const tool of ["broken", "leaves"]) {
      const answer = await post({ ...call, tool });
      expect([answer.status, answer.body.error]).toEqual([502, "UpstreamFailed"]);
    }
    expect(await stage.metric("mcpguard_upstream_failures_total")).toBe(2);
    expect(await stage.metric("mcpguard_call_timeouts_total")).toBe(0);
  });
  await t.step("504 for a server that is silent", async () => {
    await using hasty = await startStage(server.url, `${POLICY}limits: { call_timeout_ms: 300 }\n`);
    const silent = { ...call, tool: "silent" };
    const answer = await post(silent, {}, `http://127.0.0.1:${hasty.port}/call`);
    expect([answer.status, answer.body.error]).toEqual([504, "UpstreamFailed"]);
    await hasty.record({ event: "outcome", decision: "timeout", tool: "silent" });
    expect(await hasty.metric("mcpguard_upstream_failures_total")).toBe(1);
    expect(await hasty.metric("mcpguard_call_timeouts_total")).toBe(1);
  });
  await t.step("a caller that vanishes leaves no place taken, and others stay", async () => {
    const stop = new AbortController();
    const before = server.got.all.length;
    const stays = post({ ...call, tool: "held" });
    const aborted = fetch(`http://127.0.0.1:${stage.port}/call`, {
      method: "POST",
      signal: stop.signal,
      headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
      body: JSON.stringify({ ...call, tool: "silent", id: "vanishes" }),
    }).catch(() => "aborted");
    while (server.got.all.length < before + 2) await server.got.next();
    stop.abort();
    expect(await aborted).toBe("aborted");
    await stage.record({ event: "outcome", decision: "cancelled", request_id: "vanishes" });
    expect(await stage.metric("mcpguard_in_flight")).toBe(1);
    (await held.next())();
    expect((await stays).status).toBe(200);
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  });
});

Deno.test("POST /call to a server that refuses: 502", async () => {
  await using stage = await startStage(`ws://127.0.0.1:${deadPort()}`);
  const response = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
    body: '{"type":"tool_call","tool":"t"}',
  });
  expect(response.status).toBe(502);
  expect((await response.json()).message).toContain("refused");
  await stage.record({ event: "outcome", decision: "error" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("with stealth a denied tool does not exist for frames either, however often it is asked for", async () => {
  await using server = playServer();
  const policy = POLICY.replace("tools: { deny:", "tools: { stealth: true, deny:");
  await using stage = await startStage(server.url, policy);
  const { client } = await stage.pair(server);
  const frame = { type: "tool_call", tool: "admin/x", id: 1 };
  for (let i = 0; i < 210; i++) {
    client.send(frame);
    expect(await client.next()).toEqual({
      type: "error",
      error: "ToolNotFound",
      message: "Unknown tool: admin/x",
      details: {},
      id: 1,
    });
  }
  const response = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
    body: JSON.stringify(frame),
  });
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain("deny");
  await stage.record({ reason: "ToolDenied", tool: "admin/x" });
});

Deno.test("POST /call whose caller leaves is withdrawn from the server", async () => {
  await using server = playServer(() => {});
  await using stage = await startStage(server.url, POLICY);
  const leaving = new AbortController();
  const call = fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
    body: JSON.stringify({ type: "tool_call", tool: "t" }),
    signal: leaving.signal,
  }).catch(() => "left");
  const upstream = await server.connections.next();
  await upstream.next();
  leaving.abort();
  expect(await call).toBe("left");
  await upstream.closed;
  await stage.record({ event: "outcome", method: "tool_call", decision: "cancelled" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});
