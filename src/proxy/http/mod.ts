// The HTTP room: clients that speak MCP by POST and event streams, as channels of ordinary sessions.

import type { ProxyParts } from "../server.ts";
import type { HttpReply } from "../transports/mod.ts";
import { LEGACY, MODERN } from "./checks.ts";
import type { HttpDesk, Visit } from "./desk.ts";
import { mcpRoute } from "./mcp_route.ts";
import { ModernPool } from "./modern_pool.ts";
import { HttpSessions } from "./sessions.ts";
import { MESSAGE_PATH, messageRoute, SSE_PATH, sseRoute } from "./sse_route.ts";

export type { HttpDesk, Visit } from "./desk.ts";

/** Milliseconds between comments that keep a stream's connection alive. */
const KEEP_ALIVE_MS = 15_000;
/** Milliseconds that a connection to the server waits for an identity's next modern request. */
const POOL_IDLE_MS = 10_000;

/**
 * Makes what the HTTP routes share.
 *
 * @param parts What all routes share.
 * @param open Opens a session over a channel; null when the guard takes no more.
 * @param suffix What stands behind its paths.
 */
export function httpDesk(parts: ProxyParts, open: HttpDesk["open"], suffix: string): HttpDesk {
  // Asked for anew for each session, since a reload may change them.
  const streams = (): HttpDesk["limits"] => {
    const { highWaterBytes, resultBytes, slowReaderMs } = parts.guard.policy.limits;
    return {
      highBytes: highWaterBytes,
      hardBytes: Math.max(4 * highWaterBytes, 2 * resultBytes),
      slowMs: slowReaderMs,
      keepAliveMs: KEEP_ALIVE_MS,
    };
  };
  // One identity cannot take every place, though it may be the only one that there is.
  const perOwner = (): number => Math.max(1, Math.ceil(parts.guard.policy.limits.connections / 2));
  return {
    parts,
    suffix,
    open,
    sessions: new HttpSessions(perOwner),
    sseSessions: new HttpSessions(perOwner),
    pool: new ModernPool({
      open,
      limits: streams,
      now: () => parts.clock.monotonic(),
      idleMs: POOL_IDLE_MS,
      inFlight: () => parts.guard.policy.limits.inFlight,
    }),
    get limits() {
      return streams();
    },
    versions: [MODERN, ...LEGACY],
  };
}

/** Where this room answers; paths are compared as sent, so that no spelling slips past. */
const PATHS: readonly string[] = ["/mcp", SSE_PATH, MESSAGE_PATH];

/**
 * The desk that answers a path.
 *
 * @param desks Desks by what stands behind their paths.
 * @param path The path as sent.
 * @returns The desk and its path without that, or null for a path that is not this room's.
 */
export function deskFor(
  desks: ReadonlyMap<string, HttpDesk>,
  path: string,
): { desk: HttpDesk; path: string } | null {
  for (const base of PATHS) {
    const desk = path.startsWith(base) ? desks.get(path.slice(base.length)) : undefined;
    if (desk !== undefined) return { desk, path: base };
  }
  return null;
}

/** Answers a request that has come in. */
export function httpRoute(desk: HttpDesk, path: string, visit: Visit): Promise<HttpReply> {
  if (path === SSE_PATH) return sseRoute(desk, visit);
  return path === MESSAGE_PATH ? messageRoute(desk, visit) : mcpRoute(desk, visit);
}
