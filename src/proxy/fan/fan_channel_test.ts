// Several servers behind one session: who gets what, and what one of them can do to another.

import { expect } from "expect";
import { ask, settled } from "../session_testkit.ts";
import { answer, CAPABILITIES, initialized, startFan } from "./fan_testkit.ts";

Deno.test("a fan merges handshakes, and each server hears of the client", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  expect(stage.got()).toEqual([{
    jsonrpc: "2.0",
    id: "init",
    result: {
      protocolVersion: "2025-11-25",
      capabilities: CAPABILITIES,
      serverInfo: { name: "mcpguard", version: "1" },
      instructions: "# a\n\nUse a.\n\n# b\n\nUse b.",
    },
  }]);
  for (const name of ["a", "b"]) {
    expect(stage.of(name).sent.map((one) => one.method))
      .toEqual(["initialize", "notifications/initialized"]);
  }
  stage.client.say(ask("ping", 1));
  await settled();
  expect(stage.got()).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
});

Deno.test("NAME-021 two servers cannot shadow each other: every name says whose it is", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/list", 1));
  await settled();
  // One of them also tries to look like the other's.
  await answer(stage.of("b"), { tools: [{ name: "search" }, { name: "a__search" }] });
  expect(stage.got()).toEqual([]);
  await answer(stage.of("a"), { tools: [{ name: "search" }] });
  expect(stage.got()[0].result.tools.map((tool: { name: string }) => tool.name))
    .toEqual(["a__search", "b__search", "b__a__search"]);
  stage.client.say(ask("tools/call", 2, { name: "b__a__search" }));
  await settled();
  expect(stage.of("b").sent.at(-1).params.name).toBe("a__search");
  const before = stage.of("a").sent.length;
  // Nobody gets a name that names nobody, in whatever spelling.
  for (const [i, name] of ["search", "a/search", "a.search", "A__search", "c__search"].entries()) {
    stage.client.say(ask("tools/call", 10 + i, { name }));
  }
  await settled();
  for (const reply of stage.got()) {
    expect(reply.result._meta["mcpguard/decision"].rule).toBe("upstreams.unknown");
  }
  expect([stage.of("a").sent.length, stage.of("b").sent.at(-1).params.name])
    .toEqual([before, "a__search"]);
});

Deno.test("a fan routes resources by their URI, and gives every URI its server's name", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("resources/list", 1));
  await settled();
  await answer(stage.of("a"), { resources: [{ uri: "file:///x", name: "x" }] });
  await answer(stage.of("b"), { resources: [{ uri: "file:///x", name: "x" }, { uri: "odd" }] });
  expect(stage.got()[0].result.resources.map((one: { uri: string }) => one.uri))
    .toEqual(["a+file:///x", "b+file:///x"]);
  stage.client.say(ask("resources/read", 2, { uri: "b+file:///y/../x" }));
  await settled();
  // What was judged is what is forwarded: the canonical URI.
  expect(stage.of("b").sent.at(-1).params).toEqual({ uri: "file:///x" });
  await answer(stage.of("b"), { contents: [{ uri: "file:///x", text: "t" }] });
  expect(stage.got()[0].result.contents).toEqual([{ uri: "b+file:///x", text: "t" }]);
  stage.client.say(ask("resources/read", 3, { uri: "file:///x" }));
  stage.client.say(ask("resources/subscribe", 4, { uri: "a+file:///x" }));
  await settled();
  expect(stage.got()[0].error.data.rule).toBe("upstreams.unknown");
  expect(stage.of("a").sent.at(-1)).toMatchObject({
    method: "resources/subscribe",
    params: { uri: "file:///x" },
  });
  stage.of("a").say({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri: "file:///x" },
  });
  await settled();
  expect(stage.got()[0].params.uri).toBe("a+file:///x");
});

Deno.test("a fan gives links and embedded resources in results their server's name", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  await settled();
  await answer(stage.of("a"), {
    content: [
      { type: "resource_link", uri: "demo://1", name: "one" },
      { type: "resource", resource: { uri: "demo://2", text: "b+demo://3" } },
      { type: "text", text: "demo://4" },
    ],
  });
  expect(stage.got()[0].result.content).toEqual([
    { type: "resource_link", uri: "a+demo://1", name: "one" },
    { type: "resource", resource: { uri: "a+demo://2", text: "b+demo://3" } },
    { type: "text", text: "demo://4" },
  ]);
});

Deno.test("a server's own lists narrow the policy's, by its own names", async () => {
  const stage = startFan(["a", "b"], {
    policy: 'tools: { deny: ["b/drop", "*/purge"], allow: ["a/*", "b__*"] }\n' +
      'resources: { deny: ["file:///etc/**"] }\n',
    own: {
      a: { tools: { deny: ["delete*"] }, resources: { deny: ["file:///a/**"] } },
      b: { tools: { allow: ["read", "drop", "purge"] }, resources: { allow: ["file:///b/**"] } },
    },
  });
  await initialized(stage);
  stage.got();
  let asked = 0;
  const rule = async (method: string, params: object): Promise<string> => {
    stage.client.say(ask(method, `asked ${++asked}`, params));
    await settled();
    const [reply] = stage.got();
    const { result, error } = reply ?? {};
    return result?._meta["mcpguard/decision"].rule ?? error?.data.rule ?? "passed";
  };
  const call = (name: string, args = {}): Promise<string> =>
    rule("tools/call", { name, arguments: args });
  expect(await call("a__read")).toBe("passed");
  expect(await call("a__Delete-It")).toBe("upstreams.a.tools.deny[0]");
  expect(await call("a__purge")).toBe("tools.deny[1]");
  expect(await call("b__read")).toBe("passed");
  expect(await call("b__write")).toBe("upstreams.b.tools.allow");
  expect(await call("b__drop")).toBe("tools.deny[0]");
  const read = (uri: string): Promise<string> => rule("resources/read", { uri });
  expect(await read("a+file:///etc/x")).toBe("resources.deny[0]");
  expect(await read("a+file:///x/../a/%78")).toBe("upstreams.a.resources.deny[0]");
  expect(await read("b+file:///a/x")).toBe("upstreams.b.resources.allow");
  expect(await read("b+file:///b/x")).toBe("passed");
  expect(await call("a__read", { path: "/x/../a/y" })).toBe("upstreams.a.resources.deny[0]");
  expect(await call("b__read", { path: "/a/y" })).toBe("passed");
  const { upstream } = stage.records.findLast((one) => one.event === "decision")!.context!;
  expect(upstream).toBe("b");
  expect(stage.records.map((one) => one.tool)).toContain("a/read");
});

for (const eager of [false, true]) {
  const when = eager ? "before the client speaks" : "when it is needed";
  Deno.test(`a dead server leaves the others alone, found out ${when}`, async () => {
    const stage = startFan(["a", "b"], { dead: ["a"], eager });
    await settled();
    await initialized(stage);
    expect(stage.got()[0].result.instructions).toBe("# b\n\nUse b.");
    stage.client.say(ask("tools/list", 1));
    stage.client.say(ask("tools/call", 2, { name: "a__t" }));
    stage.client.say(ask("tools/call", 3, { name: "b__t" }));
    await settled();
    const [list, call] = stage.of("b").sent.slice(-2);
    stage.of("b").say({ jsonrpc: "2.0", id: list.id, result: { tools: [{ name: "t" }] } });
    stage.of("b").say({ jsonrpc: "2.0", id: call.id, result: { content: [] } });
    await settled();
    expect(stage.got()).toMatchObject([
      { id: 2, error: { code: -31502, message: expect.stringContaining("a: upstream x refused") } },
      { id: 1, result: { tools: [{ name: "b__t" }] } },
      { id: 3, result: { content: [] } },
    ]);
    expect(stage.records).toContainEqual(expect.objectContaining({
      reason: "UpstreamFailed",
      rule: "upstream.a.refused",
    }));
    expect(stage.metrics.render()).toMatch(/mcpguard_upstream_failures_total [1-9]/);
    expect(stage.ended()).toBe(false);
  });
}

Deno.test("a client that initializes twice is refused, also when a server has gone since", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.of("a").end({ code: 1006 });
  await settled();
  stage.got();
  stage.client.say(ask("initialize", 2, { protocolVersion: "2025-11-25", capabilities: {} }));
  await settled();
  expect(stage.got()).toMatchObject([{ id: 2, error: { code: -32600 } }]);
});

for (const eager of [false, true]) {
  Deno.test(`a session whose servers are all dead says so and ends (connected first: ${eager})`, async () => {
    const stage = startFan(["a", "b"], { dead: ["a", "b"], eager });
    stage.client.say(ask("initialize", 1, { protocolVersion: "2025-11-25", capabilities: {} }));
    await settled();
    expect(stage.got()).toMatchObject([{ id: 1, error: { code: -31502 } }]);
    expect(stage.client.closing?.code).toBe(1011);
  });
}

Deno.test("a server that dies fails its own calls and withdraws its own questions", async () => {
  const stage = startFan(["a", "b"]);
  await initialized(stage);
  stage.got();
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  stage.client.say(ask("tools/call", 2, { name: "b__t" }));
  stage.client.say(ask("tools/list", 3));
  await settled();
  stage.of("a").say(ask("roots/list", 7));
  await settled();
  const [question] = stage.got();
  stage.of("a").end({ code: 1006 });
  await settled();
  const got = stage.got();
  expect(got).toContainEqual(expect.objectContaining({
    id: 1,
    error: expect.objectContaining({ code: -31502 }),
  }));
  expect(got).toContainEqual(expect.objectContaining({
    method: "notifications/cancelled",
    params: expect.objectContaining({ requestId: question.id }),
  }));
  expect(got).toHaveLength(2);
  const [call, list] = stage.of("b").sent.slice(-2);
  stage.of("b").say({ jsonrpc: "2.0", id: list.id, result: { tools: [] } });
  stage.of("b").say({ jsonrpc: "2.0", id: call.id, result: { content: [] } });
  await settled();
  expect(stage.got().map((one) => one.id)).toEqual([3, 2]);
  expect(stage.session.inFlight).toBe(0);
});

Deno.test("a server that never answers the handshake is left out, and the others are not held up", async () => {
  const stage = startFan(["a", "b"], { gatherMs: 0 });
  const told = Promise.withResolvers<void>();
  const { send } = stage.client;
  stage.client.send = (text): boolean => {
    told.resolve();
    return send.call(stage.client, text);
  };
  stage.client.say(ask("initialize", 1, { protocolVersion: "2025-06-18", capabilities: {} }));
  await settled();
  await answer(stage.of("b"), { protocolVersion: "2024-11-05", capabilities: { tools: {} } });
  await told.promise;
  expect(stage.got()[0].result).toMatchObject({
    protocolVersion: "2025-06-18",
    capabilities: { tools: {} },
  });
  expect(stage.of("a").closing).not.toBe(null);
  expect(stage.records.map((one) => one.rule)).toContain("upstream.a.late");
});

Deno.test("a server that is newer than the client, or of no known revision, is left out", async () => {
  for (const protocolVersion of ["2025-11-25", "2026-07-28", "1", null]) {
    const stage = startFan(["a", "b"]);
    stage.client.say(ask("initialize", 1, { protocolVersion: "2025-06-18", capabilities: {} }));
    await settled();
    await answer(stage.of("a"), { protocolVersion, capabilities: {} });
    await answer(stage.of("b"), { protocolVersion: "2025-06-18", capabilities: {} });
    expect(stage.got()[0].result.protocolVersion).toBe("2025-06-18");
    expect(stage.records.map((one) => one.rule)).toContain("upstream.a.era");
    stage.client.close(1000, "");
    stage.client.end();
  }
});
