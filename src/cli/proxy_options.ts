// The options of `mcpguard proxy`: read and refused before anything is opened, and a failed start in words.

import { credentialInUrl } from "../auth/mod.ts";
import { shown } from "./arguments.ts";
import { UsageError } from "./exit.ts";
import type { Given } from "./spec.ts";

/** Options of the command. */
export interface ProxyCommandOptions {
  /** The policy file. */
  policy: string;
  /** The server. */
  target: URL;
  /** Address to listen on. */
  host: string;
  /** Port to listen on. */
  port: number;
  /** Where to serve administration, or null. */
  admin: { host: string; port: number } | null;
  /** Further hosts that clients may name. */
  allowHost: string[];
  /** Further web origins that may connect. */
  allowOrigin: string[];
}

/** Reads the options. @throws {UsageError} For the first that is wrong. */
export function readProxyOptions(given: Given): ProxyCommandOptions {
  const host = given.text("host") ?? "127.0.0.1";
  if (host === "" || host.includes("/") || host.startsWith("[")) {
    throw new UsageError(`--host ${shown(host)} is no address; write 127.0.0.1, ::1 or 0.0.0.0`);
  }
  return {
    policy: given.text("policy")!,
    target: readTarget(given.text("target")!),
    host,
    port: readPort("--port", given.text("port") ?? "8787"),
    admin: readAdmin(given.text("admin") ?? "127.0.0.1:8788"),
    allowHost: given.all("allow-host"),
    allowOrigin: given.all("allow-origin"),
  };
}

function readPort(option: string, text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) {
    throw new UsageError(`${option} ${shown(text)} is no port; write a number from 0 to 65535`);
  }
  return port;
}

/** The target's URL. It is never repeated in a message: it may hold a password. */
function readTarget(text: string): URL {
  if (!URL.canParse(text)) throw new UsageError("--target is no URL; write ws://HOST:PORT");
  const url = new URL(text);
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new UsageError(
      "--target must begin with ws:// or wss://; other servers are not served by this version",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError("--target must not hold a user name or password: they end in logs");
  }
  if (url.hash !== "") throw new UsageError("--target must not hold a fragment (#...)");
  if (credentialInUrl(text)) {
    throw new UsageError("--target must not hold a key or token in its query: they end in logs");
  }
  if (url.port === "0") throw new UsageError("--target has port 0, which no server has");
  return url;
}

/** A target for a log line: never its query, which may hold a secret. */
export function describeTarget(target: URL): string {
  return `${target.protocol}//${target.host}${target.pathname}`;
}

function readAdmin(text: string): { host: string; port: number } | null {
  if (text === "off") return null;
  const mark = text.lastIndexOf(":");
  const host = text.slice(0, Math.max(0, mark));
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  if (
    bare === "" || bare.includes("/") || bare.includes("[") || (bare === host && bare.includes(":"))
  ) {
    throw new UsageError(
      `--admin ${shown(text)} is not ADDRESS:PORT or off; write 127.0.0.1:8788 or [::1]:8788`,
    );
  }
  return { host: bare, port: readPort("--admin", text.slice(mark + 1)) };
}

/** A failed start in words; other errors as they are. */
export function startError(error: unknown, options: ProxyCommandOptions): unknown {
  const { code, port } = error as { code?: unknown; port?: unknown };
  const data = { option: "--port", ...options };
  // Listening errors say which port it was; where both are the same, the data port came first.
  const at = options.admin !== null && port === options.admin.port && port !== options.port
    ? { option: "--admin", ...options.admin }
    : data;
  const place = `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
  switch (code) {
    case "EADDRINUSE":
      return new UsageError(`${place} is in use by another program; choose another ${at.option}`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NONAME":
      return new UsageError(
        `${shown(at.host)} is no address of this machine; write 127.0.0.1 or ::1`,
      );
    case "EACCES":
    case "EPERM":
      return new UsageError(`this user may not listen on ${place}; choose a port above 1023`);
    case "EAFNOSUPPORT":
      return new UsageError(`this machine has no addresses like ${shown(at.host)}`);
    default:
      return error;
  }
}
