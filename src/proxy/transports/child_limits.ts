// Bounds and deadlines of a child process, and their defaults.

import { STDERR_LIMITS, type StderrLimits } from "./child_stderr.ts";
import { STDIO_LIMITS, type StdioLimits } from "./stdio_limits.ts";

/** Bounds and deadlines of one child. */
export interface ChildLimits extends StdioLimits, StderrLimits {
  /** Milliseconds a child has to end after the end of its input, before SIGTERM. */
  eofMs: number;
  /** Milliseconds it has after SIGTERM, before SIGKILL; the leader rounds up to seconds. */
  termMs: number;
  /** Milliseconds that output may take to end after the child has ended: its own children may keep the pipe. */
  lastWordsMs: number;
}

/** Values for whatever a caller leaves out. */
export const CHILD_LIMITS: Readonly<ChildLimits> = {
  ...STDIO_LIMITS,
  ...STDERR_LIMITS,
  eofMs: 2000,
  termMs: 3000,
  lastWordsMs: 100,
};
