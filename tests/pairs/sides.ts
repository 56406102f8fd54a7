// The two sides of the table: every way in which a client reaches the guard, every way in which the guard reaches a server.

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
import { startSdkHttpServer } from "../fixtures/sdk_http_server.ts";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { policyFile } from "../kit/policy.ts";
import { type RunningProcess } from "../kit/process.ts";
import { CACHE, ROOT, SOURCE, startProgram } from "../kit/program.ts";

/** The policy of every pair. */
export const POLICY = `
version: 1
auth: { mode: none }
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
`;

/** A server, as the guard's command line names it. */
export interface ServerSide extends AsyncDisposable {
  /** `--target URL`, or `--` and a command. */
  args: string[];
  /** Resolves when a call was cancelled; for a command, told by the guard, which passes its standard error on. */
  cancelled: Promise<void> | null;
  /** Names of the tools that were called; null for a command. */
  calls: string[] | null;
}

/** A server on the SDK's first generation, by transport. */
export const SERVER_SIDES: Readonly<Record<string, () => Promise<ServerSide>>> = {
  "stdio": () =>
    Promise.resolve({
      args: [
        ...CACHE,
        ...["--", Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`],
        ...["-A", `${ROOT}tests/fixtures/sdk_stdio_server.ts`],
      ],
      cancelled: null,
      calls: null,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  "Streamable HTTP": () => remote(startSdkHttpServer("session")),
  "HTTP+SSE": () => remote(startSdkHttpServer("sse")),
  "WebSocket": () => remote(startSdkServer()),
};

async function remote(
  starting: Promise<Remote> | Remote,
): Promise<ServerSide> {
  const server = await starting;
  return {
    args: ["--target", server.url],
    cancelled: server.cancelled,
    calls: server.calls,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Remote extends AsyncDisposable {
  url: string;
  cancelled: Promise<void>;
  calls: string[];
}

/** A guard in front of a server, for every client that connects to a port. */
export interface Guard extends AsyncDisposable {
  /** The process. */
  process: RunningProcess;
  /** Where it listens. */
  origin: string;
}

/** Starts `mcpguard proxy` in front of a server side. */
export async function startProxyTo(server: Pick<ServerSide, "args">): Promise<Guard> {
  const file = await policyFile(POLICY);
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off", ...server.args],
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

/** The transports of the SDK's client to a port of the guard's. */
export const CLIENT_SIDES: Readonly<Record<string, (origin: string) => Transport>> = {
  "Streamable HTTP": (origin) =>
    new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
      // After the DELETE the stream ends for good: nothing is to be tried again.
      reconnectionOptions: {
        ...{ maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1 },
        reconnectionDelayGrowFactor: 1,
      },
    }) as Transport,
  "HTTP+SSE": (origin) => new SSEClientTransport(new URL(`${origin}/sse`)),
  "WebSocket": (origin) =>
    new WebSocketClientTransport(new URL(`${origin.replace("http", "ws")}/ws`)),
};

/** The command of a guard for a client on a pipe. */
export function guardCommand(policy: string, server: Pick<ServerSide, "args">): string[] {
  return [...SOURCE, "run", "--policy", policy, ...server.args];
}

/** The SDK's client over a pipe: it starts `mcpguard run` itself, as a desktop client does. */
export function pipeTo(
  policy: string,
  server: Pick<ServerSide, "args">,
): { transport: Transport; said: () => string; saying: (text: string) => Promise<void> } {
  const [command, ...args] = guardCommand(policy, server);
  const transport = new StdioClientTransport({
    ...{ command: command!, args, stderr: "pipe" },
    env: Deno.env.toObject(),
  });
  let said = "";
  let look = (): void => {};
  transport.stderr!.on("data", (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk);
    look();
  });
  const saying = (text: string): Promise<void> =>
    new Promise((resolve) => {
      look = (): void => {
        if (said.includes(text)) resolve();
      };
      look();
    });
  return { transport, said: () => said, saying };
}
