// A debugger's port gives whoever reaches it the guard's keys and its every decision. Deno opens one by a variable of the
// environment, which may be inherited and forgotten: then the guard does not start.

import { UsageError } from "./exit.ts";

/**
 * Refuses to start with a debugger that the environment has opened.
 *
 * @param options The variable `NODE_OPTIONS`, or undefined.
 * @throws {UsageError} When it opens a debugger.
 */
export function refuseDebugger(options: string | undefined): void {
  if (options === undefined || !options.includes("--inspect")) return;
  throw new UsageError(
    "NODE_OPTIONS opens a debugger (--inspect), which could read every key and change every decision; unset it",
  );
}
