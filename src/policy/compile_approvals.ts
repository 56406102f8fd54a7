// From checked values to the sections `approvals` and `server_requests`: rules over several keys, hosts in one spelling.

import { canonicalizeUri, UriError } from "../match/mod.ts";
import { type PathProblem, readKeys } from "./keys.ts";
import type { PolicyFile } from "./schema.ts";
import type {
  ApprovalsConfig,
  AuthConfig,
  ServerRequestEffect,
  ServerRequestsConfig,
} from "./types.ts";

/**
 * Compiles section `approvals`.
 *
 * @param section The section; a missing one is one with every default.
 * @param auth Section `auth`, whose keys may not approve.
 * @param problems Takes what is wrong.
 * @returns The section.
 */
export function approvals(
  section: PolicyFile["approvals"],
  auth: AuthConfig,
  problems: PathProblem[],
): ApprovalsConfig {
  const wrong = (message: string, ...path: (string | number)[]): void =>
    void problems.push({ message, path: ["approvals", ...path] });
  const adminKeys = readKeys(section.admin_keys, ["approvals", "admin_keys"], problems);
  const clients = new Set(auth.keys.map((key) => JSON.stringify(key.source)));
  section.admin_keys.forEach((_, i) => {
    const key = adminKeys.find((one) => one.path === `approvals.admin_keys[${i}]`);
    if (key !== undefined && clients.has(JSON.stringify(key.source))) {
      wrong("a client's key from `auth`; a client must not approve", "admin_keys", i, "key");
    }
  });
  const { store, file, redis_dsn: dsn } = section;
  if (store === "file" && file === undefined) wrong("`store: file` needs `file`", "store");
  if (store === "redis" && dsn === undefined) wrong("`store: redis` needs `redis_dsn`", "store");
  if (dsn !== undefined && !/^(?:rediss?:\/\/[^\s]|env:[A-Za-z_][A-Za-z0-9_]{0,127}$)/.test(dsn)) {
    wrong("expected `redis://HOST`, `rediss://HOST` or `env:NAME`", "redis_dsn");
  }
  return {
    adminKeys,
    waitMs: section.wait_ms,
    ttlMs: section.ttl_ms,
    perIdentity: section.per_identity,
    store,
    file: store === "file" ? file ?? null : null,
    redisDsn: store === "redis" ? dsn ?? null : null,
  };
}

/**
 * Compiles section `server_requests`.
 *
 * @param section The section; a missing one allows everything.
 * @param problems Takes what is wrong.
 * @returns The section.
 */
export function serverRequests(
  section: PolicyFile["server_requests"],
  problems: PathProblem[],
): ServerRequestsConfig {
  const { sampling, roots, elicitation } = section;
  const both = typeof elicitation === "string" ? elicitation : null;
  const form = typeof elicitation === "string" ? elicitation : elicitation.form;
  const url = typeof elicitation === "string" ? elicitation : elicitation.url;
  if (both !== null || typeof url === "string") {
    return { sampling, roots, form, url: { effect: url as ServerRequestEffect, hosts: null } };
  }
  const hosts = url.allow_hosts?.map((text, i) => {
    const host = canonicalHostOf(text);
    if (host !== null) return host;
    problems.push({
      message: "expected a host, e.g. `auth.example.com`, or `*.` and a domain",
      path: ["server_requests", "elicitation", "url", "allow_hosts", i],
    });
    return "";
  });
  return { sampling, roots, form, url: { effect: url.effect, hosts: hosts ?? null } };
}

function canonicalHostOf(text: string): string | null {
  const wild = text.startsWith("*.");
  const name = wild ? text.slice(2) : text;
  if (!/^\[[0-9A-Fa-f:.]+\]$|^[^/?#@:*\\\s[\]]+$/.test(name)) return null;
  try {
    const { host } = canonicalizeUri(`https://${name}/`);
    return host === null ? null : (wild ? "*." : "") + host;
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    return null;
  }
}
