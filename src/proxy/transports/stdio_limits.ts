// Bounds and deadlines of a connection over pipes, and their defaults.

/** Bounds and deadlines of one connection over pipes. */
export interface StdioLimits {
  /** Largest message, bytes: a longer line is dropped unread. */
  messageBytes: number;
  /** How many lines may be too long before the connection ends, 1 or more. */
  longLines: number;
  /** Bytes of one too long line that are dropped before the connection ends. */
  skipBytes: number;
  /** Unsent bytes at which `send` returns false. */
  highWaterBytes: number;
  /** Milliseconds the peer may stay above the high-water mark; 0: for ever, since one pipe serves one peer. */
  slowReaderMs: number;
  /** Unsent bytes at which the next `send` ends the connection at once. */
  hardCapBytes: number;
  /** Milliseconds that closing may take, for what is still queued. */
  closeMs: number;
}

/** Values for whatever a caller leaves out. */
export const STDIO_LIMITS: Readonly<StdioLimits> = {
  messageBytes: 1_048_576,
  longLines: 3,
  skipBytes: 16_777_216,
  highWaterBytes: 1_048_576,
  slowReaderMs: 0,
  hardCapBytes: 4_194_304,
  closeMs: 1000,
};
