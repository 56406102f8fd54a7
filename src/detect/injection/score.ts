// Turns passages into scores: points of the rules, bounded help of the model, discounts and extras by surface.

import type { SecondLanguage } from "./description_signs.ts";
import type { Encoding } from "../normalise/layers.ts";
import type { Passage } from "./engine.ts";
import type { Reading } from "./read.ts";
import type { InjectionRule, SurfaceGroup } from "./rule_types.ts";

/** Points of a rule by severity. */
export const POINTS = { low: 1, medium: 3, high: 6 } as const;
/** What one point is worth in log odds: the model is trained on top of the rules with this rate. */
export const LOGIT_OF_POINT = 0.7;
/** The most that the model adds: with one rule of low weight it still reaches no threshold `medium`. */
export const MODEL_MOST: Readonly<Record<SurfaceGroup, number>> = {
  description: 3,
  result: 4,
  argument: 3.2,
};
/** The least that the model adds: where it is below zero, it takes back a little of what rules gave. */
const MODEL_LEAST: Readonly<Record<SurfaceGroup, number>> = {
  description: 0,
  result: -1,
  argument: 0,
};
/** Log odds at which the model says nothing. */
const MODEL_ZERO: Readonly<Record<SurfaceGroup, number>> = {
  description: -4,
  result: -2,
  argument: 0,
};
/** Encodings that hardly anyone uses in good faith; others have their uses. */
const ODD: ReadonlySet<Encoding> = new Set<Encoding>([
  ...(["rot13", "reversed", "morse", "tags", "selectors", "binary"] as const),
]);

/** What the rules weigh on one surface. */
export interface Scale {
  /** Points of each rule, 0 where it is off. */
  readonly points: Float64Array;
  /** The number of each rule's family. */
  readonly families: Uint8Array;
  /** What a passage in other letters than the rest of its text adds. */
  readonly foreign: number;
  /** What a passage that ends in a question adds. */
  readonly question: number;
  /** The number of the rule {@link LANGUAGE_SWITCH}. */
  readonly language: number;
  /** What each rule adds to {@link wholeScore}; null where a text has no such score. */
  readonly whole: Float64Array | null;
}

/** The rule for a sentence in another language than the description around it. */
const LANGUAGE_SWITCH = "injection.language_switch";

/** The finding for a passage in other letters than the rest of its text. */
export const SCRIPT_SWITCH = "injection.script_switch";
/** Points of such a passage: a tool that is described in two alphabets is rare, results in two are not. */
const FOREIGN_POINTS: Readonly<Record<SurfaceGroup, number>> = {
  description: 3.6,
  result: 0,
  argument: 0,
};

/** Whether a passage is written in other letters than Latin ones. */
export function isForeign(passage: Passage): boolean {
  return passage.foreign >= 4 && passage.foreign * 2 > passage.words;
}

/** The finding for a question that is put to the reader. */
export const QUESTION = "injection.question";
/** Points of a passage that ends in a question: descriptions tell, they do not ask. */
const QUESTION_POINTS: Readonly<Record<SurfaceGroup, number>> = {
  description: 3,
  result: 0,
  argument: 0,
};
/** Makes the scale of one surface. */
export function scaleOf(
  rules: readonly InjectionRule[],
  group: SurfaceGroup,
  off: ReadonlySet<string>,
): Scale {
  const names = [...new Set(rules.map((rule) => rule.family))];
  return {
    points: Float64Array.from(rules, (rule) => {
      if (off.has(rule.id)) return 0;
      const severity = rule.on?.[group] === undefined ? rule.severity : rule.on[group];
      return severity === null ? 0 : POINTS[severity!];
    }),
    families: Uint8Array.from(rules, (rule) => names.indexOf(rule.family)),
    foreign: off.has(SCRIPT_SWITCH) ? 0 : FOREIGN_POINTS[group],
    whole: group === "argument" ? wholeWeights(rules, off) : null,
    language: rules.findIndex((rule) => rule.id === LANGUAGE_SWITCH),
    question: off.has(QUESTION) ? 0 : QUESTION_POINTS[group],
  };
}

/**
 * Points of the rules in a passage, and of its disguise.
 *
 * @param passage What was found.
 * @param layer Its encodings.
 * @param scale The surface.
 * @param question See {@link isQuestion}.
 */
export function rulePoints(
  passage: Passage,
  layer: readonly Encoding[],
  scale: Scale,
  question: boolean,
): number {
  let sum = 0;
  const hits = passage.hits;
  for (let i = 0; i < hits.length; i++) {
    const rule = hits[i]!.rule;
    const points = scale.points[rule]!;
    // Only the heaviest of a family counts, the first of equals.
    let heaviest = true;
    for (let k = 0; k < hits.length && heaviest; k++) {
      const other = hits[k]!.rule;
      if (k === i || scale.families[other] !== scale.families[rule]) continue;
      const weight = scale.points[other]!;
      heaviest = weight < points || (weight === points && k > i);
    }
    if (heaviest) sum += points;
  }
  if (isForeign(passage)) sum += scale.foreign;
  if (question) sum += scale.question;
  if (layer.length > 0) return sum + (ODD.has(layer.at(-1)!) ? 6 : 3.8);
  if (passage.disguised < 3) return sum;
  // Letters that are encoded one by one throughout are rarer in good faith than a few odd words.
  return sum + (passage.disguised * 2 >= passage.words ? 4.8 : 3.3);
}

/** What the model adds, from {@link MODEL_LEAST} to {@link MODEL_MOST}. */
function modelPoints(logit: number, group: SurfaceGroup): number {
  return Math.max(
    MODEL_LEAST[group],
    Math.min(MODEL_MOST[group], (logit - MODEL_ZERO[group]) / LOGIT_OF_POINT),
  );
}

/**
 * Scores a passage.
 *
 * @param passage What was found.
 * @param points See {@link rulePoints}.
 * @param group The surface.
 * @param logit The model's log odds, or null for rules only.
 * @returns Points; 0 when no rule matched.
 */
export function scorePassage(
  passage: Passage,
  points: number,
  group: SurfaceGroup,
  logit: number | null,
): number {
  if (points === 0) return 0;
  const score = points + (logit === null ? 0 : modelPoints(logit, group));
  return group === "result" && passage.quoted * 2 >= passage.words ? score * 0.5 : score;
}

/** What the thresholds of one surface are, in points. */
export interface Thresholds {
  readonly low: number;
  readonly medium: number;
  readonly high: number;
}

/**
 * Thresholds by surface. `medium` is where the folds of `task eval` flag at most 0.45 % of benign texts; `low` is
 * one sign of medium weight, `high` is several strong signs.
 */
export const THRESHOLDS: Readonly<Record<SurfaceGroup, Thresholds>> = {
  description: { low: 4, medium: 5, high: 9 },
  result: { low: 4, medium: 5.9, high: 9.5 },
  argument: { low: 4, medium: 4.5, high: 9 },
};

/**
 * Thresholds of {@link wholeScore}, which prompts and arguments have beside the score of their best passage: what a
 * role-play builds up over many sentences no sentence shows. Chosen like {@link THRESHOLDS}.
 */
export const WHOLE_THRESHOLDS: Thresholds = { low: 8, medium: 11.4, high: 15 };
/** Points that a doubling of the number of passages costs in a whole text, and how many are free. */
const WHOLE_COST = 0.6;
const WHOLE_FREE = 4;

/**
 * Scores the rules that a whole prompt or argument matches, each once, wherever it matches.
 *
 * @param weights What each rule adds; see {@link wholeWeights}.
 * @param found Rules that were found.
 * @param passages How many passages the text has, its layers included.
 * @returns Points to compare with {@link WHOLE_THRESHOLDS}.
 */
export function wholeScore(
  weights: Float64Array,
  found: Iterable<number>,
  passages: number,
): number {
  let sum = 0;
  for (const rule of found) sum += weights[rule]!;
  return sum - WHOLE_COST * Math.log2(Math.max(1, passages / WHOLE_FREE));
}

/** What each rule adds to {@link wholeScore}. */
export function wholeWeights(
  rules: readonly InjectionRule[],
  off: ReadonlySet<string>,
): Float64Array {
  return Float64Array.from(rules, (rule) => off.has(rule.id) ? 0 : rule.whole ?? 0);
}

/**
 * Points that a doubling of the number of passages costs: the best of many passages is high by chance.
 * Texts of up to three passages pay nothing.
 */
const LENGTH_COST: Readonly<Record<SurfaceGroup, number>> = {
  description: 0.6,
  result: 1,
  argument: 4,
};
/** The most that length costs: padding must not hide an order that is plain enough. */
const LENGTH_MOST: Readonly<Record<SurfaceGroup, number>> = {
  description: 3,
  result: 3.5,
  argument: 8,
};
/** A text in which so many words, and one in so many, speak of attacks is about attacks. */
const TALK_WORDS = 6;
const TALK_SHARE = 50;
/** What is left of a score in such a text. */
const TALK_FACTOR = 0.7;

/** One passage with its score before the length of the text is known. */
export interface Scored {
  readonly passage: Passage;
  readonly layer: readonly Encoding[];
  readonly raw: number;
}

/** Whether a passage counts with the decoded ones, of which honest texts have few. */
export function isDecoded(passage: Passage, layer: readonly Encoding[]): boolean {
  return layer.length > 0 || passage.disguised >= 3;
}

/**
 * The final score of a passage.
 *
 * @param raw See {@link scorePassage}.
 * @param passage The passage.
 * @param count Passages of its kind (decoded or plain) in the whole text.
 * @param group The surface.
 * @param reading Counts over the whole text.
 * @param second What language the whole text is in.
 * @returns Points to compare with {@link THRESHOLDS}.
 */
export function finalScore(
  raw: number,
  passage: Passage,
  count: number,
  group: SurfaceGroup,
  { words, talk, foreign }: Reading,
  second: SecondLanguage,
): number {
  const cost = LENGTH_COST[group] * Math.log2(Math.max(1, count / 3));
  // In a text that is mostly in such letters they are no sign.
  const script = foreign * 2 >= words && isForeign(passage) ? FOREIGN_POINTS[group] : 0;
  const native = script + second.native(passage);
  const score = raw - native - Math.min(cost, LENGTH_MOST[group]);
  const about = group === "result" && talk >= TALK_WORDS && talk * TALK_SHARE > words;
  return about ? score * TALK_FACTOR : score;
}
