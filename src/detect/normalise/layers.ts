// Decoded layers: the runs of one kind that a text holds are decoded and read together, as one text.

import { decodeBase64, decodeHex, decodeMorse, decodeNumbers } from "./decode.ts";
import { SourceMap } from "./source_map.ts";
import { textOf } from "./units.ts";

/** How a run was encoded. */
export type Encoding =
  | "base64"
  | "hex"
  | "binary"
  | "decimal"
  | "morse"
  | "rot13"
  | "reversed"
  | "spaced"
  | "tags"
  | "selectors"
  | "comment";

/** A run in a text that looks encoded. */
export interface Run {
  readonly kind: Encoding;
  readonly start: number;
  readonly end: number;
}

/** The decoded runs of one kind. */
export interface Layer {
  readonly kind: Encoding;
  readonly text: string;
  /** Back to the text that the runs stand in. */
  readonly map: SourceMap;
}

/** Hidden ASCII in a run of tag characters or variation selectors. */
function unhide(text: string, start: number, end: number): string {
  const out = new Uint16Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) i++;
    if (code >= 0xe0020 && code <= 0xe007e) out[length++] = code - 0xe0000;
    else if (code >= 0xe0100 && code <= 0xe01ef) out[length++] = code - 0xe0100 + 16;
    else if (code >= 0xfe00 && code <= 0xfe0f) out[length++] = code - 0xfe00;
  }
  return textOf(out, length);
}

/** Whether a sign is one that people put between the letters of a word: `i.g.n.o.r.e`, `i-g-n-o-r-e`. */
export function isJoint(c: number): boolean {
  return c === 0x2e || c === 0x2d || c === 0x5f || c === 0x2a || c === 0x7c || c === 0x2f ||
    c === 0x2c;
}

/** Single letters with spaces or signs between them; two or more spaces are one, and with signs every space. */
function unspace(text: string, start: number, end: number): string {
  const joint = isJoint(text.charCodeAt(start + 1));
  const out = new Uint16Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x20) {
      if (!joint || !isJoint(c)) out[length++] = c;
      continue;
    }
    let wide = i;
    while (wide < end && text.charCodeAt(wide) <= 0x20) wide++;
    if (joint || wide - i > 1) out[length++] = 0x20;
    i = wide - 1;
  }
  return textOf(out, length);
}

/** The Caesar cipher by 13 letters. */
function rotate(text: string, start: number, end: number): string {
  const out = new Uint16Array(end - start);
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    const lower = c | 32;
    const letter = lower >= 97 && lower <= 122 && c < 128;
    out[i - start] = letter ? c + (lower < 110 ? 13 : -13) : c;
  }
  return textOf(out, end - start);
}

/** The characters from the last to the first; the halves of a pair keep their order. */
function reverse(text: string, start: number, end: number): string {
  const out = new Uint16Array(end - start);
  for (let i = start, at = end - start; i < end; i++) {
    const c = text.charCodeAt(i);
    out[--at] = c;
    const low = i + 1 < end ? text.charCodeAt(i + 1) : 0;
    if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
      out[at] = low;
      out[--at] = c;
      i++;
    }
  }
  return textOf(out, end - start);
}

function decodeRun(text: string, run: Run): string | null {
  switch (run.kind) {
    case "base64":
      return decodeBase64(text, run.start, run.end);
    case "hex":
      return decodeHex(text, run.start, run.end);
    case "binary":
      return decodeNumbers(text, run.start, run.end, 2);
    case "decimal":
      return decodeNumbers(text, run.start, run.end, 10);
    case "morse":
      return decodeMorse(text, run.start, run.end);
    case "rot13":
      return rotate(text, run.start, run.end);
    case "reversed":
      return reverse(text, run.start, run.end);
    case "spaced": {
      const letters = unspace(text, run.start, run.end);
      // Where nothing stood between the letters that could be taken out, the layer would be read for nothing.
      return letters.length === run.end - run.start ? null : letters;
    }
    case "tags":
    case "selectors":
      return unhide(text, run.start, run.end);
    case "comment":
      return text.slice(run.start, run.end);
  }
}

/**
 * Decodes the runs of a text.
 *
 * @param text The text that the runs stand in.
 * @param runs Runs in ascending order; those of one kind do not overlap, so that the layers together are at most
 *   as long as the text times the number of kinds.
 * @returns One layer for each kind with something readable in it.
 */
export function decodeRuns(text: string, runs: readonly Run[]): Layer[] {
  const layers = new Map<Encoding, { parts: string[]; length: number; map: SourceMap }>();
  for (const run of runs) {
    const decoded = decodeRun(text, run);
    if (decoded === null || decoded === "") continue;
    let layer = layers.get(run.kind);
    if (layer === undefined) {
      layers.set(run.kind, layer = { parts: [], length: 0, map: new SourceMap() });
    }
    layer.map.add(layer.length, run.start, run.end);
    layer.parts.push(decoded, "\n");
    layer.length += decoded.length + 1;
  }
  return [...layers].map(([kind, l]) => ({ kind, text: l.parts.join(""), map: l.map }));
}
