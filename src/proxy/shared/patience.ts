// How long all clients of a shared server wait for one that reads too slowly: a moment, so that a burst of large answers
// costs nobody its session, and a tenth of the time at most, so that nobody can slow the others down by reading slowly.

import type { Member } from "./member.ts";

/** Part of the time for which the server may be held up. */
const SHARE = 0.1;

/** What it needs. */
export interface PatienceParts {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Milliseconds of the longest wait; 0 for none. */
  mostMs: () => number;
  /** Reads no more from the server. */
  hold: () => void;
  /** Reads from it again. */
  release: () => void;
}

/** The clients that are waited for. */
export class Patience {
  readonly #parts: PatienceParts;
  readonly #slow = new Set<Member>();
  #left: number | null = null;
  #at = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param parts What it needs. */
  constructor(parts: PatienceParts) {
    this.#parts = parts;
  }

  /** More waits for a client than should: it is waited for, or ended where that was done enough. */
  wait(member: Member): void {
    if (this.#slow.has(member)) return;
    if (this.#slow.size === 0) {
      const { now, mostMs, hold } = this.#parts;
      const since = now() - this.#at;
      this.#left = Math.min(mostMs(), (this.#left ?? Infinity) + since * SHARE);
      this.#at = now();
      if (this.#left < 1) return member.endSlow();
      hold();
      this.#timer = setTimeout(() => this.#over(), this.#left);
    }
    this.#slow.add(member);
  }

  /** A client has caught up, or has left. */
  done(member: Member): void {
    if (!this.#slow.delete(member) || this.#slow.size > 0) return;
    clearTimeout(this.#timer);
    const { now, release } = this.#parts;
    this.#left = Math.max(0, this.#left! - (now() - this.#at));
    this.#at = now();
    release();
  }

  /** Waits for nobody any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #over(): void {
    // The last one that leaves lets the others go on.
    for (const member of [...this.#slow]) member.endSlow();
  }
}
