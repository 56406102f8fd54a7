// The proxy's way to the engine: every question and every refusal is counted in one place.

import type {
  Decision,
  GuardCore,
  Identity,
  Inquiry,
  MessageContext,
  Outcome,
  OutrightRefusal,
} from "../guard/mod.ts";
import type {
  Direction,
  JsonObject,
  NotificationMessage,
  RequestMessage,
  Uses,
} from "../wire/mod.ts";
import type { Metrics } from "./metrics.ts";

/** The engine and the figures. */
export interface Desk {
  /** The engine in force. A reload puts another in its place: read it once for each message. */
  readonly guard: GuardCore;
  /** Figures. */
  metrics: Metrics;
}

/** The uses of a message that the inspection table does not know. */
export const NOTHING: Uses = { tool: null, names: [], uris: [], texts: [], lists: [] };

/** Asks the engine about one message; the record is kept when this returns. Never throws. */
export async function decide(desk: Desk, inquiry: Inquiry): Promise<Decision> {
  const { guard, metrics } = desk;
  const decision = await guard.decide(inquiry);
  metrics.decision(decision.effect, decision.reason);
  const { wouldBe } = decision;
  if (wouldBe !== undefined) metrics.wouldBe(wouldBe.effect, wouldBe.reason);
  for (const { rule_id } of decision.findings) {
    if (rule_id === "rate_limit_local" || rule_id === "rate_limit_allow") {
      metrics.count("mcpguard_rate_limit_degraded_total");
    }
  }
  if (decision.rule === "dependency.audit") metrics.count("mcpguard_audit_failures_total");
  return decision;
}

/** Asks again about a message that was held; the token that it took stays taken. Never throws. */
export async function release(desk: Desk, inquiry: Inquiry): Promise<Decision> {
  const decision = await desk.guard.release(inquiry);
  desk.metrics.decision(decision.effect, decision.reason);
  return decision;
}

/** Refuses what never became a question, and keeps the record. Never throws. */
export async function refuse(desk: Desk, refusal: OutrightRefusal): Promise<Decision> {
  const decision = await desk.guard.refuse(refusal);
  desk.metrics.decision(decision.effect, decision.reason);
  return decision;
}

/**
 * Keeps what became of a message that was let through.
 *
 * Nobody waits for it: the intent is on record, and the effect has happened. When the outcome cannot be kept, that is
 * counted, and the next intent meets the same sink and is refused.
 */
export function keepOutcome(
  desk: Desk,
  decision: Decision,
  inquiry: Inquiry,
  outcome: Outcome,
): void {
  desk.guard.outcome(decision, inquiry, outcome).catch(() =>
    desk.metrics.count("mcpguard_audit_failures_total")
  );
}

/** Where a JSON-RPC message came from and who sent it. */
export interface Sender {
  /** Who. */
  identity: Identity;
  /** Which way. */
  direction: Direction;
  /** Where from. */
  context: MessageContext;
}

/** The question that a JSON-RPC message puts to the engine. */
export function messageInquiry(
  message: RequestMessage | NotificationMessage,
  sender: Sender,
  uses: Uses,
  about: { known: boolean; metered: boolean; canConfirm?: boolean },
): Inquiry {
  const { identity, direction, context } = sender;
  const inquiry: Inquiry = {
    identity,
    direction,
    method: message.method,
    known: about.known,
    tool: direction === "c2s" ? uses.tool : null,
    // Names in a server's own request are its own tools for the model, not calls of the client.
    names: direction === "c2s" ? uses.names : [],
    uris: uses.uris,
    texts: uses.texts,
    metered: about.metered,
    context: message.kind === "notification" ? context : {
      ...context,
      requestId: typeof message.id === "string" ? message.id : message.id.raw,
    },
  };
  if (about.canConfirm === true) inquiry.canConfirm = true;
  if (message.params !== undefined) inquiry.payload = message.params as JsonObject;
  return inquiry;
}
