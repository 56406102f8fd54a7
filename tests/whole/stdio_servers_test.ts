// Real servers from npm behind a real guard over standard input and output, with the official SDK's client.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { PEER } from "../kit/peer.ts";
import { runToEnd } from "../kit/process.ts";
import { CACHE, SOURCE } from "../kit/program.ts";

const EVERYTHING = "npm:@modelcontextprotocol/server-everything@2026.8.31";
const FILESYSTEM = "npm:@modelcontextprotocol/server-filesystem@2026.8.31";

interface Stage extends AsyncDisposable {
  client: Client;
  stderr: () => string;
}

/** Connects the SDK's client to a server from npm, through the guard. */
async function through(policy: string, server: string, ...args: string[]): Promise<Stage> {
  // the guard passes on neither certificates nor proxies: the server is fetched outside of it
  const fetched = await runToEnd([Deno.execPath(), "cache", ...PEER, server]);
  expect(fetched).toMatchObject({ code: 0 });
  const file = await policyFile(policy);
  const deno = ["run", ...PEER, "-A"];
  const [program, ...flags] = SOURCE;
  const env = CACHE;
  const transport = new StdioClientTransport({
    command: program!,
    args: [
      ...[...flags, "run", "--policy", file.path, ...env, "--"],
      ...[Deno.execPath(), ...deno, server, ...args],
    ],
    env: { ...Deno.env.toObject(), PLANTED_SECRET: "hunter2" },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr!.on("data", (chunk: Uint8Array) => stderr += new TextDecoder().decode(chunk));
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  return {
    client,
    stderr: () => stderr,
    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** The SDK's transport leaves a timer of two seconds behind when it is closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** The text of an answer. */
function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map((block) => block.text).join("\n");
}

Deno.test("server-everything works behind the guard over stdio", OPTIONS, async () => {
  await using stage = await through('version: 1\ntools: { deny: ["get-sum"] }\n', EVERYTHING);
  const { client } = stage;
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain("echo");
  expect(names).not.toContain("get-sum");
  const echo = await client.callTool({ name: "echo", arguments: { message: "grüße 😀\n\u2028" } });
  expect(textOf(echo)).toContain("grüße 😀\n\u2028");
  const denied = await client.callTool({ name: "get-sum", arguments: { a: 1, b: 2 } });
  expect([denied.isError, textOf(denied)]).toEqual([true, expect.stringContaining("get-sum")]);
  const { resources } = await client.listResources();
  expect(resources.length).toBeGreaterThan(0);
  expect((await client.readResource({ uri: resources[0]!.uri })).contents).toHaveLength(1);
  expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
  const seen: number[] = [];
  await client.callTool(
    { name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } },
    undefined,
    { onprogress: ({ progress }) => void seen.push(progress) },
  );
  // The client forgets a call's progress once its answer is there; the last step may come in the same chunk.
  expect([[1], [1, 2]]).toContainEqual(seen);
  expect(stage.stderr()).toContain("server: Starting default (STDIO) server...");
});

Deno.test(
  "server-everything shows the environment that it got, and nothing of the guard's",
  OPTIONS,
  async () => {
    await using stage = await through("version: 1\n", EVERYTHING);
    const text = textOf(await stage.client.callTool({ name: "get-env", arguments: {} }));
    expect(Object.keys(JSON.parse(text))).toContain("PATH");
    expect(text).not.toContain("PLANTED_SECRET");
    expect(text).not.toContain("hunter2");
  },
);

Deno.test("server-filesystem reads and writes behind the guard over stdio", OPTIONS, async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await using stage = await through(
      'version: 1\nresources: { deny: ["file://**/.env"] }\n',
      ...[FILESYSTEM, dir],
    );
    const { client } = stage;
    const content = "x".repeat(300_000);
    const path = `${dir}/a.txt`;
    await client.callTool({ name: "write_file", arguments: { path, content } });
    expect(await Deno.readTextFile(path)).toBe(content);
    expect(textOf(await client.callTool({ name: "read_text_file", arguments: { path } }))).toBe(
      content,
    );
    await Deno.writeTextFile(`${dir}/.env`, "KEY=1");
    const denied = await client.callTool({
      ...{ name: "read_text_file", arguments: { path: `${dir}/.env` } },
    });
    expect(denied.isError).toBe(true);
    expect(textOf(denied)).not.toContain("KEY=1");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
