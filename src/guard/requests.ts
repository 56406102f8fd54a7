// What callers hand to the guard beside inquiries: outcomes of calls, and refusals that no list made.

import type { AuditRecord, Direction, Identity, MessageContext, Reason } from "./types.ts";

/** What happened to a message that was let through. */
export interface Outcome {
  /** How it ended. */
  status: "ok" | "error" | "timeout" | "cancelled";
  /** What came back, hashed into the record when attestation is on. */
  response?: AuditRecord["response"];
  /** Short machine code, e.g. `upstream.lost`. */
  detail?: string;
  /** Milliseconds from the decision. */
  durationMs?: number;
}

/** A refusal that no list made: a malformed frame, failed authentication, a limit. */
export interface OutrightRefusal {
  /** From the published table. */
  reason: Reason;
  /** The rule, e.g. `json.duplicate_key`. */
  rule: string;
  /** The sentence for people. */
  message: string;
  /** Who, when it is known. */
  identity?: Identity;
  /** Which way. */
  direction?: Direction;
  /** The method, when it could be read. */
  method?: string;
  /** The tool, when it could be read. */
  tool?: string | null;
  /** `throttle` where a retry may pass later. */
  effect?: "deny" | "throttle";
  /** Milliseconds until a retry may pass. */
  retryAfterMs?: number;
  /** Where from. */
  context?: MessageContext;
}

/** The identity of somebody who showed nothing. */
export const ANONYMOUS: Identity = { id: "anonymous", roles: [], method: "none" };
