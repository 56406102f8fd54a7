// Sections `approvals` and `server_requests` of a loaded policy.

import type { KeySpec } from "./types.ts";

/** Section `approvals`. */
export interface ApprovalsConfig {
  /** Keys of those who may approve; empty: nobody may. */
  adminKeys: readonly KeySpec[];
  /** Milliseconds that a call is held for its approval before it is refused with the id. */
  waitMs: number;
  /** Milliseconds that a request waits, and that a decision then is good for. */
  ttlMs: number;
  /** Requests that may wait per identity. */
  perIdentity: number;
  /** Where they are kept. */
  store: "memory" | "file" | "redis";
  /** The file, with `store: file`. */
  file: string | null;
  /** `redis://`, `rediss://`, or `env:NAME`, with `store: redis`. */
  redisDsn: string | null;
}

/** What is done with one kind of server request. */
export type ServerRequestEffect = "deny" | "confirm" | "approve" | "allow";

/** Section `server_requests`. */
export interface ServerRequestsConfig {
  /** sampling/createMessage. */
  sampling: ServerRequestEffect;
  /** elicitation/create that shows a form. */
  form: ServerRequestEffect;
  /** elicitation/create that opens a URL. */
  url: {
    /** What is done with URLs on an allowed host. */
    effect: ServerRequestEffect;
    /** Hosts, exact or `*.` and a domain for any host below it; null: every host. */
    hosts: readonly string[] | null;
  };
  /** roots/list. */
  roots: ServerRequestEffect;
}
