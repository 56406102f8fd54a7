// Injection that is split over several texts, such as the blocks of one result: only the places where texts meet
// are read again, so that the cost is bounded by their number.

import type { Surface } from "../../wire/uses.ts";
import type { JoinedFinding, SpanFinding } from "../types.ts";
import { type InjectionOptions, scanInjection } from "./mod.ts";

/** One of several texts that a model reads in a row. */
export interface JoinedText {
  readonly text: string;
  readonly surface: Surface;
  /** Where it stands, e.g. `result.content[0].text`. */
  readonly where: string;
  /** What was found in it alone with the same options, where it was scanned already. */
  readonly found?: readonly SpanFinding[];
}

/** Units at the beginning and at the end of a long text that are read with its neighbours. */
const REACH = 240;

/** Between the two ends of one text stands what was left out. */
const BETWEEN = ".\n\n";

/**
 * Looks for injection that is split over several texts.
 *
 * @param texts The texts in the order in which a model reads them; the surface of the first counts.
 * @param options See {@link InjectionOptions}.
 * @returns Findings that no single text has. Each lies in the text in which it begins, which `where` names, and
 *   ends at the latest where that text ends.
 */
export function scanJoined(
  texts: readonly JoinedText[],
  options: InjectionOptions,
): JoinedFinding[] {
  if (texts.length < 2) return [];
  const surface = texts[0]!.surface;
  const alone = new Set<string>();
  for (const { text, found } of texts) {
    const short = text.length <= 2 * REACH;
    const parts = short ? [text] : [text.slice(0, REACH), text.slice(-REACH)];
    for (const part of parts) {
      for (const f of (short ? found : undefined) ?? scanInjection(part, surface, options)) {
        alone.add(f.rule_id);
      }
    }
  }
  const found = new Map<string, JoinedFinding>();
  // A space keeps words apart, nothing joins halves of a word.
  for (const glue of [" ", ""]) {
    // Between the members of an object stands more than nothing.
    const met = glue === " " ? texts : texts.filter(({ where }) => !isMember(where));
    if (met.length < 2) break;
    const row = new Row(met, glue);
    for (const finding of scanInjection(row.text, surface, options)) {
      if (alone.has(finding.rule_id) || found.has(finding.rule_id)) continue;
      const { text, start, end } = row.find(finding.start, finding.end);
      const of = texts.indexOf(text);
      found.set(finding.rule_id, { ...finding, start, end, where: text.where, of });
    }
  }
  return [...found.values()];
}

/** Texts in a row, of long ones only the ends. */
class Row {
  /** What is read. */
  readonly text: string;
  readonly #texts: readonly JoinedText[];
  /** Where each text begins. */
  readonly #starts: number[] = [];

  constructor(texts: readonly JoinedText[], glue: string) {
    this.#texts = texts;
    let length = 0;
    const parts = texts.map(({ text }) => {
      const part = text.length <= 2 * REACH
        ? text
        : text.slice(0, REACH) + BETWEEN + text.slice(-REACH);
      this.#starts.push(length);
      length += part.length + glue.length;
      return part;
    });
    this.text = parts.join(glue);
  }

  /** The text in which a stretch begins, and where: it ends at the latest where that part of the text ends. */
  find(from: number, to: number): { text: JoinedText; start: number; end: number } {
    let i = this.#starts.length - 1;
    while (i > 0 && this.#starts[i]! > from) i--;
    const text = this.#texts[i]!;
    const { length } = text.text;
    let [start, end] = [from - this.#starts[i]!, to - this.#starts[i]!];
    let most = length;
    if (length > 2 * REACH) {
      const tail = REACH + BETWEEN.length;
      if (start < tail) most = REACH;
      else {
        start += length - REACH - tail;
        end += length - REACH - tail;
      }
    }
    return { text, start: Math.min(start, most), end: Math.min(end, most) };
  }
}

function isMember(where: string): boolean {
  return where.includes("structuredContent");
}
