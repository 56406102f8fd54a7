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

/** A part of the joined text. */
interface Piece {
  readonly text: string;
  /** Index of the text it is of, and where it begins there. */
  readonly of: number;
  readonly offset: number;
}

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
  const pieces: Piece[] = [];
  texts.forEach(({ text }, of) => {
    if (text.length <= 2 * REACH) pieces.push({ text, of, offset: 0 });
    else {
      const offset = text.length - REACH;
      pieces.push({ text: text.slice(0, REACH), of, offset: 0 });
      pieces.push({ text: text.slice(offset), of, offset });
    }
  });
  const surface = texts[0]!.surface;
  const alone = new Set<string>();
  for (const { text, of } of pieces) {
    const whole = texts[of]!;
    const scanned = text.length === whole.text.length ? whole.found : undefined;
    for (const f of scanned ?? scanInjection(text, surface, options)) alone.add(f.rule_id);
  }
  const found = new Map<string, JoinedFinding>();
  // A space keeps words apart, nothing joins halves of a word.
  for (const glue of [" ", ""]) {
    // Between the members of an object stands more than nothing.
    const met = glue === " " ? pieces : pieces.filter(({ of }) => !isMember(texts[of]!.where));
    if (met.length < 2) break;
    const starts: number[] = [];
    let joined = "";
    met.forEach((piece, i) => {
      // Between the two ends of one text stands what was left out.
      if (i > 0) joined += met[i - 1]!.of === piece.of ? ".\n\n" : glue;
      starts.push(joined.length);
      joined += piece.text;
    });
    for (const finding of scanInjection(joined, surface, options)) {
      if (alone.has(finding.rule_id) || found.has(finding.rule_id)) continue;
      let i = met.length - 1;
      while (i > 0 && starts[i]! > finding.start) i--;
      const { text, of, offset } = met[i]!;
      const start = Math.min(finding.start - starts[i]!, text.length);
      const end = Math.min(finding.end - starts[i]!, text.length);
      const { where } = texts[of]!;
      found.set(finding.rule_id, {
        ...finding,
        start: start + offset,
        end: end + offset,
        where,
        of,
      });
    }
  }
  return [...found.values()];
}

function isMember(where: string): boolean {
  return where.includes("structuredContent");
}
