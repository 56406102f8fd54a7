// From bytes to text: fatal UTF-8, no byte order mark, no more bytes than allowed.
// Text that arrives as a string is held to the same limit, counted as UTF-8.

import { JsonError } from "./json_error.ts";

// Keeps no state between calls: `stream` is never set.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes a document.
 *
 * @param input The document's bytes, or its text.
 * @param limit Most bytes of UTF-8.
 * @returns The text, which may still hold lone surrogates if it came as a string.
 * @throws {JsonError} `json.size`, `json.bom` or `json.utf8`.
 */
export function decodeText(input: Uint8Array | string, limit: number): string {
  if (typeof input === "string") {
    if (input.length > limit || (input.length > limit / 3 && utf8Length(input) > limit)) {
      throw tooLarge(limit);
    }
    if (input.charCodeAt(0) === 0xfeff) throw bom();
    return input;
  }
  if (input.length > limit) throw tooLarge(limit);
  if (input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf) throw bom();
  try {
    return UTF8.decode(input);
  } catch {
    throw new JsonError("json.utf8", firstBadByte(input), "Invalid UTF-8");
  }
}

function tooLarge(limit: number): JsonError {
  return new JsonError("json.size", limit, `Document larger than ${limit} bytes`);
}

function bom(): JsonError {
  return new JsonError("json.bom", 0, "Byte order mark");
}

/** Bytes of a string in UTF-8; a lone surrogate counts as the 3 bytes of its replacement. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) continue;
    // A pair is 2 units and 4 bytes: each half adds one byte to its unit.
    bytes += c < 0x800 || isPaired(text, i, c) ? 1 : 2;
  }
  return bytes;
}

function isPaired(text: string, i: number, c: number): boolean {
  if (c < 0xd800 || c > 0xdfff) return false;
  const other = c < 0xdc00 ? text.charCodeAt(i + 1) : text.charCodeAt(i - 1);
  return c < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff;
}

/** Where ill-formed UTF-8 begins (Unicode standard, table 3-7); only run to report it. */
function firstBadByte(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    const size = lead < 0x80
      ? 1
      : lead < 0xc2
      ? 0
      : lead < 0xe0
      ? 2
      : lead < 0xf0
      ? 3
      : lead < 0xf5
      ? 4
      : 0;
    if (size === 0) return i;
    for (let k = 1; k < size; k++) {
      const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      const byte = bytes[i + k];
      if (byte === undefined || byte < low || byte > high) return i;
    }
    i += size;
  }
  return i;
}

/**
 * Finds half a surrogate pair.
 *
 * @param text Any string.
 * @returns The offset of the first one, or -1.
 */
export function loneSurrogate(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = i + 1 < text.length ? text.charCodeAt(i + 1) : -1;
    if (unit >= 0xdc00 || next < 0xdc00 || next > 0xdfff) return i;
    i++;
  }
  return -1;
}
