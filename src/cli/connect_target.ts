// Opens a session's connection to the target, by the transport that the operator named, within the policy's limits.

import type { Limits } from "../policy/types.ts";
import {
  type Channel,
  connectHttp,
  connectSse,
  connectWebSocket,
} from "../proxy/transports/mod.ts";
import type { ProxyCommandOptions } from "./proxy_options.ts";

/** Milliseconds by which the session's own deadline for a call comes before the transport's. */
const SLACK_MS = 5000;

/**
 * Opens one connection.
 *
 * @param options Where to, and how to speak there.
 * @param limits The policy's limits.
 * @returns The channel.
 * @throws {UpstreamError} When the server cannot be reached.
 */
export function connectTarget(
  options: Pick<ProxyCommandOptions, "target" | "targetTransport">,
  limits: Limits,
): Promise<Channel> {
  const { target, targetTransport } = options;
  const { resultBytes: messageBytes, highWaterBytes } = limits;
  if (targetTransport === "websocket") {
    return connectWebSocket(target, {
      limits: {
        messageBytes,
        highWaterBytes,
        slowReaderMs: limits.slowReaderMs,
        hardCapBytes: Math.max(4 * highWaterBytes, 2 * messageBytes),
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
  return targetTransport === "sse"
    ? connectSse(target, { limits: { ...http, acceptMs: 10_000 } })
    : connectHttp(target, { limits: http });
}
