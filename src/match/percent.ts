// Percent-encoding (RFC 3986 section 2): one spelling for what is kept, and decoding in rounds for what is judged.

import { UriError } from "./errors.ts";

const encoder = new TextEncoder();
// Fatal and used for whole texts only, so it keeps nothing from one text to the next.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOTHING: ReadonlySet<string> = new Set();

const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** A text in which nothing is to be encoded or decoded: most are, and a look at each character costs. */
const SETTLED = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?[\]]*$/;
/** An escape, a percent sign that begins none, or characters that may not stand in a path, query or fragment. */
const UNSETTLED = /%[0-9A-Fa-f]{2}|%|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%[\]]+/g;

/**
 * Brings percent-encoding into one spelling: unreserved characters decoded, hex digits in upper case, characters
 * that no URI may hold encoded as UTF-8.
 *
 * @param text Part of a URI, without lone surrogates; time is linear.
 * @returns The same meaning in ASCII.
 * @throws {UriError} `uri.percent` where a percent sign begins no escape.
 */
export function normalizePercent(text: string): string {
  if (SETTLED.test(text)) return text;
  return text.replace(UNSETTLED, (piece) => {
    if (piece[0] !== "%") return percentEncode(piece);
    if (piece.length === 1) {
      throw new UriError("uri.percent", "a percent sign in the URI begins no escape");
    }
    const decoded = String.fromCharCode(parseInt(piece.slice(1), 16));
    return UNRESERVED.test(decoded) ? decoded : piece.toUpperCase();
  });
}

/**
 * Encodes a text wholly, as UTF-8.
 *
 * @param text A text without lone surrogates.
 * @returns `%XX` for every byte.
 */
export function percentEncode(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) out += escapeOf(byte);
  return out;
}

function escapeOf(byte: number): string {
  return "%" + byte.toString(16).toUpperCase().padStart(2, "0");
}

/** One round of decoding. */
export interface Decoded {
  /** The text with every escape decoded but those in `keep` and those that are no UTF-8. */
  readonly text: string;
  /** True where escapes are not UTF-8. */
  readonly invalid: boolean;
  /** True where escapes are an over-long form, which only attackers write. */
  readonly overlong: boolean;
}

/**
 * Decodes every escape once. Percent signs that begin no escape stay.
 *
 * @param text Any text; time is linear.
 * @param keep Escapes to leave alone, in upper case, e.g. `%2F`.
 * @returns The decoded text.
 */
export function decodeOnce(text: string, keep: ReadonlySet<string> = NOTHING): Decoded {
  if (!text.includes("%")) return { text, invalid: false, overlong: false };
  let invalid = false;
  let overlong = false;
  const decoded = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    let out = "";
    let bytes: number[] = [];
    const flush = (): void => {
      if (bytes.length === 0) return;
      try {
        out += decoder.decode(new Uint8Array(bytes));
      } catch {
        invalid = true;
        overlong ||= isOverlong(bytes);
        for (const b of bytes) out += escapeOf(b);
      }
      bytes = [];
    };
    for (let i = 0; i < run.length; i += 3) {
      const byte = parseInt(run.slice(i + 1, i + 3), 16);
      const ascii = byte < 0x80;
      if (keep.size > 0 && keep.has(escapeOf(byte))) {
        flush();
        out += escapeOf(byte);
      } else if (ascii && bytes.length === 0) {
        out += String.fromCharCode(byte);
      } else {
        bytes.push(byte);
      }
    }
    flush();
    return out;
  });
  return { text: decoded, invalid, overlong };
}

/** Whether bytes hold an encoding that is longer than needed (RFC 3629 section 10). */
function isOverlong(bytes: readonly number[]): boolean {
  return bytes.some((b, i) => {
    const next = bytes[i + 1] ?? 0;
    return b === 0xc0 || b === 0xc1 || (b === 0xe0 && next >= 0x80 && next < 0xa0) ||
      (b === 0xf0 && next >= 0x80 && next < 0x90);
  });
}
