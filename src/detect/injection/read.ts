// Reads a text in all its layers: as it stands, with single characters decoded, and each decoded run again.

import { type InlineView, inlineView } from "../normalise/inline.ts";
import { decodeRuns, type Encoding } from "../normalise/layers.ts";
import type { Outline } from "../outline.ts";
import { Engine, type Passage, type Wants } from "./engine.ts";
import type { Grammar } from "./grammar.ts";
import type { Model } from "./model.ts";
import { Reader } from "./reader.ts";

/** Where a layer's positions lie in the text that was given. */
export type Locate = (at: number) => { start: number; end: number };

/** What the passages of a text are given to; of decoded layers it gets every one. */
export interface Sink extends Wants {
  /** Whether the outline of the text is wanted; only where nothing in it was undone there is one. */
  readonly outline?: boolean;
  /**
   * @param passage Positions are those of the layer.
   * @param layer Encodings from the outside in; empty for the text itself.
   * @param locate Back to the given text.
   * @param features Places of the model's features; only filled for training.
   */
  passage(
    passage: Passage,
    layer: readonly Encoding[],
    locate: Locate,
    features: readonly number[],
  ): void;
}

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
  const { engine, reader } = readersOf(grammar);
  return readLayer(view, [], (at) => ({ start: at, end: at + 1 }));

  function readLayer(
    view: InlineView,
    encodings: readonly Encoding[],
    outer: Locate,
  ): Reading {
    const map = view.map;
    const locate: Locate = map === null ? outer : (at): { start: number; end: number } => {
      const found = map.find(at);
      return {
        start: outer(found.start).start,
        end: outer(Math.max(found.start, found.end - 1)).end,
      };
    };
    engine.begin(
      model,
      (passage, features) => sink.passage(passage, encodings, locate, features),
      encodings.length === 0 ? sink : { every: true, features: sink.features === true },
    );
    const runs = reader.read(
      view.text,
      view.disguised,
      sink.outline === true && encodings.length === 0 && map === null,
    );
    const { words, talk, foreign, silent } = engine;
    const { outline } = reader;
    if (runs.length > 0 && encodings.length < MAX_DEPTH) {
      for (const inner of decodeRuns(view.text, runs)) {
        if (isTurnedBack(encodings, inner.kind)) continue;
        readLayer(inlineView(inner.text), [...encodings, inner.kind], (at) => {
          const found = inner.map.find(at);
          return {
            start: locate(found.start).start,
            end: locate(Math.max(found.start, found.end - 1)).end,
          };
        });
      }
    }
    return { words, talk, foreign, silent, outline };
  }
}

/** Whether a layer was read before: what is rotated or reversed twice is what it was, whatever is done first. */
function isTurnedBack(encodings: readonly Encoding[], kind: Encoding): boolean {
  const turns = (kind: Encoding | undefined): boolean => kind === "rot13" || kind === "reversed";
  if (!turns(kind)) return false;
  for (let i = encodings.length - 1; turns(encodings[i]); i--) {
    if (encodings[i] === kind) return true;
  }
  return false;
}

/** An engine and a reader for each grammar: their tables cost more than a short text. */
const READERS = new WeakMap<Grammar, { engine: Engine; reader: Reader }>();

function readersOf(grammar: Grammar): { engine: Engine; reader: Reader } {
  let readers = READERS.get(grammar);
  if (readers === undefined) {
    const engine = new Engine(grammar);
    READERS.set(grammar, readers = { engine, reader: new Reader(engine, grammar.lexicon) });
  }
  return readers;
}
