// The server behind the guard, as the command line names it: an address, or a program to start.

import type { Policy } from "../policy/mod.ts";
import { credentialInUrl } from "../auth/mod.ts";
import { UsageError } from "./exit.ts";
import type { Given } from "./spec.ts";

/** How to speak to a server: WebSocket, Streamable HTTP, or the deprecated HTTP+SSE. */
export type TargetTransport = "websocket" | "http" | "sse";

/** The server behind the guard. */
export type ServerOptions =
  | {
    /** Its address, without what says how to speak to it. */
    target: URL;
    /** How to speak to it. */
    transport: TargetTransport;
  }
  | {
    /** The program to start. */
    command: string;
    /** Its arguments. */
    args: readonly string[];
    /** What it sees of the environment: `NAME` or `NAME=VALUE`. */
    env: readonly string[];
  };

/** Reads which server is meant. @throws {UsageError} When there is none, or variables are named for a target. */
export function readServer(given: Given): ServerOptions {
  const server = readServerIfAny(given);
  if (server !== null) return server;
  throw new UsageError("one of --target <url> and -- <command...> is missing");
}

/**
 * Reads which server is meant.
 *
 * @param given The command's arguments.
 * @returns The server; null where none is given, since a policy may name several.
 * @throws {UsageError} When a target is none, or variables are named for it.
 */
export function readServerIfAny(given: Given): ServerOptions | null {
  const target = given.text("target");
  const env = given.all("env");
  if (target !== undefined) {
    if (env.length > 0) throw new UsageError("--env is for a command; a --target has its own");
    return readTarget(target, "--target");
  }
  for (const entry of env) checkVariable(entry, "--env");
  const [command, ...args] = given.operands;
  if (command !== undefined) return { command, args, env };
  if (env.length > 0) throw new UsageError("--env is for a command, and none is given");
  return null;
}

/** Refuses at the start what a child's environment would refuse later, session by session. */
export function checkVariable(entry: string, where: string): void {
  const [name] = entry.split("=", 1);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name!)) {
    throw new UsageError(`${where} must be NAME or NAME=VALUE`);
  }
  if (!entry.includes("=") && !Deno.env.has(name!)) {
    throw new UsageError(`${where} ${name}: this variable is not set`);
  }
}

/** Schemes of a target, and how each is spoken to. */
const TRANSPORTS: ReadonlyMap<string, TargetTransport> = new Map([
  ["ws:", "websocket"],
  ["wss:", "websocket"],
  ["http:", "http"],
  ["https:", "http"],
]);

/** Before `http` or `https`: the server speaks HTTP+SSE (MCP 2024-11-05). */
const SSE = "sse+";

/** The target's URL. It is never repeated in a message: it may hold a password. */
export function readTarget(
  text: string,
  where: string,
): Extract<ServerOptions, { target: URL }> {
  const sse = text.startsWith(SSE);
  const address = sse ? text.slice(SSE.length) : text;
  if (!URL.canParse(address)) {
    throw new UsageError(`${where} is no URL; write http://HOST:PORT/mcp or ws://HOST:PORT`);
  }
  const url = new URL(address);
  const transport = TRANSPORTS.get(url.protocol);
  if (transport === undefined || (sse && transport !== "http")) {
    throw new UsageError(
      `${where} must begin with http://, https://, ws:// or wss://, or with sse+http:// or ` +
        "sse+https:// for a server of the old HTTP+SSE transport",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(`${where} must not hold a user name or password: they end in logs`);
  }
  if (url.hash !== "") throw new UsageError(`${where} must not hold a fragment (#...)`);
  if (credentialInUrl(address)) {
    throw new UsageError(`${where} must not hold a key or token in its query: they end in logs`);
  }
  if (url.port === "0") throw new UsageError(`${where} has port 0, which no server has`);
  return { target: url, transport: sse ? "sse" : transport };
}

/** A server for a log line: never a query or arguments, which may hold a secret. */
export function describeServer(server: ServerOptions): string {
  if ("command" in server) return server.command.slice(server.command.lastIndexOf("/") + 1);
  const { protocol, host, pathname } = server.target;
  return `${protocol}//${host}${pathname}`;
}

/**
 * The name of a server in approvals: one for another command line or address, and nothing of arguments, which may hold
 * secrets, but their digest.
 */
export async function bindingName(server: ServerOptions | null, policy: Policy): Promise<string> {
  if (server === null) {
    return await digested("upstreams", policy.upstreams.map((u) => [u.name, u.server]));
  }
  const name = describeServer(server);
  if (!("command" in server)) return name;
  return await digested(name, [server.command, ...server.args]);
}

async function digested(name: string, value: unknown): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return `${name}#${digest.toHex().slice(0, 12)}`;
}
