// Decoded layers: the runs of one kind that a text holds are decoded and read together, as one text.

import { decodeBase64, decodeHex, decodeMorse, decodeNumbers } from "./decode.ts";
import { TextSink } from "./sink.ts";
import { SourceMap } from "./source_map.ts";
import { codeAt, UNITS } from "./units.ts";

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

/** Whether a sign is one that people put between the letters of a word: `i.g.n.o.r.e`, `i-g-n-o-r-e`. */
export function isJoint(c: number): boolean {
  return c === 0x2e || c === 0x2d || c === 0x5f || c === 0x2a || c === 0x7c || c === 0x2f ||
    c === 0x2c;
}

/** Hidden ASCII in a run of tag characters or variation selectors. */
function unhide(units: Uint16Array, start: number, end: number, sink: TextSink): void {
  for (let i = start; i < end; i++) {
    const code = codeAt(units, i);
    if (code > 0xffff) i++;
    if (code >= 0xe0020 && code <= 0xe007e) sink.unit(code - 0xe0000);
    else if (code >= 0xe0100 && code <= 0xe01ef) sink.unit(code - 0xe0100 + 16);
    else if (code >= 0xfe00 && code <= 0xfe0f) sink.unit(code - 0xfe00);
  }
}

/** Single letters with spaces or signs between them; two or more spaces are one, and with signs every space. */
function unspace(units: Uint16Array, start: number, end: number, sink: TextSink): void {
  const joint = isJoint(units[start + 1]!);
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c > 0x20) {
      if (!joint || !isJoint(c)) sink.unit(c);
      continue;
    }
    let wide = i;
    while (wide < end && units[wide]! <= 0x20) wide++;
    if (joint || wide - i > 1) sink.unit(0x20);
    i = wide - 1;
  }
}

/** The Caesar cipher by 13 letters. */
function rotate(units: Uint16Array, start: number, end: number, sink: TextSink): void {
  const out = sink.room(end - start);
  const at = sink.length - start;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    const lower = c | 32;
    const letter = lower >= 97 && lower <= 122;
    out[at + i] = letter ? c + (lower < 110 ? 13 : -13) : c;
  }
  sink.wrote(end - start);
}

/** The characters from the last to the first; the halves of a pair keep their order. */
function reverse(units: Uint16Array, start: number, end: number, sink: TextSink): void {
  const out = sink.room(end - start);
  let at = sink.length;
  for (let i = end - 1; i >= start; i--) {
    const c = units[i]!;
    const before = i > start ? units[i - 1]! : 0;
    if (c >= 0xdc00 && c < 0xe000 && before >= 0xd800 && before < 0xdc00) {
      out[at++] = before;
      i--;
    }
    out[at++] = c;
  }
  sink.wrote(end - start);
}

/** Writes what a run says; false where it says nothing. */
function decodeRun(units: Uint16Array, { kind, start, end }: Run, sink: TextSink): boolean {
  switch (kind) {
    case "base64":
      return decodeBase64(units, start, end, sink);
    case "hex":
      return decodeHex(units, start, end, sink);
    case "binary":
      return decodeNumbers(units, start, end, sink, 2);
    case "decimal":
      return decodeNumbers(units, start, end, sink, 10);
    case "morse":
      return decodeMorse(units, start, end, sink);
  }
  sink.begin();
  if (kind === "rot13") rotate(units, start, end, sink);
  else if (kind === "reversed") reverse(units, start, end, sink);
  else if (kind === "spaced") {
    unspace(units, start, end, sink);
    // Where nothing stood between the letters that could be taken out, the layer would be read for nothing.
    if (sink.taken === end - start) return sink.drop();
  } else if (kind === "tags" || kind === "selectors") unhide(units, start, end, sink);
  else for (let i = start; i < end; i++) sink.unit(units[i]!);
  return true;
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
  const units = UNITS.of(text);
  const sinks = new Map<Encoding, { kind: Encoding; sink: TextSink; map: SourceMap }>();
  // In the order of the first runs that say something.
  const found: { kind: Encoding; sink: TextSink; map: SourceMap }[] = [];
  for (const run of runs) {
    const { kind } = run;
    let layer = sinks.get(kind);
    if (layer === undefined) {
      sinks.set(kind, layer = { kind, sink: sinkOf(kind), map: new SourceMap() });
    }
    const { sink, map } = layer;
    const at = sink.length;
    if (!decodeRun(units, run, sink) || sink.length === at) continue;
    if (at === 0) found.push(layer);
    map.add(at, run.start, run.end);
    sink.unit(LINE_END);
  }
  return found.map(({ kind, sink, map }) => ({ kind, text: sink.text(), map }));
}

/** Between the runs of a layer. */
const LINE_END = 0x0a;

/** One sink for each kind, used again for the next text: what it held is a text of its own by then. */
const SINKS = new Map<Encoding, TextSink>();

function sinkOf(kind: Encoding): TextSink {
  const sink = SINKS.get(kind) ?? new TextSink();
  SINKS.set(kind, sink);
  return sink.clear();
}
