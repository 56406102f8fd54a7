// `mcpguard proxy --shared`: one program behind the guard serves the sessions of all clients.

import denoJson from "../../deno.json" with { type: "json" };
import { systemClock } from "../clocks.ts";
import type { OutrightRefusal } from "../guard/mod.ts";
import type { Limits } from "../policy/mod.ts";
import { serverJsonLimits } from "../proxy/reading.ts";
import { type Odd, SharedServer } from "../proxy/shared/mod.ts";
import type { ServerConnector } from "./connect_server.ts";
import type { Behind } from "./connect_upstreams.ts";

/** Clients for which as much may wait as for one at most. */
const SLOW_CLIENTS = 4;

/** Longest that all clients wait for one that reads slowly, ms. */
const PATIENCE_MS = 2000;

/**
 * Makes one server of many sessions.
 *
 * @param connector Starts the program.
 * @param description The program, in a few words.
 * @param limits The limits of the policy in force.
 * @param odd Told of what the program says that goes to nobody.
 * @returns What stands behind the guard.
 */
export function sharedBehind(
  connector: ServerConnector,
  description: string,
  limits: () => Limits,
  odd: (odd: Odd) => void,
): Behind {
  const server = new SharedServer({
    connect: () => connector.connect(),
    about: { name: "mcpguard", version: denoJson.version },
    limits: () => serverJsonLimits(limits()),
    // Room for the longest answer on top of what makes a client wait.
    waitingBytes: () => limits().highWaterBytes + limits().resultBytes,
    patienceMs: () => PATIENCE_MS,
    waitingTotal: () => SLOW_CLIENTS * (limits().highWaterBytes + limits().resultBytes),
    // As much as may wait for a server of one session's own.
    sendingHigh: () => limits().highWaterBytes,
    sendingMost: () => Math.max(4 * limits().highWaterBytes, 2 * limits().messageBytes),
    handshakeMs: () => limits().callTimeoutMs,
    withdrawnMs: () => limits().callTimeoutMs,
    now: () => systemClock.monotonic(),
    odd,
  });
  const connect: Behind["connect"] = () => Promise.resolve(server.connect());
  return {
    ...{ connect, connectAll: connect, upstreams: new Map() },
    // A session opens nothing of its own.
    ...{ spawns: true, programs: 0, addresses: 0 },
    description: `${description}, shared by all clients`,
    ended: async () => {
      server.close();
      await connector.ended();
    },
  };
}

/** The record of what a shared server says that goes to nobody: it belongs to no session. */
export function sharedRefusal({ rule, message, method }: Odd): OutrightRefusal {
  return {
    ...{ reason: "UpstreamFailed", rule, message, direction: "s2c" },
    ...(method === undefined ? {} : { method }),
    context: { transport: "stdio" },
  };
}
