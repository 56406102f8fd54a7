// Opens a session's connection to the server that the operator named, within the policy's limits.

import { systemClock } from "../clocks.ts";
import type { Limits } from "../policy/types.ts";
import {
  type Channel,
  connectHttp,
  connectSse,
  connectWebSocket,
  CrashLoop,
  spawnChild,
  UpstreamError,
} from "../proxy/transports/mod.ts";
import type { ServerOptions } from "./server_options.ts";

/** Milliseconds by which the session's own deadline for a call comes before the transport's. */
const SLACK_MS = 5000;

/** Children that run at the same time: each is a process of the machine's (RES-006). */
const MOST_CHILDREN = 64;

/** Milliseconds after which a program that ends has served, and its end is no failed start. */
const SETTLED_MS = 60_000;

/** Opens connections to one server. */
export interface ServerConnector {
  /**
   * Opens one. Rejects with {@linkcode UpstreamError} when the server cannot be reached.
   *
   * @param headers Headers for a server that is not started here, its credentials among them.
   */
  connect(headers?: readonly (readonly [name: string, value: string])[]): Promise<Channel>;
  /** Resolves when every child that was started has ended. */
  ended(): Promise<void>;
}

/**
 * Makes the way to a server.
 *
 * @param server Where it is, or how it is started.
 * @param current The limits of the policy in force, asked for at each connection.
 * @param onStderr Told each line of a child's standard error, bounded and escaped.
 * @returns The connector.
 */
export function serverConnector(
  server: ServerOptions,
  current: () => Limits,
  onStderr: (line: string) => void,
): ServerConnector {
  const children = new Set<Promise<unknown>>();
  const loop = new CrashLoop({ now: () => systemClock.monotonic() });
  const connect: ServerConnector["connect"] = async (headers = []) => {
    const limits = current();
    const { resultBytes: messageBytes, highWaterBytes } = limits;
    const hardCapBytes = Math.max(4 * highWaterBytes, 2 * limits.messageBytes);
    if ("command" in server) {
      if (children.size >= MOST_CHILDREN) {
        throw new UpstreamError("busy", `${MOST_CHILDREN} servers run already; try again later`);
      }
      const wait = loop.enter();
      if (wait !== null) {
        throw new UpstreamError(
          "circuit_open",
          `the server's program ended again and again, so it is not started for ${
            Math.ceil(wait / 1000)
          } s`,
        );
      }
      // The place is taken before the start, so that many at once do not pass together.
      const place = Promise.withResolvers<void>();
      children.add(place.promise);
      const free = (): void => {
        children.delete(place.promise);
        place.resolve();
      };
      try {
        const child = await spawnChild({
          ...{ command: server.command, args: server.args, env: server.env, onStderr },
          limits: { messageBytes, highWaterBytes, hardCapBytes },
        });
        const since = systemClock.monotonic();
        void child.exited.then(() => {
          free();
          // Who has served for a while has not failed to start, whatever it died of.
          if (systemClock.monotonic() - since > SETTLED_MS) loop.held();
          else if (child.closing) loop.left();
          else loop.ended();
        });
        return child;
      } catch (error) {
        free();
        loop.ended();
        throw error;
      }
    }
    const { target, transport } = server;
    if (transport === "websocket") {
      return await connectWebSocket(target, {
        headers,
        limits: {
          ...{ messageBytes, highWaterBytes, hardCapBytes },
          slowReaderMs: limits.slowReaderMs,
        },
      });
    }
    const http = {
      messageBytes,
      highWaterBytes,
      answerMs: limits.callTimeoutMs + SLACK_MS,
      // What the session lets wait, and room for what it has given up a moment ago.
      requests: 2 * limits.inFlight,
    };
    return transport === "sse"
      ? await connectSse(target, { headers, limits: { ...http, acceptMs: 10_000 } })
      : await connectHttp(target, { headers, limits: http });
  };
  return {
    connect,
    ended: async () => {
      await Promise.all(children);
    },
  };
}
