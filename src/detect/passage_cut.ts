// What is cut out of a text for injected instructions: from the beginning of the sentence to the end of the line, since
// what a rule matched is the beginning of an order only; and inside of JSON only what its strings hold, so that it stays
// JSON.

/** Characters that a sentence may begin before what was found, at most. */
const REACH = 1000;

/** A stretch that is cut out. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where a row of characters may be cut: what it is inside of, and whether that is a string of JSON. */
interface Frame {
  readonly from: number;
  readonly to: number;
  readonly json: boolean;
}

/**
 * Prepares a text, of which several places may be cut out.
 *
 * @param text The text; time and memory are linear in it, and so is each question.
 * @returns Says for what was found (first and one past its last unit) which stretches go: one; in JSON one for each
 *   string that holds a part of it.
 */
export function passagesOf(text: string): (start: number, end: number) => Stretch[] {
  if (!isJson(text)) {
    return (start, end) => [widened(text, start, end, { from: 0, to: text.length, json: false })];
  }
  const strings = stringsIn(text);
  return (start, end) => {
    const parts = strings.filter(({ from, to }) => to > start && from < end).map((string) =>
      widened(text, Math.max(start, string.from), Math.min(end, string.to), string)
    );
    // What stands in no string, such as a row of numbers, is cut out all the same.
    return parts.length > 0 ? parts : [{ start, end }];
  };
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the strings of JSON hold, where they hold anything. */
function stringsIn(text: string): Frame[] {
  const found: Frame[] = [];
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    const from = at + 1;
    for (at = from; text[at] !== '"'; at++) if (text[at] === "\\") at++;
    if (at > from) found.push({ from, to: at, json: true });
  }
  return found;
}

/** A stretch from the beginning of its sentence to the end of its line; in JSON no escape is parted. */
function widened(text: string, start: number, end: number, frame: Frame): Stretch {
  const { from, to, json } = frame;
  let first = start;
  const least = Math.max(from, start - REACH);
  while (first > least && !endsSentence(text, first, json)) first--;
  while (first < start && text[first] === " ") first++;
  let last = end;
  while (last < to && !endsLine(text, last, json)) last++;
  if (json) {
    first = escapeAt(text, from, first) ?? first;
    const parted = escapeAt(text, from, last);
    if (parted !== null) last = parted + (text[parted + 1] === "u" ? 6 : 2);
  }
  return { start: first, end: last };
}

/** Whether a line ends at a place. */
function endsLine(text: string, at: number, json: boolean): boolean {
  const c = text[at];
  return c === "\n" || c === "\r" || (json && c === "\\" && "nr".includes(text[at + 1] ?? " "));
}

/** Whether a sentence ends right before a place. */
function endsSentence(text: string, at: number, json: boolean): boolean {
  const before = text[at - 1]!;
  if ("\n\u3002\uff01\uff1f".includes(before)) return true;
  if (json && before === "n" && text[at - 2] === "\\") return true;
  return text[at] === " " && ".!?".includes(before);
}

/** Where an escape of JSON begins that a place lies inside of, or null. */
function escapeAt(text: string, from: number, at: number): number | null {
  for (let i = Math.max(from, at - 5); i < at; i++) {
    if (text[i] !== "\\") continue;
    // Of several in a row every second one is itself escaped.
    let run = i;
    while (run > from && text[run - 1] === "\\") run--;
    const begins = (i - run) % 2 === 0;
    const size = text[i + 1] === "u" ? 6 : 2;
    if (begins && i + size > at) return i;
  }
  return null;
}
