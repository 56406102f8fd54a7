// Signs in descriptions that no word sequence shows: a sentence ends in a question, a sentence is in a second language.

import type { Passage } from "./engine.ts";

/** What may stand between the last word of a question and its mark. */
const CLOSING = "\"'\u201d\u2019\u00bb)]`* ";

/** Whether a text has a question mark at all; most have none. */
export function asks(text: string): boolean {
  return text.includes("?") || text.includes("\uff1f") || text.includes("\u061f");
}

/**
 * Whether a question mark ends the sentence here. One inside quotation marks or a URL does not.
 *
 * @param text The text that was given.
 * @param end Where the last word of a passage ends.
 */
export function isQuestion(text: string, end: number): boolean {
  let at = end;
  while (at < end + 2 && CLOSING.includes(text[at] ?? "\n")) at++;
  const mark = text[at];
  if (mark === "\uff1f" || mark === "\u061f") return true;
  const next = text[at + 1];
  return mark === "?" && (next === undefined || next === " " || next === "\n");
}

/** Counts the sentences of a text that a rule found: where they are many, they are its language. */
export class SecondLanguage {
  readonly #rule: number;
  readonly #points: number;
  #sentences = 0;
  #found = 0;
  #end = 0;

  /**
   * @param rule The rule for a sentence in another language than those around it.
   * @param points What it weighs on the surface of the text; 0 where it is off.
   */
  constructor(rule: number, points: number) {
    this.#rule = rule;
    this.#points = points;
  }

  /** Takes the next passage of the text itself. */
  take(passage: Passage): void {
    if (this.#points === 0) return;
    this.#sentences++;
    // Passages overlap: each sentence counts where it comes last.
    for (const hit of passage.hits) {
      if (hit.rule !== this.#rule || hit.end <= this.#end) continue;
      this.#found++;
      break;
    }
    this.#end = passage.end;
  }

  /** Points that a passage got for the language of its whole text, when all passages were taken. */
  native(passage: Passage): number {
    const [found, all] = [this.#found, this.#sentences];
    if (found * 2 <= all && (found < 3 || found * 3 < all)) return 0;
    return passage.hits.some((h) => h.rule === this.#rule) ? this.#points : 0;
  }
}
