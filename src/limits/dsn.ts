// Reads a Redis DSN. Its messages never repeat the DSN, since that may hold a password.

import { McpGuardError } from "../errors.ts";

/** Where a Redis is and how to log in. */
export interface RedisTarget {
  /** Host name or address, without brackets. */
  host: string;
  /** Port, 1 to 65535. */
  port: number;
  /** Whether the connection is encrypted and the server's certificate checked: `rediss:`. */
  tls: boolean;
  /** ACL user; absent for the default user. */
  username?: string;
  /** Password, decoded. */
  password?: string;
  /** Database number; a Redis Cluster has 0 only. */
  database: number;
}

/**
 * Reads `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS
 * (the IANA registrations "redis" and "rediss").
 *
 * @param dsn The DSN. Special characters of user and password are percent-encoded.
 * @returns Its parts; the port is 6379 unless given.
 * @throws McpGuardError that says what is wrong without repeating any of it.
 *
 * @example
 * ```ts
 * import { expect } from "expect";
 * import { parseDsn } from "./dsn.ts";
 *
 * const target = parseDsn("rediss://limits:s%40cret@redis.internal:6380/2");
 * expect(target.password).toBe("s@cret");
 * expect([target.host, target.port, target.tls, target.database])
 *   .toEqual(["redis.internal", 6380, true, 2]);
 * ```
 */
export function parseDsn(dsn: string): RedisTarget {
  if (!/^rediss?:\/\//i.test(dsn)) throw bad("it must begin with redis:// or rediss://");
  let url: URL;
  try {
    url = new URL(dsn);
  } catch {
    // The parser's own message repeats the DSN, so it is not kept as a cause either.
    throw bad("it is not a valid URL (percent-encode special characters of the password)");
  }
  if (url.hostname === "") throw bad("the host is missing");
  if (url.port === "0") throw bad("the port must be from 1 to 65535");
  if (url.search !== "" || url.hash !== "") throw bad("it takes no ?query and no #fragment");
  if (url.username !== "" && url.password === "") {
    throw bad("a user without a password (for a password alone write redis://:PASSWORD@HOST)");
  }
  const database = url.pathname === "" || url.pathname === "/" ? "0" : url.pathname.slice(1);
  if (!/^[0-9]{1,5}$/.test(database)) throw bad("the path must be a database number");
  return {
    host: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === "" ? 6379 : Number(url.port),
    tls: url.protocol === "rediss:",
    ...(url.username === "" ? {} : { username: decode(url.username) }),
    ...(url.password === "" ? {} : { password: decode(url.password) }),
    database: Number(database),
  };
}

/**
 * Resolves `env:NAME`; other DSNs are returned as they are.
 *
 * @param dsn A DSN, or `env:` and the name of the variable that holds it.
 * @param env Reads an environment variable.
 * @returns The DSN.
 * @throws McpGuardError when the variable is not set or empty.
 */
export function resolveDsn(dsn: string, env: (name: string) => string | undefined): string {
  if (!dsn.startsWith("env:")) return dsn;
  const name = dsn.slice("env:".length);
  const value = env(name);
  if (value === undefined || value === "") {
    // Someone may have put the DSN itself behind "env:".
    const shown = /^[A-Za-z0-9_]+$/.test(name) ? name : "after env:";
    throw bad(`the environment variable ${shown} is not set`);
  }
  return value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("user or password is not valid percent-encoding (write % as %25)");
  }
}

function bad(what: string): McpGuardError {
  return new McpGuardError(`rate_limit.redis_dsn: ${what}`);
}
