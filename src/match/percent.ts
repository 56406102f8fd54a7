// Percent-encoding (RFC 3986 section 2): one spelling for what is kept, and decoding in rounds for what is judged.

import { UriError } from "./errors.ts";

const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** Characters that may stand in a path, query or fragment as they are; all others are encoded. */
const ALLOWED = /[A-Za-z0-9\-._~!$&'()*+,;=:@/?%[\]]/;
const HEX = /^[0-9A-Fa-f]{2}$/;

/**
 * Brings percent-encoding into one spelling: unreserved characters decoded, hex digits in upper case, characters
 * that no URI may hold encoded as UTF-8.
 *
 * @param text Part of a URI, without lone surrogates; time is linear.
 * @returns The same meaning in ASCII.
 * @throws {UriError} `uri.percent` where a percent sign begins no escape.
 */
export function normalizePercent(text: string): string {
  let out = "";
  for (let i = 0; i < text.length;) {
    const char = text[i]!;
    if (char === "%") {
      const hex = text.slice(i + 1, i + 3);
      if (!HEX.test(hex)) {
        throw new UriError("uri.percent", "a percent sign in the URI begins no escape");
      }
      const decoded = String.fromCharCode(parseInt(hex, 16));
      out += UNRESERVED.test(decoded) ? decoded : "%" + hex.toUpperCase();
      i += 3;
    } else if (ALLOWED.test(char)) {
      out += char;
      i++;
    } else {
      const point = String.fromCodePoint(text.codePointAt(i)!);
      out += percentEncode(point);
      i += point.length;
    }
  }
  return out;
}

/**
 * Encodes a text wholly, as UTF-8.
 *
 * @param text A text without lone surrogates.
 * @returns `%XX` for every byte.
 */
export function percentEncode(text: string): string {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    out += "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
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
export function decodeOnce(text: string, keep: ReadonlySet<string> = new Set()): Decoded {
  let invalid = false;
  let overlong = false;
  const decoded = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    let out = "";
    let bytes: number[] = [];
    const flush = (): void => {
      if (bytes.length === 0) return;
      try {
        out += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
          .decode(new Uint8Array(bytes));
      } catch {
        invalid = true;
        overlong ||= isOverlong(bytes);
        for (const b of bytes) out += "%" + b.toString(16).toUpperCase().padStart(2, "0");
      }
      bytes = [];
    };
    for (let i = 0; i < run.length; i += 3) {
      const escape = run.slice(i, i + 3).toUpperCase();
      if (keep.has(escape)) {
        flush();
        out += escape;
      } else {
        bytes.push(parseInt(escape.slice(1), 16));
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
