// What a child says on standard error: always read, so that it never blocks; passed on line by line, escaped, and only
// so much a second, so that it floods no log. Never parsed: a message in there is text.

import { LineSplitter } from "./stdio_lines.ts";
import type { PipeReader } from "./stdio_pipe.ts";

/** How much of standard error is passed on. */
export interface StderrLimits {
  /** Most bytes of a line; the rest of it is cut. */
  stderrLineBytes: number;
  /** Most bytes passed on a second, counted before escaping; what is above is dropped and counted. */
  stderrBytesPerSec: number;
}

/** Values for whatever a caller leaves out. */
export const STDERR_LIMITS: Readonly<StderrLimits> = {
  stderrLineBytes: 4096,
  stderrBytesPerSec: 65_536,
};

/** Whatever may move a cursor, hide, reorder or end a line: all but printable characters and the space. */
const UNSAFE =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0)!;
  return point < 256 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u{${point.toString(16)}}`;
}

/**
 * Makes a line safe to show. Linear.
 *
 * @param bytes The line; what is not UTF-8 becomes U+FFFD.
 * @returns Its text, with invisible characters written out; a tab is a space.
 */
export function escapeLine(bytes: Uint8Array): string {
  const end = bytes[bytes.length - 1] === 13 ? bytes.length - 1 : bytes.length;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
  return text.replaceAll("\t", " ").replace(UNSAFE, escapeCharacter);
}

/** Reads one child's standard error to its end. */
export class StderrReader {
  readonly #limits: StderrLimits;
  readonly #pass: (line: string) => void;
  readonly #now: () => number;
  readonly #lines: LineSplitter;
  #windowStart: number;
  #left: number;
  #droppedLines = 0;

  /**
   * Starts with a full second.
   *
   * @param limits How much is passed on.
   * @param pass Told each line, without its end; what it throws is its own business and ends nothing.
   * @param now Milliseconds that never go back.
   */
  constructor(limits: StderrLimits, pass: (line: string) => void, now: () => number) {
    this.#limits = limits;
    this.#pass = pass;
    this.#now = now;
    this.#windowStart = now();
    this.#left = limits.stderrBytesPerSec;
    this.#lines = new LineSplitter(limits.stderrLineBytes, {
      onLine: (bytes) => this.#line(bytes, ""),
      onTooLong: (head) => this.#line(head, "…[cut]"),
    });
  }

  /**
   * Reads to the end.
   *
   * @param input The pipe.
   */
  async read(input: PipeReader): Promise<void> {
    try {
      for (let chunk = await input.read(); chunk !== null; chunk = await input.read()) {
        this.#lines.push(chunk);
      }
    } catch {
      // a pipe that failed says no more
    }
    this.#lines.push(LF); // last words count even without the end of the line
    this.#tellDropped();
  }

  #line(bytes: Uint8Array, mark: string): void {
    const now = this.#now();
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#left = this.#limits.stderrBytesPerSec;
      this.#tellDropped();
    }
    // the LF counts: empty lines are dropped, lines of one letter must cost too
    const cost = bytes.length + 1;
    if (cost > this.#left) {
      this.#left = 0; // no gaps: after a dropped line nothing more passes in this second
      this.#droppedLines++;
      return;
    }
    this.#left -= cost;
    this.#tell(escapeLine(bytes) + mark);
  }

  #tellDropped(): void {
    if (this.#droppedLines === 0) return;
    const count = this.#droppedLines;
    this.#droppedLines = 0;
    this.#tell(`[${count} ${count === 1 ? "line" : "lines"} of standard error dropped]`);
  }

  #tell(line: string): void {
    try {
      this.#pass(line);
    } catch {
      // a log that fails must not end the child
    }
  }
}

const LF = Uint8Array.of(10);
