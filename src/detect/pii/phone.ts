// Telephone numbers of people: with a `+`, or where a word says so; not those that reach an office or nobody.

import type { SpanFinding } from "../types.ts";
import { type Digits, isTime, type Run, SEPARATORS, shapeOf } from "./run.ts";

/** Words before a number that say what it is; looked for in the 28 characters before it. */
const PHONE_WORDS =
  /phone|\btel\b|\btel[.:]|mobile|\bcell\b|\bcall (?:me|us)|\bcall:|\bfax|\bdesk:|whatsapp|answering at|\bsms\b|telefon|t[ée]l[ée]phone|m[óo]vil\b/i;

/** Words that say that an office answers: whois records and company pages hold such numbers by the thousand. */
const OFFICE_WORDS =
  /\babuse|registrar|hotline|toll.?free|help.?desk|customer (?:care|service|support)/i;

/**
 * A telephone number.
 *
 * @param text The text.
 * @param run The number.
 * @returns A finding, or null.
 */
export function phoneAt(text: string, run: Run): SpanFinding | null {
  const { digits, separators } = run;
  const { length } = digits;
  if (length < 7 || length > 15 || (separators & SEPARATORS.slash) !== 0) return null;
  let { start } = run;
  // `+49 (0)30 ...`, `(415) 502-4086`
  if (text.charCodeAt(start - 1) === 0x28) start--;
  const plus = text.charCodeAt(start - 1) === 0x2b;
  if (plus) start--;
  // `30+20221128`: a version, or a sum.
  const before = plus ? text.charCodeAt(start - 1) : 0;
  if (before > 0x2f && before < 0x3a) return null;
  const sure = plus && length >= 8;
  if (!sure && (isTime(digits) || !hasLetter(text, start))) return null;
  if (isNobodys(run, plus)) return null;
  const words = text.slice(Math.max(0, start - WORDS), start);
  if (!sure) {
    // A date or a version has small groups or dots only.
    if (separators === SEPARATORS.dot && run.shortest < 2) return null;
    if (separators === SEPARATORS.dash && isDate(run)) return null;
    if (!PHONE_WORDS.test(words)) return null;
  }
  return OFFICE_WORDS.test(words) ? null : finding(start, run.end);
}

/** How far before a number words are looked for. */
const WORDS = 28;

/** Whether a letter stands where words are looked for: between numbers there is none. */
function hasLetter(text: string, end: number): boolean {
  for (let i = end - 1; i >= 0 && i >= end - WORDS; i--) {
    const c = text.charCodeAt(i) | 0x20;
    if (c > 0x60 && c < 0x7b) return true;
  }
  return false;
}

/**
 * Whether a number reaches nobody: what documents write in place of one, and what the North American plan gives to no
 * subscriber: area codes and exchanges that begin with 0 or 1, and 555, which is left to directories and fiction
 * (NANPA; ATIS-0300115).
 */
function isNobodys({ digits, shape }: Run, plus: boolean): boolean {
  if (isStandIn(digits)) return true;
  const american = plus
    ? digits.length === 11 && digits.values[0] === 1
    : shape === AMERICAN || shape === LONG_AMERICAN && digits.values[0] === 1;
  if (!american) return false;
  const area = digits.number(3, digits.length - 10);
  const exchange = digits.number(3, digits.length - 7);
  return area < 200 || area === 555 || exchange < 200 || exchange === 555;
}

const AMERICAN = shapeOf(3, 3, 4);
const LONG_AMERICAN = shapeOf(1, 3, 3, 4);

/** `2026-11-28` */
function isDate({ digits, groups, first }: Run): boolean {
  return first === 4 && groups === 3 && digits.length === 8;
}

/** Rows of digits that nobody is given: seven times the same, and 1 to 8 or 0 to 7. */
function isStandIn({ values, length }: Digits): boolean {
  let same = 1;
  let rising = 1;
  for (let i = 1; i < length; i++) {
    const by = values[i]! - values[i - 1]!;
    same = by === 0 ? same + 1 : 1;
    rising = by === 1 ? rising + 1 : 1;
    if (same === 7 || (rising === 8 && values[i]! < 9)) return true;
  }
  return false;
}

function finding(start: number, end: number): SpanFinding {
  const reason = "a telephone number";
  return { rule_id: "pii_phone", severity: "medium", reason, start, end };
}
