// The policy's own rules on prompt text: `prompts.deny_regex` and `prompts.max_length`.
// They judge texts that go toward a model as an instruction, and (the regexes) tool arguments.

import type { RegexSet } from "../match/mod.ts";
import type { Surface, TextUse } from "../wire/uses.ts";
import { textOfBlob } from "./blob.ts";
import type { Finding } from "./types.ts";

/** Surfaces that carry prompts; tool arguments may rightly hold long documents, so only regexes apply there. */
const PROMPT_SURFACES: ReadonlySet<Surface> = new Set<Surface>([
  "prompt",
  "prompt_argument",
  "sampling",
  "elicitation",
]);

/** What the prompt rules say about one message. */
export interface PromptVerdict {
  /** Every rule that matched, in file order, one finding per rule and place. */
  findings: Finding[];
  /** The first rule that refuses, e.g. `prompts.deny_regex[0]`, or null. */
  rule: string | null;
  /** Whether the refusal is about length. */
  tooLong: boolean;
}

/** The most findings one message may leave; the rest would repeat them. */
const MAX_FINDINGS = 32;

/**
 * Judges the texts of a message by `prompts.deny_regex` and `prompts.max_length`.
 *
 * @param rules The compiled section `prompts`; `maxLength` counts Unicode code points.
 * @param texts The message's texts.
 * @returns Findings, and the first rule that refuses.
 */
export function judgePrompts(
  rules: { denyRegex: RegexSet; maxLength: number | null },
  texts: readonly TextUse[],
): PromptVerdict {
  const findings: Finding[] = [];
  let rule: string | null = null;
  let tooLong = false;
  for (const use of texts) {
    if (use.kind === "number") continue;
    const prompt = PROMPT_SURFACES.has(use.surface);
    if (!prompt && use.surface !== "argument") continue;
    // What poses as a picture may be a prompt.
    const text = use.kind === "blob" ? textOfBlob(use.text) : use.text;
    if (text === null) continue;
    if (prompt && rules.maxLength !== null && longerThan(text, rules.maxLength)) {
      if (findings.length < MAX_FINDINGS) {
        findings.push({
          rule_id: "prompt_max_length",
          severity: "medium",
          reason: `text is longer than ${rules.maxLength} characters`,
          where: use.where,
        });
      }
      if (rule === null) {
        rule = "prompts.max_length";
        tooLong = true;
      }
      // The length rule exists to bound work too: an overlong prompt is refused unread.
      continue;
    }
    if (rules.denyRegex.size === 0) continue;
    for (const index of rules.denyRegex.matches(text)) {
      if (findings.length < MAX_FINDINGS) {
        findings.push({
          rule_id: `prompt_regex_${index}`,
          severity: "high",
          reason: "text matches a denied pattern",
          where: use.where,
        });
      }
      if (rule === null || tooLong) {
        rule = `prompts.deny_regex[${index}]`;
        tooLong = false;
      }
    }
  }
  return { findings, rule, tooLong };
}

/** Whether a text has more code points than `limit`, without counting further than needed. */
function longerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > limit * 2) return true;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0xd800 && c <= 0xdbff) i++;
    if (++count > limit) return true;
  }
  return false;
}
