// Exit codes, stable and documented in the README.

/** What the program's exit code says. */
export const EXIT = {
  /** Done; for `check`: allowed, also with redaction or a record. */
  OK: 0,
  /** For `check`: denied or throttled. For `policy lint --strict`: warnings. */
  DENIED: 1,
  /** A bad policy, bad usage, or a part that cannot start. */
  USAGE: 2,
  /** For `check`: waits for a confirmation or an approval. */
  HUMAN: 3,
  /** A failure of mcpguard itself. */
  INTERNAL: 70,
} as const;

/** Bad usage: told to the user in one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
