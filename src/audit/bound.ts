// Bounds of a record: whoever sends a megabyte of tool name gets 256 characters of log.

import type { ApprovalNote, AuditRecord, Finding, MessageContext } from "../guard/types.ts";
import { cap } from "./text.ts";

/** UTF-16 units kept of names: identity, tool, method, rule, rule ids, places. */
export const NAME_UNITS = 256;
/** UTF-16 units kept of a resource's URI: longer than the longest pattern is of no use to anybody. */
export const URI_UNITS = 512;
/** UTF-16 units kept of sentences. */
export const SENTENCE_UNITS = 512;
/** UTF-16 units kept of what is short by nature: ids, codes, addresses. */
export const SHORT_UNITS = 128;
/** Findings kept; a line has as many of them as fit. */
export const MAX_FINDINGS = 64;

/** Furthest time from 1970 that a date can have, in milliseconds. */
const MAX_TIME = 8.64e15;

/** A record whose strings and findings are bounded. */
export interface BoundRecord extends AuditRecord {
  /** Findings that were left out. */
  omitted: number;
}

/**
 * Bounds every string of a record, with a mark where something was cut off.
 *
 * @param record Any record.
 * @returns A copy; `request` and `response` are the same trees.
 * @throws {RangeError} When its time is none (ECMA-262 section 21.4.1.1).
 */
export function boundRecord(record: AuditRecord): BoundRecord {
  if (!(Math.abs(record.ts) <= MAX_TIME)) throw new RangeError(`${record.ts} is no time`);
  const bound: BoundRecord = {
    ...record,
    id: cap(record.id, SHORT_UNITS),
    identity: cap(record.identity, NAME_UNITS),
    tool: record.tool === null ? null : cap(record.tool, NAME_UNITS),
    method: cap(record.method, NAME_UNITS),
    rule: record.rule === null ? null : cap(record.rule, NAME_UNITS),
    findings: record.findings.slice(0, MAX_FINDINGS).map(boundFinding),
    omitted: Math.max(0, record.findings.length - MAX_FINDINGS),
  };
  if (record.wouldBe !== undefined) {
    const { effect, reason, rule } = record.wouldBe;
    bound.wouldBe = {
      ...{ effect, reason, message: "" },
      rule: rule === null ? null : cap(rule, NAME_UNITS),
    };
  }
  if (record.detail !== undefined) bound.detail = cap(record.detail, SHORT_UNITS);
  if (record.resources !== undefined) {
    bound.resources = record.resources.map((text) => cap(text, URI_UNITS));
  }
  if (record.prompts !== undefined) bound.prompts = record.prompts.map((n) => cap(n, NAME_UNITS));
  if (record.approval !== undefined) bound.approval = boundApproval(record.approval);
  if (record.policy !== undefined) bound.policy = cap(record.policy, SHORT_UNITS);
  if (record.previousPolicy !== undefined) {
    bound.previousPolicy = cap(record.previousPolicy, SHORT_UNITS);
  }
  if (record.context !== undefined) bound.context = boundContext(record.context);
  return bound;
}

function boundFinding(finding: Finding): Finding {
  const bound: Finding = {
    rule_id: cap(finding.rule_id, NAME_UNITS),
    severity: finding.severity,
    reason: cap(finding.reason, SENTENCE_UNITS),
  };
  if (finding.where !== undefined) bound.where = cap(finding.where, NAME_UNITS);
  return bound;
}

function boundApproval(approval: ApprovalNote): ApprovalNote {
  const bound: ApprovalNote = {
    ...approval,
    id: cap(approval.id, SHORT_UNITS),
    digest: cap(approval.digest, SHORT_UNITS),
  };
  if (approval.by !== undefined) bound.by = cap(approval.by, NAME_UNITS);
  return bound;
}

function boundContext(context: MessageContext): MessageContext {
  const bound: MessageContext = { transport: cap(context.transport, SHORT_UNITS) };
  if (context.session !== undefined) bound.session = cap(context.session, SHORT_UNITS);
  if (context.remote !== undefined) bound.remote = cap(context.remote, SHORT_UNITS);
  if (context.upstream !== undefined) bound.upstream = cap(context.upstream, SHORT_UNITS);
  if (context.requestId !== undefined) bound.requestId = cap(context.requestId, SHORT_UNITS);
  return bound;
}
