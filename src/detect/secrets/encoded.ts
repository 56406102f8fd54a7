// Secrets in an encoding: base64 (RFC 4648, both alphabets) and percent-encoding (RFC 3986). Two layers, no more.

import type { SpanFinding } from "../types.ts";
import { ALPHABETS, makeupOf } from "./alphabet.ts";

/** Looks at decoded text. */
export type Deeper = (decoded: string) => SpanFinding | undefined;

/**
 * A secret in base64.
 *
 * @param text The text.
 * @param start Where the run begins.
 * @param end Where it ends.
 * @param deeper Looks at what it holds.
 * @returns A finding that covers the run.
 */
export function base64At(
  text: string,
  start: number,
  end: number,
  deeper: Deeper,
): SpanFinding | null {
  if (!isBase64(text, start, end)) return null;
  return covering(decoded(text.slice(start, end)), start, end, deeper);
}

/** A part of a text. */
export interface Span {
  /** Its first character. */
  start: number;
  /** The first character after it. */
  end: number;
}

/**
 * The percent-encoded word around an escape.
 *
 * @param text The text.
 * @param at Where its first escape stands.
 * @param past What was looked at already.
 */
export function escapedWord(text: string, at: number, past: number): Span | null {
  if (!isHex(text.charCodeAt(at + 1)) || !isHex(text.charCodeAt(at + 2))) return null;
  let start = at;
  while (start > past && at - start < 64 && inWord(text.charCodeAt(start - 1))) start--;
  let end = at;
  while (end < text.length && inWord(text.charCodeAt(end))) end++;
  return { start, end };
}

/**
 * A secret in a percent-encoded word.
 *
 * @param text The text.
 * @param word The word.
 * @param deeper Looks at what it holds.
 * @returns A finding that covers the word.
 */
export function escapedIn(text: string, word: Span, deeper: Deeper): SpanFinding | null {
  return covering(unescaped(text.slice(word.start, word.end)), word.start, word.end, deeper);
}

function covering(
  decoded: string | null,
  start: number,
  end: number,
  deeper: Deeper,
): SpanFinding | null {
  const seen = decoded === null ? undefined : deeper(decoded);
  return seen === undefined ? null : { ...seen, reason: `${seen.reason}, encoded`, start, end };
}

/** Whether a run can be base64 of text: of mixed letters, and not a word or a number. */
function isBase64(text: string, start: number, end: number): boolean {
  const made = makeupOf(text, start, Math.min(end, start + 64));
  return made.upper > 1 && made.lower > 1 && !made.hex;
}

/** Base64 as text, or null where it holds anything else. */
function decoded(run: string): string | null {
  let length = run.length;
  while (length > 0 && run[length - 1] === "=") length--;
  const plain = run.slice(0, length).replace(/-/g, "+").replace(/_/g, "/");
  // Four characters are three bytes; a rest of one is no base64.
  if (plain.length % 4 === 1 || plain.includes("=")) return null;
  let bytes: string;
  try {
    bytes = atob(plain);
  } catch {
    return null;
  }
  // Text in an unknown encoding is read as bytes: secrets are ASCII.
  let printable = 0;
  const seen = Math.min(bytes.length, 512);
  for (let i = 0; i < seen; i++) {
    const c = bytes.charCodeAt(i);
    if ((c >= 0x20 && c < 0x7f) || c === 0x09 || c === 0x0a || c === 0x0d) printable++;
  }
  return printable * 10 >= seen * 9 ? bytes : null;
}

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}

function inWord(c: number): boolean {
  return c < 128 && (ALPHABETS.base64[c] === 1 || c === 0x25 || c === 0x2e);
}

/** A percent-encoded word, each escape one byte. */
function unescaped(word: string): string {
  let out = "";
  for (let i = 0; i < word.length; i++) {
    let c = word.charCodeAt(i);
    if (c === 0x25 && isHex(word.charCodeAt(i + 1)) && isHex(word.charCodeAt(i + 2))) {
      c = hexDigit(word.charCodeAt(i + 1)) * 16 + hexDigit(word.charCodeAt(i + 2));
      i += 2;
    }
    out += String.fromCharCode(c);
  }
  return out;
}

function hexDigit(c: number): number {
  return c < 0x3a ? c - 0x30 : (c | 0x20) - 0x57;
}
