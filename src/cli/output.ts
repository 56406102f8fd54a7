// How the program talks: plain lines on stdout, problems on stderr, colour only on a terminal.

import { OutputFailed } from "./exit.ts";

/** Where a command writes; tests bring their own. */
export interface Output {
  /** One line to standard output. */
  line(text: string): void;
  /** One line to standard error. */
  problem(text: string): void;
  /** Whether standard output takes colour. */
  readonly colour: boolean;
  /** Whether standard error takes colour. */
  readonly problemColour: boolean;
}

/** The process's own standard output and error. Colour needs a terminal and no NO_COLOR (https://no-color.org). */
export function processOutput(): Output {
  return {
    line: (text) => writeAll("standard output", Deno.stdout, `${text}\n`),
    problem: (text) => writeAll("standard error", Deno.stderr, `${text}\n`),
    colour: Deno.stdout.isTerminal() && !Deno.noColor,
    problemColour: Deno.stderr.isTerminal() && !Deno.noColor,
  };
}

/** Milliseconds until a pipe that is full is tried again. */
const FULL_MS = 5;

/** A pipe takes what it can; the rest is written on. A reader that has left is no failure of ours. */
function writeAll(name: string, to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += to.writeSync(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      // Somebody else (a parent, a terminal) may have made the pipe non-blocking.
      if (error instanceof Deno.errors.WouldBlock) pause(FULL_MS);
      else throw new OutputFailed(`cannot write to ${name}: ${codeOf(error)}`);
    }
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error instanceof Error ? error.name : "unknown";
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Wraps a text in a colour, when colour is on. */
export function paint(on: boolean, colour: keyof typeof CODES, text: string): string {
  return on ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}

/**
 * A text for one line of a terminal: whatever moves the cursor, colours, hides or turns text is escaped,
 * because names in policies and calls are other people's.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}
