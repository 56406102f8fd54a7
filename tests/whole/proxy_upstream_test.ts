// The proxy when its server is refused, lost, slow or lies: every caller gets an answer, and nothing is left waiting.

import { expect } from "expect";
import { deadPort, type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { POLICY, startStage } from "../fixtures/proxy_stage.ts";
import { closeCode, concat, frame } from "../kit/ws_raw.ts";

Deno.test("a server that refuses: the first requests are told, then the client is closed", async () => {
  await using stage = await startStage(`ws://127.0.0.1:${deadPort()}`);
  // Both in one piece: what follows the first is answered too.
  const client = await stage.raw();
  const ping = '{"jsonrpc":"2.0","method":"ping","id":';
  await client.write(concat(frame({ payload: `${ping}1}` }), frame({ payload: `${ping}"two"}` })));
  const [one, two, close] = await client.frames();
  client.close();
  for (const [got, id] of [[one, 1], [two, "two"]] as const) {
    const answer = JSON.parse(new TextDecoder().decode(got!.payload));
    expect(answer).toMatchObject({ id, error: { code: -31502 } });
    expect(answer.error.message).toContain("refused");
  }
  expect(closeCode(close!)).toBe(1011);
  await stage.record({ detail: "upstream.refused", reason: "UpstreamFailed" });
  expect(await stage.metric("mcpguard_upstream_failures_total")).toBe(1);
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("a server that refuses: a client that asks nothing is not kept", async () => {
  await using stage = await startStage(`ws://127.0.0.1:${deadPort()}`);
  const client = await stage.client();
  expect(await client.closed).toMatchObject({ code: 1011 });
  expect(client.inbox.all).toEqual([]);
});

Deno.test("a server that is lost: every call that waits is told, then the client is closed", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);
  const ids = [client.call("a"), client.ask("prompts/list"), client.call("c")];
  await upstream.inbox.take(3);
  upstream.answer(upstream.inbox.all[1], { prompts: [] });
  upstream.close();
  const answers = await client.inbox.take(3);
  // What the server said before it left still counts.
  expect(answers[0]).toEqual({ jsonrpc: "2.0", id: ids[1], result: { prompts: [] } });
  expect(answers.slice(1).map((a) => [a.id, a.error.code])).toEqual([
    [ids[0], -31502],
    [ids[2], -31502],
  ]);
  expect(await client.closed).toEqual({ code: 1011, reason: "the server's connection was lost" });
  await stage.record({ event: "outcome", decision: "error", detail: "upstream.lost" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  expect(await stage.metric("mcpguard_connections ")).toBe(0);
});

Deno.test("a server that is slow: the call ends by timeout, is cancelled, and its late answer dropped", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { call_timeout_ms: 300 }\n`);
  const { client, upstream } = await stage.pair(server);
  client.call("slow");
  const asked = await upstream.next();
  const answer = await client.next();
  expect(answer).toMatchObject({ id: 1, error: { code: -31408 } });
  expect(await upstream.next()).toMatchObject({
    method: "notifications/cancelled",
    params: { requestId: asked.id },
  });
  await stage.record({ event: "outcome", decision: "timeout", detail: "call.timeout" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  upstream.answer(asked);
  await stage.record({ detail: "rpc.unsolicited_response", direction: "s2c" });
  upstream.notify("notifications/tools/list_changed");
  // The next thing the client hears: the late answer never came.
  expect(await client.next()).toMatchObject({ method: "notifications/tools/list_changed" });
  expect(await stage.metric("mcpguard_call_timeouts_total")).toBe(1);
});

Deno.test("progress keeps a slow call alive, and a subscription lives as long as it likes", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { call_timeout_ms: 2000 }\n`);
  const { client, upstream } = await stage.pair(server);
  client.ask("subscriptions/listen", { notifications: { toolsListChanged: true } }, "sub");
  client.call("slow", {}, { _meta: { progressToken: "p" } });
  client.ask("ping", {}, "control");
  const [listen, slow] = await upstream.inbox.take(3);
  // Progress until the call that shows none has run into its timeout: by then `slow` is over its first time too.
  let beating = true;
  const beats = (async () => {
    for (let progress = 1; beating; progress++) {
      upstream.notify("notifications/progress", { progressToken: "p", progress });
      await client.next().then((m) => beating &&= m.id !== "control");
    }
  })();
  await beats;
  upstream.answer(slow);
  upstream.answer(listen, {});
  const rest: Json[] = [];
  while (!rest.some((m) => m.id === "sub")) rest.push(await client.next());
  expect(rest.find((m) => m.id === 1)?.result).toBeDefined();
  expect(rest.find((m) => m.id === "sub")).toEqual({ jsonrpc: "2.0", id: "sub", result: {} });
});

Deno.test("a server that lies: nothing of it reaches the client as it was meant", async (t) => {
  await using server = playServer();
  await using stage = await startStage(
    server.url,
    `${POLICY}limits: { result_bytes: 20000, call_timeout_ms: 60000 }\n`,
  );
  const { client, upstream } = await stage.pair(server);
  /** A call is asked, the server says something, and the call's one answer is what the client gets. */
  const told = async (
    say: (request: Json) => void,
    method = "tools/call",
    params: object = { name: "t" },
  ): Promise<Json> => {
    const id = client.ask(method, params);
    say(await upstream.next());
    const answer = await client.next();
    expect(answer.id).toBe(id);
    return answer;
  };

  await t.step("both result and error, or neither: -31502", async () => {
    const both = await told((r) =>
      upstream.send({ jsonrpc: "2.0", id: r.id, result: {}, error: { code: 1, message: "x" } })
    );
    expect(both.error.code).toBe(-31502);
    expect((await told((r) => upstream.send({ jsonrpc: "2.0", id: r.id }))).error.code)
      .toBe(-31502);
    await stage.record({ detail: "rpc.shape", direction: "s2c" });
  });
  await t.step("a code of the guard's own is rewritten, and the record says so", async () => {
    const answer = await told((r) =>
      upstream.send({ jsonrpc: "2.0", id: r.id, error: { code: -31403, message: "policy" } })
    );
    expect(answer.error).toEqual({ code: -31502, message: "policy" });
    await stage.record({ event: "outcome", decision: "error", detail: "rpc.reserved_code" });
  });
  await t.step("an error of the server's own passes with its data", async () => {
    const error = { code: -32050, message: "mine", data: { n: 1.50 } };
    expect((await told((r) => upstream.send({ jsonrpc: "2.0", id: r.id, error }))).error)
      .toEqual(error);
  });
  await t.step("duplicate keys in the answer: -31502", async () => {
    const answer = await told((r) =>
      upstream.send(`{"jsonrpc":"2.0","id":${r.id},"result":{"a":1,"a":2}}`)
    );
    expect(answer.error.code).toBe(-31502);
  });
  await t.step("a result whose URI the policy denies is withheld", async () => {
    const read = await told(
      (r) => upstream.answer(r, { contents: [{ uri: "file:///priv/b", text: "secret" }] }),
      "resources/read",
      { uri: "file:///pub/a" },
    );
    expect(read.error.code).toBe(-31403);
    expect(JSON.stringify(read)).not.toContain("secret");
    const link = { type: "resource_link", uri: "file:///pub/%2e%2e/priv/b", name: "b" };
    const call = await told((r) => upstream.answer(r, { content: [link] }));
    expect(call.result.isError).toBe(true);
    expect(call.result._meta["mcpguard/decision"].rule).toBe("resources.deny[0]");
    await stage.record({ event: "outcome", detail: "result.withheld" });
  });
  await t.step("a content block that nobody knows is withheld", async () => {
    const answer = await told((r) => upstream.answer(r, { content: [{ type: "hologram" }] }));
    expect(answer.result.isError).toBe(true);
    await stage.record({ reason: "UpstreamFailed", detail: "mcp.content_type" });
  });
  await t.step("lists lose what is denied and what has no name", async () => {
    const tools = [{ name: "ok" }, { name: "admin.x" }, { name: 7 }, {}, "text", null];
    expect((await told((r) => upstream.answer(r, { tools, more: 1 }), "tools/list", {})).result)
      .toEqual({ tools: [{ name: "ok" }], more: 1 });
    const resources = [{ uri: "file:///pub/a" }, { uri: "file:///priv/b" }, { name: "no uri" }];
    expect((await told((r) => upstream.answer(r, { resources }), "resources/list", {})).result)
      .toEqual({ resources: [{ uri: "file:///pub/a" }] });
  });
  await t.step("a modern list is private once it was filtered", async () => {
    const params = { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } };
    const list = { tools: [], resultType: "complete", ttlMs: 60000, cacheScope: "public" };
    expect((await told((r) => upstream.answer(r, list), "tools/list", params)).result)
      .toEqual({ tools: [], resultType: "complete", ttlMs: 0, cacheScope: "private" });
  });
  await t.step("a list that is no list: -31502", async () => {
    const answer = await told((r) => upstream.answer(r, { tools: "all" }), "tools/list", {});
    expect(answer.error.code).toBe(-31502);
  });
  await t.step("ids that nobody asked under are dropped, in whatever spelling", async () => {
    const answer = await told((r) => {
      for (const id of [r.id + 1, String(r.id), 0, -1]) upstream.answer({ id });
      upstream.send(`{"jsonrpc":"2.0","id":${r.id}.0,"result":{}}`);
      upstream.answer(r, { content: [{ type: "text", text: "the real one" }] });
      upstream.answer(r, { content: [{ type: "text", text: "once more" }] });
    });
    expect(answer.result.content[0].text).toBe("the real one");
    await stage.record({ detail: "rpc.unsolicited_response" });
    await stage.record({ detail: "rpc.id" });
  });
  await t.step("garbage is recorded and nothing else happens", async () => {
    upstream.send("no json at all");
    await stage.record({ detail: "json.syntax", direction: "s2c" });
    upstream.send("[]");
    await stage.record({ detail: "rpc.batch", direction: "s2c" });
    upstream.send({ type: "tool_result", result: 1 });
    await stage.record({ detail: "frame.unsolicited", direction: "s2c" });
  });
  await t.step(
    "requests and notifications of unknown methods: the client hears nothing",
    async () => {
      upstream.ask("admin/exec", {}, "s1");
      expect(await upstream.next()).toMatchObject({ id: "s1", error: { code: -32601 } });
      upstream.ask("tools/call", { name: "x" }, "s2");
      expect(await upstream.next()).toMatchObject({ id: "s2", error: { code: -32601 } });
      upstream.ask("notifications/message", { level: "info", data: "x" }, "s3");
      expect(await upstream.next()).toMatchObject({ id: "s3", error: { code: -32601 } });
      // Its id is the server's: no call of the client's is meant.
      upstream.send('{"jsonrpc":"2.0","id":"s4","method":"ping","params":[1]}');
      expect(await upstream.next()).toMatchObject({ id: "s4", error: { code: -32602 } });
      upstream.notify("notifications/own", {});
      await stage.record({ method: "notifications/own", reason: "MethodDenied" });
    },
  );
  await t.step("progress for a token that nobody gave is dropped", async () => {
    upstream.notify("notifications/progress", { progressToken: "foreign", progress: 1 });
    await stage.record({ detail: "rpc.unknown_progress_token", direction: "s2c" });
  });
  await t.step("the client has heard nothing of all that", async () => {
    client.ask("ping", {}, "last");
    upstream.answer(await upstream.next(), {});
    expect(await client.next()).toEqual({ jsonrpc: "2.0", id: "last", result: {} });
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  });
  await t.step("an answer beyond result_bytes ends the session, the call is told", async () => {
    const answer = await told((r) =>
      upstream.answer(r, { content: [{ type: "text", text: "x".repeat(30_000) }] })
    );
    expect(answer.error.code).toBe(-31502);
    expect(await client.closed).toMatchObject({ code: 1011 });
    await stage.record({ detail: "ws.message_too_big", direction: "s2c" });
    expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  });
});

Deno.test("two answers on the wire for one id: the second is nobody's, also in another session", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url);
  const first = await stage.pair(server);
  const second = await stage.pair(server);
  first.client.call("a", {}, {});
  const request = await first.upstream.next();
  await first.client.next();
  // The other session's server answers under the first one's id.
  second.upstream.answer(request, { content: [{ type: "text", text: "stolen" }] });
  await stage.record({ detail: "rpc.unsolicited_response" });
  expect((await second.client.asked("ping")).result).toBeDefined();
  expect(first.client.inbox.all.length).toBe(1);
});
