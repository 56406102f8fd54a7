// `mcpguard proxy --shared` as users run it: real servers from npm, several of the official SDK's clients at one process.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { HttpMcp } from "../kit/http_mcp.ts";
import { policyFile } from "../kit/policy.ts";
import { PEER } from "../kit/peer.ts";
import { type RunningProcess, runToEnd } from "../kit/process.ts";
import { CACHE, ROOT, runProgram, startProgram } from "../kit/program.ts";
import { CLIENT_SIDES } from "../pairs/sides.ts";

const EVERYTHING = "npm:@modelcontextprotocol/server-everything@2026.8.31";
const MEMORY = "npm:@modelcontextprotocol/server-memory@2026.8.31";

/** The server of the tests' own, which tells on standard error what is called, and first what its number is. */
const FIXTURE = [
  ...["sh", "-c", 'echo "pid $$" >&2; exec "$@"', "sh", Deno.execPath(), "run", "--quiet"],
  ...["--no-check", "--config", `${ROOT}deno.json`, "-A"],
  `${ROOT}tests/fixtures/sdk_stdio_server.ts`,
];

/** The SDK's client leaves timers of its own behind when it closes a stream. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

interface Stage extends AsyncDisposable {
  process: RunningProcess;
  origin: string;
}

/** Starts the guard with one process of a server for all. */
async function shared(
  policy: string,
  server: readonly string[],
  more: readonly string[] = [],
): Promise<Stage> {
  const file = await policyFile(policy);
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off", "--shared"],
    ...[...CACHE, ...more, "--", ...server],
  ]);
  return {
    process,
    origin: `http://${new URL(url).host}`,
    async [Symbol.asyncDispose](): Promise<void> {
      await process[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** Fetches a package: the guard passes on neither certificates nor proxies. */
async function fetched(server: string): Promise<string[]> {
  const done = await runToEnd([Deno.execPath(), "cache", ...PEER, server]);
  expect(done).toMatchObject({ code: 0 });
  return [Deno.execPath(), "run", ...PEER, "-A", server];
}

/** Connects the SDK's client. */
async function connect(
  origin: string,
  way: keyof typeof CLIENT_SIDES,
  asked?: (message: string) => void,
): Promise<Client> {
  const client = new Client({ name: "shared", version: "1" }, {
    capabilities: asked === undefined ? {} : { elicitation: {} },
  });
  if (asked !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked(params.message);
      return { action: "decline" as const };
    });
  }
  await client.connect(CLIENT_SIDES[way]!(origin));
  return client;
}

function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map((block) => block.text).join("\n");
}

Deno.test("server-memory shares one graph between clients on every listener", OPTIONS, async () => {
  const folder = await Deno.makeTempDir();
  await using guard = await shared(
    'version: 1\nauth: { mode: none }\ntools: { deny: ["delete_*"] }\n',
    await fetched(MEMORY),
    ["--env", `MEMORY_FILE_PATH=${folder}/memory.jsonl`],
  );
  const clients: Client[] = [];
  try {
    for (const [i, way] of Object.keys(CLIENT_SIDES).entries()) {
      const client = await connect(guard.origin, way);
      clients.push(client);
      await client.callTool({
        name: "create_entities",
        arguments: { entities: [{ name: `e${i}`, entityType: "t", observations: [way] }] },
      });
    }
    for (const client of clients) {
      const graph = textOf(await client.callTool({ name: "read_graph", arguments: {} }));
      expect(JSON.parse(graph).entities.map(({ name }: { name: string }) => name).sort())
        .toEqual(["e0", "e1", "e2"]);
      const denied = await client.callTool({ name: "delete_entities", arguments: {} });
      expect([denied.isError, textOf(denied)]).toEqual([true, expect.stringContaining("delete_*")]);
    }
    expect(guard.process.lines().filter((line) => line.includes("running on stdio"))).toHaveLength(
      1,
    );
  } finally {
    for (const client of clients) await client.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "server-everything: calls of two clients at once, progress, and whom it may ask",
  OPTIONS,
  async () => {
    await using guard = await shared(
      "version: 1\nauth: { mode: none }\n",
      await fetched(EVERYTHING),
    );
    const asked: string[] = [];
    const a = await connect(guard.origin, "Streamable HTTP", () => asked.push("a"));
    const b = await connect(guard.origin, "WebSocket", () => asked.push("b"));
    try {
      // The SDK's clients count alike: these two have the same id and the same progress token.
      const long = (client: Client, steps: number): Promise<number[]> => {
        const seen: number[] = [];
        return client.callTool(
          { name: "trigger-long-running-operation", arguments: { duration: 0.3, steps } },
          CallToolResultSchema,
          { onprogress: ({ total }) => void seen.push(total!) },
        ).then(() => seen);
      };
      const [two, three] = await Promise.all([long(a, 2), long(b, 3)]);
      expect([...new Set(two)]).toEqual([2]);
      expect([...new Set(three)]).toEqual([3]);
      const elicit = { name: "trigger-elicitation-request", arguments: {} };
      // One client's call runs: it is asked.
      await a.callTool(elicit);
      await b.callTool(elicit);
      expect(asked).toEqual(["a", "b"]);
      // Another client's runs too: nobody is, and the server is told why.
      const begun = Promise.withResolvers<void>();
      const abort = new AbortController();
      const running = b.callTool(
        { name: "trigger-long-running-operation", arguments: { duration: 600, steps: 6000 } },
        CallToolResultSchema,
        { onprogress: () => begun.resolve(), signal: abort.signal, resetTimeoutOnProgress: true },
      ).catch(() => {});
      await begun.promise;
      const refused = await a.callTool(elicit).then(
        (result) => [result.isError, textOf(result)],
        (error) => [true, String(error)],
      );
      expect(refused).toEqual([
        true,
        expect.stringContaining("calls of several clients are running"),
      ]);
      expect(asked).toEqual(["a", "b"]);
      await guard.process.line(/"rule":"shared.ambiguous_request"/);
      abort.abort();
      await running;
    } finally {
      await a.close();
      await b.close();
    }
  },
);

Deno.test(
  "a change that one client makes is told to the others, and a crash to all",
  OPTIONS,
  async () => {
    await using guard = await shared(
      'version: 1\nauth: { mode: none }\ntools: { deny: ["admin/*"] }\n',
      FIXTURE,
    );
    const a = await connect(guard.origin, "WebSocket");
    const b = await connect(guard.origin, "WebSocket");
    const changed = Promise.withResolvers<void>();
    b.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
    await a.callTool({ name: "tool.add", arguments: {} });
    await changed.promise;
    const names = (await b.listTools()).tools.map(({ name }) => name);
    expect(names).toContain("added.later");
    expect(names).not.toContain("admin.echo-env");
    // Both wait for the process when it dies.
    const waits = [a, b].map((client) => {
      const begun = Promise.withResolvers<void>();
      const call = client.callTool(
        { name: "slow.count", arguments: { to: 1, wait: true } },
        CallToolResultSchema,
        { onprogress: () => begun.resolve() },
      ).then(() => "answered", (error) => String(error));
      return { begun: begun.promise, call };
    });
    await Promise.all(waits.map(({ begun }) => begun));
    const [, pid] = await guard.process.line(/server: pid (\d+)/);
    Deno.kill(Number(pid), "SIGKILL");
    for (const { call } of waits) {
      expect(await call).toContain("-31502: mcpguard: the server was ended by SIGKILL");
    }
    const c = await connect(guard.origin, "Streamable HTTP");
    expect((await c.listTools()).tools.map(({ name }) => name)).not.toContain("added.later");
    await c.close();
    await Promise.all([a.close(), b.close()]);
    const exit = await guard.process.stop();
    expect(exit.code).toBe(0);
  },
);

Deno.test("small frames and a wrong use of --shared are refused in words", async () => {
  await using guard = await shared("version: 1\nauth: { mode: none }\n", FIXTURE);
  const reply = await fetch(`${guard.origin}/call`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type: "tool_call", tool: "calculator.add", args: { a: 1, b: 2 } }),
  });
  expect(await reply.text()).toContain("a shared server takes MCP messages only");
  const client = await new HttpMcp(`${guard.origin}/mcp`).open();
  const call = { name: "calculator.add", arguments: { a: 1, b: 2 } };
  expect(await client.ask(1, "tools/call", call)).toMatchObject({
    result: { structuredContent: { sum: 3 } },
  });
  await using policy = await policyFile("version: 1\n");
  const wrong = await runProgram([
    ...["proxy", "--policy", policy.path, "--shared", "--target", "http://127.0.0.1:1/mcp"],
  ]);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("--shared is for a command after --");
});
