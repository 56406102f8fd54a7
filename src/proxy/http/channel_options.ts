// What an HTTP channel is made of, and what is particular about one POST of it.

import type { EventLog } from "./event_log.ts";
import type { StreamLimits } from "./sse_stream.ts";

/**
 * How a channel spreads its messages: `legacy` sessions of Streamable HTTP (2025-03-26 to 2025-11-25), `modern` single
 * requests (2026-07-28), `sse` everything on one stream (HTTP+SSE, 2024-11-05).
 */
export type HttpKind = "legacy" | "modern" | "sse";

/** What a channel is made of. */
export interface HttpChannelOptions {
  /** How it spreads its messages. */
  kind: HttpKind;
  /** Remote address, without port. */
  remote: string;
  /** Bounds of its streams. */
  limits: StreamLimits;
  /** Keeps events for a client that comes back; null where streams cannot be resumed. */
  log: EventLog | null;
  /** Called once when the channel is closed. */
  onClosed: () => void;
}

/** What is particular about one POST. */
export interface ExchangeAbout {
  /** Headers of its answer; `code` is the JSON-RPC error's, where a JSON answer is one. */
  headers?: (code: number | undefined) => readonly (readonly [string, string])[];
  /** Whether its stream begins with a primer (MCP 2025-11-25). */
  primer?: boolean;
  /** Told when the client closed the POST's stream before its answer. */
  onGone?: () => void;
  /** Told when the answer is given, and read if it was a stream. */
  onDone?: () => void;
}

/** Errors that are told in the status as well (MCP 2026-07-28, basic/transports/streamable-http). */
export const MODERN_STATUS: ReadonlyMap<number | undefined, number> = new Map([
  [-32601, 404],
  [-32600, 400],
  [-32020, 400],
  [-32021, 400],
  [-32022, 400],
]);
