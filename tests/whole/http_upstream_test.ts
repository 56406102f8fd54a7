// Real servers over HTTP behind the real program, with the official SDK's client on a WebSocket: the same session on
// Streamable HTTP in each of its manners and on HTTP+SSE.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/websocket"
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import {
  type Manner,
  type SdkHttpServer,
  startSdkHttpServer,
} from "../fixtures/sdk_http_server.ts";
import { type GuardProgram, startGuard } from "../kit/guard.ts";

const POLICY = `
version: 1
auth: { mode: none }
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
prompts: { deny: ["secret*"] }
`;

/** A client with every capability, connected through the guard. */
async function connected(guard: GuardProgram): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
  );
  await client.connect(new WebSocketClientTransport(new URL(`ws://127.0.0.1:${guard.port}/ws`)));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: "m",
    role: "assistant",
    content: { type: "text", text: "sampled" },
  }));
  client.setRequestHandler(
    ElicitRequestSchema,
    () => ({ action: "accept", content: { name: "Ada" } }),
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///r" }] }));
  return client;
}

/** What works over every transport. */
async function session(t: Deno.TestContext, client: Client, server: SdkHttpServer): Promise<void> {
  await t.step("initialize", () => {
    expect(client.getServerVersion()?.name).toBe("sdk-fixture");
    expect(client.getInstructions()).toBe("Use the calculator.");
  });
  await t.step("lists are filtered", async () => {
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names).toContain("calculator.add");
    expect(names).not.toContain("admin.echo-env");
    expect((await client.listResources()).resources.map((r) => r.uri)).toEqual([
      "file:///pub/a.txt",
    ]);
    expect((await client.listPrompts()).prompts.map((p) => p.name)).toEqual(["greet"]);
  });
  await t.step("calls are answered, many at once, each to its own", async () => {
    const sums = await Promise.all(
      Array.from(
        { length: 40 },
        (_, i) => client.callTool({ name: "calculator.add", arguments: { a: i, b: 1000 } }),
      ),
    );
    expect(sums.map((sum) => sum.structuredContent))
      .toEqual(Array.from({ length: 40 }, (_, i) => ({ sum: i + 1000 })));
  });
  await t.step("a denied call never reaches the server", async () => {
    const result = await client.callTool({ name: "admin.echo-env", arguments: {} });
    expect(result.isError).toBe(true);
    expect(server.calls).not.toContain("admin.echo-env");
  });
  await t.step("resources and prompts", async () => {
    const read = await client.readResource({ uri: "file:///pub/a.txt" });
    expect(read.contents).toEqual([{ uri: "file:///pub/a.txt", text: "public" }]);
    const greeting = await client.getPrompt({ name: "greet", arguments: { name: "Ada" } });
    expect(JSON.stringify(greeting.messages)).toContain("Hello Ada");
  });
  await t.step("a server's error stays the server's", async () => {
    await expect(client.getPrompt({ name: "nobody-has-this" })).rejects
      .toMatchObject({ code: -32602 });
  });
  await t.step("ping", async () => {
    expect(await client.ping()).toEqual({});
  });
}

/** What needs streams. */
async function streams(t: Deno.TestContext, client: Client): Promise<void> {
  await t.step("progress reaches the caller in order", async () => {
    const seen: number[] = [];
    await client.callTool(
      { name: "slow.count", arguments: { to: 3 } },
      CallToolResultSchema,
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen).toEqual([1, 2, 3]);
  });
}

/** What needs a session: questions of the server's, and cancellation. */
async function questions(
  t: Deno.TestContext,
  client: Client,
  server: SdkHttpServer,
): Promise<void> {
  await t.step("the server's questions reach the client and their answers the server", async () => {
    const result = await client.callTool({ name: "ask.human", arguments: {} });
    expect(result.content).toEqual([{ type: "text", text: "sampled Ada file:///r" }]);
  });
  await t.step("cancelling a call reaches the server", async () => {
    const abort = new AbortController();
    const call = client.callTool(
      { name: "slow.count", arguments: { to: 1, wait: true } },
      CallToolResultSchema,
      { signal: abort.signal, onprogress: () => abort.abort("enough") },
    );
    await expect(call).rejects.toThrow("enough");
    await server.cancelled;
  });
}

const MANNERS: Record<Manner, { streams: boolean; questions: boolean }> = {
  session: { streams: true, questions: true },
  // The SDK drops what belongs to a call when it answers with plain JSON.
  json: { streams: false, questions: false },
  stateless: { streams: true, questions: false },
  sse: { streams: true, questions: true },
};

for (const [manner, can] of Object.entries(MANNERS) as [Manner, typeof MANNERS[Manner]][]) {
  Deno.test(`a server on the SDK works behind the guard over HTTP: ${manner}`, async (t) => {
    await using server = await startSdkHttpServer(manner);
    await using guard = await startGuard(POLICY, server.url);
    const client = await connected(guard);
    try {
      await session(t, client, server);
      if (can.streams) await streams(t, client);
      if (can.questions) await questions(t, client, server);
      if (manner !== "stateless") expect(server.sessions.size).toBe(1);
    } finally {
      await client.close();
    }
    await t.step("the session ends with its client", async () => {
      expect((await guard.process.stop()).code).toBe(0);
      expect(server.sessions.size).toBe(0);
    });
  });
}

Deno.test("two clients have two sessions at the server, and neither gets the other's answers", async () => {
  await using server = await startSdkHttpServer("session");
  await using guard = await startGuard(POLICY, server.url);
  const clients = await Promise.all([connected(guard), connected(guard)]);
  try {
    expect(server.sessions.size).toBe(2);
    const sums = await Promise.all(
      clients.flatMap((client, c) =>
        Array.from(
          { length: 25 },
          (_, i) => client.callTool({ name: "calculator.add", arguments: { a: i, b: 100 * c } }),
        )
      ),
    );
    const wanted = clients.flatMap((_, c) => Array.from({ length: 25 }, (_, i) => i + 100 * c));
    expect(sums.map((sum) => (sum.structuredContent as { sum: number }).sum)).toEqual(wanted);
  } finally {
    for (const client of clients) await client.close();
  }
});

Deno.test("what a client sends as its credentials never reaches the server", async () => {
  const KEY = "a-key-that-is-long-enough-for-tests";
  await using server = await startSdkHttpServer("session");
  await using guard = await startGuard(
    `version: 1\nauth: { mode: api_key, allowed_keys: [{ key: ${KEY}, identity: alice }] }\n`,
    server.url,
  );
  const initialize = {
    ...{ protocolVersion: "2025-11-25", capabilities: {} },
    clientInfo: { name: "test", version: "1" },
  };
  const socket = new WebSocket(`ws://127.0.0.1:${guard.port}/ws`, {
    headers: { "X-API-Key": KEY, Cookie: "a=b", "X-Custom": "c" },
  });
  const answered = new Promise((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
  socket.onopen = () =>
    socket.send(
      JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize }),
    );
  await answered;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  expect(server.requests.length).toBeGreaterThan(0);
  for (const { headers } of server.requests) {
    expect(JSON.stringify(headers)).not.toContain(KEY);
    expect(Object.keys(headers)).not.toContain("cookie");
    expect(Object.keys(headers)).not.toContain("x-api-key");
    expect(Object.keys(headers)).not.toContain("x-custom");
  }
});
