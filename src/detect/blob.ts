// Base64 in content: as text, where it holds one, and back. Clients decode leniently, so what they would read is read
// here, too: other encodings than UTF-8, a byte that fits none, signs that are no base64.

/** How a text stood in its blob. */
type Form = "raw" | "utf-8" | "utf-16le" | "utf-16be";

/** A text that a blob holds. */
interface Held {
  readonly text: string;
  readonly form: Form;
}

/** Characters below which what is no text is read as it stands: no picture is that short, but a key may be. */
const MIN_BASE64 = 128;
/** Base64 in either alphabet (RFC 4648), in lines or not. */
const BASE64 = /^[A-Za-z0-9+/_=\r\n-]*$/;
/** Of so many bytes or characters at most one belongs to no text. */
const CLEAN = 16;
const READABLE = 6;

/**
 * Decodes base64 that holds text.
 *
 * @param base64 Base64, however well formed.
 * @returns The text; what stands there itself where it is short, or no base64 that means anything; null for other data.
 *
 * @example
 * ```ts
 * import { textOfBlob } from "./blob.ts";
 * import { expect } from "expect";
 *
 * expect(textOfBlob(btoa("hello"))).toBe("hello");
 * expect(textOfBlob("aGVs bG8=")).toBe("hello");
 * expect(textOfBlob("no base64!")).toBe("no base64!");
 * expect(textOfBlob("/9j/".repeat(100))).toBe(null);
 * ```
 */
export function textOfBlob(base64: string): string | null {
  return read(base64)?.text ?? null;
}

/**
 * Changes the text that a blob holds.
 *
 * @param base64 The blob.
 * @param edit Makes a new text of what {@linkcode textOfBlob} says.
 * @returns The blob with the new text, in the encoding of the old one.
 */
export function editBlob(base64: string, edit: (text: string) => string): string {
  const { text, form } = read(base64) ?? { text: "", form: "utf-8" };
  const edited = edit(text);
  if (form === "raw") return edited;
  return (form === "utf-8" ? new TextEncoder().encode(edited) : utf16(edited, form)).toBase64();
}

function read(base64: string): Held | null {
  const held = textIn(bytesOf(base64));
  if (held !== null && (held.text !== "" || base64 === "")) return held;
  return base64.length >= MIN_BASE64 && BASE64.test(base64) ? null : { text: base64, form: "raw" };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return leniently(base64);
  }
}

/** What a lenient decoder makes of a text: it knows both alphabets, leaves out other signs, and reads on behind padding. */
function leniently(base64: string): Uint8Array {
  const out = new Uint8Array((base64.length >> 2) * 3 + 3);
  let [length, bits, held] = [0, 0, 0];
  for (let i = 0; i < base64.length; i++) {
    const c = base64.charCodeAt(i);
    const value = valueOf(c);
    if (value >= 0) {
      held = (held << 6 | value) & 0xffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        out[length++] = held >> bits;
      }
    } else if (c === 0x3d) bits = 0;
  }
  return out.subarray(0, length);
}

/** What a character stands for in base64; -1 for none. */
function valueOf(c: number): number {
  if (c >= 0x41 && c <= 0x5a) return c - 0x41;
  if (c >= 0x61 && c <= 0x7a) return c - 0x47;
  if (c >= 0x30 && c <= 0x39) return c + 4;
  if (c === 0x2b || c === 0x2d) return 62;
  return c === 0x2f || c === 0x5f ? 63 : -1;
}

/** The text that bytes are, or null where they are something else. */
function textIn(bytes: Uint8Array): Held | null {
  const wide = wideForm(bytes);
  if (wide !== null) {
    const text = decoded(bytes, wide);
    return isReadable(text) ? { text, form: wide } : null;
  }
  let odd = 0;
  for (let i = 0; i < bytes.length; i++) if (isOdd(bytes[i]!)) odd++;
  if (odd * CLEAN > bytes.length) return null;
  const text = decoded(bytes, "utf-8");
  return isReadable(text) ? { text, form: "utf-8" } : null;
}

/** Whether bytes are UTF-16: by their byte order mark, or since most of every other one are zero, as with Latin letters. */
function wideForm(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes.length < 2) return null;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const zeros = [0, 0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const pairs = bytes.length >> 1;
  const most = pairs * 3 / 4;
  if (zeros[1]! > most && zeros[0]! * 8 < pairs) return "utf-16le";
  return zeros[0]! > most && zeros[1]! * 8 < pairs ? "utf-16be" : null;
}

/** What fits no character becomes U+FFFD; a byte order mark stays, so that it can be written back. */
function decoded(bytes: Uint8Array, form: Exclude<Form, "raw">): string {
  return new TextDecoder(form, { ignoreBOM: true }).decode(bytes);
}

function isReadable(text: string): boolean {
  let odd = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0xfffd || isOdd(c)) odd++;
  }
  return odd * READABLE <= text.length;
}

/** Control characters but for those of texts: tab, ends of lines and pages, and the escape of terminals. */
function isOdd(c: number): boolean {
  return c < 0x20 ? c !== 0x1b && (c < 0x09 || c > 0x0d) : c === 0x7f;
}

function utf16(text: string, form: "utf-16le" | "utf-16be"): Uint8Array {
  const out = new Uint8Array(text.length * 2);
  const high = form === "utf-16be" ? 0 : 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    out[2 * i + high] = c >> 8;
    out[2 * i + 1 - high] = c & 0xff;
  }
  return out;
}
