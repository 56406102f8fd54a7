// A first look at many short texts at once, such as the members of structured content: in nearly all of them nothing
// needs a second look, and what each costs by itself is more than what its words do.

import { partOutlines } from "../normalise/moved.ts";
import { eachMark } from "../normalise/inline.ts";
import type { Outline } from "../outline.ts";
import type { Grammar } from "./grammar.ts";
import { readersOf } from "./read.ts";

/** Units that are read at once: they stay near. */
const AT_ONCE = 8192;

/** Longer texts are read by themselves: what they cost beside their words is little. */
export const LONGEST_GLANCE = 512;

/**
 * Looks at texts, each by itself.
 *
 * @param texts Texts of at most {@link LONGEST_GLANCE} units.
 * @param grammar The rules.
 * @param foreign Whether a passage in other letters than Latin ones counts.
 * @param outlined Whether the outlines are wanted; otherwise they tell only of hidden text.
 * @returns For each text its outline where no rule, disguise or encoding was seen in it; null where it must be read
 *   again.
 */
export function glanceAt(
  texts: readonly string[],
  grammar: Grammar,
  foreign: boolean,
  outlined: boolean,
): (Outline | null)[] {
  const out: (Outline | null)[] = [];
  for (let from = 0; from < texts.length;) {
    let to = from;
    for (let size = 0; to < texts.length && size < AT_ONCE; to++) size += texts[to]!.length + 1;
    part(texts.slice(from, to), grammar, foreign, outlined, out);
    from = to;
  }
  return out;
}

function part(
  texts: readonly string[],
  grammar: Grammar,
  foreign: boolean,
  outlined: boolean,
  out: (Outline | null)[],
): void {
  const ends: number[] = [];
  let length = -1;
  for (const text of texts) ends.push(length += text.length + 1);
  const joined = texts.join("\n");
  const inline = new Uint8Array(texts.length);
  const loud = new Uint8Array(texts.length);
  let of = 0;
  eachMark(joined, (at, undone) => {
    while (at > ends[of]!) of++;
    inline[of] = 1;
    // What reads otherwise once it is undone is read by itself.
    if (undone) loud[of] = 1;
  });
  const { engine, reader } = readersOf(grammar);
  let passage = false;
  engine.begin(
    null,
    { foreign, passage: () => void (passage = true) },
    [],
    (at) => ({ start: at, end: at + 1 }),
  );
  reader.readEach(
    joined,
    ends,
    (index, encoded) => {
      if (passage || encoded) loud[index] = 1;
      passage = false;
    },
    outlined,
  );
  partOutlines(reader.outline, ends, (index) => inline[index] === 1).forEach((outline, k) => {
    out.push(loud[k] === 1 ? null : outline);
  });
}
