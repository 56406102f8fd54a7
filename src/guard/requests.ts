// What callers hand to the guard beside inquiries: outcomes of calls, and refusals that no list made.

import type { UriUse, Uses } from "../wire/uses.ts";
import type { JsonValue } from "../wire/value.ts";
import type { AuditRecord, Direction, Finding, Identity, MessageContext, Reason } from "./types.ts";

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
  /** What was seen in the answer. */
  findings?: readonly Finding[];
  /** URIs of the resources that came back, where resources were asked for. */
  uris?: readonly UriUse[];
}

/** A refusal that no list made: a malformed frame, failed authentication, a limit. */
export interface OutrightRefusal {
  /** From the published table. */
  reason: Reason;
  /** The rule, e.g. `json.duplicate_key`. */
  rule: string;
  /** The sentence for people. */
  message: string;
  /** Machine code for the record, where the rule says less on purpose. */
  detail?: string;
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

/** What came back for a message that was let through, before anybody sees it. */
export interface Answered {
  /** Whose question it answers; for a client's own answer: the client. */
  identity: Identity;
  /** Which way the answer travels. */
  direction: Direction;
  /** The method that was asked. */
  method: string;
  /** The tool that was called, or null. */
  tool: string | null;
  /** What the answer uses, as the inspection table found it. Lists are filtered and texts redacted in place. */
  uses: Uses;
  /** The answer's tree, where names of members are replaced. */
  root: JsonValue;
  /** True where it answers the request for a further page of a list. */
  paged?: boolean;
  /** True for a result of a resource request: both lists judge its URIs. Else the deny list only. */
  declared: boolean;
  /** Where it comes from. */
  context: MessageContext;
}

/** What is said of an answer. */
export interface Screening {
  /** Why nothing of it may pass, or null. */
  refusal: OutrightRefusal | null;
  /** What was seen in it. */
  findings: readonly Finding[];
  /** Whether texts of it were replaced. */
  redacted: boolean;
}

/** The identity of somebody who showed nothing. */
export const ANONYMOUS: Identity = { id: "anonymous", roles: [], method: "none" };
