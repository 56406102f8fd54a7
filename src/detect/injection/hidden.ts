// Text that people do not see and models do: a verdict of its own, whatever the text says.

import type { SpanFinding } from "../types.ts";
import { foldCode } from "../normalise/fold.ts";
import { codeAt, UNITS } from "../normalise/units.ts";

/** One rule of this family; its finder works on single characters, so the rule is its name and weight. */
export interface HiddenRule {
  readonly id: string;
  readonly severity: "low" | "medium" | "high";
  readonly description: string;
  readonly examples: readonly string[];
}

/** The rules on hidden text. Sources: UTS 39 (confusables), UAX 9 (bidi), CVE-2021-42574 (Trojan Source). */
export const HIDDEN_RULES = {
  tags: {
    id: "hidden_text.tags",
    severity: "high",
    description: "text in invisible tag characters",
    examples: ["hi\u{e0049}\u{e0067}\u{e006e}\u{e006f}"],
  },
  selectors: {
    id: "hidden_text.variation_selectors",
    severity: "high",
    description: "a run of variation selectors, which can carry hidden bytes",
    examples: ["\u{1f608}\u{e0143}\u{e0144}\u{e0145}\u{e0146}"],
  },
  zeroWidth: {
    id: "hidden_text.zero_width",
    severity: "high",
    description: "zero-width characters inside Latin words or in long runs",
    examples: ["i\u200bg\u200bn\u200bo\u200bre"],
  },
  bidi: {
    id: "hidden_text.bidi_override",
    severity: "high",
    description: "a bidirectional override, which shows text in another order than it has",
    examples: ["\u202eerongi\u202c"],
  },
  lookalikes: {
    id: "hidden_text.lookalikes",
    severity: "high",
    description: "words that mix Latin letters with lookalikes from other alphabets",
    examples: ["\u0456gn\u043ere pr\u0435vious rul\u0435s"],
  },
  terminal: {
    id: "hidden_text.terminal",
    severity: "medium",
    description: "terminal escapes that hide or overwrite text",
    examples: ["ok\u001b[8mrun this\u001b[0m"],
  },
} as const satisfies Record<string, HiddenRule>;

/** Whether there is anything to look at: all of these are rare in honest text. */
export const SUSPECT: RegExp =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u0370-\u058f\u13a0-\u13ff\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]|\udb40/;
/** The same for single units. */
const SUSPECTS = new Uint8Array(1 << 16);
/** Suspect by itself. */
const ALONE = 1;
/** The first half of a black flag, and that of what stands in plane 14. */
const FLAG = 2;
const PLANE_14 = 3;
/** A letter outside Latin. */
const LETTER = 4;
for (let c = 0; c < SUSPECTS.length; c++) {
  if (!SUSPECT.test(String.fromCharCode(c))) continue;
  SUSPECTS[c] = c >= 0x370 && c < 0x2000 && c !== 0x180e ? LETTER : ALONE;
}
SUSPECTS[0xd83c] = FLAG;
SUSPECTS[0xdb40] = SUSPECTS[0xdb41] = PLANE_14;

/** Fewest tag characters, selectors in a run, zero-width characters in words, and mixed words that count. */
const LEAST = { tags: 4, selectors: 4, zeroWidth: 3, run: 8, mixed: 3 } as const;

/** Kinds of hidden text; each has a count, a first and a last place in {@link Tallies}. */
const TAGS = 0;
const SELECTORS = 1;
const ZERO_WIDTH = 2;
const BIDI = 3;
const MIXED = 4;
const TERMINAL = 5;

/** What a text hides, by kind. */
class Tallies {
  readonly counts = new Int32Array(6);
  readonly starts = new Int32Array(6);
  readonly ends = new Int32Array(6);

  begin(): this {
    this.counts.fill(0);
    return this;
  }

  note(kind: number, start: number, end: number, by = 1): void {
    if (this.counts[kind] === 0) this.starts[kind] = start;
    this.counts[kind]! += by;
    this.ends[kind] = end;
  }
}

/** Those of the text that is looked at. */
const TALLIES = new Tallies();

/** The rules in the order in which they are reported, with the least count of each. */
const RULES: readonly (readonly [kind: number, rule: HiddenRule, least: number])[] = [
  [TAGS, HIDDEN_RULES.tags, LEAST.tags],
  [SELECTORS, HIDDEN_RULES.selectors, 1],
  [ZERO_WIDTH, HIDDEN_RULES.zeroWidth, LEAST.zeroWidth],
  [BIDI, HIDDEN_RULES.bidi, 1],
  [MIXED, HIDDEN_RULES.lookalikes, LEAST.mixed],
  [TERMINAL, HIDDEN_RULES.terminal, 1],
];

/**
 * Finds hidden text.
 *
 * @param text Any text; time is linear in its length.
 * @param off Rules that are switched off.
 * @returns At most one finding for each rule, spanning the first to the last place.
 */
export function findHidden(text: string, off: ReadonlySet<string>): SpanFinding[] {
  const found: SpanFinding[] = [];
  const first = SUSPECT.exec(text)?.index ?? -1;
  if (first < 0) return found;
  const { counts, starts, ends } = tallyOf(text, first);
  for (const [kind, { id, severity, description }, least] of RULES) {
    if (counts[kind]! < least || off.has(id)) continue;
    const [start, end] = [starts[kind]!, ends[kind]!];
    found.push({ rule_id: id, severity, reason: description, start, end });
  }
  return found;
}

function tallyOf(text: string, first: number): Tallies {
  const tallies = TALLIES.begin();
  const units = UNITS.of(text);
  const length = text.length;
  let run = 0;
  let zeroRun = 0;
  let flag = false;
  // Where the last interesting character ended, and the last word with a lookalike.
  let last = -1;
  let wordEnd = 0;
  // A flag may stand before the first.
  for (let i = Math.max(0, first - 2); i < length; i++) {
    const unit = units[i]!;
    const kind = SUSPECTS[unit]!;
    if (kind === 0) continue;
    if (kind === LETTER) {
      run = zeroRun = 0;
      flag = false;
      const end = letterEnd(units, length, i, wordEnd, tallies);
      i = end - 1;
      last = wordEnd = end;
      continue;
    }
    let code = unit;
    if (kind !== ALONE) {
      code = codeAt(units, i);
      if (code < 0x10000 || (kind === FLAG && code !== 0x1f3f4)) continue;
    }
    const end = i + (code > 0xffff ? 2 : 1);
    if (i !== last) {
      run = zeroRun = 0;
      flag = false;
    }
    last = end;
    if (isSelector(code)) {
      if (++run >= LEAST.selectors) {
        tallies.note(SELECTORS, i - (run - 1) * (end - i), end);
      }
    } else run = 0;
    if (code >= 0xe0000 && code <= 0xe007f) {
      // A flag of a region is a black flag, tags, and a cancel tag.
      if (!flag) tallies.note(TAGS, i, end);
    } else {
      flag = code === 0x1f3f4;
      if (isZeroWidth(code)) {
        const inside = i > 0 && isLatinCode(units[i - 1]!) && isLatinCode(units[i + 1]!);
        if (inside || ++zeroRun >= LEAST.run) {
          tallies.note(ZERO_WIDTH, i, end, inside ? 1 : LEAST.zeroWidth);
        }
      } else {
        zeroRun = 0;
        if (code === 0x1b) {
          if (hidesTerminal(units, i)) tallies.note(TERMINAL, i, i + 4);
        } else if (code === 0x202d || code === 0x202e) tallies.note(BIDI, i, end);
      }
    }
    i = end - 1;
  }
  return tallies;
}

/** What a unit is to a word that mixes letters, each found when it is first asked for. */
const PARTS = new Uint8Array(0x2000);
const ENDS = 1;
const LATIN = 2;
const ALIKE = 3;
const OTHER = 4;

function partOf(code: number): number {
  if (code >= 0x2000) return ENDS;
  const known = PARTS[code]!;
  if (known !== 0) return known;
  let part = ENDS;
  if (code < 0x370) {
    const latin = code < 0x80 ? isLatinCode(code) : code >= 0xc0 && code < 0x250;
    part = latin ? LATIN : ENDS;
  } else {
    const folded = foldCode(code);
    part = folded > 1 && folded < 128 ? ALIKE : folded === 1 ? LATIN : OTHER;
  }
  return PARTS[code] = part;
}

/** Whether a unit may be hidden text whatever stands beside it. */
export function isSuspect(unit: number): boolean {
  return SUSPECTS[unit] === ALONE || SUSPECTS[unit] === PLANE_14;
}

/** Whether a unit is a letter of another alphabet that words of Latin may be mixed with. */
export function isLetterOfWord(unit: number): boolean {
  return SUSPECTS[unit] === LETTER;
}

/** Whether a unit beyond ASCII makes a word with such letters a mixed one. */
export function mixes(unit: number): boolean {
  return unit > 0x7f && partOf(unit) === LATIN;
}

/** Where the word goes on to that a letter outside Latin begins or mixes; noted where it is mixed. */
function letterEnd(
  units: Uint16Array,
  length: number,
  at: number,
  from: number,
  tallies: Tallies,
): number {
  let end = at;
  let alike = 0;
  let other = 0;
  for (; end < length; end++) {
    const part = partOf(units[end]!);
    if (part === ENDS) break;
    if (part === ALIKE) alike++;
    else if (part === OTHER) other++;
  }
  // ASCII letters with lookalikes and nothing else.
  if (alike > 0 && other === 0) {
    let start = at;
    while (start > from && isLatinCode(units[start - 1]!)) start--;
    // The n of a spelled-out line end is no part of the word behind it.
    if (start > 0 && start < at && units[start - 1] === 0x5c) start++;
    if (alike < end - start && end - start > 2) tallies.note(MIXED, start, end);
  }
  return Math.max(end, at + 1);
}

/** Whether a code point selects a variant of the character before it. */
export function isSelector(code: number): boolean {
  return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

/** Whether a code point takes no room. */
export function isZeroWidth(code: number): boolean {
  return code === 0x200b || code === 0x200c || code === 0x200d || code === 0x2060 ||
    code === 0xfeff ||
    code === 0x180e || (code >= 0x2061 && code <= 0x2064);
}

/** Whether a letter of ASCII stands at a place. */
export function isLatin(text: string, at: number): boolean {
  return isLatinCode(text.charCodeAt(at));
}

function isLatinCode(c: number): boolean {
  const lower = c | 32;
  return lower >= 97 && lower <= 122;
}

/** Concealed text (8, perhaps behind two other numbers), cursor movement, and erasing. */
function hidesTerminal(units: Uint16Array, at: number): boolean {
  if (units[at + 1]! !== 0x5b) return false;
  let i = at + 2;
  for (let group = 0; group < 3; group++) {
    if (units[i]! === 0x38 && units[i + 1]! === 0x6d) return true;
    let end = i;
    while (end < i + 3 && isDigit(units[end]!)) end++;
    if (group === 0 && MOVES.has(units[end]!)) return true;
    if (end === i || units[end]! !== 0x3b) return false;
    i = end + 1;
  }
  return false;
}

/** Last letters of sequences that move the cursor or erase. */
const MOVES: ReadonlySet<number> = new Set(Array.from("ABDFJKGH", (c) => c.charCodeAt(0)));

function isDigit(c: number): boolean {
  return c > 0x2f && c < 0x3a;
}
