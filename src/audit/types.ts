// What the parts of the audit room share: where bytes go, timers, and the sink that can be read.

import type { AuditSink } from "../guard/ports.ts";
import type { AuditRecord } from "../guard/types.ts";

/** Takes bytes of whole lines. */
export interface LineTarget {
  /**
   * Makes ready for writing: opens, follows a moved file, begins a new one.
   *
   * @param bytes Bytes of the next line.
   * @returns Bytes that should be written before the next `prepare`, `Infinity` where there is no bound.
   * @throws When nothing can be written.
   */
  prepare(bytes: number): number;
  /** Whether the last byte is not a newline, e.g. after a short write. */
  readonly torn: boolean;
  /** Writes some of the bytes, which are only lent until it has answered. Answers how many, at least 1. */
  write(bytes: Uint8Array): number | Promise<number>;
  /** Releases what it holds. */
  close(): void;
}

/** Calls back after some milliseconds; returns what cancels that. */
export type SetTimer = (ms: number, callback: () => void) => () => void;

/** Timers of the runtime. */
export const setTimer: SetTimer = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

/** The code of an error of the operating system, e.g. `ENOSPC`, or its message. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error.message;
}

/** A sink whose records can be read. */
export interface MemorySink extends AuditSink {
  /** The records kept, oldest first, as they were given: neither cut nor escaped. */
  readonly records: readonly AuditRecord[];
  /** Keeps one record. */
  write(record: AuditRecord): void;
  /** Forgets all records. */
  clear(): void;
}
