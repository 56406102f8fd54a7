// A deadline of our own around any promise: the Redis client's does not fire on a server that hangs.

import type { Clock } from "../guard/ports.ts";

/** The work did not end in time. It may still end later; nobody will hear of it. */
export class Late extends Error {
  /** The class name, stable across bundling. */
  override name = "Late";
}

/**
 * Waits for work, but no longer than `ms`.
 *
 * A timer that itself comes late by more than half of `ms` shows that this process was busy (a large
 * message, a pause of the garbage collector) and never looked at the socket: that is not the server's
 * fault, so the work gets `ms` once more, once.
 *
 * @param ms Milliseconds.
 * @param clock Monotonic time.
 * @param work Starts the work; `over` tells it whether there is still someone waiting.
 * @returns What the work resolves to.
 * @throws Late when time is up, or what the work throws. What it throws later is swallowed.
 */
export function within<T>(
  ms: number,
  clock: Pick<Clock, "monotonic">,
  work: (over: () => boolean) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const due = clock.monotonic() + ms;
    const expire = (): void => {
      over = true;
      reject(new Late(`no answer within ${ms} ms`));
    };
    let timer = setTimeout(() => {
      if (clock.monotonic() - due > ms / 2) timer = setTimeout(expire, ms);
      else expire();
    }, ms);
    const end = (): void => {
      over = true;
      clearTimeout(timer);
    };
    work(() => over).then((value) => {
      end();
      resolve(value);
    }, (error) => {
      end();
      reject(error);
    });
  });
}
