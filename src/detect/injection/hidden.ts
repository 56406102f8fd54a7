// Text that people do not see and models do: a verdict of its own, whatever the text says.

import type { SpanFinding } from "../types.ts";
import { foldCode } from "../normalise/fold.ts";
import { codeAt, UnitBuffer } from "../normalise/units.ts";

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
const SUSPECT =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u0370-\u058f\u13a0-\u13ff\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]|\udb40/;
/** The same for single units: 1 alone, 2 the first half of a black flag, 3 that of what stands in planes 14. */
const SUSPECTS = new Uint8Array(1 << 16);
for (let c = 0; c < SUSPECTS.length; c++) if (SUSPECT.test(String.fromCharCode(c))) SUSPECTS[c] = 1;
SUSPECTS[0xd83c] = 2;
SUSPECTS[0xdb40] = SUSPECTS[0xdb41] = 3;

/** Fewest tag characters, selectors in a run, zero-width characters in words, and mixed words that count. */
const LEAST = { tags: 4, selectors: 4, zeroWidth: 3, run: 8, mixed: 3 } as const;

/** What one kind of hidden text was found. */
interface Tally {
  count: number;
  start: number;
  end: number;
}

/**
 * Finds hidden text.
 *
 * @param text Any text; time is linear in its length.
 * @param off Rules that are switched off.
 * @returns At most one finding for each rule, spanning the first to the last place.
 */
export function findHidden(text: string, off: ReadonlySet<string>): SpanFinding[] {
  const found: SpanFinding[] = [];
  const add = (rule: HiddenRule, tally: Tally): void => {
    if (off.has(rule.id)) return;
    const { start, end } = tally;
    found.push({ rule_id: rule.id, severity: rule.severity, reason: rule.description, start, end });
  };
  if (SUSPECT.test(text)) {
    const tallies = tallyOf(text);
    if (tallies.tags.count >= LEAST.tags) add(HIDDEN_RULES.tags, tallies.tags);
    if (tallies.selectors.count > 0) add(HIDDEN_RULES.selectors, tallies.selectors);
    if (tallies.zeroWidth.count >= LEAST.zeroWidth) add(HIDDEN_RULES.zeroWidth, tallies.zeroWidth);
    if (tallies.bidi.count > 0) add(HIDDEN_RULES.bidi, tallies.bidi);
    if (tallies.mixed.count >= LEAST.mixed) add(HIDDEN_RULES.lookalikes, tallies.mixed);
    if (tallies.terminal.count > 0) add(HIDDEN_RULES.terminal, tallies.terminal);
  }
  return found;
}

const BUFFER = new UnitBuffer();

type Kind = "tags" | "selectors" | "zeroWidth" | "bidi" | "mixed" | "terminal";

function tallyOf(text: string): Record<Kind, Tally> {
  const make = (): Tally => ({ count: 0, start: 0, end: 0 });
  const tallies: Record<Kind, Tally> = {
    tags: make(),
    selectors: make(),
    zeroWidth: make(),
    bidi: make(),
    mixed: make(),
    terminal: make(),
  };
  const note = (kind: Kind, start: number, end: number, by = 1): void => {
    const tally = tallies[kind];
    if (tally.count === 0) tally.start = start;
    tally.count += by;
    tally.end = end;
  };
  let run = 0;
  let zeroRun = 0;
  let flag = false;
  // Where the last interesting character ended, and the last word with a lookalike.
  let last = -1;
  let wordEnd = 0;
  const units = BUFFER.of(text);
  let next = 0;
  for (let i = 0; i < text.length; i = next) {
    next = i + 1;
    const kind = SUSPECTS[units[i]!]!;
    if (kind === 0) continue;
    const code = codeAt(units, i);
    if (kind > 1 && (code < 0x10000 || (kind === 2 && code !== 0x1f3f4))) continue;
    const width = code > 0xffff ? 2 : 1;
    next = i + width;
    if (i !== last) {
      run = zeroRun = 0;
      flag = false;
    }
    last = i + width;
    if (isSelector(code)) {
      if (++run >= LEAST.selectors) note("selectors", i - (run - 1) * width, i + width);
    } else run = 0;
    if (code >= 0xe0000 && code <= 0xe007f) {
      // A flag of a region is a black flag, tags, and a cancel tag.
      if (!flag) note("tags", i, i + 2);
      continue;
    }
    flag = code === 0x1f3f4;
    if (isZeroWidth(code)) {
      const inside = isLatin(text, i - 1) && isLatin(text, i + 1);
      if (inside || ++zeroRun >= LEAST.run) {
        note("zeroWidth", i, i + 1, inside ? 1 : LEAST.zeroWidth);
      }
      continue;
    }
    zeroRun = 0;
    if (code === 0x1b) {
      if (hidesTerminal(text, i)) note("terminal", i, i + 4);
    } else if (code === 0x202d || code === 0x202e) note("bidi", i, i + 1);
    else if (code >= 0x370 && code < 0x2000 && i >= wordEnd) {
      const word = wordAround(text, i, wordEnd);
      wordEnd = word.end;
      next = Math.max(next, word.end);
      last = word.end;
      if (word.mixed) note("mixed", word.start, word.end);
    }
  }
  return tallies;
}

/** The word around a letter outside Latin, and whether it mixes ASCII letters with lookalikes and nothing else. */
function wordAround(
  text: string,
  at: number,
  from: number,
): { start: number; end: number; mixed: boolean } {
  let start = at;
  while (start > from && isLatin(text, start - 1)) start--;
  // The n of a spelled-out line end is no part of the word behind it.
  if (start > 0 && start < at && text.charCodeAt(start - 1) === 0x5c) start++;
  let end = at;
  let alike = 0;
  let other = 0;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 0x80) {
      if (!isLatin(text, end)) break;
      continue;
    }
    if (code >= 0xc0 && code < 0x250) continue;
    if (code < 0x370 || code >= 0x2000) break;
    const folded = foldCode(code);
    if (folded > 1 && folded < 128) alike++;
    else if (folded !== 1) other++;
  }
  const mixed = alike > 0 && other === 0 && alike < end - start && end - start > 2;
  return { start, end: Math.max(end, at + 1), mixed };
}

function isSelector(code: number): boolean {
  return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

function isZeroWidth(code: number): boolean {
  return code === 0x200b || code === 0x200c || code === 0x200d || code === 0x2060 ||
    code === 0xfeff ||
    code === 0x180e || (code >= 0x2061 && code <= 0x2064);
}

function isLatin(text: string, at: number): boolean {
  const lower = text.charCodeAt(at) | 32;
  return lower >= 97 && lower <= 122;
}

/** Concealed text (8), cursor movement, and erasing. */
function hidesTerminal(text: string, at: number): boolean {
  const rest = text.slice(at + 1, at + 16);
  return /^\[(?:[0-9]{1,3};){0,2}8m/.test(rest) || /^\[[0-9]{0,3}[ABDFJKGH]/.test(rest);
}

/**
 * Takes hidden characters out of a text: tag characters that are no flag, overrides, zero-width characters
 * inside Latin words, runs of selectors, terminal escapes and needless control characters.
 *
 * @param text Any text.
 * @returns The text that people see; the same string when nothing was hidden.
 */
export function stripHidden(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const out: string[] = [];
  let kept = 0;
  let flag = false;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    const width = code > 0xffff ? 2 : 1;
    let end = i;
    run = isSelector(code) ? run + 1 : 0;
    if (code >= 0xe0000 && code <= 0xe007f) {
      if (!flag) end = i + width;
    } else {
      flag = code === 0x1f3f4;
      if (run > 1 || (code >= 0x202a && code <= 0x202e)) end = i + width;
      else if (code === 0x1b) end = endOfEscape(text, i);
      else if (code < 0x20 && code !== 9 && code !== 10 && code !== 13) end = i + 1;
      else if (isZeroWidth(code) && (isLatin(text, i - 1) || isLatin(text, i + 1))) end = i + 1;
    }
    if (end > i) {
      out.push(text.slice(kept, i));
      kept = end;
      i = end - 1;
    } else i += width - 1;
  }
  if (kept === 0) return text;
  out.push(text.slice(kept));
  return out.join("");
}

function endOfEscape(text: string, at: number): number {
  // deno-lint-ignore no-control-regex -- an escape is what is looked for
  const sequence = /^\u001b\[[0-9;?]{0,16}[A-Za-z]/.exec(text.slice(at, at + 20));
  return at + (sequence === null ? 1 : sequence[0].length);
}
