// How the forms of tokens begin: one bit for each mark of three characters, so that a word is passed over with a look.

import { FORMATS, type TokenFormat } from "./formats.ts";

const SLOTS = 65_536;

/** A cheap mark of the first three characters of a form; few other texts have it. */
function slot(a: number, b: number, c: number): number {
  return ((a << 9) ^ (b << 5) ^ (c * 7)) & (SLOTS - 1);
}

/** One bit for each slot: small enough to stay near. */
const MARKED = new Int32Array(SLOTS >> 5);

function mark(a: number, b: number, c: number): void {
  const at = slot(a, b, c);
  MARKED[at >> 5]! |= 1 << (at & 31);
}

const BY_HEAD = new Map<string, TokenFormat[]>();
for (const format of FORMATS) {
  const { prefix } = format;
  mark(prefix.charCodeAt(0), prefix.charCodeAt(1), prefix.charCodeAt(2));
  const head = prefix.slice(0, 3);
  const list = BY_HEAD.get(head);
  if (list === undefined) BY_HEAD.set(head, [format]);
  else list.push(format);
}
// JSON Web Tokens begin with an object in base64url.
for (const c of "JA") mark(0x65, 0x79, c.charCodeAt(0));
// The longest prefix first: `sk-ant-` is no OpenAI key.
for (const list of BY_HEAD.values()) list.sort((a, b) => b.prefix.length - a.prefix.length);

/** Whether a token may begin with three characters. */
export function mayBegin(a: number, b: number, c: number): boolean {
  const at = slot(a, b, c);
  return (MARKED[at >> 5]! & (1 << (at & 31))) !== 0;
}

/** The forms that begin with three characters, those with the longest prefix first. */
export function formatsOf(head: string): readonly TokenFormat[] | undefined {
  return BY_HEAD.get(head);
}
