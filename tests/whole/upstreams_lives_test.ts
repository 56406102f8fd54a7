// Several real servers and what happens to them: one dies and comes back, two ask their client at once, and small frames
// find their server.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/client/websocket"
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { startEverything } from "../fixtures/everything.ts";
import { connectClient, deadPort, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { policyFile } from "../kit/policy.ts";
import { RunningProcess } from "../kit/process.ts";
import { SOURCE, startProgram } from "../kit/program.ts";

/** The SDK's transports leave timers and sockets behind when they are closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const policyOf = (servers: Record<string, string>, more = ""): string =>
  `version: 1\nupstreams: ${
    JSON.stringify(Object.entries(servers).map(([name, target]) => ({ name, target })))
  }\n${more}`;

/** The text of an answer. */
function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map((block) => block.text).join("\n");
}

Deno.test(
  "two servers ask one client at once, and each gets its own answers",
  OPTIONS,
  async () => {
    await using one = startSdkServer();
    await using two = startSdkServer();
    await using guard = await startGuard(policyOf({ one: one.url, two: two.url }), null);
    for (
      const transport of [
        new WebSocketClientTransport(new URL(`ws://127.0.0.1:${guard.port}/ws`)),
        new StreamableHTTPClientTransport(new URL(`${guard.origin}/mcp`)) as never,
      ]
    ) {
      const client = new Client({ name: "test", version: "1" }, {
        capabilities: { sampling: {}, elicitation: { form: {} }, roots: {} },
      });
      let count = 0;
      client.setRequestHandler(CreateMessageRequestSchema, () => ({
        model: "m",
        role: "assistant",
        content: { type: "text", text: `sampled${++count}` },
      }));
      client.setRequestHandler(ElicitRequestSchema, () => ({
        action: "accept",
        content: { name: "Ada" },
      }));
      client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///r" }] }));
      await client.connect(transport);
      const ask = (server: string): Promise<string> =>
        client.callTool({ name: `${server}__ask.human`, arguments: {} }).then(textOf);
      const answers = await Promise.all(["one", "two", "one", "two"].map(ask));
      expect(answers.sort()).toEqual([1, 2, 3, 4].map((i) => `sampled${i} Ada file:///r`));
      const seen: number[] = [];
      await client.callTool(
        { name: "two__slow.count", arguments: { to: 3 } },
        undefined,
        { onprogress: ({ progress }) => void seen.push(progress) },
      );
      expect(seen).toEqual([1, 2, 3]);
      const abort = new AbortController();
      const slow = client.callTool(
        { name: "one__slow.count", arguments: { to: 1, wait: true } },
        undefined,
        { signal: abort.signal, onprogress: () => abort.abort("enough") },
      );
      await expect(slow).rejects.toThrow("enough");
      await one.cancelled;
      await client.close();
    }
  },
);

Deno.test(
  "a server that dies takes its own calls along; the next session finds it again",
  OPTIONS,
  async () => {
    await using one = startSdkServer();
    const doomed = await startEverything("streamableHttp");
    const port = Number(new URL(doomed.url).port);
    await using guard = await startGuard(
      policyOf({ one: one.url, doomed: doomed.target, dead: `ws://127.0.0.1:${deadPort()}` }),
      null,
    );
    const open = async (): Promise<Client> => {
      const client = new Client({ name: "test", version: "1" });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${guard.origin}/mcp`)) as never,
      );
      return client;
    };
    const add = { name: "one__calculator.add", arguments: { a: 1, b: 2 } };
    const echo = { name: "doomed__echo", arguments: { message: "hi" } };
    const client = await open();
    const servers = async (client: Client): Promise<string[]> => {
      const { tools } = await client.listTools();
      return [...new Set(tools.map((tool) => tool.name.split("__")[0]!))];
    };
    expect(await servers(client)).toEqual(["one", "doomed"]);
    expect(textOf(await client.callTool(echo))).toContain("hi");
    await doomed[Symbol.asyncDispose]();
    await expect(client.callTool(echo)).rejects.toMatchObject({ code: -31502 });
    expect(textOf(await client.callTool(add))).toBe("3");
    expect(await servers(client)).toEqual(["one"]);
    const other = await open();
    expect(await servers(other)).toEqual(["one"]);
    await other.close();
    // Another server takes its place, and needs nothing but a fresh session.
    await using _again = playHttpEcho(port);
    const fresh = await open();
    expect(await servers(fresh)).toEqual(["one", "doomed"]);
    await Promise.all([client.close(), fresh.close()]);
    const rules = guard.process.lines("stderr").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line).rule);
    expect(rules).toContain("upstream.dead.refused");
  },
);

/** A server with one tool and no sessions, on a port that another one had. */
function playHttpEcho(port: number): AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method, params } = await request.json();
      if (id === undefined) return new Response(null, { status: 202 });
      const result = method === "initialize"
        ? {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: "again", version: "1" },
        }
        : { tools: [{ name: "echo", inputSchema: { type: "object" } }] };
      return Response.json({ jsonrpc: "2.0", id, result });
    },
  );
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("small frames find their server by the tool's name, on a socket and by POST /call", async () => {
  await using one = playServer(obliging);
  await using two = playServer(obliging);
  await using guard = await startGuard(
    policyOf({ one: one.url, two: two.url }, "tools: { deny: ['two/drop'] }\n"),
    null,
  );
  const client = await connectClient(`ws://127.0.0.1:${guard.port}/ws`);
  for (const tool of ["one__add", "two__add"]) {
    client.send({ type: "tool_call", tool, args: { from: tool } });
    expect(await client.next()).toEqual({ type: "tool_result", result: { echo: { from: tool } } });
  }
  client.send({ type: "tool_call", tool: "two__drop", args: {} });
  expect(await client.next()).toMatchObject({ details: { rule: "tools.deny[0]" } });
  client.send({ type: "tool_call", tool: "add", args: {} });
  expect(await client.next()).toMatchObject({ details: { rule: "upstreams.unknown" } });
  client.close();
  const reply = await fetch(`${guard.origin}/call`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type: "tool_call", tool: "two__sum", args: { a: 1 } }),
  });
  expect(await reply.json()).toEqual({ type: "tool_result", result: { echo: { a: 1 } } });
  expect((await one.got.next()).tool).toBe("add");
  expect([(await two.got.next()).tool, (await two.got.next()).tool]).toEqual(["add", "sum"]);
});

Deno.test("mcpguard run goes on without a program that cannot be started", async () => {
  const upstreams = [
    { name: "typo", command: ["no-such-program-anywhere"] },
    { name: "gone", command: ["/bin/sh", "-c", "exit 3"] },
    { name: "echo", command: [Deno.execPath(), "eval", ECHO] },
  ];
  await using file = await policyFile(`version: 1\nupstreams: ${JSON.stringify(upstreams)}\n`);
  await using guard = new RunningProcess([...SOURCE, "run", "--policy", file.path], {
    stdin: "open",
  });
  const say = (id: number, method: string, params: object): Promise<void> =>
    guard.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  await say(1, "initialize", { protocolVersion: "2025-06-18", capabilities: {} });
  const [first] = await guard.line(/^\{.*"id":1[,}].*/, "stdout");
  expect(JSON.parse(first!).result.serverInfo.name).toBe("mcpguard");
  await say(2, "tools/call", { name: "echo__x", arguments: {} });
  const [second] = await guard.line(/^\{.*"id":2[,}].*/, "stdout");
  expect(JSON.parse(second!).result.method).toBe("tools/call");
  await say(3, "tools/call", { name: "gone__x", arguments: {} });
  const [third] = await guard.line(/^\{.*"id":3[,}].*/, "stdout");
  expect(JSON.parse(third!).error).toMatchObject({
    code: -31502,
    message: expect.stringContaining("server gone:"),
  });
  await guard.endInput();
  const { code, stderr } = await guard.exit;
  expect([code, stderr]).toEqual([0, expect.stringContaining('"rule":"upstream.typo.command"')]);
});

/** A server on standard input and output that answers everything with what it was asked. */
const ECHO = `
let text = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  text += chunk;
  const lines = text.split("\\n");
  text = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) continue;
    const { protocolVersion } = params;
    const result = { method, protocolVersion, capabilities: { tools: {} }, content: [] };
    console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  }
}`;

Deno.test("a reload changes the lists of several servers, and never the servers", async () => {
  await using one = playServer(obliging);
  await using two = playServer(obliging);
  const text = (target: string, deny: string): string =>
    `version: 1\nupstreams: ${
      JSON.stringify([{ name: "one", target, tools: { deny: [deny] } }])
    }\n`;
  await using file = await policyFile(text(one.url, "x"));
  const started = await startProgram(
    ["proxy", "--policy", file.path, "--port", "0", "--admin", "off"],
  );
  await using guard = started.process;
  const client = await connectClient(started.url);
  const call = (): Promise<Record<string, unknown>> =>
    client.asked("tools/call", { name: "one__t" });
  expect(await call()).toMatchObject({ result: { content: [{ text: "ok" }] } });
  await Deno.writeTextFile(file.path, text(two.url, "t"));
  await guard.line(/names other servers in `upstreams`/, "stderr");
  expect(await call()).toMatchObject({ result: { content: [{ text: "ok" }] } });
  await Deno.writeTextFile(file.path, text(one.url, "t"));
  await guard.line(/the new policy is in force/, "stderr");
  expect(await call()).toMatchObject({
    result: { _meta: { "mcpguard/decision": { rule: "upstreams.one.tools.deny[0]" } } },
  });
  client.close();
  expect(two.got.all).toEqual([]);
});
