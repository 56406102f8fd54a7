// Runs one case: finds out what kind it is, plays it against the real program, and gives a verdict.

import { ACTIONS } from "./actions/mod.ts";
import { playHttp } from "./actions/http.ts";
import { refusedPolicies } from "./actions/policy.ts";
import { playFrames } from "./actions/websocket.ts";
import type { Case } from "./case.ts";
import { DEFERRED } from "./deferred.ts";
import { judge } from "./judge.ts";
import { neighboursOf, passNeighbours } from "./neighbours.ts";
import { play } from "./play.ts";
import { CASE_POLICIES, CASE_SETTINGS, FIXTURE, OPEN } from "./policies.ts";
import { DLP, searches } from "./policies_dlp.ts";
import { translated } from "./shorthand.ts";
import type { Stages } from "./stage.ts";

/** What a case's code gets. */
export interface Bench {
  /** Programs by policy. */
  stages: Stages;
  /** Whether floods have the catalogue's size; else they are a fiftieth, still above every limit in question. */
  full: boolean;
}

/** How a case came out. */
export type Verdict =
  | { state: "holds" }
  | { state: "deferred"; issue: string }
  | { state: "fails"; why: string };

/** Code that plays a case whose steps are no plain messages: what is wrong, empty where it holds. */
export type Action = (one: Case, bench: Bench) => Promise<string[]>;

/** Runs one case. */
export async function runCase(one: Case, bench: Bench): Promise<Verdict> {
  const issue = DEFERRED[one.id];
  if (issue !== undefined) return { state: "deferred", issue };
  try {
    const wrong = await problems(one, bench);
    return wrong.length === 0 ? { state: "holds" } : { state: "fails", why: some(wrong) };
  } catch (error) {
    return { state: "fails", why: error instanceof Error ? error.message : String(error) };
  }
}

/** The first problems, as one text. */
function some(wrong: readonly string[]): string {
  const rest = wrong.length - 3;
  return wrong.slice(0, 3).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

async function problems(one: Case, bench: Bench): Promise<string[]> {
  const action = ACTIONS[one.id] ??
    ACTIONS[one.steps.find((step) => step.do !== undefined)?.do ?? ""];
  if (action !== undefined) return await action(one, bench);
  const unknown = one.steps.find((step) => step.do !== undefined);
  if (unknown !== undefined) return [`the runner knows no action "${unknown.do}"`];
  if (one.steps.every((step) => step.policy !== undefined)) return await refusedPolicies(one);
  if (one.steps.some((step) => step.http !== undefined)) return await playHttp(one);
  if (one.steps.some((step) => step.ws_hex !== undefined || step.ws_frame !== undefined)) {
    return await playFrames(one, bench);
  }
  return await playMessages(one, bench);
}

/** Plays the messages under every policy that applies, and lets the allowed neighbours pass under each. */
export async function playMessages(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, policy] of policiesFor(one)) {
    const stage = await bench.stages.get(policy);
    const under = name === "" ? "" : `under ${name}: `;
    wrong.push(...judge(one, await play(stage, one)).map((w) => under + w));
    if (["reject", "drop", "close"].includes(one.expected.outcome)) {
      wrong.push(...(await passNeighbours(stage, neighboursOf(one))).map((w) => under + w));
    }
  }
  return wrong;
}

/** Names of classes that also run under default allow with the deny lists. */
const BOTH: readonly string[] = ["toolname", "uri"];

function policiesFor(one: Case): [name: string, policy: string][] {
  const own = one.steps.find((step) => step.policy !== undefined)?.policy;
  const brought = CASE_POLICIES[one.id]?.[0]?.text ?? CASE_SETTINGS[one.id] ??
    (own === undefined ? undefined : translated(own));
  if (brought !== undefined) return [["", brought]];
  if (searches(one)) return [["", DLP]];
  return BOTH.includes(one.class)
    ? [["default deny", FIXTURE], ["default allow", OPEN]]
    : [["", FIXTURE]];
}
