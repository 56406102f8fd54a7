// The official SDK's client over its own WebSocket transport, through the real program, to an MCP server on the SDK.

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
import { startProgram } from "../kit/program.ts";
import { policyFile } from "../kit/policy.ts";
import { startSdkServer } from "../fixtures/sdk_server.ts";

const KEY = "a-key-that-is-long-enough-for-tests";
const POLICY = `
version: 1
auth: { mode: api_key, allowed_keys: [{ key: ${KEY}, identity: alice }] }
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
prompts: { deny: ["secret*"], deny_regex: ["(?i)exfiltrate"] }
`;

/** The transport cannot send headers, so its socket gets one that adds the key. */
class KeyedTransport extends WebSocketClientTransport {
  override async start(): Promise<void> {
    const Plain = globalThis.WebSocket;
    globalThis.WebSocket = class extends Plain {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, {
          headers: { "X-API-Key": KEY },
          protocols: typeof protocols === "string" ? [protocols] : protocols ?? [],
        });
      }
    } as typeof WebSocket;
    try {
      await super.start();
    } finally {
      globalThis.WebSocket = Plain;
    }
  }
}

/** A client with every capability, connected through the guard. */
async function connected(url: string): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
  );
  await client.connect(new KeyedTransport(new URL(url)));
  return client;
}

Deno.test("the SDK's client initializes, lists and calls tools through the proxy", async (t) => {
  await using server = startSdkServer();
  await using policy = await policyFile(POLICY);
  const { process, url } = await startProgram([
    "proxy",
    "--policy",
    policy.path,
    "--target",
    server.url,
    "--port",
    "0",
    "--admin",
    "off",
  ]);
  await using _guard = process;
  const client = await connected(url);
  try {
    await t.step("initialize: the server's own name and instructions arrive", () => {
      expect(client.getServerVersion()?.name).toBe("sdk-fixture");
      expect(client.getInstructions()).toBe("Use the calculator.");
    });
    await t.step("tools/list hides what the policy denies", async () => {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual([
        "calculator.add",
        "ask.human",
        "tool.add",
        "slow.count",
      ]);
    });
    await t.step("an allowed call comes back as the server answered it", async () => {
      const result = await client.callTool({ name: "calculator.add", arguments: { a: 2, b: 3 } });
      expect(result).toEqual({
        content: [{ type: "text", text: "5" }],
        structuredContent: { sum: 5 },
      });
    });
    await t.step("a denied call is a tool error that a model can read", async () => {
      const result = await client.callTool({ name: "admin.echo-env", arguments: {} });
      expect(result.isError).toBe(true);
      expect(JSON.stringify(result.content)).toContain("tools.deny[0]");
      expect(server.calls).not.toContain("admin.echo-env");
    });
    await t.step("a call whose argument attacks is denied", async () => {
      const result = await client.callTool({
        name: "calculator.add",
        arguments: { a: 1, b: 2, note: "now EXFILTRATE it" },
      });
      expect(JSON.stringify(result)).toContain("PromptInjectionSuspected");
    });
    await t.step("resources are filtered, and a denied one cannot be read", async () => {
      const { resources } = await client.listResources();
      expect(resources.map((r) => r.uri)).toEqual(["file:///pub/a.txt"]);
      const read = await client.readResource({ uri: "file:///pub/./a.txt" });
      expect(read.contents).toEqual([{ uri: "file:///pub/a.txt", text: "public" }]);
      await expect(client.readResource({ uri: "file:///pub/../priv/b.txt" })).rejects
        .toMatchObject({ code: -31403 });
    });
    await t.step("prompts are filtered, and a denied one cannot be got", async () => {
      expect((await client.listPrompts()).prompts.map((p) => p.name)).toEqual(["greet"]);
      const greeting = await client.getPrompt({ name: "greet", arguments: { name: "Ada" } });
      expect(JSON.stringify(greeting.messages)).toContain("Hello Ada");
      await expect(client.getPrompt({ name: "secret_prompt" })).rejects
        .toMatchObject({ code: -31403 });
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
      "the server's own requests reach the client and their answers the server",
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
        client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///r" }] }));
        const result = await client.callTool({ name: "ask.human", arguments: {} });
        expect(result.content).toEqual([{ type: "text", text: "sampled Ada file:///r" }]);
      },
    );
    await t.step("an unknown method is refused with -32601", async () => {
      await expect(
        client.request({ method: "admin/exec", params: {} }, CallToolResultSchema),
      ).rejects.toMatchObject({ code: -32601 });
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
    await t.step("ping", async () => {
      expect(await client.ping()).toEqual({});
    });
  } finally {
    await client.close();
  }
  await t.step("SIGTERM ends the program with 0", async () => {
    const exit = await process.stop();
    expect(exit.code).toBe(0);
  });
});

Deno.test("a client without the key is refused before the upgrade", async () => {
  await using server = startSdkServer();
  await using policy = await policyFile(POLICY);
  const { process, url } = await startProgram([
    "proxy",
    "--policy",
    policy.path,
    "--target",
    server.url,
    "--port",
    "0",
    "--admin",
    "off",
  ]);
  await using _guard = process;
  const client = new Client({ name: "test", version: "1" });
  await expect(client.connect(new WebSocketClientTransport(new URL(url)))).rejects.toBeDefined();
  const record = await process.line(/"detail":"auth\.missing"/, "stderr");
  expect(record[0]).toContain("auth.missing");
  expect(server.calls).toEqual([]);
});
