// Telephone numbers of people: with a `+`, or where a word says so; not those that reach an office or nobody.

import type { SpanFinding } from "../types.ts";
import { isTime, type Run } from "./run.ts";

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
  const { digits, groups, separators } = run;
  const length = digits.length;
  if (length < 7 || length > 15 || separators.includes("/")) return null;
  let { start } = run;
  let plus = false;
  // `+49 (0)30 ...`, `(415) 502-4086`
  const before = text.slice(Math.max(0, start - 2), start);
  if (before.endsWith("+") || before.endsWith("+(")) {
    plus = true;
    start -= before.endsWith("+(") ? 2 : 1;
  } else if (before.endsWith("(")) start--;
  if (isNobodys(digits, groups, plus)) return null;
  const words = text.slice(Math.max(0, start - 28), start);
  if (OFFICE_WORDS.test(words)) return null;
  if (plus && length >= 8) return finding(start, run.end);
  if (!PHONE_WORDS.test(words) || isTime(digits)) return null;
  // A date or a version has small groups or dots only.
  if (separators === "." && groups.some((g) => g < 2)) return null;
  if (separators === "-" && groups[0] === 4 && groups.length === 3 && length === 8) return null;
  return finding(start, run.end);
}

/** Rows of digits that nobody is given. */
const STAND_IN = /01234567|12345678|0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}/;

/**
 * Whether a number reaches nobody: what documents write in place of one, and what the North American plan gives to no
 * subscriber: area codes and exchanges that begin with 0 or 1, and 555, which is left to directories and fiction
 * (NANPA; ATIS-0300115).
 */
function isNobodys(digits: string, groups: readonly number[], plus: boolean): boolean {
  if (STAND_IN.test(digits)) return true;
  const shape = groups.join(",");
  const american = plus
    ? digits.length === 11 && digits[0] === "1"
    : shape === "3,3,4" || shape === "1,3,3,4" && digits[0] === "1";
  if (!american) return false;
  const [area, exchange] = [digits.slice(-10, -7), digits.slice(-7, -4)];
  return [area, exchange].some((code) => code < "200" || code === "555");
}

function finding(start: number, end: number): SpanFinding {
  const reason = "a telephone number";
  return { rule_id: "pii_phone", severity: "medium", reason, start, end };
}
