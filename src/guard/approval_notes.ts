// What is said of calls that wait for a human: to approvers, to the audit, and to whoever decided.

import type { ApprovalTicket } from "./ports.ts";
import type { ApprovalNote, MessageContext } from "./types.ts";
import { quoted } from "./wording.ts";

/** What came of an attempt to decide on a request. `self`: nobody approves what they asked for. */
export type Settled =
  | { ok: true; ticket: ApprovalTicket }
  | { ok: false; why: "unknown" | "decided" | "self" };

/** Who decides on a request. */
export interface Approver {
  /** Name in the audit. */
  identity: string;
  /** Where the decision came from. */
  context: MessageContext;
}

/** A request as sentences for the human who decides. */
export function question(ticket: ApprovalTicket): string {
  const what = ticket.tool === null ? ticket.method : `the tool ${quoted(ticket.tool)}`;
  // The guard's own words first: what follows is the caller's.
  return `Allow ${what}? ${ticket.reason} (${quoted(ticket.rule)}). ` +
    `Parameters: ${ticket.preview} [sha256 ${ticket.digest}]`;
}

/** Two names that people and systems take for one are one. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.normalize("NFKC").toLowerCase().trim();
  return plain(a) === plain(b);
}

export function note(ticket: ApprovalTicket): ApprovalNote {
  const { id, kind, digest, expiresAt, by } = ticket;
  return { id, kind, digest, expiresAt, ...(by === null ? {} : { by }) };
}
