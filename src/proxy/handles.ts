// Handles that servers give out (cursors, request states, tasks) and whose they are. A server behind the guard often sees
// one caller for all, so a handle that one client was given must not be good for another.

import { createHash } from "node:crypto";

/** What a handle is for. */
export type HandleKind = "cursor" | "state" | "task";

/** Handles that are remembered for one caller; the oldest goes. */
const OF_ONE = 10_000;
/** Callers whose handles are remembered; who was silent for longest goes. */
const CALLERS = 10_000;
/** Handles in all. */
const IN_ALL = 500_000;

/** Remembers handles by their digests: they may be long, and are nobody else's business. */
export class Handles {
  readonly #callers = new Map<string, Set<string>>();
  #count = 0;

  /**
   * Remembers whom a handle was given to.
   *
   * @param owner Who, as a key.
   * @param kind What it is.
   * @param value The handle, with what it is bound to.
   */
  give(owner: string, kind: HandleKind, ...value: readonly string[]): void {
    const own = this.#callers.get(owner) ?? new Set();
    this.#callers.delete(owner);
    this.#callers.set(owner, own);
    const key = digest(kind, value);
    if (own.delete(key)) this.#count--;
    own.add(key);
    this.#count++;
    if (own.size > OF_ONE) {
      own.delete(own.keys().next().value!);
      this.#count--;
    }
    while (this.#callers.size > CALLERS || (this.#count > IN_ALL && this.#callers.size > 1)) {
      const [oldest, all] = this.#callers.entries().next().value!;
      this.#callers.delete(oldest);
      this.#count -= all.size;
    }
  }

  /** Whether a handle was given to this caller. */
  has(owner: string, kind: HandleKind, ...value: readonly string[]): boolean {
    return this.#callers.get(owner)?.has(digest(kind, value)) ?? false;
  }
}

function digest(kind: HandleKind, value: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify([kind, ...value])).digest("base64");
}
