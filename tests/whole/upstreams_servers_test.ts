// Three real servers from npm behind one guard, with the official SDK's clients: over stdio, and over every transport of
// the proxy, together and each alone.

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
import { expect } from "expect";
import { startSdkHttpServer } from "../fixtures/sdk_http_server.ts";
import { threeServers } from "../fixtures/three_servers.ts";
import { startGuard } from "../kit/guard.ts";
import { PEER } from "../kit/peer.ts";
import { RunningProcess } from "../kit/process.ts";
import { SOURCE, startProgram } from "../kit/program.ts";

/** The SDK's transports leave timers and sockets behind when they are closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const POLICY = `
tools: { deny: ["memory/delete_*", "get-env"] }
resources: { deny: ["file://**/*.env"] }
`;
const OWN = { files: { tools: { allow: ["read_*", "list_*"] } } };

/** The text of an answer. */
function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map((block) => block.text).join("\n");
}

/** What every client must be able to do with all three, and what none may. */
async function usesAll(client: Client, files: string): Promise<void> {
  expect(client.getServerVersion()?.name).toBe("mcpguard");
  expect(client.getInstructions()).toContain("# everything");
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toEqual(expect.arrayContaining([
    ...["everything__echo", "files__read_text_file", "memory__read_graph"],
  ]));
  for (const hidden of ["everything__get-env", "files__write_file", "memory__delete_entities"]) {
    expect(names).not.toContain(hidden);
  }
  const call = (name: string, args: Record<string, unknown> = {}): Promise<unknown> =>
    client.callTool({ name, arguments: args });
  expect(textOf(await call("everything__echo", { message: "grüße" }))).toContain("grüße");
  expect(textOf(await call("files__read_text_file", { path: `${files}/a.md` })))
    .toBe("hello from a file");
  const entities = [{ name: "Ada", entityType: "person", observations: ["knows Deno"] }];
  await call("memory__create_entities", { entities });
  expect(textOf(await call("memory__search_nodes", { query: "Ada" }))).toContain("knows Deno");
  for (
    const [name, args] of [
      ["files__write_file", { path: `${files}/b.md`, content: "x" }],
      ["memory__delete_entities", { entityNames: ["Ada"] }],
      ["files__read_text_file", { path: `${files}/secret.env` }],
      ["read_text_file", { path: `${files}/a.md` }],
      ["files/read_text_file", { path: `${files}/a.md` }],
      ["memory__read_text_file", { path: `${files}/a.md` }],
    ] as const
  ) expect([name, (await call(name, args) as { isError: boolean }).isError]).toEqual([name, true]);
  const { resources } = await client.listResources();
  const uri = resources[0]!.uri;
  expect(uri).toMatch(/^everything\+demo:/);
  expect((await client.readResource({ uri })).contents[0]!.uri).toBe(uri);
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates[0]!.uriTemplate).toMatch(/^everything\+demo:.*\{resourceId\}/);
  const made = uri.replace(/static.*/, "dynamic/text/1");
  expect((await client.readResource({ uri: made })).contents[0]!.uri).toBe(made);
  const links = await call("everything__get-resource-links", { count: 1 }) as { content: unknown };
  expect(links.content).toContainEqual(expect.objectContaining({
    type: "resource_link",
    uri: expect.stringMatching(/^everything\+demo:/),
  }));
  const { prompts } = await client.listPrompts();
  expect(prompts.map((prompt) => prompt.name)).toContain("everything__simple-prompt");
  expect((await client.getPrompt({ name: "everything__simple-prompt" })).messages).toHaveLength(1);
  const completion = await client.complete({
    ref: { type: "ref/prompt", name: "everything__completable-prompt" },
    argument: { name: "department", value: "E" },
  });
  expect(completion.completion.values).toContain("Engineering");
  const seen: number[] = [];
  await client.callTool(
    {
      name: "everything__trigger-long-running-operation",
      arguments: { duration: 0.2, steps: 2 },
    },
    undefined,
    { onprogress: ({ progress }) => void seen.push(progress) },
  );
  expect(seen.length).toBeGreaterThan(0);
  await client.setLoggingLevel("info");
  await client.ping();
}

/** What a client of one server alone sees. */
async function usesFiles(client: Client, files: string): Promise<void> {
  expect(client.getServerVersion()?.name).not.toBe("mcpguard");
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain("read_text_file");
  expect(names).not.toContain("write_file");
  const read = { name: "read_text_file", arguments: { path: `${files}/a.md` } };
  expect(textOf(await client.callTool(read))).toBe("hello from a file");
  const write = { name: "write_file", arguments: { path: `${files}/b.md`, content: "x" } };
  expect((await client.callTool(write)).isError).toBe(true);
}

function newClient(): Client {
  return new Client({ name: "test", version: "1" });
}

Deno.test("three servers are one for a client on stdio (mcpguard run)", OPTIONS, async () => {
  await using servers = await threeServers(POLICY, OWN);
  const [program, ...flags] = SOURCE;
  const client = newClient();
  await client.connect(
    new StdioClientTransport({
      command: program!,
      args: [...flags, "run", "--policy", servers.path],
      env: Deno.env.toObject(),
      stderr: "ignore",
    }),
  );
  await usesAll(client, servers.files);
  await client.close();
});

Deno.test(
  "three servers are one at the proxy, and each is alone under its path",
  OPTIONS,
  async () => {
    await using servers = await threeServers(POLICY, OWN);
    const guard = await startProgram(
      ["proxy", "--policy", servers.path, "--port", "0", "--admin", "off"],
    );
    await using process = guard.process;
    const { host } = new URL(guard.url);
    const transports = (suffix: string): Parameters<Client["connect"]>[0][] => [
      new StreamableHTTPClientTransport(new URL(`http://${host}/mcp${suffix}`)) as never,
      new SSEClientTransport(new URL(`http://${host}/sse${suffix}`)),
      new WebSocketClientTransport(new URL(`ws://${host}/ws${suffix}`)),
    ];
    for (const transport of transports("")) {
      const client = newClient();
      await client.connect(transport);
      await usesAll(client, servers.files);
      await client.close();
    }
    for (const transport of transports("/files")) {
      const client = newClient();
      await client.connect(transport);
      await usesFiles(client, servers.files);
      await client.close();
    }
    const none = await fetch(`http://${host}/mcp/other`, { method: "POST", body: "{}" });
    expect([none.status, await none.text()]).toEqual([404, expect.stringContaining("not found")]);
    // A session of one server is none of another's.
    const one = newClient();
    const transport = new StreamableHTTPClientTransport(new URL(`http://${host}/mcp/files`));
    await one.connect(transport as never);
    const foreign = await fetch(`http://${host}/mcp/memory`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Mcp-Session-Id": transport.sessionId!,
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    expect(foreign.status).toBe(404);
    await foreign.body?.cancel();
    await one.close();
    const audit = process.lines("stderr").filter((line) => line.startsWith("{")).map((line) =>
      JSON.parse(line)
    );
    expect(audit).toContainEqual(expect.objectContaining({
      tool: "files/write_file",
      upstream: "files",
      rule: "upstreams.files.tools.allow",
      method: "tools/call",
    }));
  },
);

Deno.test(
  "the SDK's v2 client falls back to sessions with servers that only have them",
  OPTIONS,
  async () => {
    await using servers = await threeServers(POLICY, OWN);
    const guard = await startProgram(
      ["proxy", "--policy", servers.path, "--port", "0", "--admin", "off"],
    );
    await using _process = guard.process;
    const path = new URL("../fixtures/sdk_v2_upstreams.ts", import.meta.url).pathname;
    await using client = new RunningProcess([
      ...[Deno.execPath(), "run", ...PEER, "-A", path],
      `http://${new URL(guard.url).host}/mcp`,
      "everything__echo",
    ]);
    const [, text] = await client.line(/^called (.*)/);
    expect(JSON.parse(text!)).toEqual({
      version: "2025-11-25",
      tools: expect.arrayContaining(["everything__echo", "files__read_file", "memory__read_graph"]),
      content: [{ type: "text", text: "Echo: hi" }],
    });
  },
);

Deno.test(
  "the SDK's v2 client speaks 2026-07-28 with the servers that do; the others are left out",
  OPTIONS,
  async () => {
    const fixture = (name: string, ...args: string[]): RunningProcess => {
      const path = new URL(`../fixtures/${name}`, import.meta.url).pathname;
      const flags = ["run", ...PEER, "-A"];
      return new RunningProcess([Deno.execPath(), ...flags, path, ...args]);
    };
    await using one = fixture("sdk_v2_http.ts");
    await using two = fixture("sdk_v2_http.ts");
    await using old = await startSdkHttpServer("session");
    const targets = await Promise.all(
      [one, two].map(async (server) => (await server.line(/listening on (http:\S+)/))[1]!),
    );
    const upstreams = [["one", targets[0]], ["two", targets[1]], ["old", old.url]].map((
      [name, target],
    ) => ({ name, target }));
    await using guard = await startGuard(
      `version: 1\nupstreams: ${JSON.stringify(upstreams)}\ntools: { deny: ["two/admin*"] }\n`,
      null,
    );
    await using client = fixture("sdk_v2_upstreams.ts", `${guard.origin}/mcp`, "two__add");
    const [, text] = await client.line(/^called (.*)/);
    expect(JSON.parse(text!)).toEqual({
      version: "2026-07-28",
      tools: [
        ...["add", "admin.drop", "slow", "ask", "change"].map((tool) => `one__${tool}`),
        ...["add", "slow", "ask", "change"].map((tool) => `two__${tool}`),
      ],
      content: [{ type: "text", text: "3" }],
    });
    await two.line(/called add/);
    expect(one.lines().filter((line) => line.startsWith("called"))).toEqual([]);
    expect(old.calls).toEqual([]);
    // On its own path the server that was left out is reached by its own era.
    await using alone = fixture("sdk_v2_upstreams.ts", `${guard.origin}/mcp/old`, "calculator.add");
    const [, said] = await alone.line(/^called (.*)/);
    expect(JSON.parse(said!)).toMatchObject({
      version: "2025-11-25",
      content: [{ type: "text", text: "3" }],
    });
  },
);
