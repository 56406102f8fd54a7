// A server of the modern era (MCP 2026-07-28) on the official SDK v2 over HTTP, behind the real program, with a client
// on a WebSocket: what HTTP says in headers and by closing streams is made from messages, and the other way round.

import { expect } from "expect";
import { connectClient, type Json, type Peer } from "../fixtures/proxy_peers.ts";
import { startGuard } from "../kit/guard.ts";
import { PEER } from "../kit/peer.ts";
import { RunningProcess } from "../kit/process.ts";

const SERVER = new URL("../fixtures/sdk_v2_http.ts", import.meta.url).pathname;
const POLICY = `
version: 1
auth: { mode: none }
tools: { deny: ["admin/*"] }
`;

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
};

/** Asks in the modern era, and takes the next message as the answer. */
async function asked(client: Peer, method: string, params: object = {}): Promise<Json> {
  const answer = await client.asked(method, { ...params, _meta: META });
  return answer.result ?? answer.error;
}

Deno.test("a modern server on the SDK v2 works behind the guard over HTTP", async (t) => {
  await using server = new RunningProcess(
    [Deno.execPath(), "run", ...PEER, "-A", SERVER],
  );
  const [, target] = await server.line(/listening on (http:\S+)/);
  await using guard = await startGuard(POLICY, target!);
  const client = await connectClient(`ws://127.0.0.1:${guard.port}/ws`);
  const call = (name: string, args: object = {}, more: object = {}): Promise<Json> =>
    asked(client, "tools/call", { name, arguments: args, ...more });

  await t.step("server/discover is answered by the server itself", async () => {
    expect(await asked(client, "server/discover")).toMatchObject({
      supportedVersions: ["2026-07-28"],
      instructions: "Modern.",
      resultType: "complete",
    });
  });
  await t.step("the server's refusal over headers reaches the client as it is", async () => {
    // Nobody has listed the tools yet, so nobody knows what the headers should repeat.
    expect((await call("add", { a: 1, b: 2 })).code).toBe(-32020);
  });
  await t.step("tools are listed for this client alone, without what is denied", async () => {
    const list = await asked(client, "tools/list");
    expect(list).toMatchObject({ cacheScope: "private", ttlMs: 0 });
    expect(list.tools.map((tool: Json) => tool.name))
      .toEqual(["add", "slow", "ask", "change"]);
  });
  await t.step("arguments are repeated in headers as the tool asks", async () => {
    const sum = await call("add", { a: 1, b: 2, region: "Zürich\n" });
    expect(sum.content).toEqual([{ type: "text", text: "3" }]);
    await server.line(/called add Zürich/);
  });
  await t.step("a resource by the URI that the header repeats", async () => {
    expect((await asked(client, "resources/read", { uri: "note://a/1" })).contents)
      .toEqual([{ uri: "note://a/1", text: "noted" }]);
  });
  await t.step("a denied call never reaches the server", async () => {
    expect(await call("admin.drop")).toMatchObject({ isError: true, resultType: "complete" });
    expect(server.lines()).not.toContain("called admin.drop");
  });
  await t.step(
    "the server asks inside a result, and the answer goes in the next call",
    async () => {
      const asks = await call("ask");
      expect(asks.resultType).toBe("input_required");
      expect(asks.inputRequests.who.params.message).toBe("Who are you?");
      const said = await call("ask", {}, {
        inputResponses: { who: { action: "accept", content: { name: "Ada" } } },
      });
      expect(said.content).toEqual([{ type: "text", text: "Hello Ada" }]);
    },
  );
  await t.step("progress comes on the call's stream, and a cancellation closes it", async () => {
    const id = client.ask("tools/call", {
      name: "slow",
      arguments: {},
      _meta: { ...META, progressToken: "p" },
    });
    expect((await client.next()).params).toMatchObject({ progressToken: "p", progress: 1 });
    client.notify("notifications/cancelled", { requestId: id });
    await server.line(/cancelled slow/);
  });
  await t.step("a subscription stays open until it is cancelled", async () => {
    const id = client.ask("subscriptions/listen", {
      notifications: { toolsListChanged: true },
      _meta: META,
    });
    const acknowledged = await client.next();
    expect(acknowledged.method).toBe("notifications/subscriptions/acknowledged");
    expect(acknowledged.params._meta["io.modelcontextprotocol/subscriptionId"]).toBe(id);
    const change = client.ask("tools/call", { name: "change", arguments: {}, _meta: META });
    const both = [await client.next(), await client.next()];
    expect(both.map((message) => message.method ?? message.id).sort())
      .toEqual([change, "notifications/tools/list_changed"].sort());
    client.notify("notifications/cancelled", { requestId: id });
    // Whatever the change says now has nobody to hear it.
    expect((await call("change")).resultType).toBe("complete");
    expect((await call("ask")).resultType).toBe("input_required");
  });
  await t.step("a method that the server does not have", async () => {
    expect(
      (await asked(client, "completion/complete", {
        ref: { type: "ref/prompt", name: "x" },
        argument: { name: "a", value: "b" },
      })).code,
    ).toBe(-32601);
  });
  await t.step("a client of the legacy era is told so by the server", async () => {
    const answer = await client.asked("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    });
    expect(answer.error.code).toBe(-32022);
    expect(answer.error.data.supported).toEqual(["2026-07-28"]);
  });
  client.close();
  await client.closed;
});
