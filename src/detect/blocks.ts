// The texts of one message beside each other: which come again, which are short enough for a look at many at once, and
// which a model reads in a row.

import type { Surface, TextUse } from "../wire/uses.ts";
import { LONGEST_GLANCE } from "./injection/mod.ts";
import type { Outline } from "./outline.ts";
import type { SpanFinding } from "./types.ts";

/** A text that a model reads in a row with others. */
export interface Block {
  /** The text. */
  text: string;
  /** Where it sits. */
  surface: Surface;
  /** Where it stands, e.g. `result.content[0].text`. */
  where: string;
  /** What was found in it alone. */
  found: readonly SpanFinding[];
  /** Its index among the texts of the message. */
  at: number;
}

/** Which threshold of `detect.injection` counts on a surface. */
export const GROUPS: Readonly<Record<Surface, "descriptions" | "results" | "arguments">> = {
  description: "descriptions",
  instructions: "descriptions",
  result: "results",
  resource: "results",
  error: "results",
  log: "results",
  prompt: "arguments",
  prompt_argument: "arguments",
  sampling: "arguments",
  elicitation: "arguments",
  argument: "arguments",
  other: "arguments",
};

const NONE: readonly SpanFinding[] = [];

/**
 * The texts of a result, which a model reads in a row.
 *
 * @param texts The texts of a message.
 * @param plain Each decoded, or null where it holds no text.
 */
export function blocksOf(texts: readonly TextUse[], plain: readonly (string | null)[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < texts.length; at++) {
    const { kind, surface, where } = texts[at]!;
    if (kind === "number" || GROUPS[surface] !== "results") continue;
    const text = plain[at]!;
    if (text !== null) blocks.push({ text, surface, where, found: NONE, at });
  }
  return blocks;
}

/** Fewer short texts are looked at one by one. */
const MANY = 4;

/**
 * A first look at the short texts of a message, but descriptions, in which more is a sign.
 *
 * @param texts The texts.
 * @param plain Each decoded, or null where it holds no text.
 * @param look Looks at some of them.
 * @returns What it says, in the places of the texts; undefined of those it was not asked about.
 */
export function glancesAt(
  texts: readonly TextUse[],
  plain: readonly (string | null)[],
  look: (texts: readonly string[], surface: Surface) => readonly (Outline | null)[],
): (Outline | null | undefined)[] {
  const out = new Array<Outline | null | undefined>(texts.length).fill(undefined);
  const short: string[] = [];
  const places: number[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = plain[at]!;
    const { kind, surface } = texts[at]!;
    if (text === null || text.length > LONGEST_GLANCE || kind === "number") continue;
    if (GROUPS[surface] === "descriptions") continue;
    short.push(text);
    places.push(at);
  }
  if (places.length < MANY) return out;
  const seen = look(short, texts[places[0]!]!.surface);
  seen.forEach((outline, k) => out[places[k]!] = outline);
  return out;
}

/** Longest text that is compared with others: names of members and values that come again in every record. */
const MAX_REPEATED = 64;

/**
 * For each text the first one that is the same in all that detectors look at, often itself.
 *
 * @param texts The texts of a message.
 * @param done Those that need no look.
 */
export function repeatedIn(texts: readonly TextUse[], done: (at: number) => boolean): number[] {
  const first: number[] = [];
  const known = new Map<string, number>();
  for (let at = 0; at < texts.length; at++) {
    let same = at;
    if (!done(at)) {
      const { text, kind, surface } = texts[at]!;
      if (text.length <= MAX_REPEATED) {
        const other = known.get(text);
        if (other === undefined) known.set(text, at);
        else if (texts[other]!.surface === surface && isRead(texts[other]!.kind) === isRead(kind)) {
          same = other;
        }
      }
    }
    first.push(same);
  }
  return first;
}

/** What detectors make of a text: numbers and blobs are not what they look like. */
function isRead(kind: TextUse["kind"]): TextUse["kind"] {
  return kind === "number" || kind === "blob" ? kind : undefined;
}
