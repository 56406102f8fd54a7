// Standard error as a target. Writes are asynchronous: a full pipe must not stop the program, only fill the queue.

import type { LineTarget, SetTimer } from "./types.ts";

/** Milliseconds until a non-blocking pipe that was full is tried again. */
const RETRY_MS = 5;

/**
 * Makes the target. It never closes standard error.
 *
 * @param setTimer For pipes in non-blocking mode.
 * @param write Writes some bytes; standard error by default.
 */
export function stderrTarget(
  setTimer: SetTimer,
  write: (bytes: Uint8Array) => Promise<number> = (bytes) => Deno.stderr.write(bytes),
): LineTarget {
  let torn = false;
  return {
    prepare: () => Infinity,
    get torn(): boolean {
      return torn;
    },
    async write(bytes: Uint8Array): Promise<number> {
      while (true) {
        try {
          const taken = await write(bytes);
          if (taken > 0) torn = bytes[taken - 1] !== 10;
          return taken;
        } catch (error) {
          // Whoever gave us the pipe made it non-blocking: full is no failure.
          if (!(error instanceof Deno.errors.WouldBlock)) throw error;
          await new Promise<void>((resolve) => setTimer(RETRY_MS, resolve));
        }
      }
    },
    close: () => {},
  };
}
