// What a case expects against what it came to: each difference is one sentence.

import type { StageTrace } from "../../guard/mod.ts";
import type { PolicyCase } from "../../policy/mod.ts";
import { type JsonValue, parseJson, writeJson } from "../../wire/mod.ts";
import type { Answer } from "./answer.ts";
import { same } from "./changes.ts";
import { findingIds, type Played } from "./play.ts";

/** Most characters of a value in a sentence. */
const SHOWN = 300;

/** What is said of an effect in a report. */
export interface Outcome {
  /** The effect. */
  effect: string;
  /** The rule that decides, or null. */
  rule: string | null;
  /** Why. */
  reason: string;
}

/**
 * Compares a case with what it came to.
 *
 * @param one The case.
 * @param played What it came to.
 * @returns Every difference as a sentence; empty where all is as expected.
 */
export function differences(one: PolicyCase, played: Played): string[] {
  const { decision, effect } = played;
  const found: Outcome = { effect, rule: decision.rule, reason: decision.reason };
  const out = [...played.stopped, ...outcomeDiffers(one, found, { why: decision.message })];
  const codes = codesOf(played);
  if (one.detail !== undefined && !codes.includes(one.detail)) {
    out.push(`expected detail ${one.detail}, found ${codes.join(", ") || "none"}`);
  }
  out.push(...brokenRules(one, played));
  out.push(...seenDiffers(one, decision.findings, played.redacted));
  if (one.becomes !== undefined && effect !== "deny") {
    out.push(...valueDiffers(one.becomes, played.args, "args"));
  }
  if (one.would_be !== undefined) out.push(...wouldBeDiffers(one.would_be, played));
  if (one.result !== undefined) {
    out.push(
      ...(played.answer === null
        ? ["a result is expected, but the message is denied, so nothing answers it"]
        : answerDiffers(one.result, played.answer)),
    );
  }
  return out;
}

type Why = Pick<PolicyCase, "rule" | "reason"> & { expect: string };

function outcomeDiffers(
  expected: Why,
  found: Outcome,
  { why, what = "" }: { why?: string; what?: string },
): string[] {
  const { expect, rule, reason } = expected;
  // What is noted is let through as well.
  const effect = expect === "allow" && found.effect === "record" ? "allow" : found.effect;
  const fits = effect === expect && (rule === undefined || rule === found.rule) &&
    (reason === undefined || reason === found.reason);
  if (fits) return [];
  const wanted = words({ effect: expect, rule: rule ?? null, reason: reason ?? null });
  const shown = words({ ...found, reason: reason === undefined ? null : found.reason });
  const because = why === undefined || why === "" || found.effect === "allow" ? "" : `: ${why}`;
  return [`${what}expected ${wanted}, found ${shown}${because}`];
}

/** An outcome in words. */
export function words(
  { effect, rule, reason }: { effect: string; rule: string | null; reason?: string | null },
): string {
  return [
    effect,
    ...(rule === null ? [] : [`by ${rule}`]),
    ...(reason === null || reason === undefined ? [] : [`(${reason})`]),
  ].join(" ");
}

/** The machine code of the record, and those of rules that could not be evaluated. */
function codesOf({ detail, stages }: Played): string[] {
  return [...new Set([...(detail === null ? [] : [detail]), ...stages.flatMap(errorOf)])];
}

function errorOf({ code }: StageTrace): string[] {
  return code?.startsWith("rule_error:") === true ? [code] : [];
}

/** Whether a rule failed to be evaluated. */
export function isRuleError(stage: StageTrace): boolean {
  return errorOf(stage).length > 0;
}

/** A rule that denies only because it cannot be evaluated has not decided what the case says, unless the case says so. */
function brokenRules(one: PolicyCase, { decision, stages }: Played): string[] {
  const deciding = [decision.rule, decision.wouldBe?.rule ?? null];
  return stages.flatMap((stage) => {
    if (!isRuleError(stage) || !deciding.includes(stage.rule) || one.detail === stage.code) {
      return [];
    }
    return [`${stage.detail}; where that is meant, expect \`detail: ${stage.code}\``];
  });
}

function seenDiffers(
  expected: Pick<PolicyCase, "findings" | "redacted">,
  findings: Played["decision"]["findings"],
  redacted: readonly string[],
): string[] {
  const out: string[] = [];
  const ids = findingIds(findings);
  const missing = (expected.findings ?? []).filter((id) => !ids.includes(id));
  if (missing.length > 0) {
    out.push(`expected finding ${missing.join(", ")}, found ${ids.join(", ") || "none"}`);
  }
  if (expected.redacted !== undefined) {
    const [wanted, found] = [expected.redacted.toSorted(), redacted.toSorted()];
    if (wanted.join("\n") !== found.join("\n")) {
      out.push(
        `expected redacted ${wanted.join(", ") || "nothing"}, found ${
          found.join(", ") || "nothing"
        }`,
      );
    }
  }
  return out;
}

function valueDiffers(expected: string, found: JsonValue | undefined, what: string): string[] {
  const wanted = parseJson(expected, { numbers: "preserve" });
  return found !== undefined && same(wanted, found)
    ? []
    : [`expected ${what} to become ${short(wanted)}, found ${short(found)}`];
}

function wouldBeDiffers(expected: Why, { decision }: Played): string[] {
  const would = decision.wouldBe;
  const found: Outcome = would === undefined
    ? { effect: "allow", rule: null, reason: "Allowed" }
    : { effect: would.effect, rule: would.rule, reason: would.reason };
  return outcomeDiffers(expected, found, { what: "would be: ", why: would?.message ?? "" });
}

function answerDiffers(expected: NonNullable<PolicyCase["result"]>, answer: Answer): string[] {
  const { effect, rule, reason, message, findings, redacted } = answer;
  const out = outcomeDiffers(expected, { effect, rule, reason }, {
    what: "result: ",
    why: message,
  });
  out.push(...seenDiffers(expected, findings, redacted).map((line) => `result: ${line}`));
  if (expected.becomes !== undefined && effect !== "deny") {
    const got = expected.text === undefined ? answer.result : answer.text;
    out.push(...valueDiffers(expected.becomes, got, "result"));
  }
  return out;
}

function short(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = writeJson(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}
