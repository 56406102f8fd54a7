// The configuration files of MCP clients: which servers do they name?

import { UsageError } from "./exit.ts";
import { checkVariable, readTarget, type ServerOptions } from "./server_options.ts";

/** A server that a client's configuration names. */
export interface NamedServer {
  /** Its name there. */
  name: string;
  /** Where it is, or how it is started; or why nobody could say. */
  server: ServerOptions | UsageError;
  /** Headers that the client sends to it. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The configuration. */
  file?: string;
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
 * @throws {UsageError} Where it is none, or names no servers.
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
  const holders = [root, isRecord(root) ? root.mcp : undefined, ...projectsOf(root)].flatMap(
    serversOf,
  );
  if (holders.length === 0) {
    throw new UsageError(`${file} names no servers: it has none of ${HOLDERS.join(", ")}`);
  }
  return holders.flatMap((holder) =>
    Object.entries(holder).map(([name, entry]) => ({
      name,
      file,
      server: serverOf(file, name, entry),
      headers: isRecord(entry) ? pairsOf(entry.headers) : [],
    }))
  );
}

function serversOf(root: unknown): Record<string, unknown>[] {
  if (!isRecord(root)) return [];
  const found = HOLDERS.map((name) => root[name]).find(isRecord);
  return found === undefined ? [] : [found];
}

/** Claude Code keeps the servers of each folder in one file. */
function projectsOf(root: unknown): unknown[] {
  return isRecord(root) && isRecord(root.projects) ? Object.values(root.projects) : [];
}

/** One entry that cannot be used is no reason to keep quiet about the others. */
function serverOf(file: string, name: string, entry: unknown): ServerOptions | UsageError {
  const where = `${file}: server ${JSON.stringify(name)}`;
  if (isRecord(entry)) {
    const { command, args, env, url, serverUrl, httpUrl, type } = entry;
    const address = [url, serverUrl, httpUrl].find((v) => typeof v === "string");
    try {
      if (typeof address === "string") {
        if (!pairsOf(entry.headers).every(isHeader)) {
          return new UsageError(`${where} has headers that cannot be sent`);
        }
        return readTarget(
          type === "sse" && !address.startsWith("sse+") ? `sse+${address}` : address,
          where,
        );
      }
      if (typeof command === "string") {
        const list = Array.isArray(args)
          ? args.filter((a): a is string => typeof a === "string")
          : [];
        const given = pairsOf(env).map(([key, value]) => `${key}=${value}`);
        for (const variable of given) checkVariable(variable, `${where}: env`);
        if ([command, ...list, ...given].some((word) => word.includes("\0"))) {
          return new UsageError(`${where} has a NUL in its command, which no program can be given`);
        }
        return { command, args: list, env: given };
      }
    } catch (error) {
      if (error instanceof UsageError) return error;
      throw error;
    }
  }
  return new UsageError(`${where} has neither a command nor a url`);
}

/** Whether a header can be sent (RFC 9110, 5.1 and 5.5), in characters that every server reads alike. */
function isHeader([name, value]: readonly [name: string, value: string]): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && /^[ -~]*$/.test(value);
}

function pairsOf(record: unknown): [name: string, value: string][] {
  return isRecord(record)
    ? Object.entries(record).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[key, value]] : []
    )
    : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON without the comments and last commas that editors allow. */
export function withoutComments(text: string): string {
  let out = "";
  // The last comma and the white space since, until it is known whether anything comes after them.
  let held = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === " " || c === "\t" || c === "\n" || c === "\r") {
      if (held === "") out += c;
      else held += c;
    } else if (c === ",") {
      out += held;
      held = c;
    } else if (c === '"') {
      out += held;
      held = "";
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
    } else {
      out += c === "}" || c === "]" ? held.slice(1) : held;
      held = "";
      out += c;
    }
  }
  return out + held;
}
