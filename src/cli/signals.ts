// SIGTERM and SIGINT: the first asks to stop, a second one means now. SIGHUP asks to read the policy again. Nothing else
// that may be sent to a running guard ends it.

/**
 * Listens for SIGHUP.
 *
 * @param again Called at each.
 * @returns How to stop listening.
 */
export function hangUpSignal(again: () => void): { dispose: () => void } {
  Deno.addSignalListener("SIGHUP", again);
  return { dispose: () => Deno.removeSignalListener("SIGHUP", again) };
}

/**
 * Signals that end a program which does not listen, and ask the guard for nothing: SIGUSR1 and SIGUSR2 by habit of other
 * programs, SIGHUP for as long as the policy that it would read again is only just being read.
 */
const IDLE: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? []
  : ["SIGHUP", "SIGUSR1", "SIGUSR2"];

/**
 * Listens for the signals.
 *
 * @param now Called at the second signal.
 * @returns The first signal's name, and how to stop listening.
 */
export function stopSignal(now: () => void): { signal: Promise<string>; dispose: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  let count = 0;
  const handlers = (["SIGTERM", "SIGINT"] as const).map((name) => {
    const handler = (): void => {
      if (++count > 1) now();
      resolve(name);
    };
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  });
  for (const name of IDLE) {
    const handler = (): void => {};
    Deno.addSignalListener(name, handler);
    handlers.push(() => Deno.removeSignalListener(name, handler));
  }
  return { signal: promise, dispose: () => handlers.forEach((remove) => remove()) };
}
