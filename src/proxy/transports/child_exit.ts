// How a child ended, in words.

/** Signals by number, where Linux and the BSDs agree, as shells report them: 128 plus the number. */
const SIGNALS: ReadonlyMap<number, string> = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [3, "SIGQUIT"],
  [4, "SIGILL"],
  [6, "SIGABRT"],
  [8, "SIGFPE"],
  [9, "SIGKILL"],
  [11, "SIGSEGV"],
  [13, "SIGPIPE"],
  [14, "SIGALRM"],
  [15, "SIGTERM"],
]);

/** How a child ended. */
export interface ChildExit {
  /** The exit code; 128 plus the number of a signal that ended it. */
  code: number;
  /** The signal's name, where it has ended by one (a program that exits with such a code looks the same). */
  signal?: string;
  /** One sentence without the command, e.g. `the server was ended by SIGKILL`. */
  text: string;
}

/**
 * Explains the end of a process.
 *
 * @param status What the operating system says, of the leader or of the child itself.
 * @returns The same for humans.
 */
export function explainExit(
  status: { code: number; signal: string | null },
): ChildExit {
  const { code } = status;
  const signal = status.signal ?? (code > 128 ? SIGNALS.get(code - 128) : undefined);
  if (signal !== undefined) return { code, signal, text: `the server was ended by ${signal}` };
  if (code === 127) return { code, text: "the server exited with code 127 (command not found)" };
  if (code === 126) return { code, text: "the server exited with code 126 (not executable)" };
  return { code, text: `the server exited with code ${code}` };
}
