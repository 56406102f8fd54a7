// Personal data in a text: addresses and numbers that have a form of their own.

import { scanDeep } from "../deep.ts";
import { Readings } from "../normalise/readings.ts";
import { MARKS, type Outline } from "../outline.ts";
import type { SpanFinding } from "../types.ts";
import { emailAt } from "./email.ts";
import { letteredFinding, numberFinding } from "./numbers.ts";
import { readRun } from "./run.ts";

/**
 * Finds e-mail addresses, payment cards, IBANs, telephone numbers (with a `+` or where a word says so) and identity
 * numbers of some countries (US, UK, Spain, France, Brazil, Poland), by their form and, where they have them, check
 * digits. Names and postal addresses are not looked for. Looks through invisible characters, lookalikes, entities and
 * escapes, and into base64 and hex. Linear in the text.
 *
 * @param text The text.
 * @param readings Its other readings, where somebody else has made them.
 * @returns One finding for each piece, with its place in the text.
 *
 * @example
 * ```ts
 * import { scanPii } from "./mod.ts";
 * import { expect } from "expect";
 *
 * const found = scanPii("card 4111 1111 1111 1111, mail ada@lovelace.name");
 * expect(found.map((f) => f.rule_id)).toEqual(["pii_card", "pii_email"]);
 * ```
 */
export function scanPii(text: string, readings: Readings = new Readings(text)): SpanFinding[] {
  // Numbers of a table that are joined pass a check digit now and then.
  return scanDeep(text, readings, scanPlain, (reading) => reading.kind !== "groups");
}

function scanPlain(text: string, { places }: Outline): SpanFinding[] {
  const out: SpanFinding[] = [];
  let past = 0;
  let k = 0;
  for (let i = 0;;) {
    // Where something may begin: an `@`, a digit, or capitals before a digit.
    while (k < places.length && !mayHold(text, places, k, i)) k += 2;
    if (k >= places.length) return out;
    i = beginning(text, Math.max(i, places[k]!));
    const c = text.charCodeAt(i);
    let found: SpanFinding | null = null;
    let end = i + 1;
    if (c === 0x40) found = emailAt(text, i, past);
    else if (i > 0 && isWord(text.charCodeAt(i - 1))) end = wordEnd(text, i);
    else if (c > 0x40) {
      found = letteredFinding(text, i);
      end = wordEnd(text, i);
    } else {
      const run = readRun(text, i);
      if (run.digits.length >= 7) found = numberFinding(text, run);
      if (found === null && run.digits.length === 8) found = letteredFinding(text, i);
      end = run.end;
    }
    if (found !== null && found.start >= past) {
      out.push(found);
      past = end = found.end;
    }
    i = end;
  }
}

const NUMERIC = MARKS.number | MARKS.at;

/** Whether a place has something to look at, at or behind a position. */
function mayHold(text: string, places: readonly number[], k: number, from: number): boolean {
  const marks = places[k + 1]!;
  if ((marks & NUMERIC) === 0) return false;
  const at = places[k]!;
  if (at >= from) return true;
  if ((marks & MARKS.at) !== 0) return false;
  // Whether the run goes on to a digit behind what was looked at.
  for (let i = from; isAlnum(text.charCodeAt(i)); i++) {
    if (isDigit(text.charCodeAt(i))) return i > at;
  }
  return false;
}

/** The first `@`, digit or pair of capitals before a digit; XYZ stand alone. */
function beginning(text: string, from: number): number {
  let i = from;
  while (!isDigit(text.charCodeAt(i)) && text.charCodeAt(i) !== 0x40) i++;
  if (i - 2 >= from && isCapital(text.charCodeAt(i - 1)) && isCapital(text.charCodeAt(i - 2))) {
    return i - 2;
  }
  const before = text.charCodeAt(i - 1);
  return i - 1 >= from && before > 0x57 && before < 0x5b ? i - 1 : i;
}

/** Letters and digits: a number inside a word is no number. */
function isWord(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b) ||
    c === 0x5f || c > 0xbf;
}

function isDigit(c: number): boolean {
  return c > 0x2f && c < 0x3a;
}

function isCapital(c: number): boolean {
  return c > 0x40 && c < 0x5b;
}

function isAlnum(c: number): boolean {
  return isDigit(c) || isCapital(c) || (c > 0x60 && c < 0x7b);
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  return end;
}
