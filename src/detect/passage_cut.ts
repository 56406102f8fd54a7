// What is cut out of a text for injected instructions: whole sentences, since what a rule matched is their beginning only,
// and inside of JSON only what its strings hold, so that it stays JSON.

/** Characters to each side that a sentence may reach at most. */
const REACH = 1000;

/** A stretch that is cut out. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The sentences around what was found.
 *
 * @param text The text.
 * @param start First unit of what was found.
 * @param end One past its last unit.
 * @returns One stretch; in JSON one for each string that holds a part of it. Time is linear in the text.
 */
export function sentencesAround(text: string, start: number, end: number): Stretch[] {
  if (!isJson(text)) return [widened(text, start, end, 0, text.length, false)];
  const parts = stringsIn(text, start, end).map(([from, to]) =>
    widened(text, Math.max(start, from), Math.min(end, to), from, to, true)
  );
  // What stands in no string, such as a row of numbers, is cut out all the same.
  return parts.length > 0 ? parts : [{ start, end }];
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

/** First and one past the last unit of what each string holds that has a part of a stretch. */
function stringsIn(text: string, start: number, end: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = text.indexOf('"'); at >= 0 && at < end; at = text.indexOf('"', at + 1)) {
    const from = at + 1;
    for (at = from; text[at] !== '"'; at++) if (text[at] === "\\") at++;
    if (at > start && from < end && at > from) found.push([from, at]);
  }
  return found;
}

/** A stretch to the ends of its sentences, inside of `from` and `to`; in JSON no escape is parted. */
function widened(
  text: string,
  start: number,
  end: number,
  from: number,
  to: number,
  json: boolean,
): Stretch {
  let first = start;
  const least = Math.max(from, start - REACH);
  while (first > least && !endsSentence(text, first, json)) first--;
  while (first < start && text[first] === " ") first++;
  let last = end;
  const most = Math.min(to, end + REACH);
  while (last < most && !endsSentence(text, last, json)) last++;
  if (json) {
    first = escapeAt(text, from, first) ?? first;
    const parted = escapeAt(text, from, last);
    if (parted !== null) last = parted + (text[parted + 1] === "u" ? 6 : 2);
  }
  return { start: first, end: last };
}

/** Whether a sentence ends right before a place. */
function endsSentence(text: string, at: number, json: boolean): boolean {
  const before = text[at - 1]!;
  if (before === "\n" || "\u3002\uff01\uff1f".includes(before)) return true;
  if (json && before === "n" && text[at - 2] === "\\") return true;
  const next = text[at];
  const apart = next === undefined || next === " " || next === "\n" || next === "\r" ||
    (json && (next === "\\" || next === '"'));
  return apart && ".!?".includes(before);
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
