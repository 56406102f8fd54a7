// The official SDK's v1 client over Streamable HTTP and over HTTP+SSE, through the real program, to an MCP server on the
// SDK behind a WebSocket: the same session on both.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/sse"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";

const KEY = "a-key-that-is-long-enough-for-tests";
const POLICY = `
version: 1
auth: { mode: api_key, allowed_keys: [{ key: ${KEY}, identity: alice }] }
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
`;
const requestInit = { headers: { "X-API-Key": KEY } };

/** The transports of the SDK's client and where they connect. */
const TRANSPORTS: [string, (origin: string) => Transport][] = [
  [
    "Streamable HTTP",
    (origin) =>
      new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
        requestInit,
        // After the DELETE the stream ends for good: nothing is to be tried again.
        reconnectionOptions: {
          maxRetries: 0,
          initialReconnectionDelay: 1,
          maxReconnectionDelay: 1,
          reconnectionDelayGrowFactor: 1,
        },
      }) as Transport,
  ],
  [
    "HTTP+SSE",
    (origin) =>
      new SSEClientTransport(new URL(`${origin}/sse`), {
        requestInit,
        eventSourceInit: {
          fetch: (url, init) =>
            fetch(url, { ...init, headers: { ...init?.headers, ...requestInit.headers } }),
        },
      }),
  ],
];

for (const [name, transportTo] of TRANSPORTS) {
  Deno.test(`the SDK's client lives a whole session over ${name}`, async (t) => {
    await using server = startSdkServer();
    await using guard = await startGuard(POLICY, server.url);
    const client = new Client(
      { name: "test", version: "1" },
      { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
    );
    const transport = transportTo(guard.origin);
    await client.connect(transport);
    try {
      await t.step("initialize: the server's own name and instructions arrive", () => {
        expect(client.getServerVersion()?.name).toBe("sdk-fixture");
        expect(client.getInstructions()).toBe("Use the calculator.");
      });
      await t.step("tools/list hides what the policy denies", async () => {
        const { tools } = await client.listTools();
        expect(tools.map((tool) => tool.name)).not.toContain("admin.echo-env");
        expect(tools.map((tool) => tool.name)).toContain("calculator.add");
      });
      await t.step("an allowed call comes back as the server answered it", async () => {
        const result = await client.callTool({ name: "calculator.add", arguments: { a: 2, b: 3 } });
        expect(result.structuredContent).toEqual({ sum: 5 });
      });
      await t.step("a denied call is a tool error that a model can read", async () => {
        const result = await client.callTool({ name: "admin.echo-env", arguments: {} });
        expect(result.isError).toBe(true);
        expect(JSON.stringify(result.content)).toContain("tools.deny[0]");
        expect(server.calls).not.toContain("admin.echo-env");
      });
      await t.step("a denied resource is an error with the guard's code", async () => {
        await expect(client.readResource({ uri: "file:///pub/../priv/b.txt" })).rejects
          .toMatchObject({ code: -31403 });
      });
      await t.step("an unknown method is refused with -32601", async () => {
        await expect(
          client.request({ method: "admin/exec", params: {} }, CallToolResultSchema),
        ).rejects.toMatchObject({ code: -32601 });
      });
      await t.step("progress reaches the caller in order", async () => {
        const seen: number[] = [];
        await client.callTool(
          { name: "slow.count", arguments: { to: 3 } },
          CallToolResultSchema,
          { onprogress: ({ progress }) => seen.push(progress) },
        );
        expect(seen).toEqual([1, 2, 3]);
      });
      await t.step(
        "the server's questions reach the client, their answers the server",
        async () => {
          client.setRequestHandler(CreateMessageRequestSchema, () => ({
            model: "m",
            role: "assistant",
            content: { type: "text", text: "sampled" },
          }));
          client.setRequestHandler(
            ElicitRequestSchema,
            () => ({ action: "accept", content: { name: "Ada" } }),
          );
          client.setRequestHandler(
            ListRootsRequestSchema,
            () => ({ roots: [{ uri: "file:///r" }] }),
          );
          const result = await client.callTool({ name: "ask.human", arguments: {} });
          expect(result.content).toEqual([{ type: "text", text: "sampled Ada file:///r" }]);
        },
      );
      await t.step("list_changed reaches the client", async () => {
        const changed = Promise.withResolvers<void>();
        client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
        await client.callTool({ name: "tool.add", arguments: {} });
        await changed.promise;
        expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("added.later");
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
      await t.step("many calls at once get their own answers", async () => {
        const sums = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
          const result = await client.callTool({
            name: "calculator.add",
            arguments: { a: i, b: 1000 },
          });
          return (result.structuredContent as { sum: number }).sum;
        }));
        expect(sums).toEqual(Array.from({ length: 20 }, (_, i) => i + 1000));
      });
      await t.step("ping", async () => {
        expect(await client.ping()).toEqual({});
      });
      if (transport instanceof StreamableHTTPClientTransport) {
        await t.step("DELETE ends the session, which is unknown from then on", async () => {
          const headers = { ...requestInit.headers, "Mcp-Session-Id": transport.sessionId! };
          await transport.terminateSession();
          const after = await fetch(`${guard.origin}/mcp`, {
            method: "POST",
            headers: {
              ...headers,
              "Content-Type": "application/json",
              "Accept": "application/json, text/event-stream",
            },
            body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
          });
          expect([after.status, (await after.json()).id]).toEqual([404, null]);
        });
      }
    } finally {
      await client.close();
    }
    await t.step("SIGTERM ends the program with 0", async () => {
      expect((await guard.process.stop()).code).toBe(0);
    });
  });
}
