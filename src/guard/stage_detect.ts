// Stage "detect": what the policy's detectors see in the texts of a message, and what becomes of it.
// Requests are refused or cleaned as a whole; of an answer's lists, single entries go.

import {
  type Edits,
  findingsOf,
  mask,
  type Pseudonym,
  type Searcher,
  type Sighting,
  withhold,
} from "../detect/mod.ts";
import type { Family } from "../detect/types.ts";
import type { JsonValue } from "../wire/mod.ts";
import type { ListUse, TextUse } from "../wire/uses.ts";
import type { Answered } from "./requests.ts";
import type { Refusal, Ruling } from "./rulings.ts";
import type { Finding, Inquiry, Reason } from "./types.ts";

/** What the stage says of a message. */
export interface Detected {
  /** What is to be done, or null. */
  ruling: Ruling | null;
  /** What was seen. */
  findings: Finding[];
}

const NOTHING: Detected = { ruling: null, findings: [] };

const REASONS: Readonly<Record<Family, Reason>> = {
  injection: "PromptInjectionSuspected",
  hidden_text: "PromptInjectionSuspected",
  secrets: "SecretDetected",
  pii: "PersonalDataDetected",
};

const DETAILS: Readonly<Record<Family, string>> = {
  injection: "inject.detected",
  hidden_text: "inject.hidden",
  secrets: "dlp.detected",
  pii: "dlp.detected",
};

const WORDS: Readonly<Record<Family, string>> = {
  injection: "text that tries to instruct the model",
  hidden_text: "text that people cannot see",
  secrets: "a secret",
  pii: "personal data",
};

/** What stands where a description may not be read. */
const WITHHELD = "[withheld by mcpguard: suspected injection]";

/**
 * Judges the texts of a message that asks for something, and replaces in place what is to be redacted.
 *
 * @param searcher What is looked for.
 * @param inquiry The message, taken apart.
 * @param pseudonym Names secrets in placeholders; null where nothing is to be replaced.
 * @returns What is to be done.
 */
export function detectInquiry(
  searcher: Searcher,
  inquiry: Inquiry,
  pseudonym: Pseudonym | null,
): Detected {
  if (searcher.idle || inquiry.texts.length === 0) return NOTHING;
  inquiry.texts.forEach(renew);
  let seen: Sighting[];
  try {
    seen = searcher.look(inquiry.texts, inquiry.direction);
  } catch {
    return { ruling: { effect: "deny", ...FAILED }, findings: [] };
  }
  if (seen.length === 0) return NOTHING;
  const findings = findingsOf(seen);
  const denied = seen.find((s) => s.action === "deny");
  if (denied !== undefined) {
    return { ruling: { effect: "deny", ...refusalOf(denied, "message") }, findings };
  }
  const cut = seen.filter((s) => s.action === "redact");
  if (cut.length > 0) {
    try {
      if (pseudonym !== null) mask(cut, inquiry.payload, pseudonym);
    } catch {
      // What is half cleaned is not clean.
      return { ruling: { effect: "deny", ...FAILED }, findings };
    }
    return { ruling: { effect: "redact", ...refusalOf(cut[0]!, "message") }, findings };
  }
  return { ruling: { effect: "record", ...refusalOf(seen[0]!, "message") }, findings };
}

/** Takes a text as it stands by now: a URI in its canonical form, an argument that was redacted already. */
function renew(use: TextUse): void {
  const { kind, holder, index } = use;
  if (kind !== undefined || !Array.isArray(holder) || index === undefined) return;
  const now = holder[index];
  if (typeof now === "string") use.text = now;
}

/** What the stage says of an answer. */
export interface AnswerDetected {
  /** Why nothing of it may pass, or null. */
  refusal: Refusal | null;
  /** What was seen. */
  findings: Finding[];
  /** Whether texts or entries were replaced or taken out. */
  redacted: boolean;
  /** What was replaced, and how its refusal would read; absent where nothing was. */
  cut?: { edits: Edits; why: Refusal };
}

/**
 * Judges the texts of an answer. What is denied in an entry of a list takes that entry out, in a server's instructions
 * or another description that text; anywhere else nothing of the answer may pass.
 *
 * @param searcher What is looked for.
 * @param answer What came back; changed in place.
 * @param root The answer's tree.
 * @param pseudonym Names secrets in placeholders; null where nothing is to be changed.
 * @returns What is to be done.
 */
export function detectAnswer(
  searcher: Searcher,
  answer: Pick<Answered, "uses" | "direction">,
  root: JsonValue | undefined,
  pseudonym: Pseudonym | null,
): AnswerDetected {
  const { texts, lists } = answer.uses;
  if (searcher.idle || texts.length === 0) return { refusal: null, findings: [], redacted: false };
  let seen: Sighting[];
  try {
    seen = searcher.look(texts, answer.direction);
  } catch {
    return { refusal: FAILED, findings: [], redacted: false };
  }
  const findings = findingsOf(seen);
  const hidden = new Map<ListUse, Set<number>>();
  const unread = new Set<TextUse>();
  for (const sighting of seen) {
    if (sighting.action !== "deny") continue;
    const list = lists.find(({ marks }) =>
      marks.length > 0 && marks[0]! <= sighting.at && sighting.at < marks[marks.length - 1]!
    );
    if (list !== undefined) {
      const items = hidden.get(list) ?? new Set();
      hidden.set(list, items.add(itemAt(list.marks, sighting.at)));
    } else if (ALONE.has(sighting.use.surface) && sighting.use.kind === undefined) {
      unread.add(sighting.use);
    } else {
      return { refusal: refusalOf(sighting, "answer"), findings, redacted: false };
    }
  }
  if (pseudonym === null) return { refusal: null, findings, redacted: false };
  const cut = seen.filter((s) => s.action === "redact");
  let edits: Edits;
  try {
    edits = mask(cut, root, pseudonym);
  } catch {
    return { refusal: FAILED, findings, redacted: false };
  }
  withhold(unread, WITHHELD);
  for (const [list, items] of hidden) {
    const kept = list.items.filter((_, i) => !items.has(i));
    list.items.splice(0, list.items.length);
    for (const item of kept) list.items.push(item);
  }
  return {
    ...{ refusal: null, findings, redacted: cut.length + unread.size + hidden.size > 0 },
    ...(cut.length === 0 ? {} : { cut: { edits, why: refusalOf(cut[0]!, "answer") } }),
  };
}

/** Texts that can be missing while the rest of the answer keeps its use. */
const ALONE: ReadonlySet<TextUse["surface"]> = new Set(["description", "instructions"]);

/** A detector that fails has not said that a message is clean. */
const FAILED: Refusal = {
  reason: "InternalError",
  rule: "detect.error",
  message: "the guard failed while searching this for attacks and secrets, so it does not pass",
  detail: "dlp.error",
};

/** The item of a list that a text belongs to. */
function itemAt(marks: readonly number[], at: number): number {
  let low = 0;
  let high = marks.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}

function refusalOf({ use, family, finding }: Sighting, what: "message" | "answer"): Refusal {
  return {
    reason: REASONS[family],
    rule: `detect.${family}`,
    message: `${use.where} of this ${what} holds ${
      WORDS[family]
    } (${finding.rule_id}: ${finding.reason})`,
    detail: DETAILS[family],
  };
}
