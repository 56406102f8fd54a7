// Sections `flows`, `labels` and `flow_state` as the guard uses them.

import type { NameList, UriList } from "../match/mod.ts";

/** What a server may say of a tool; see MCP `ToolAnnotations`. */
export type Hint = "readOnlyHint" | "destructiveHint" | "idempotentHint" | "openWorldHint";

/** Selects messages by any of what it names. */
export interface FlowSelector {
  /** Tools, or null. */
  tools: NameList | null;
  /** Prompts, or null. */
  prompts: NameList | null;
  /** Resources, or null. */
  resources: UriList | null;
  /** Whether a method is one of those named, or null. */
  method: ((method: string) => boolean) | null;
  /** What a tool's server says of it, all of it, or null. */
  hints: Readonly<Partial<Record<Hint, boolean>>> | null;
}

/** One flow, compiled. */
export interface Flow {
  /** How decisions name it: `flows.` and its id, or `flows[` its place `]`. */
  name: string;
  /** Under what it is kept who has done what; the same for as long as the flow has its id, or the same `after`. */
  key: string;
  /** What a caller has done. */
  after: readonly FlowSelector[];
  /** What the caller may not do from then on. */
  deny: readonly FlowSelector[];
  /** How long it counts, in milliseconds. */
  ttlMs: number;
  /** The operator's own words, or null. */
  reason: string | null;
  /** True where it is only recorded what it would have done. */
  monitor: boolean;
}

/** Section `flow_state`. */
export interface FlowStateConfig {
  /** Where it is kept. */
  store: "memory" | "file" | "redis";
  /** The file, with `store: file`. */
  file: string | null;
  /** `redis://`, `rediss://`, or `env:NAME`, with `store: redis`. */
  redisDsn: string | null;
}
