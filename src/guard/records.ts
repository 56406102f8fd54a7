// The audit records of decisions and outcomes, built in one place.

import type { Named } from "./named.ts";
import type { Outcome } from "./requests.ts";
import type {
  AuditRecord,
  Decision,
  Direction,
  Identity,
  Inquiry,
  MessageContext,
} from "./types.ts";
import { recordedIdentity, withoutSecrets } from "./wording.ts";

/** What a decision was about. */
export interface RecordSubject {
  /** Which way the message went. */
  direction: Direction;
  /** Who sent it. */
  identity: Identity;
  /** Tool called, or null. */
  tool: string | null;
  /** Method, or `-`. */
  method: string;
  /** Machine code, where there is one. */
  detail: string | undefined;
  /** Where the message came from. */
  context: MessageContext | undefined;
  /** What is hashed. */
  request?: AuditRecord["request"] | undefined;
  /** Resources and prompts that it names. */
  named?: Named | undefined;
}

/** The record of a decision, written before its effect. */
export function decisionRecord(
  decision: Decision,
  about: RecordSubject,
  ts: number,
): AuditRecord {
  const record: AuditRecord = {
    event: "decision",
    ts,
    id: decision.id,
    identity: recordedIdentity(about.identity),
    tool: about.tool === null ? null : withoutSecrets(about.tool),
    method: withoutSecrets(about.method),
    direction: about.direction,
    decision: decision.effect,
    reason: decision.reason,
    rule: decision.rule,
    findings: decision.findings,
  };
  if (decision.wouldBe !== undefined) record.wouldBe = decision.wouldBe;
  if (about.detail !== undefined) record.detail = about.detail;
  Object.assign(record, about.named);
  if (decision.approval !== undefined) record.approval = decision.approval;
  if (about.context !== undefined) record.context = withoutSecret(about.context);
  if (about.request !== undefined) record.request = about.request;
  return record;
}

/** The record of what became of a message that was let through. */
export function outcomeRecord(
  decision: Decision,
  inquiry: Inquiry,
  outcome: Outcome,
  ts: number,
  named?: Named,
): AuditRecord {
  const record: AuditRecord = {
    event: "outcome",
    ts,
    id: decision.id,
    identity: recordedIdentity(inquiry.identity),
    tool: inquiry.tool === null ? null : withoutSecrets(inquiry.tool),
    method: withoutSecrets(inquiry.method),
    direction: inquiry.direction,
    decision: outcome.status,
    reason: decision.reason,
    rule: decision.rule,
    findings: outcome.findings ?? [],
  };
  if (outcome.detail !== undefined) record.detail = outcome.detail;
  Object.assign(record, named);
  if (decision.approval !== undefined) record.approval = decision.approval;
  if (outcome.durationMs !== undefined) record.durationMs = outcome.durationMs;
  if (inquiry.context !== undefined) record.context = withoutSecret(inquiry.context);
  if (outcome.response !== undefined) record.response = outcome.response;
  return record;
}

/** A client may write what it likes into a request's id. */
function withoutSecret(context: MessageContext): MessageContext {
  const { requestId } = context;
  const clean = requestId === undefined ? undefined : withoutSecrets(requestId);
  return clean === undefined || clean === requestId ? context : { ...context, requestId: clean };
}
