// What came back, before anybody sees it: URIs, prompts inside it, detectors, lists. The first refusal decides.

import { type Searcher, withhold } from "../detect/mod.ts";
import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { JsonValue } from "../wire/mod.ts";
import { judgeTexts } from "./judge.ts";
import { isPolicys, wouldHide, wouldWithhold } from "./monitor.ts";
import type { OutputSchemas } from "./output_schemas.ts";
import { placeName, placeUri } from "./place.ts";
import type { Detector, GuardPorts } from "./ports.ts";
import type { Answered, Screening } from "./requests.ts";
import type { Refusal } from "./rulings.ts";
import type { Shadows } from "./shadows.ts";
import { type AnswerDetected, detectAnswer } from "./stage_detect.ts";
import { askDetectors } from "./stage_detectors.ts";
import { CHANGED, judgePins } from "./stage_pins.ts";
import { filterLists } from "./stage_lists.ts";
import { type RoleScreen, roleScreen } from "./stage_roles.ts";
import { judgeMention, judgeUri } from "./stage_uris.ts";
import type { Finding, TextUse } from "./types.ts";
import type { ListedEntries, Withheld } from "./withheld.ts";

/**
 * Judges an answer.
 *
 * @param policy The compiled policy.
 * @param searcher What is looked for in texts.
 * @param ports The operator's own detectors, and the names for secrets.
 * @param seen What was seen of tools so far: names that collide, what they promise of their results, and which were
 * hidden.
 * @param answer What came back; lists are filtered and texts redacted in place.
 * @returns What is said of it; at once unless a detector of the operator's is asked.
 */
export function screenAnswer(
  policy: Policy,
  searcher: Searcher,
  ports: Pick<GuardPorts, "detectors" | "pseudonyms" | "pins" | "clock">,
  { shadows, schemas, withheld }: { shadows: Shadows; schemas: OutputSchemas; withheld: Withheld },
  answer: Answered,
): Screening | Promise<Screening> {
  const watching = policy.mode === "monitor";
  const roles = roleScreen(policy, answer.identity);
  const refusal = judgeAnswerUris(policy, answer, roles) ??
    judgeTexts(policy, answer.uses.texts).refusal;
  const watched: Finding[] = [];
  if (refusal !== null) {
    if (!watching || !isPolicys(refusal)) return said(answer, refusal, [], false);
    watched.push(wouldWithhold(refusal));
  }
  // What is pinned is what the server sent, so that is compared before anything of it is changed.
  const pinned = judgePins(policy, ports.pins, shadows, answer, () => ports.clock.monotonic());
  const place = placing(policy, answer);
  const asked = ports.detectors.filter((detector) => detector.answers === true);
  if (watching) {
    const noted = (before: Finding[]): Screening => {
      schemas.learn(answer.uses.lists, place);
      return watch(policy, searcher, answer, roles, [...watched, ...pinned.findings, ...before]);
    };
    return asked.length === 0
      ? noted([])
      : ask(asked, answer, { texts: answer.uses.texts, watching }, noted);
  }
  const listed = answer.uses.lists.map((list) => ({ list, items: [...list.items] }));
  const seen = detectAnswer(searcher, answer, answer.root, ports.pseudonyms);
  if (seen.refusal === null) withheld.learn(listed, place);
  withhold(pinned.unread, CHANGED);
  for (const { items } of answer.uses.lists) keepIn(items, pinned.withheld);
  const whole = seen.refusal ?? judgeShape(schemas, answer, seen) ??
    filterLists(policy, answer.uses.lists, { route: answer.context.upstream, roles });
  // As clients get them, also where nothing is looked for: a reload may change that.
  schemas.learn(answer.uses.lists, place);
  const redacted = seen.redacted || pinned.withheld.size + pinned.unread.length > 0;
  const finish = (before: Finding[]): Screening =>
    said(answer, whole, [...pinned.findings, ...before, ...seen.findings], redacted);
  // Asked last, about what would go on: a secret that may not pass goes to no classifier either.
  return asked.length === 0 || whole !== null
    ? finish([])
    : ask(asked, answer, { texts: leftOf(answer.uses.texts, listed), watching }, finish);
}

/** The texts of an answer without those of entries that its lists have lost. */
function leftOf(texts: readonly TextUse[], listed: readonly ListedEntries[]): readonly TextUse[] {
  const gone = listed.flatMap(({ list, items }) => {
    const kept = new Set(list.items);
    return items.flatMap((item, i) => kept.has(item) ? [] : [[list.marks[i]!, list.marks[i + 1]!]]);
  });
  if (gone.length === 0) return texts;
  let next = 0;
  return texts.filter((_, at) => {
    while (next < gone.length && gone[next]![1]! <= at) next++;
    return next === gone.length || at < gone[next]![0]!;
  });
}

/** Refuses a result that its client would refuse: one that lost in what its tool's schema gives a form. */
function judgeShape(
  schemas: OutputSchemas,
  { direction, tool, root }: Answered,
  { cut }: AnswerDetected,
): Refusal | null {
  if (cut === undefined || direction !== "s2c" || schemas.allow(tool, root, cut.edits)) return null;
  const { message, ...why } = cut.why;
  return {
    ...why,
    message:
      `${message}. It could only be cut out by breaking the tool's outputSchema, which would make clients fail, ` +
      "so the result is withheld as a whole",
  };
}

/** How names in an answer's lists are known to the guard. */
function placing(policy: Policy, { context }: Answered): (name: string) => string {
  const several = policy.upstreams.length > 0;
  return (name) => several ? placeName(policy, { name }, context.upstream).name : name;
}

/** Says what would have been done with an answer, and changes nothing of it. */
function watch(
  policy: Policy,
  searcher: Searcher,
  answer: Answered,
  roles: RoleScreen | null,
  findings: Finding[],
): Screening {
  const seen = detectAnswer(searcher, answer, answer.root, null);
  if (seen.refusal !== null) {
    if (!isPolicys(seen.refusal)) return said(answer, seen.refusal, seen.findings, false);
    findings.push(wouldWithhold(seen.refusal));
  }
  const copies = answer.uses.lists.map((list) => ({ ...list, items: [...list.items] }));
  const refusal = filterLists(policy, copies, { route: answer.context.upstream, roles });
  copies.forEach(({ items, where }, i) => {
    const hidden = answer.uses.lists[i]!.items.length - items.length;
    if (hidden > 0) findings.push(wouldHide(where, hidden));
  });
  return said(answer, refusal, [...findings, ...seen.findings], false);
}

async function ask(
  detectors: readonly Detector[],
  answer: Answered,
  { texts, watching }: { texts: readonly TextUse[]; watching: boolean },
  finish: (before: Finding[]) => Screening,
): Promise<Screening> {
  const { identity, direction, method, tool, uses, context } = answer;
  const { names, uris } = uses;
  const { ruling, findings } = await askDetectors(detectors, {
    ...{ identity, direction, method, tool, context },
    ...{ known: true, names, uris, texts, metered: false },
  });
  if (ruling === null) return finish(findings);
  return watching && isPolicys(ruling)
    ? finish([wouldWithhold(ruling), ...findings])
    : said(answer, ruling, findings, false);
}

/** Takes entries out of a list, in place. */
function keepIn(items: JsonValue[], withheld: ReadonlySet<JsonValue>): void {
  if (withheld.size === 0) return;
  const kept = items.filter((item) => !withheld.has(item));
  items.splice(0, items.length);
  for (const item of kept) items.push(item);
}

function judgeAnswerUris(
  policy: Policy,
  { uses, declared, direction, context }: Answered,
  roles: RoleScreen | null,
): Refusal | null {
  const budget = new UriBudget();
  // What several servers say names them; what a client answers is its own.
  const several = direction === "s2c" && policy.upstreams.length > 0;
  for (const found of uses.uris) {
    const use = several ? placeUri(policy, found, context.upstream) : found;
    const refusal =
      (declared ? judgeUri(policy, use, budget) : judgeMention(policy, use, budget)) ??
        roles?.uri(use, declared) ?? null;
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
  return { refusal: { ...refusal, direction }, findings, redacted };
}
