// Personal data in a text: addresses and numbers that have a form of their own.

import { scanDeep } from "../deep.ts";
import type { Readings } from "../normalise/readings.ts";
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
export function scanPii(text: string, readings?: Readings): SpanFinding[] {
  // Numbers of a table that are joined pass a check digit now and then.
  return scanDeep(text, readings, scanPlain, (reading) => reading.kind !== "groups");
}

function scanPlain(text: string): SpanFinding[] {
  const out: SpanFinding[] = [];
  let past = 0;
  // An own object: a pattern that keeps a place must not be shared between calls.
  const next = new Next(text);
  for (let i = next.from(0); i >= 0; i = next.from(i)) {
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
  return out;
}

/** Where something may begin: an `@`, a digit, or capitals before a digit. Found by the engine, not by a loop. */
class Next {
  readonly #text: string;
  readonly #pattern = /[@0-9]|[A-Z]{2}[0-9]|[X-Z][0-9]/g;

  constructor(text: string) {
    this.#text = text;
  }

  from(at: number): number {
    this.#pattern.lastIndex = at;
    const found = this.#pattern.exec(this.#text);
    return found === null ? -1 : found.index;
  }
}

/** Letters and digits: a number inside a word is no number. */
function isWord(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b) ||
    c === 0x5f || c > 0xbf;
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  return end;
}
