// The last net: an error that no part caught must not end the guard of everybody, nor print what it holds.
// The message that caused it was not forwarded, so going on stays on the safe side.

/** Milliseconds between two lines about such errors. */
const QUIET_MS = 1000;

/**
 * Catches errors and rejections that nobody else caught.
 *
 * @param say Told the kind of the error, at most once a second; never its message.
 * @param monotonic Milliseconds.
 * @returns How to stop catching.
 */
export function catchStray(
  say: (message: string) => void,
  monotonic: () => number,
): { dispose: () => void } {
  let quietUntil = -Infinity;
  let unsaid = 0;
  const tell = (error: unknown): void => {
    const now = monotonic();
    if (now < quietUntil) {
      unsaid++;
      return;
    }
    quietUntil = now + QUIET_MS;
    const more = unsaid === 0 ? "" : `, and ${unsaid} more before it`;
    unsaid = 0;
    say(`internal failure, please report it: ${kindOf(error)}${more}; going on`);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    tell(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    tell(event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    dispose: () => {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}

/** An error's class, code and the place in the program it came from: nothing of what it says. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is no error";
  const { code } = error as { code?: unknown };
  const place = error.stack?.split("\n").find((line) => line.startsWith("    at "));
  // Only the last part: the rest is a path of this machine.
  const where = place?.slice(place.lastIndexOf("/") + 1).replace(")", "");
  return [
    error.name,
    ...(typeof code === "string" ? [code] : []),
    ...(where === undefined ? [] : [`at ${where}`]),
  ].join(" ");
}
