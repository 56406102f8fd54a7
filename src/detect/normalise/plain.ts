// What programs read where people see the same: invisible characters left out, fullwidth and other compatibility forms
// and lookalikes as the ASCII they stand for. Case is kept, since keys depend on it; `fold.ts` is for words.

import { lookalike } from "../../match/confusables.ts";
import { LIKE, SAME, SourceMap } from "./source_map.ts";

const INVISIBLE = /^[\p{Cf}\p{DI}\p{Cs}\p{Mn}\p{Me}\u2800]$/u;
const DIGIT = /^\p{Nd}$/u;

/** What a character beyond ASCII is to a reader of values. */
const UNKNOWN = 0;
/** A character of its own. */
const OWN = 1;
/** Seen by nobody. */
const DROPPED = 2;
/** ASCII where an ASCII letter or digit stands beside it; the ASCII itself is in the lower bits. */
const BESIDE = 0x100;
/** ASCII wherever it stands. */
const ALWAYS = 0x200;

/** ASCII, one text a character. */
const LETTERS: readonly string[] = Array.from({ length: 128 }, (_, c) => String.fromCharCode(c));

/** Classes of the first 65,536 characters, each found when it is first asked for. */
const CLASSES = new Uint16Array(0x10000);

function classOf(code: number): number {
  if (code > 0xffff) return compute(code);
  return CLASSES[code] !== UNKNOWN ? CLASSES[code]! : CLASSES[code] = compute(code);
}

function compute(code: number): number {
  const char = String.fromCodePoint(code);
  if (INVISIBLE.test(char)) return DROPPED;
  const composed = char.normalize("NFKC");
  if (composed.length === 1 && composed.charCodeAt(0) < 128) {
    // Spaces, dashes and raised digits stand in honest prose, too: only inside a word or a number they matter.
    return (composed !== " " && code > 0xff ? ALWAYS : BESIDE) | composed.charCodeAt(0);
  }
  const like = lookalike(code);
  if (like === undefined) return OWN;
  const ascii = char === char.toLowerCase() ? like : like.toUpperCase();
  return (DIGIT.test(char) ? ALWAYS : BESIDE) | ascii.charCodeAt(0);
}

/** Unchanged letters that part no row of changed ones. */
const GAP = 16;

/** Whether a text holds anything that is not ASCII; found by the engine's own search. */
const FOREIGN = /[\u0080-\uffff]/;

/**
 * Writes a text in ASCII where it only looks like it.
 *
 * @param text Any text; time and memory are linear in its length.
 * @returns The text and the way back, or null where nothing had to be changed.
 */
export function plainView(text: string): { text: string; map: SourceMap } | null {
  const first = FOREIGN.exec(text)?.index ?? -1;
  if (first < 0) return null;
  let map: SourceMap | null = null;
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  let alike = false;
  // The last unit of what is written, and up to where lookalikes are known to lead to an ASCII letter or not.
  let last = first > 0 ? text.charCodeAt(first - 1) : 0;
  let looked = 0;
  let leads = false;
  for (let at = first; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code < 128) {
      last = code;
      continue;
    }
    if (code >= 0xd800 && code < 0xdc00) code = text.codePointAt(at)!;
    const end = at + (code > 0xffff ? 2 : 1);
    const kind = classOf(code);
    let replaced = kind !== OWN;
    // Behind a picture or a foreign letter what nobody sees is part of the writing.
    if (kind === DROPPED) replaced = last < 128;
    else if ((kind & BESIDE) !== 0 && !isAlnum(last)) {
      if (at >= looked) {
        looked = rowEnd(text, at);
        leads = isAlnum(text.charCodeAt(looked));
      }
      replaced = leads;
    }
    if (replaced) {
      map ??= new SourceMap();
      if (at > copied) {
        // Few letters between two that changed are taken as changed, which keeps the map small.
        if (!alike || at - copied > GAP) {
          map.add(length, copied, SAME);
          alike = false;
        }
        parts.push(text.slice(copied, at));
        length += at - copied;
      }
      copied = end;
      if (kind === DROPPED || end > at + 1) {
        map.add(length, at, end);
        alike = false;
      } else if (!alike) {
        // A row of them is one piece.
        map.add(length, at, LIKE);
        alike = true;
      }
      if (kind !== DROPPED) {
        last = kind & 0x7f;
        parts.push(LETTERS[last]!);
        length++;
      }
    } else if (kind !== DROPPED) last = code;
    at = end - 1;
  }
  if (map === null) return null;
  map.add(length, copied, SAME);
  parts.push(text.slice(copied));
  return { text: parts.join(""), map };
}

/** Where a row of lookalikes of letters and digits ends; one past its first at least. */
function rowEnd(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    let code = text.charCodeAt(i);
    if (code < 128) break;
    if (code >= 0xd800 && code < 0xdc00) code = text.codePointAt(i)!;
    const kind = classOf(code);
    if (kind === OWN || (kind !== DROPPED && !isAlnum(kind & 0x7f))) break;
    i += code > 0xffff ? 2 : 1;
  }
  return Math.max(i, at + 1);
}

function isAlnum(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b);
}
