// Values that are split over blocks of one result: a model reads blocks in a row, so the places where they meet are
// looked at once more. Only the ends of long blocks are read again, so that the cost is bounded.

import type { JoinedFinding, SpanFinding } from "./types.ts";

/** One of the texts of a message. */
interface Text {
  readonly text: string;
  /** Where it stands, e.g. `result.content[0].text`. */
  readonly where: string;
}

/** A block of a result, a message's or a resource's text in it. */
const BLOCK = /contents?(?:\[[0-9]{1,7}\])?\.(?:resource\.)?text$/;

/** Units at the beginning and at the end of a long block that are read with its neighbours: few values are longer. */
const REACH = 512;

/**
 * Finds values that begin in one block and end in another.
 *
 * @param texts The texts of one message, in order.
 * @param scan Finds values in a text.
 * @returns For each value one finding in each block that holds a part of it, which `where` names. Only values of a form
 *   of their own are found: a word at the end of one block says nothing about the beginning of the next.
 */
export function scanSeams(
  texts: readonly Text[],
  scan: (text: string) => SpanFinding[],
): JoinedFinding[] {
  // Two in one message are the exception.
  if (texts.length < 2) return [];
  const pieces: Piece[] = [];
  let blocks = 0;
  texts.forEach(({ text, where }, of) => {
    if (!where.endsWith("text") || !BLOCK.test(where)) return;
    blocks++;
    if (text.length <= 2 * REACH) pieces.push({ text, where, of, offset: 0, start: 0 });
    else {
      const offset = text.length - REACH;
      pieces.push({ text: text.slice(0, REACH), where, of, offset: 0, start: 0 });
      pieces.push({ text: text.slice(offset), where, of, offset, start: 0 });
    }
  });
  if (blocks < 2) return [];
  const found: JoinedFinding[] = [];
  const known = new Set<string>();
  // A sentence before a value must not swallow its beginning: `the key is`, `AKIA...`.
  for (const apart of [false, true]) {
    for (const finding of across(pieces, apart, scan)) {
      const key = `${finding.of} ${finding.start}`;
      if (!known.has(key)) found.push(finding);
      known.add(key);
    }
  }
  return found;
}

/** A part of a block. */
interface Piece extends Text {
  /** Which text it is of. */
  readonly of: number;
  /** Where it begins in its block. */
  readonly offset: number;
  /** Where it begins in the joined text. */
  start: number;
}

/** Finds values across pieces; with `apart` what holds a space is kept apart from what follows. */
function across(
  pieces: readonly Piece[],
  apart: boolean,
  scan: (text: string) => SpanFinding[],
): JoinedFinding[] {
  let joined = "";
  pieces.forEach((piece, i) => {
    const before = pieces[i - 1];
    // Between the two ends of one block stands what was left out.
    if (before !== undefined && before.of === piece.of) joined += "\n\n";
    else if (apart && before !== undefined && /\s/.test(before.text)) joined += "\n";
    piece.start = joined.length;
    joined += piece.text;
  });
  const found: JoinedFinding[] = [];
  let from = 0;
  for (const { start, end, ...finding } of scan(joined)) {
    if (finding.severity !== "high") continue;
    const parts: JoinedFinding[] = [];
    // Findings come in order, so pieces before this one are done with.
    while (from + 1 < pieces.length && pieces[from + 1]!.start <= start) from++;
    for (let i = from; i < pieces.length && pieces[i]!.start < end; i++) {
      const { text, where, of, offset, start: at } = pieces[i]!;
      const [first, last] = [Math.max(start - at, 0), Math.min(end - at, text.length)];
      if (first < last) {
        parts.push({ ...finding, start: offset + first, end: offset + last, where, of });
      }
    }
    if (parts.length > 1) found.push(...parts);
  }
  return found;
}
