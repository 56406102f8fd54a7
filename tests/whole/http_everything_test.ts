// server-everything from npm over HTTP, behind the real program: what its tools, resources and prompts say through the
// guard is what they say to the same client that asks them directly.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/sse"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/client/websocket"
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  GetTaskResultSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { startEverything } from "../fixtures/everything.ts";
import { soon } from "../fixtures/proxy_inbox.ts";
import { startGuard } from "../kit/guard.ts";
import { policyFile } from "../kit/policy.ts";
import { SOURCE } from "../kit/program.ts";

/** Arguments for every tool; a tool of the server's that is not here fails the test. */
const CALLS: Record<string, Record<string, unknown>[]> = {
  "echo": [{ message: "grüße 😀\n\u2028" }, {}],
  "get-annotated-message": [{ messageType: "error", includeImage: true }],
  "get-env": [{}],
  "get-resource-links": [{ count: 2 }],
  "get-resource-reference": [{ resourceType: "Text", resourceId: 2 }],
  "get-structured-content": [{ location: "Chicago" }],
  "get-sum": [{ a: 1.5, b: -2e-3 }],
  "get-tiny-image": [{}],
  "gzip-file-as-resource": [{ name: "a.gz", data: "data:text/plain,abc", outputType: "resource" }],
  "get-roots-list": [{}],
  "trigger-elicitation-request": [{}],
  "trigger-url-elicitation": [{ url: "https://example.com/", elicitationId: "e-1" }],
  "trigger-sampling-request": [{ prompt: "hi", maxTokens: 5 }],
};

/** Tools that are called apart, since they say something more than once. */
const APART = [
  ...["toggle-simulated-logging", "toggle-subscriber-updates", "trigger-long-running-operation"],
  "simulate-research-query",
];

/** Everything that the server has, as the client hears it. */
async function everything(client: Client): Promise<Record<string, unknown>> {
  const heard: Record<string, unknown> = {
    server: client.getServerVersion(),
    instructions: client.getInstructions(),
    capabilities: client.getServerCapabilities(),
  };
  const { tools } = await client.listTools();
  heard.tools = tools;
  for (const { name } of tools) {
    if (APART.includes(name)) continue;
    if (CALLS[name] === undefined) throw new Error(`no arguments for the tool ${name}`);
    for (const [i, args] of CALLS[name].entries()) {
      heard[`call ${name} ${i}`] = await client.callTool({ name, arguments: args })
        .catch((error) => ({ code: error.code, message: error.message }));
    }
  }
  const steps: unknown[] = [];
  heard.slow = await client.callTool(
    { name: "trigger-long-running-operation", arguments: { duration: 0.3, steps: 3 } },
    CallToolResultSchema,
    { onprogress: (progress) => steps.push(progress) },
  );
  heard.progress = steps;
  heard.resources = await client.listResources();
  heard.templates = await client.listResourceTemplates();
  for (const uri of ["demo://resource/static/document/features.md"]) {
    heard[uri] = await client.readResource({ uri });
  }
  heard.blob = (await client.readResource({ uri: "demo://resource/dynamic/blob/3" })).contents
    .map((content) => [content.uri, content.mimeType]);
  heard.prompts = await client.listPrompts();
  const args: Record<string, Record<string, string>> = {
    "args-prompt": { city: "Paris" },
    "completable-prompt": { department: "Sales", name: "Bob" },
    "resource-prompt": { resourceType: "Text", resourceId: "1" },
  };
  for (const { name } of (heard.prompts as { prompts: { name: string }[] }).prompts) {
    heard[`prompt ${name}`] = await client.getPrompt({ name, arguments: args[name] ?? {} });
  }
  heard.completion = await client.complete({
    ref: { type: "ref/prompt", name: "completable-prompt" },
    argument: { name: "department", value: "S" },
  });
  heard.task = await research(client);
  // The environment comes in no order.
  const [env] = (heard["call get-env 0"] as { content: { text: string }[] }).content;
  env!.text = Object.entries(JSON.parse(env!.text)).sort().join("\n");
  heard.unknown = await client.callTool({ name: "no-such-tool", arguments: {} })
    .catch((error) => ({ code: error.code, message: error.message }));
  return heard;
}

/** A call that the server turns into a task, and its result. */
async function research(client: Client): Promise<unknown> {
  const { task } = await client.request({
    method: "tools/call",
    params: {
      name: "simulate-research-query",
      arguments: { topic: "guards" },
      task: { ttl: 60_000 },
    },
  }, CreateTaskResultSchema);
  const result = await client.request(
    { method: "tasks/result", params: { taskId: task.taskId } },
    CallToolResultSchema,
  );
  const after = await client.request(
    { method: "tasks/get", params: { taskId: task.taskId } },
    GetTaskResultSchema,
  );
  return { content: result.content, status: after.status };
}

/** What differs from run to run: times, and ids that the server draws. */
function settled(heard: unknown): unknown {
  const text = JSON.stringify(heard)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replace(/[0-9]{1,2}:[0-9]{2}:[0-9]{2} [AP]M/g, "TIME")
    .replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g, "TIME");
  return JSON.parse(text);
}

/** A client that answers every question; resolves once the tools that depend on its answers are there. */
async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, {
    capabilities: {
      sampling: {},
      elicitation: { form: {}, url: {} },
      roots: { listChanged: true },
    },
  });
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
    model: "m",
    role: "assistant",
    content: { type: "text", text: `sampled ${JSON.stringify(params.messages)}` },
  }));
  client.setRequestHandler(
    ElicitRequestSchema,
    ({ params }) =>
      params.mode === "url"
        ? { action: "accept" }
        : { action: "accept", content: { name: "Ada", check: true } },
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///r" }] }));
  await client.connect(transport);
  for (;;) {
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve())
    );
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    if (names.includes("trigger-sampling-request") && names.includes("get-roots-list")) {
      return client;
    }
    await soon(changed, "the tools that need a client's answers");
  }
}

const OPEN = "version: 1\nauth: { mode: none }\n";

/** The SDK's transports leave timers and sockets behind when they are closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

for (const mode of ["streamableHttp", "sse"] as const) {
  Deno.test(
    `server-everything says the same through every listener: ${mode}`,
    OPTIONS,
    async (t) => {
      await using server = await startEverything(mode);
      await using guard = await startGuard(OPEN, server.target);
      const url = new URL(server.url);
      const direct = await connected(
        mode === "sse"
          ? new SSEClientTransport(url)
          : new StreamableHTTPClientTransport(url) as Transport,
      );
      let expected: Record<string, unknown>;
      try {
        expected = await everything(direct);
      } finally {
        await direct.close();
      }
      await using file = await policyFile(OPEN);
      const [program, ...flags] = SOURCE;
      const ways: Record<string, () => Transport> = {
        "/mcp": () =>
          new StreamableHTTPClientTransport(new URL(`${guard.origin}/mcp`)) as Transport,
        "/sse": () => new SSEClientTransport(new URL(`${guard.origin}/sse`)),
        "/ws": () => new WebSocketClientTransport(new URL(`ws://127.0.0.1:${guard.port}/ws`)),
        "stdio": () =>
          new StdioClientTransport({
            command: program!,
            args: [...flags, "run", "--policy", file.path, "--target", server.target],
            env: Deno.env.toObject(),
            stderr: "ignore",
          }),
      };
      for (const [way, transport] of Object.entries(ways)) {
        await t.step(way, async (t) => {
          const client = await connected(transport());
          try {
            await same(t, client, expected);
          } finally {
            await client.close();
          }
        });
      }
    },
  );
}

/** The client hears what was heard directly, and what the server says unasked. */
async function same(
  t: Deno.TestContext,
  client: Client,
  expected: Record<string, unknown>,
): Promise<void> {
  const heard = await everything(client);
  for (const [what, value] of Object.entries(expected)) {
    await t.step(what, () => {
      let said = settled(heard[what]);
      // The client forgets a call's progress once its answer is there; the last step may come in the same chunk.
      if (what === "progress" && Array.isArray(said) && Array.isArray(value)) {
        expect(said.length).toBeGreaterThanOrEqual(value.length - 1);
        said = [...said, ...value.slice(said.length)];
      }
      expect(said).toEqual(settled(value));
    });
  }
  await t.step("log messages, by the level that the client has set", async () => {
    const logged = new Promise<string>((resolve) =>
      client.setNotificationHandler(
        LoggingMessageNotificationSchema,
        ({ params }) => resolve(params.level),
      )
    );
    await client.setLoggingLevel("debug");
    await client.callTool({ name: "toggle-simulated-logging", arguments: {} });
    expect(await soon(logged, "a log message")).toMatch(/^[a-z]+$/);
    await client.callTool({ name: "toggle-simulated-logging", arguments: {} });
  });
  await t.step("updates of a resource that the client has subscribed to", async () => {
    const uri = "demo://resource/dynamic/text/1";
    const updated = new Promise<string>((resolve) =>
      client.setNotificationHandler(
        ResourceUpdatedNotificationSchema,
        ({ params }) => resolve(params.uri),
      )
    );
    await client.subscribeResource({ uri });
    await client.callTool({ name: "toggle-subscriber-updates", arguments: {} });
    expect(await soon(updated, "an update")).toBe(uri);
    await client.callTool({ name: "toggle-subscriber-updates", arguments: {} });
  });
}
