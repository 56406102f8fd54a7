// The sidecar proxy: one data listener (/mcp, /sse, /ws, /call, /healthz), one admin listener, and the sessions between.

import type { Identity } from "../guard/mod.ts";
import type { Limits } from "../policy/types.ts";
import { listenAdmin } from "./admin_listener.ts";
import { ApprovalsWatch } from "./approvals_watch.ts";
import { Budget } from "./budget.ts";
import { Handles } from "./handles.ts";
import { Entrance } from "./entrance.ts";
import { type HttpDesk, httpDesk } from "./http/mod.ts";
import { Metrics } from "./metrics.ts";
import { Pressure, processMemory } from "./pressure.ts";
import { route } from "./routes.ts";
import type { OnBehalf, ProxyOptions, ProxyParts, RunningProxy } from "./server_types.ts";
import { Session } from "./session.ts";
import {
  type Channel,
  header,
  type HttpListener,
  listen,
  webSocketUpgrade,
} from "./transports/mod.ts";

export type { Connect, OnBehalf, ProxyOptions, ProxyParts, RunningProxy } from "./server_types.ts";

/** A client that comes in. */
interface Entering extends OnBehalf {
  /** Who. */
  identity: Identity;
  /** The server that its address names, or nothing. */
  upstream: string;
}

/** Connections beyond those of sessions, so that who is too many is told so. */
export const SPARE = 64;
/** How often deadlines are looked at, ms. */
const SWEEP_MS = 250;
/** How often a closing proxy looks whether everything has ended, ms. */
const DRAIN_LOOK_MS = 20;
/** How long closing handshakes and last answers may take, ms. */
const CLOSE_MS = 1500;

/**
 * Starts the proxy.
 *
 * @param options What it is made of.
 * @returns The running proxy.
 * @throws {Deno.errors.AddrInUse} When a port is taken.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { clock } = options;
  // Read anew each time: what a reload changes counts for whoever comes after it.
  const limits = (): Limits => options.guard.policy.limits;
  const mostConnections = (): number =>
    Math.min(limits().connections, options.mostConnections ?? Infinity);
  const metrics = new Metrics();
  const pressure = new Pressure(() => processMemory(limits().heapBytes), metrics);
  pressure.look();
  const sessions = new Set<Session>();
  const forwards = options.guard.policy.upstreams.some((one) => one.forwardCredentials);
  let draining = false;
  // Clients between the check of `connections` and their session.
  let entering = 0;
  let data: HttpListener | null = null;
  const parts: ProxyParts = {
    get guard() {
      return options.guard;
    },
    metrics,
    budget: new Budget(() => limits().inFlightTotal, metrics, pressure),
    handles: new Handles(),
    pressure,
    connect: options.connect,
    authorization: (request) => forwards ? header(request, "authorization") : null,
    publicDocument: options.publicDocument ?? ((): null => null),
    policyCurrent: options.policyCurrent ?? ((): boolean => true),
    clock,
    draining: () => draining,
    onError: options.onError ?? ((): void => {}),
  };
  const entrance = new Entrance({
    get guard() {
      return options.guard;
    },
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

  const full = (): boolean =>
    draining || pressure.full || sessions.size + entering >= mostConnections();
  const onChannel = (
    channel: Channel,
    { identity, authorization, upstream }: Entering,
  ): Session => {
    const connect = upstream === "" ? options.connect : options.upstreams!.get(upstream)!;
    metrics.count("mcpguard_connections_opened_total");
    metrics.move("mcpguard_connections", 1);
    const session: Session = new Session({
      get guard() {
        return options.guard;
      },
      client: channel,
      connect: () => connect({ authorization }),
      ...(upstream === "" ? {} : { upstream }),
      identity,
      id: options.sessionId(),
      clock,
      metrics,
      budget: parts.budget,
      handles: parts.handles,
      onError: parts.onError,
      ...(options.notice === undefined ? {} : { notice: options.notice }),
      onEnd: () => {
        sessions.delete(session);
        metrics.move("mcpguard_connections", -1);
      },
    });
    sessions.add(session);
    session.start();
    return session;
  };
  const desks = new Map(["", ...options.upstreams?.keys() ?? []].map((upstream) => {
    const suffix = upstream === "" ? "" : `/${upstream}`;
    const open: HttpDesk["open"] = (channel, identity, authorization) =>
      full() ? null : onChannel(channel, { identity, authorization, upstream });
    return [suffix, httpDesk(parts, open, suffix)];
  }));

  data = await listen({
    ...options.listen,
    limits: () => ({
      messageBytes: limits().messageBytes,
      connections: mostConnections() + SPARE,
    }),
    onRequest: (request) => route(parts, desks, entrance, request),
    onUpgrade: webSocketUpgrade<Entering>({
      limits: () => {
        const { messageBytes, fragments, highWaterBytes, slowReaderMs, resultBytes } = limits();
        const hardCapBytes = Math.max(4 * highWaterBytes, 2 * resultBytes);
        return { messageBytes, fragments, highWaterBytes, slowReaderMs, hardCapBytes };
      },
      authorize: async (request) => {
        const suffix = request.path.startsWith("/ws") ? request.path.slice(3) : null;
        if (suffix === null || !desks.has(suffix)) {
          const { reply } = await entrance.refuse(
            request,
            "websocket",
            "MalformedMessage",
            "http.path",
            { status: 404, text: "WebSocket clients connect to /ws" },
          );
          return { ok: false, ...reply };
        }
        if (full()) {
          const { reply } = await entrance.refuse(
            request,
            "websocket",
            "LimitExceeded",
            draining ? "limits.draining" : pressure.full ? "limits.memory" : "limits.connections",
            {
              status: 503,
              text: "no more connections are taken now; try again later",
              headers: [["Retry-After", "1"]],
            },
          );
          return { ok: false, ...reply };
        }
        entering++;
        try {
          const entry = await entrance.enter(request, "websocket");
          if (!entry.ok) return { ok: false, ...entry.reply };
          const authorization = parts.authorization(request);
          const { identity } = entry;
          return { ok: true, context: { identity, authorization, upstream: suffix.slice(1) } };
        } finally {
          entering--;
        }
      },
      onChannel: (channel, entering) => void onChannel(channel, entering),
      onRefused: refused("websocket"),
      onError: parts.onError,
    }),
    onRefused: refused("http"),
    onDropped: (remote) => {
      metrics.count("mcpguard_connections_dropped_total");
      void entrance.refuse({ remote }, "http", "LimitExceeded", "limits.connections", {
        status: 503,
        text: "no more connections are taken now; try again later",
      });
    },
    onError: parts.onError,
  });
  let admin: HttpListener | null = null;
  try {
    if (options.admin !== null) {
      admin = await listenAdmin(options.admin, parts, parts.onError);
    }
  } catch (error) {
    await data.close(0);
    throw error;
  }

  const watch = new ApprovalsWatch(parts);
  /** Ends the session that has been idle for the longest time. */
  const shed = (): void => {
    let idlest: Session | undefined;
    for (const session of sessions) {
      if (session.inFlight > 0) continue;
      if (idlest === undefined || session.lastActive < idlest.lastActive) idlest = session;
    }
    if (idlest === undefined) return;
    metrics.count("mcpguard_sessions_shed_total");
    idlest.close(1013, "the guard runs out of memory");
  };
  const sweeper = setInterval(() => {
    const now = clock.monotonic();
    pressure.look();
    watch.sweep(now);
    if (pressure.shedding) shed();
    for (const session of sessions) session.sweep(now);
    for (const { pool } of desks.values()) pool.sweep(now);
  }, SWEEP_MS);

  return {
    port: data.port,
    adminPort: admin?.port ?? null,
    metrics,
    close: async (graceMs) => {
      draining = true;
      for (const session of sessions) session.drain();
      // The listeners stay, so that who comes now is told to come again, and /readyz says why.
      const until = clock.monotonic() + graceMs;
      const busy = (): boolean => sessions.size + entering + parts.budget.used > 0;
      while (busy() && clock.monotonic() < until) await pause(DRAIN_LOOK_MS);
      for (const session of sessions) session.close(1001, "the guard is shutting down");
      const closed = data.close(CLOSE_MS);
      for (let left = CLOSE_MS; sessions.size > 0 && left > 0; left -= DRAIN_LOOK_MS) {
        await pause(DRAIN_LOOK_MS);
      }
      clearInterval(sweeper);
      watch.close();
      await closed;
      await admin?.close(0);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
