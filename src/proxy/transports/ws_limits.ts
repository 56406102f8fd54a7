// Bounds and deadlines of a WebSocket connection, and their defaults.

import type { FrameLimits } from "./frames.ts";

/** Bounds and deadlines of one WebSocket connection. */
export interface WebSocketLimits extends FrameLimits {
  /** Pings and pongs taken per second, and at once. */
  pingsPerSec: number;
  /** Silence, ms, after which the peer is pinged; 0: never. */
  keepAliveMs: number;
  /** Milliseconds a pinged peer has to show life. */
  pongMs: number;
  /** Unsent bytes at which `send` returns false. */
  highWaterBytes: number;
  /** Milliseconds a peer may stay above the high-water mark. */
  slowReaderMs: number;
  /** Unsent bytes at which the next `send` ends the connection at once. */
  hardCapBytes: number;
  /** Milliseconds the closing handshake may take. */
  closeMs: number;
}

/** Values for whatever a caller leaves out. */
export const WEBSOCKET_LIMITS: Readonly<WebSocketLimits> = {
  messageBytes: 1_048_576,
  fragments: 1024,
  pingsPerSec: 100,
  keepAliveMs: 30_000,
  pongMs: 10_000,
  highWaterBytes: 1_048_576,
  slowReaderMs: 10_000,
  hardCapBytes: 4_194_304,
  closeMs: 1000,
};
