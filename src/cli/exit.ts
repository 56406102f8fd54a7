// Exit codes, stable and documented in the README, and the errors that lead to them.

/** What the program's exit code says. */
export const EXIT = {
  /** Done; for `check`: allowed, also with redaction or a record. */
  OK: 0,
  /** For `check`: denied or throttled. For `policy lint --strict`: warnings. For `run`: the server ended. */
  DENIED: 1,
  /** A bad policy, bad usage, or a part that cannot start. */
  USAGE: 2,
  /** For `check`: waits for a confirmation or an approval. */
  HUMAN: 3,
  /** A failure of mcpguard itself, or of the output it writes to. */
  INTERNAL: 70,
} as const;

/** Bad usage: told to the user in one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Standard output or standard error takes no bytes, e.g. because a disk is full. */
export class OutputFailed extends Error {
  override name = "OutputFailed";
}
