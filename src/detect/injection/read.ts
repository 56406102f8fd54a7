// Reads a text in all its layers: as it stands, with single characters decoded, and each decoded run again.

import { type InlineView, inlineView } from "../normalise/inline.ts";
import { decodeRuns, type Encoding } from "../normalise/layers.ts";
import type { Outline } from "../outline.ts";
import { Engine } from "./engine.ts";
import type { Grammar } from "./grammar.ts";
import type { Model } from "./model.ts";
import { Reader } from "./reader.ts";
import type { Locate, Sink } from "./sink.ts";

/** Decoded layers inside decoded layers. */
const MAX_DEPTH = 3;

/** Counts over the whole text, without its layers. */
export interface Reading {
  readonly words: number;
  readonly talk: number;
  readonly foreign: number;
  /** Passages that nobody wanted. */
  readonly silent: number;
  /** What was seen of the text, or of its view where something was undone. */
  readonly outline: Outline;
}

/**
 * Reads a text and its layers.
 *
 * @param text Any text.
 * @param grammar The rules.
 * @param model The model or null.
 * @param sink Gets every passage.
 * @param view The text with single characters undone, where somebody has it already.
 * @returns Counts.
 */
export function readLayers(
  text: string,
  grammar: Grammar,
  model: Model | null,
  sink: Sink,
  view = inlineView(text),
): Reading {
  return readLayer(readersOf(grammar), model, sink, view, NONE, asItStands, null);
}

const NONE: readonly Encoding[] = [];

function asItStands(at: number): { start: number; end: number } {
  return { start: at, end: at + 1 };
}

function readLayer(
  readers: Readers,
  model: Model | null,
  sink: Sink,
  { text, map, disguised }: InlineView,
  layers: readonly Encoding[],
  outer: Locate,
  turned: Map<string, number> | null,
): Reading {
  const { engine, reader } = readers;
  const locate: Locate = map === null ? outer : (at): { start: number; end: number } => {
    const found = map.find(at);
    return {
      start: outer(found.start).start,
      end: outer(Math.max(found.start, found.end - 1)).end,
    };
  };
  engine.begin(model, sink, layers, locate);
  const outlined = sink.outline === true && layers.length === 0;
  const runs = reader.read(text, disguised, outlined);
  const { words, talk, foreign, silent } = engine;
  const { outline } = reader;
  if (runs.length > 0 && layers.length < MAX_DEPTH) {
    const known = turned ?? new Map<string, number>();
    for (const inner of decodeRuns(text, runs.filter(({ kind }) => !isTurnedBack(layers, kind)))) {
      // Rotated and reversed, or the other way round, are the same text.
      if (isTurn(inner.kind) && isTurn(layers.at(-1))) {
        if ((known.get(inner.text) ?? MAX_DEPTH) <= layers.length) continue;
        known.set(inner.text, layers.length);
      }
      readLayer(readers, model, sink, inlineView(inner.text), [...layers, inner.kind], (at) => {
        const found = inner.map.find(at);
        return {
          start: locate(found.start).start,
          end: locate(Math.max(found.start, found.end - 1)).end,
        };
      }, known);
    }
  }
  return { words, talk, foreign, silent, outline };
}

interface Readers {
  readonly engine: Engine;
  readonly reader: Reader;
}

/** Whether a layer was read before: what is rotated or reversed twice is what it was, whatever is done first. */
function isTurnedBack(layers: readonly Encoding[], kind: Encoding): boolean {
  if (!isTurn(kind)) return false;
  for (let i = layers.length - 1; isTurn(layers[i]); i--) {
    if (layers[i] === kind) return true;
  }
  return false;
}

/** Whether letters are only changed or moved: two of them in either order say the same. */
function isTurn(kind: Encoding | undefined): boolean {
  return kind === "rot13" || kind === "reversed";
}

/** An engine and a reader for each grammar: their tables cost more than a short text. */
const READERS = new WeakMap<Grammar, Readers>();
/** The last of them; there is hardly ever another. */
let last: { grammar: Grammar; readers: Readers } | null = null;

export function readersOf(grammar: Grammar): Readers {
  if (last !== null && last.grammar === grammar) return last.readers;
  let readers = READERS.get(grammar);
  if (readers === undefined) {
    const engine = new Engine(grammar);
    READERS.set(grammar, readers = { engine, reader: new Reader(engine, grammar.lexicon) });
  }
  last = { grammar, readers };
  return readers;
}
