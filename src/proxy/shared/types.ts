// What a shared server is made of, and what it tells.

import type { JsonLimits } from "../../wire/mod.ts";
import type { FanAbout } from "../fan/mod.ts";
import type { Channel } from "../transports/mod.ts";

/** A message of the server's that goes no further, or is refused; for the record. */
export interface Odd {
  /** Machine code, e.g. `shared.ambiguous_request`. */
  rule: string;
  /** What happened, for people; without text of the server's. */
  message: string;
  /** The method, where it is one that MCP knows. */
  method?: string;
}

/** What a shared server is made of. */
export interface SharedOptions {
  /** Starts the program; may reject with `UpstreamError`. */
  connect: () => Promise<Channel>;
  /** What the guard calls itself toward the server. */
  about: FanAbout;
  /** Bounds for the JSON of the server, asked for at each message. */
  limits: () => JsonLimits;
  /** Bytes that may wait for one client that reads slowly, before the server is held up for it. */
  waitingBytes: () => number;
  /** Milliseconds for which the server is held up at most; then that client is ended. */
  patienceMs: () => number;
  /** Bytes that may wait for all clients that do not read, before the one for which most waits is ended. */
  waitingTotal: () => number;
  /** UTF-16 units that may wait for the server from one client, before it is held back. */
  sendingHigh: () => number;
  /** UTF-16 units that may wait for the server from one client, before its requests are refused. */
  sendingMost: () => number;
  /** Milliseconds that the server may take for `initialize`. */
  handshakeMs: () => number;
  /** Milliseconds for which the server may still work on a call that was withdrawn. */
  withdrawnMs: () => number;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Told of each message that goes no further. */
  odd: (odd: Odd) => void;
}
