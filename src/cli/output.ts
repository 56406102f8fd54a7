// How the program talks: plain lines on stdout, problems on stderr, colour only on a terminal.

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
    line: (text) => writeAll(Deno.stdout, `${text}\n`),
    problem: (text) => writeAll(Deno.stderr, `${text}\n`),
    colour: Deno.stdout.isTerminal() && !Deno.noColor,
    problemColour: Deno.stderr.isTerminal() && !Deno.noColor,
  };
}

/** A pipe takes what it can; the rest is written on. A reader that has left is no failure of ours. */
function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Wraps a text in a colour, when colour is on. */
export function paint(on: boolean, colour: keyof typeof CODES, text: string): string {
  return on ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}
