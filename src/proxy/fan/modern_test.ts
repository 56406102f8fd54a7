// Several servers and a client of 2026-07-28: each server is asked whether it speaks it, and left out if not.

import { expect } from "expect";
import { settled } from "../session_testkit.ts";
import { answer, initialized, startFan } from "./fan_testkit.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const ask = (method: string, id: number, params: object = {}): object => ({
  jsonrpc: "2.0",
  id,
  method,
  params: { ...params, _meta: META },
});
const DISCOVERED = {
  resultType: "complete",
  supportedVersions: ["2026-07-28", "2025-11-25"],
  capabilities: { tools: {} },
};

Deno.test("server/discover is put together from those that speak the era", async () => {
  const stage = startFan(["a", "b", "c"]);
  stage.client.say(ask("server/discover", 1));
  await settled();
  await answer(stage.of("a"), DISCOVERED);
  stage.of("b").say({
    jsonrpc: "2.0",
    id: stage.of("b").sent[0].id,
    error: { code: -32601, message: "Method not found" },
  });
  await answer(stage.of("c"), { ...DISCOVERED, supportedVersions: ["2026-07-28"] });
  expect(stage.got()[0].result).toMatchObject({
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    serverInfo: { name: "mcpguard" },
    cacheScope: "private",
  });
  expect(stage.records.map((one) => one.rule)).toContain("upstream.b.era");
});

Deno.test("where no server speaks the era the client reads the very error, and falls back", async () => {
  const stage = startFan(["a", "b"]);
  stage.client.say(ask("server/discover", 1));
  await settled();
  for (const name of ["a", "b"]) {
    stage.of(name).say({
      jsonrpc: "2.0",
      id: stage.of(name).sent[0].id,
      error: { code: -32601, message: "Method not found" },
    });
  }
  await settled();
  expect(stage.got()).toEqual([
    { jsonrpc: "2.0", id: 1, error: { code: -32601, message: "Method not found" } },
  ]);
  await initialized(stage, "2025-06-18");
  expect(stage.got()).toMatchObject([{ id: "init", result: { protocolVersion: "2025-06-18" } }]);
  expect(stage.servers.a).toHaveLength(1);
});

Deno.test("a server is asked once which era it speaks, before its first request", async () => {
  const stage = startFan(["a", "b"]);
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  stage.client.say(ask("tools/call", 2, { name: "b__t" }));
  await settled();
  for (const name of ["a", "b"]) {
    expect(stage.of(name).sent.map((one) => one.method)).toEqual(["server/discover"]);
  }
  await answer(stage.of("a"), DISCOVERED);
  expect(stage.of("a").sent.at(-1).params.name).toBe("t");
  await answer(stage.of("a"), { resultType: "complete", content: [] });
  stage.of("b").say({
    jsonrpc: "2.0",
    id: stage.of("b").sent[0].id,
    error: { code: -32601, message: "Method not found" },
  });
  await settled();
  expect(stage.got()).toMatchObject([
    { id: 1, result: { resultType: "complete" } },
    { id: 2, error: { code: -31502 } },
  ]);
  stage.client.say(ask("tools/list", 3));
  await settled();
  await answer(stage.of("a"), { resultType: "complete", tools: [{ name: "t" }] });
  expect(stage.got()).toMatchObject([
    { id: 3, result: { resultType: "complete", tools: [{ name: "a__t" }], ttlMs: 0 } },
  ]);
  expect(stage.servers.b).toHaveLength(1);
});

Deno.test("without sessions a server that was lost is tried again by the next request", async () => {
  const stage = startFan(["a"]);
  stage.client.say(ask("tools/call", 1, { name: "a__t" }));
  await settled();
  await answer(stage.of("a"), DISCOVERED);
  stage.of("a").end({ code: 1006 });
  await settled();
  expect(stage.got()).toMatchObject([{ id: 1, error: { code: -31502 } }]);
  stage.client.say(ask("tools/call", 2, { name: "a__t" }));
  await settled();
  expect(stage.servers.a).toHaveLength(2);
  await answer(stage.of("a"), { resultType: "complete", content: [] });
  expect(stage.got()).toMatchObject([{ id: 2, result: {} }]);
});

Deno.test("a subscription goes to the servers that it names, and is acknowledged once", async () => {
  const stage = startFan(["a", "b", "c"]);
  const subscriptionId = "io.modelcontextprotocol/subscriptionId";
  stage.client.say(ask("subscriptions/listen", 9, {
    notifications: {
      resourceSubscriptions: ["a+file:///x", "b+file:///y"],
    },
  }));
  await settled();
  await answer(stage.of("a"), DISCOVERED);
  await answer(stage.of("b"), DISCOVERED);
  expect(stage.servers.c).toHaveLength(0);
  const listen = stage.of("a").sent.at(-1);
  expect(listen.params.notifications).toEqual({ resourceSubscriptions: ["file:///x"] });
  const acknowledge = async (name: string, uri: string): Promise<void> => {
    stage.of(name).say({
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: {
        notifications: { resourceSubscriptions: [uri] },
        _meta: { [subscriptionId]: listen.id },
      },
    });
    await settled();
  };
  await acknowledge("a", "file:///x");
  expect(stage.got()).toEqual([]);
  await acknowledge("b", "file:///y");
  expect(stage.got()).toEqual([{
    jsonrpc: "2.0",
    method: "notifications/subscriptions/acknowledged",
    params: {
      notifications: { resourceSubscriptions: ["a+file:///x", "b+file:///y"] },
      _meta: { [subscriptionId]: 9 },
    },
  }]);
  stage.of("b").say({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri: "file:///y", _meta: { [subscriptionId]: listen.id } },
  });
  await settled();
  expect(stage.got()[0].params).toMatchObject({
    uri: "b+file:///y",
    _meta: { [subscriptionId]: 9 },
  });
  // One server's end does not end the subscription; the last one's does.
  await answer(stage.of("a"), { resultType: "complete" });
  expect(stage.got()).toEqual([]);
  await answer(stage.of("b"), { resultType: "complete" });
  expect(stage.got()).toMatchObject([{ id: 9, result: { resultType: "complete" } }]);
});

Deno.test("a request that is withdrawn while its server is asked for its era is never sent", async () => {
  const stage = startFan(["a", "b"]);
  stage.client.say(ask("tools/list", 1));
  stage.client.say(ask("tools/call", 2, { name: "a__t" }));
  await settled();
  for (const requestId of [1, 2]) {
    stage.client.say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
  }
  await settled();
  for (const name of ["a", "b"]) {
    stage.of(name).say({ jsonrpc: "2.0", id: stage.of(name).sent[0].id, result: DISCOVERED });
    await settled();
    expect(
      stage.of(name).sent.map((one) => one.method).filter((method) => method.startsWith("tools")),
    )
      .toEqual([]);
  }
  expect([stage.got(), stage.session.inFlight]).toEqual([[], 0]);
});
