// How the forms of tokens begin: one bit for each mark of three characters, so that a word is passed over with a look.

import type { TokenFormat } from "./format.ts";
import { FORMATS } from "./formats.ts";

const SLOTS = 65_536;

/** A cheap mark of the first three characters of a form; few other texts have it. */
function slot(a: number, b: number, c: number): number {
  return ((a << 9) ^ (b << 5) ^ (c * 7)) & (SLOTS - 1);
}

/** One bit for each slot: small enough to stay near. */
const MARKED = new Int32Array(SLOTS >> 5);
/** The forms of each slot, those with the longest prefix first: `sk-ant-` is no OpenAI key. */
const LISTS: TokenFormat[][] = [[]];
const BY_SLOT = new Uint8Array(SLOTS);

function mark(at: number): void {
  MARKED[at >> 5]! |= 1 << (at & 31);
}

for (const format of FORMATS) {
  const { prefix } = format;
  const at = slot(prefix.charCodeAt(0), prefix.charCodeAt(1), prefix.charCodeAt(2));
  mark(at);
  if (BY_SLOT[at] === 0) BY_SLOT[at] = LISTS.push([]) - 1;
  LISTS[BY_SLOT[at]!]!.push(format);
}
for (const list of LISTS) list.sort((a, b) => b.prefix.length - a.prefix.length);
// JSON Web Tokens begin with an object in base64url.
for (const c of "JA") mark(slot(0x65, 0x79, c.charCodeAt(0)));

/** Whether a token may begin with three characters. */
export function mayBegin(a: number, b: number, c: number): boolean {
  const at = slot(a, b, c);
  return (MARKED[at >> 5]! & (1 << (at & 31))) !== 0;
}

/** The forms that may begin with three characters, those with the longest prefix first; none for most. */
export function formatsOf(a: number, b: number, c: number): readonly TokenFormat[] {
  return LISTS[BY_SLOT[slot(a, b, c)]!]!;
}
