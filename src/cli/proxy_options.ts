// The options of `mcpguard proxy`: read and refused before anything is opened, and a failed start in words.

import { shown } from "./arguments.ts";
import { UsageError } from "./exit.ts";
import { readServerIfAny, type ServerOptions } from "./server_options.ts";
import type { Given } from "./spec.ts";

/** Options of the command. */
export interface ProxyCommandOptions {
  /** The policy file. */
  policy: string;
  /** Whether the policy file is watched. */
  watch: boolean;
  /** The server; null where the policy names several. */
  server: ServerOptions | null;
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
  /** Whether a policy that only watches is refused. */
  production: boolean;
  /** Whether the network may come in where the policy asks nobody who they are. */
  insecure: boolean;
}

/** Reads the options. @throws {UsageError} For the first that is wrong. */
export function readProxyOptions(given: Given): ProxyCommandOptions {
  const host = given.text("host") ?? "127.0.0.1";
  if (host === "" || host.includes("/") || host.startsWith("[")) {
    throw new UsageError(`--host ${shown(host)} is no address; write 127.0.0.1, ::1 or 0.0.0.0`);
  }
  return {
    policy: given.text("policy")!,
    watch: !given.flag("no-watch"),
    server: readServerIfAny(given),
    host,
    port: readPort("--port", given.text("port") ?? "8787"),
    admin: readAdmin(given.text("admin") ?? "127.0.0.1:8788"),
    allowHost: given.all("allow-host"),
    allowOrigin: given.all("allow-origin"),
    production: given.flag("production"),
    insecure: given.flag("allow-insecure"),
  };
}

function readPort(option: string, text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) {
    throw new UsageError(`${option} ${shown(text)} is no port; write a number from 0 to 65535`);
  }
  return port;
}

/** Reads `--admin`. @throws {UsageError} When it is neither an address and port nor off. */
export function readAdmin(text: string): { host: string; port: number } | null {
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

/**
 * A failed start in words. Errors of listening do not say which address it was, so both are tried again.
 *
 * @param error What the start failed with.
 * @param options The command's options.
 * @returns The error to tell; other failures as they are.
 */
export function startError(error: unknown, options: ProxyCommandOptions): unknown {
  const data = { option: "--port", host: options.host, port: options.port };
  const admin = options.admin === null ? [] : [{ option: "--admin", ...options.admin }];
  for (const at of [data, ...admin]) {
    try {
      Deno.listen({ hostname: at.host, port: at.port }).close();
    } catch (failure) {
      const why = listenError(failure, at);
      if (why !== null) return new UsageError(why);
    }
  }
  // Each is free by itself, so it was each other's, or another program has left a moment ago.
  return error instanceof Deno.errors.AddrInUse
    ? new UsageError("the address is in use; choose another --port or --admin")
    : error;
}

function listenError(
  error: unknown,
  at: { option: string; host: string; port: number },
): string | null {
  const place = `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
  const { code } = error as { code?: unknown };
  if (code === "EADDRINUSE") {
    return `${place} is in use by another program; choose another ${at.option}`;
  }
  if (code === "EACCES" || code === "EPERM") {
    return `this user may not listen on ${place}; choose a port above 1023`;
  }
  const unknown = error instanceof URIError ||
    (error instanceof Error && error.message.startsWith("failed to lookup"));
  if (unknown || code === "EADDRNOTAVAIL" || code === "EINVAL" || code === "EAFNOSUPPORT") {
    return `${shown(at.host)} is no address of this machine; write 127.0.0.1 or ::1`;
  }
  return null;
}
