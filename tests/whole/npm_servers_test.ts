// Real servers from npm as programs behind the real guard: all that they have, over every listener, with clients of both
// official SDKs, is what the same client hears from them directly.

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
import { expect } from "expect";
import {
  type AnyClient,
  fetched,
  NPM_SERVERS,
  type ToolCall,
  useAll,
} from "../fixtures/npm_servers.ts";
import { policyFile } from "../kit/policy.ts";
import { PEER } from "../kit/peer.ts";
import { runToEnd } from "../kit/process.ts";
import { CACHE, ROOT, SOURCE, startProgram } from "../kit/program.ts";

/** The SDK's transports leave timers and sockets behind when they are closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** The smallest picture there is. */
const DOT = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkwBADs=";

/** What a client of the first SDK hears over a transport. */
async function v1(transport: Transport, calls: readonly ToolCall[]): Promise<unknown> {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  try {
    return await useAll(client as AnyClient, calls);
  } finally {
    await client.close();
  }
}

/** What a client of the second SDK hears; it negotiates the era by itself. */
async function v2(where: readonly string[], calls: readonly ToolCall[]): Promise<unknown> {
  const { code, stdout, stderr } = await runToEnd([
    ...[Deno.execPath(), "run", "-A", ...PEER],
    ...[`${ROOT}tests/fixtures/sdk_v2_use_all.ts`, JSON.stringify(calls), ...where],
  ]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What differs from run to run: times, and sizes of what times are written into. */
function settled(heard: unknown): unknown {
  const text = JSON.stringify(heard)
    .replace(
      /[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9]{4} [0-9:]{8} GMT[+-][0-9]{4} \([^)]*\)/g,
      "T",
    )
    .replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g, "T");
  return JSON.parse(text);
}

for (const server of NPM_SERVERS) {
  Deno.test(`server-${server.name} says the same through every listener`, OPTIONS, async (t) => {
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "mcpguard-npm-" }));
    await using file = await policyFile("version: 1\nauth: { mode: none }\n");
    const command = await fetched(server, dir);
    const calls = server.calls(dir);
    const fresh = async (): Promise<void> => {
      for await (const { name } of Deno.readDir(dir)) {
        await Deno.remove(`${dir}/${name}`, { recursive: true });
      }
      await Deno.writeFile(`${dir}/dot.gif`, Uint8Array.from(atob(DOT), (c) => c.charCodeAt(0)));
    };
    const own = Object.entries(server.env(dir)).flatMap(([k, v]) => ["--env", `${k}=${v}`]);
    const behind = [...CACHE, ...own, "--", ...command];
    const wrapped = [...SOURCE, "run", "--policy", file.path, ...behind];
    const stdio = ([program, ...args]: string[], env = {}): Transport =>
      new StdioClientTransport({
        ...{ command: program!, args, stderr: "ignore" },
        env: { ...Deno.env.toObject(), ...env },
      });
    const { process, url } = await startProgram([
      ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off", ...behind],
    ]);
    const { host } = new URL(url);
    try {
      await fresh();
      const direct = settled(await v1(stdio(command, server.env(dir)), calls)) as object;
      const ways: Record<string, () => Promise<unknown>> = {
        "stdio, SDK v1": () => v1(stdio(wrapped), calls),
        "/mcp, SDK v1": () =>
          v1(new StreamableHTTPClientTransport(new URL(`http://${host}/mcp`)) as Transport, calls),
        "/sse, SDK v1": () => v1(new SSEClientTransport(new URL(`http://${host}/sse`)), calls),
        "/ws, SDK v1": () => v1(new WebSocketClientTransport(new URL(`ws://${host}/ws`)), calls),
        "stdio, SDK v2": () => v2(["stdio", ...wrapped], calls),
        "/mcp, SDK v2": () => v2([`http://${host}/mcp`], calls),
      };
      for (const [way, use] of Object.entries(ways)) {
        await t.step(way, async () => {
          await fresh();
          expect(settled(await use())).toEqual(direct);
        });
      }
    } finally {
      await process[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    }
  });
}
