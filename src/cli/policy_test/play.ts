// Plays a case through the engine that the proxy uses: the decision and its record, what is replaced before the server
// gets the message, and what becomes of the answer. Nothing is counted, kept or asked outside.

import {
  type AuditRecord,
  type Decision,
  type Finding,
  GuardCore,
  type GuardPorts,
  type Inquiry,
  type OutrightRefusal,
  type StageTrace,
} from "../../guard/mod.ts";
import type { Policy, PolicyCase } from "../../policy/mod.ts";
import { JsonObject, type JsonValue } from "../../wire/mod.ts";
import { memoryTaints } from "../../state/mod.ts";
import { idlePorts } from "../idle_ports.ts";
import { type Answer, answerTo } from "./answer.ts";
import { changes, member } from "./changes.ts";
import { type Asked, askedBy } from "./message.ts";

/** What a case came to. */
export interface Played {
  /** What is decided. */
  decision: Decision;
  /** `record` where the decision allows and a rule or detector takes note; else the decision's effect. */
  effect: Decision["effect"] | "record";
  /** The machine code in the record, or null. */
  detail: string | null;
  /** The stages of the decision; none where the message could not be read. */
  stages: readonly StageTrace[];
  /** Where something was replaced. */
  redacted: readonly string[];
  /** The arguments as the server gets them; undefined where there are none. */
  args: JsonValue | undefined;
  /** The message as it was judged; null where it could not be read. */
  inquiry: Inquiry | null;
  /** What became of the answer; null where the case has none, or nothing was asked. */
  answer: Answer | null;
  /** The messages before it that did not pass, in words. */
  stopped: readonly string[];
}

/**
 * Plays one case.
 *
 * @param one The case.
 * @param policy The policy that it is about.
 * @returns What it came to.
 */
export async function play(one: PolicyCase, policy: Policy): Promise<Played> {
  const records: AuditRecord[] = [];
  // An engine for each case: what one shows of a server's tools, or has done, must not change the next one.
  const guard = new GuardCore(policy, portsOf(one, records));
  const stopped = await before(one, { guard, policy });
  // Judged twice, since judging changes the message: once only looked at, with every stage, once for good.
  const [looked, asked] = [askedBy(one, policy), askedBy(one, policy)];
  if (!isAsked(looked) || !isAsked(asked)) {
    const decision = await guard.refuse(isAsked(looked) ? asked as OutrightRefusal : looked);
    return {
      ...{ decision, effect: decision.effect, detail: detailOf(records), stages: [] },
      ...{ redacted: [], args: undefined, inquiry: null, answer: null, stopped },
    };
  }
  const stages = guard.evaluate(looked.inquiry).stages ?? [];
  const decision = await guard.decide(asked.inquiry);
  const detail = detailOf(records);
  const answer = one.result === undefined || decision.effect === "deny"
    ? null
    : await answerTo(one, asked, { guard, policy });
  return {
    ...{ decision, effect: effectOf(decision, stages), detail, stages, answer, stopped },
    redacted: redactedIn(looked, asked),
    args: argumentsIn(asked),
    inquiry: looked.inquiry,
  };
}

/** Plays what the caller has done before; what does not pass has not been done. */
async function before(
  one: PolicyCase,
  by: { guard: GuardCore; policy: Policy },
): Promise<string[]> {
  const { identity, roles, upstream, transport } = one;
  const stopped: string[] = [];
  for (const [i, step] of (one.before ?? []).entries()) {
    const sent = {
      ...step,
      ...(identity === undefined ? {} : { identity }),
      ...(roles === undefined ? {} : { roles }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(transport === undefined ? {} : { transport }),
    };
    const asked = askedBy(sent, by.policy);
    const decision = isAsked(asked)
      ? await by.guard.decide(asked.inquiry)
      : await by.guard.refuse(asked);
    const { effect, rule } = decision;
    if (!decision.allowed) {
      stopped.push(`before[${i}] does not pass: ${effect}${rule === null ? "" : ` by ${rule}`}`);
    } else if (isAsked(asked) && step.result !== undefined) {
      const { effect, rule } = await answerTo(step, asked, by);
      if (effect === "deny") stopped.push(`before[${i}]: its result is withheld by ${rule}`);
    }
  }
  return stopped;
}

/** Whether a message could be read. */
function isAsked(asked: Asked | OutrightRefusal): asked is Asked {
  return "inquiry" in asked;
}

/** The time of cases that name none: a case holds at every hour or at none. */
const NOON = "2026-01-01T12:00:00Z";

function portsOf(one: PolicyCase, records: AuditRecord[]): GuardPorts {
  const now = Date.parse(one.now ?? NOON);
  return {
    ...idlePorts(),
    denials: { take: () => ({ ok: true, remaining: 1, retryAfterMs: 0 }) },
    audit: { write: (record) => void records.push(record) },
    clock: { now: () => now, monotonic: () => 0 },
    taints: memoryTaints({ monotonic: () => 0 }),
  };
}

function detailOf(records: readonly AuditRecord[]): string | null {
  return records.at(-1)?.detail ?? null;
}

function effectOf({ effect }: Decision, stages: readonly StageTrace[]): Played["effect"] {
  const noted = stages.some(({ verdict }) => verdict === "record");
  return effect === "allow" && noted ? "record" : effect;
}

/** What was replaced: everything that differs from the message that was only looked at. */
function redactedIn(looked: Asked, asked: Asked): string[] {
  const [before, after] = [looked.inquiry.payload, asked.inquiry.payload];
  if (!(before instanceof JsonObject) || !(after instanceof JsonObject)) return [];
  const top = (key: string): string =>
    asked.frame ? key : isNamed(asked) && key === "arguments" ? "args" : member("params", key);
  return after.keys.flatMap((key, i) =>
    key === before.keys[i] ? changes(before.values[i]!, after.values[i]!, top(key)) : [top(key)]
  );
}

function argumentsIn(asked: Asked): JsonValue | undefined {
  const { payload } = asked.inquiry;
  return payload instanceof JsonObject
    ? payload.get(asked.frame ? "args" : "arguments")
    : undefined;
}

/** Whether what is asked has arguments. */
function isNamed({ spec }: Asked): boolean {
  return spec?.method === "tools/call" || spec?.method === "prompts/get";
}

/** Ids of findings, each once. */
export function findingIds(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ rule_id }) => rule_id))];
}
