// What came back, before anybody sees it: URIs, prompts inside it, detectors, lists. The first refusal decides.

import type { Searcher } from "../detect/mod.ts";
import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import { judgeTexts } from "./judge.ts";
import { placeUri } from "./place.ts";
import type { Detector, GuardPorts } from "./ports.ts";
import type { Answered, Screening } from "./requests.ts";
import type { Refusal } from "./rulings.ts";
import { detectAnswer } from "./stage_detect.ts";
import { askDetectors } from "./stage_detectors.ts";
import { filterLists } from "./stage_lists.ts";
import { judgeMention, judgeUri } from "./stage_uris.ts";
import type { Finding } from "./types.ts";

/**
 * Judges an answer.
 *
 * @param policy The compiled policy.
 * @param searcher What is looked for in texts.
 * @param ports The operator's own detectors, and the names for secrets.
 * @param answer What came back; lists are filtered and texts redacted in place.
 * @returns What is said of it; at once unless a detector of the operator's is asked.
 */
export function screenAnswer(
  policy: Policy,
  searcher: Searcher,
  ports: Pick<GuardPorts, "detectors" | "pseudonyms">,
  answer: Answered,
): Screening | Promise<Screening> {
  const refusal = judgeAnswerUris(policy, answer) ??
    judgeTexts(policy, answer.uses.texts).refusal;
  if (refusal !== null) return said(answer, refusal, [], false);
  const finish = (before: Finding[]): Screening => {
    const seen = detectAnswer(searcher, answer, answer.root, ports.pseudonyms);
    const refusal = seen.refusal ?? filterLists(policy, answer.uses.lists, answer.context.upstream);
    return said(answer, refusal, [...before, ...seen.findings], seen.redacted);
  };
  const asked = ports.detectors.filter((detector) => detector.answers === true);
  // Asked first: what they judge is what came, not what is left of it.
  return asked.length === 0 ? finish([]) : ask(asked, answer, finish);
}

async function ask(
  detectors: readonly Detector[],
  answer: Answered,
  finish: (before: Finding[]) => Screening,
): Promise<Screening> {
  const { identity, direction, method, tool, uses, context } = answer;
  const { names, uris, texts } = uses;
  const { ruling, findings } = await askDetectors(detectors, {
    ...{ identity, direction, method, tool, context },
    ...{ known: true, names, uris, texts, metered: false },
  });
  return ruling === null ? finish(findings) : said(answer, ruling, findings, false);
}

function judgeAnswerUris(
  policy: Policy,
  { uses, declared, direction, context }: Answered,
): Refusal | null {
  const budget = new UriBudget();
  // What several servers say names them; what a client answers is its own.
  const several = direction === "s2c" && policy.upstreams.length > 0;
  for (const found of uses.uris) {
    const use = several ? placeUri(policy, found, context.upstream) : found;
    const refusal = declared ? judgeUri(policy, use, budget) : judgeMention(policy, use, budget);
    if (refusal !== null) return refusal;
  }
  return null;
}

function said(
  { direction }: Answered,
  refusal: Refusal | null,
  findings: Finding[],
  redacted: boolean,
): Screening {
  if (refusal === null) return { refusal, findings, redacted };
  const { reason, rule, message } = refusal;
  return { refusal: { reason, rule, message, direction }, findings, redacted };
}
