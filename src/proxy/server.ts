// The sidecar proxy: one data listener (/ws, /call, /healthz), one admin listener, and the sessions between.

import type { Clock, GuardCore, Identity } from "../guard/mod.ts";
import { adminRoute } from "./admin.ts";
import { callRoute, refusedEntry } from "./call_route.ts";
import { Entrance, textReply } from "./entrance.ts";
import { Metrics } from "./metrics.ts";
import { type Budget, Session } from "./session.ts";
import {
  type Channel,
  type HttpListener,
  type HttpReply,
  type HttpRequest,
  listen,
  webSocketUpgrade,
} from "./transports/mod.ts";

/** What a proxy is made of. */
export interface ProxyOptions {
  /** The engine. */
  guard: GuardCore;
  /** Opens one connection to the server. */
  connect: () => Promise<Channel>;
  /** Address and port of the data listener; port 0 takes any free one. */
  listen: { host: string; port: number };
  /** Address and port of the admin listener, or null for none. */
  admin: { host: string; port: number } | null;
  /** Further hosts that clients may name. */
  hosts: readonly string[];
  /** Further web origins that may connect. */
  origins: readonly string[];
  /** Whether a request target carries a credential. */
  credentialInUrl: (target: string) => boolean;
  /** Time. */
  clock: Clock;
  /** Session ids. */
  sessionId: () => string;
}

/** What the routes share. */
export interface ProxyParts {
  /** The engine. */
  guard: GuardCore;
  /** Figures. */
  metrics: Metrics;
  /** Requests in flight over all sessions. */
  budget: Budget;
  /** Opens one connection to the server. */
  connect: () => Promise<Channel>;
  /** Time. */
  clock: Clock;
  /** Whether the proxy is shutting down. */
  draining: () => boolean;
}

/** A running proxy. */
export interface RunningProxy {
  /** The data listener's port. */
  readonly port: number;
  /** The admin listener's port, or null. */
  readonly adminPort: number | null;
  /** Figures. */
  readonly metrics: Metrics;
  /** Takes no more clients, lets calls end, then closes everything. @param graceMs Milliseconds for calls to end. */
  close(graceMs: number): Promise<void>;
}

/** How often deadlines are looked at, ms. */
const SWEEP_MS = 250;

/**
 * Starts the proxy.
 *
 * @param options What it is made of.
 * @returns The running proxy.
 * @throws {Deno.errors.AddrInUse} When a port is taken.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { guard, clock } = options;
  const { limits } = guard.policy;
  const metrics = new Metrics();
  const sessions = new Set<Session>();
  let draining = false;
  let onEmpty: (() => void) | null = null;
  let data: HttpListener | null = null;
  const parts: ProxyParts = {
    guard,
    metrics,
    budget: { used: 0 },
    connect: options.connect,
    clock,
    draining: () => draining,
  };
  const entrance = new Entrance({
    guard,
    metrics,
    bound: () => `${bracketed(options.listen.host)}:${data?.port ?? options.listen.port}`,
    hosts: options.hosts,
    origins: options.origins,
    credentialInUrl: options.credentialInUrl,
  });

  const refused =
    (transport: string) => (info: { remote: string; status: number; violation: string }): void => {
      metrics.count("mcpguard_malformed_total");
      void entrance.refuse(info, transport, "MalformedMessage", info.violation, {
        status: info.status,
        text: "the request broke the protocol",
      });
    };

  const onChannel = (channel: Channel, identity: Identity): void => {
    metrics.count("mcpguard_connections_opened_total");
    metrics.move("mcpguard_connections", 1);
    const session: Session = new Session({
      guard,
      client: channel,
      connect: options.connect,
      identity,
      id: options.sessionId(),
      clock,
      metrics,
      budget: parts.budget,
      onEnd: () => {
        sessions.delete(session);
        metrics.move("mcpguard_connections", -1);
        if (sessions.size === 0) onEmpty?.();
      },
    });
    sessions.add(session);
    session.start();
  };

  data = await listen({
    ...options.listen,
    limits: { messageBytes: limits.messageBytes, connections: limits.connections + 64 },
    onRequest: (request) => route(parts, entrance, request),
    onUpgrade: webSocketUpgrade<Identity>({
      limits: {
        messageBytes: limits.messageBytes,
        fragments: limits.fragments,
        highWaterBytes: limits.highWaterBytes,
        slowReaderMs: limits.slowReaderMs,
        hardCapBytes: Math.max(4 * limits.highWaterBytes, 2 * limits.resultBytes),
      },
      authorize: async (request) => {
        if (request.path !== "/ws") {
          return { ok: false, ...textReply(404, "WebSocket clients connect to /ws") };
        }
        if (draining || sessions.size >= limits.connections) {
          const { reply } = await entrance.refuse(
            request,
            "websocket",
            "LimitExceeded",
            draining ? "limits.draining" : "limits.connections",
            { status: 503, text: "no more connections are taken now; try again later" },
          );
          return { ok: false, ...reply };
        }
        const entry = await entrance.enter(request, "websocket");
        return entry.ok ? { ok: true, context: entry.identity } : { ok: false, ...entry.reply };
      },
      onChannel,
      onRefused: refused("websocket"),
    }),
    onRefused: refused("http"),
  });
  let admin: HttpListener | null = null;
  try {
    if (options.admin !== null) {
      const bound = { ...options.admin };
      admin = await listen({
        ...options.admin,
        limits: { messageBytes: 1024, connections: 32 },
        onRequest: (request) =>
          Promise.resolve(
            adminRoute(parts, request, `${bracketed(bound.host)}:${admin?.port ?? bound.port}`),
          ),
      });
    }
  } catch (error) {
    await data.close(0);
    throw error;
  }

  const sweeper = setInterval(() => {
    const now = clock.monotonic();
    for (const session of sessions) void session.sweep(now);
  }, SWEEP_MS);

  return {
    port: data.port,
    adminPort: admin?.port ?? null,
    metrics,
    close: async (graceMs) => {
      draining = true;
      const empty = new Promise<void>((resolve) => onEmpty = resolve);
      const closed = data.close(graceMs);
      for (const session of sessions) session.drain();
      if (sessions.size > 0) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const grace = new Promise<void>((resolve) => timer = setTimeout(resolve, graceMs));
        await Promise.race([empty, grace]);
        clearTimeout(timer);
        for (const session of sessions) session.close(1001, "the guard is shutting down");
        if (sessions.size > 0) await empty;
      }
      clearInterval(sweeper);
      await closed;
      await admin?.close(0);
    },
  };
}

async function route(
  parts: ProxyParts,
  entrance: Entrance,
  request: HttpRequest,
): Promise<HttpReply> {
  if (request.path === "/healthz") {
    return request.method === "GET" || request.method === "HEAD"
      ? textReply(200, "ok")
      : textReply(405, "GET only", [["Allow", "GET, HEAD"]]);
  }
  if (request.path === "/ws") {
    return textReply(426, "connect by WebSocket", [["Upgrade", "websocket"]]);
  }
  if (request.path !== "/call") {
    return textReply(404, "not found: /ws, /call and /healthz are served");
  }
  if (request.method !== "POST") return textReply(405, "POST only", [["Allow", "POST"]]);
  const entry = await entrance.enter(request, "http");
  return entry.ok
    ? await callRoute(parts, request, entry.identity)
    : refusedEntry(entry.reply, entry.decision);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
