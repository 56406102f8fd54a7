// The configuration files of MCP clients: which servers do they name?

import { UsageError } from "./exit.ts";
import { readServer, type ServerOptions } from "./server_options.ts";

/** A server that a client's configuration names. */
export interface NamedServer {
  /** Its name there. */
  name: string;
  /** Where it is, or how it is started. */
  server: ServerOptions;
}

/** Largest configuration file, bytes. */
const MAX_BYTES = 4 << 20;

/** Members that hold the servers: Claude and Cursor, VS Code, Zed. */
const HOLDERS = ["mcpServers", "servers", "context_servers"];

/**
 * Reads a client's configuration.
 *
 * @param file Its path.
 * @returns The servers in the order of the file.
 * @throws {UsageError} Where it is none, or names a server that cannot be reached that way.
 */
export async function readClientConfig(file: string): Promise<NamedServer[]> {
  const info = await Deno.stat(file).catch(() => null);
  if (info === null) throw new UsageError(`${file} does not exist`);
  if (!info.isFile || info.size > MAX_BYTES) {
    throw new UsageError(`${file} is no configuration file`);
  }
  let root: unknown;
  try {
    root = JSON.parse(withoutComments(await Deno.readTextFile(file)));
  } catch {
    throw new UsageError(`${file} is not valid JSON`);
  }
  const holder = serversOf(root) ?? serversOf(isRecord(root) ? root.mcp : undefined);
  if (holder === undefined) {
    throw new UsageError(`${file} names no servers: it has none of ${HOLDERS.join(", ")}`);
  }
  return Object.entries(holder).map(([name, entry]) => ({
    name,
    server: serverOf(file, name, entry),
  }));
}

function serversOf(root: unknown): Record<string, unknown> | undefined {
  if (!isRecord(root)) return undefined;
  for (const name of HOLDERS) {
    const holder = root[name];
    if (isRecord(holder)) return holder;
  }
  return undefined;
}

function serverOf(file: string, name: string, entry: unknown): ServerOptions {
  if (isRecord(entry)) {
    const { command, args, env, url, serverUrl, httpUrl, type } = entry;
    const address = [url, serverUrl, httpUrl].find((v) => typeof v === "string");
    if (typeof address === "string") {
      const sse = type === "sse" && !address.startsWith("sse+") ? `sse+${address}` : address;
      return readServer({
        text: (option) => option === "target" ? sse : undefined,
        all: () => [],
        flag: () => false,
        operands: [],
      });
    }
    if (typeof command === "string") {
      const list = Array.isArray(args)
        ? args.filter((a): a is string => typeof a === "string")
        : [];
      const pairs = isRecord(env) ? Object.entries(env) : [];
      const given = pairs.flatMap(([key, value]) =>
        typeof value === "string" ? [`${key}=${value}`] : []
      );
      return { command, args: list, env: given };
    }
  }
  throw new UsageError(`${file}: server ${JSON.stringify(name)} has neither a command nor a url`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON without the comments and last commas that editors allow. */
export function withoutComments(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') {
      let end = i + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
      out += text.slice(i, end + 1);
      i = end;
    } else if (c === "/" && text[i + 1] === "/") {
      const end = text.indexOf("\n", i);
      i = (end < 0 ? text.length : end) - 1;
    } else if (c === "/" && text[i + 1] === "*") {
      const end = text.indexOf("*/", i + 2);
      i = end < 0 ? text.length : end + 1;
    } else if (c === "}" || c === "]") {
      out = out.trimEnd();
      if (out.endsWith(",")) out = out.slice(0, -1);
      out += c;
    } else out += c;
  }
  return out;
}
