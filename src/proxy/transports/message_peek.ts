// Which request a server's message answers, without parsing the message: a transport only keeps its books with it.
// Nothing is decided by it. The strict reader judges the same bytes later, and refuses what could be read in two ways.

/** What a look at the outermost object tells. */
export interface Peek {
  /** True for an answer: an id, and no method before it was clear. */
  answer: boolean;
  /** The id as a key (`s` or `n`, then the id), or undefined where there is none. */
  id?: string;
}

const QUOTE = 34;
const BACKSLASH = 92;
const MAX_ID_BYTES = 1024;
const DECODER = new TextDecoder();

/**
 * Looks at a message from outside. Linear, and no memory of its own.
 *
 * @param bytes One JSON text; anything else tells nothing.
 * @returns Whether it is an answer, and to which request.
 *
 * @example An answer
 * ```ts
 * import { peek } from "./message_peek.ts";
 *
 * const bytes = new TextEncoder().encode('{"jsonrpc":"2.0","id":7,"result":{}}');
 * if (peek(bytes).id !== "n7") throw new Error("unexpected");
 * ```
 */
export function peek(bytes: Uint8Array): Peek {
  const none: Peek = { answer: false };
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 123) return none;
  let id: string | undefined;
  let outcome = false;
  at = skipSpace(bytes, at + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = endOfString(bytes, at);
    if (keyEnd < 0) return none;
    const key = keyEnd - at > 10 ? "" : DECODER.decode(bytes.subarray(at + 1, keyEnd - 1));
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== 58) return none;
    at = skipSpace(bytes, at + 1);
    const end = endOfValue(bytes, at);
    if (end < 0) return none;
    if (key === "method") return none;
    if (key === "id") id = idKeyOf(bytes.subarray(at, end));
    if (key === "result" || key === "error") outcome = true;
    if (id !== undefined && outcome) return { answer: true, id };
    at = skipSpace(bytes, end);
    if (bytes[at] !== 44) break;
    at = skipSpace(bytes, at + 1);
  }
  return outcome ? { answer: true } : none;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
  return at;
}

/** Where a string ends, after its closing quote; -1 where it does not. */
function endOfString(bytes: Uint8Array, at: number): number {
  let from = at + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0) return -1;
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH && quote - 1 - slashes > at) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** Where a value ends; -1 where it does not. */
function endOfValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) return -1;
      if (depth === 0) return at;
      continue;
    }
    if (byte === 123 || byte === 91) depth++;
    else if (byte === 125 || byte === 93) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === 44 || byte === 32 || byte === 10 || byte === 13)) return at;
    at++;
  }
  return -1;
}

function idKeyOf(value: Uint8Array): string | undefined {
  if (value.length === 0 || value.length > MAX_ID_BYTES) return undefined;
  const text = DECODER.decode(value);
  if (value[0] !== QUOTE) return /^-?[0-9]+$/.test(text) ? `n${text}` : undefined;
  try {
    return `s${JSON.parse(text)}`;
  } catch {
    return undefined;
  }
}
