// Positions in a text, the checks every policy text passes before YAML sees it, and safe quoting.
// What looks different in an editor than to the parser (bidi controls, odd line ends) is refused.

/** Largest policy file, in bytes of UTF-8. */
export const MAX_POLICY_BYTES = 1_048_576;

/** A problem at an offset. */
export interface OffsetProblem {
  /** What is wrong, and what was expected. */
  message: string;
  /** Where in the document; empty for the whole file. */
  path: string;
  /** UTF-16 offset in the text. */
  offset: number;
  /** The nearest valid spelling. */
  suggestion?: string;
}

/** Turns offsets into lines and columns. */
export class Lines {
  readonly #starts: number[] = [0];
  readonly #length: number;

  /**
   * Notes where lines begin.
   *
   * @param text The whole text; lines end with LF.
   */
  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /**
   * The place of an offset.
   *
   * @param offset UTF-16 offset; clamped into the text.
   * @returns Line and column, from 1; columns count UTF-16 units, as editors do.
   */
  at(offset: number): { line: number; column: number } {
    const place = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: place - (this.#starts[low] as number) + 1 };
  }
}

/**
 * The first thing in the text that no policy file may contain.
 *
 * @param text The whole file.
 * @returns The problem, or undefined.
 * @see https://www.rfc-editor.org/info/cve-2021-42574 (Trojan Source)
 */
export function checkText(text: string): OffsetProblem | undefined {
  const tooLarge: OffsetProblem = {
    message: `the file is larger than ${MAX_POLICY_BYTES} bytes, the most a policy may have`,
    path: "",
    offset: 0,
  };
  if (text.length > MAX_POLICY_BYTES) return tooLarge;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    const wrong = wrongUnit(text, i, unit);
    if (wrong) return { message: wrong, path: "", offset: i };
    if (unit >= 0xd800 && unit <= 0xdbff) {
      i++;
      bytes++;
    }
  }
  return bytes > MAX_POLICY_BYTES ? tooLarge : undefined;
}

function wrongUnit(text: string, i: number, unit: number): string | undefined {
  if (unit >= 0x20 && unit < 0x7f) return undefined;
  if (unit === 0x0a || unit === 0x09) return undefined;
  if (unit === 0x0d) {
    return text.charCodeAt(i + 1) === 0x0a
      ? undefined
      : "a carriage return without line feed; end lines with LF or CRLF";
  }
  if (unit === 0) return "a NUL character; a policy file is UTF-8 text";
  if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f) || unit === 0x2028 || unit === 0x2029) {
    return `the control character ${codePoint(unit)} is not allowed`;
  }
  if (unit === 0xfeff) return "a byte order mark (U+FEFF); save the file as UTF-8 without BOM";
  if (unit === 0xfffd) return "an undecodable byte (U+FFFD); a policy file is valid UTF-8";
  if (unit === 0xfffe || unit === 0xffff) return `the non-character ${codePoint(unit)}`;
  if (unit === 0x61c || (unit >= 0x200b && unit <= 0x200f) || (unit >= 0x202a && unit <= 0x202e)) {
    return `the invisible character ${
      codePoint(unit)
    }; it can make a policy read otherwise than it is`;
  }
  if (unit >= 0x2060 && unit <= 0x206f) {
    return `the invisible character ${
      codePoint(unit)
    }; it can make a policy read otherwise than it is`;
  }
  if (unit >= 0xdc00 && unit <= 0xdfff) return `the lone surrogate ${codePoint(unit)}`;
  if (unit >= 0xd800 && unit <= 0xdbff) {
    const next = text.charCodeAt(i + 1);
    if (!(next >= 0xdc00 && next <= 0xdfff)) return `the lone surrogate ${codePoint(unit)}`;
  }
  return undefined;
}

function codePoint(unit: number): string {
  return `U+${unit.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Quotes text from the file for a message: ASCII only, so that look-alike letters show, and short.
 *
 * @param text Any text that is no secret.
 * @returns The text in double quotes, at most about 60 characters.
 */
export function quote(text: string): string {
  let out = "";
  for (const char of text.slice(0, 60)) {
    const code = char.codePointAt(0) as number;
    if (code >= 0x20 && code < 0x7f) out += char === '"' || char === "\\" ? `\\${char}` : char;
    else {out += code > 0xffff
        ? `\\u{${code.toString(16)}}`
        : `\\u${code.toString(16).padStart(4, "0")}`;}
  }
  return `"${out}${text.length > 60 ? "..." : ""}"`;
}
