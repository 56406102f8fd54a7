// Who has done what flows look back at: in this process, or in one small document that several share.

import { DependencyFailed } from "../errors.ts";
import type { Clock, Taint, TaintStore, TaintVerdict } from "../guard/ports.ts";
import type { SharedText } from "./document.ts";

/** Marks that are kept over all callers. */
const MAX_MARKS = 100_000;
/** The same where all of them are read and written with each change. */
const MAX_SHARED = 2000;

/** When something was last done, and until when that is kept: milliseconds of one clock. */
interface Mark {
  at: number;
  until: number;
}

/** The marks themselves, in the order in which they were last set. */
class Marks {
  /** By key of {@linkcode nameOf}. */
  readonly all: Map<string, Mark>;
  readonly #most: number;
  #lookedAt = -Infinity;

  constructor(most: number, marks: Iterable<readonly [string, Mark]> = []) {
    this.all = new Map(marks);
    this.#most = most;
  }

  admit(
    owner: string,
    looks: readonly Taint[],
    marks: readonly Taint[],
    now: number,
  ): TaintVerdict {
    for (const [i, { key, ttlMs }] of looks.entries()) {
      const mark = this.all.get(nameOf(owner, key));
      // A clock that was set back makes nothing come true later.
      const leftMs = mark === undefined ? 0 : Math.min(mark.at, now) + ttlMs - now;
      if (leftMs > 0) return { hit: i, leftMs, full: false };
    }
    if (marks.length === 0) return { hit: -1, leftMs: 0, full: false };
    const names = marks.map(({ key }) => nameOf(owner, key));
    const fresh = new Set(names.filter((name) => !this.all.has(name))).size;
    // Not for every message of a full store: one look over all of it is dear.
    if (this.all.size + fresh > this.#most && now - this.#lookedAt >= 1000) this.expire(now);
    if (this.all.size + fresh > this.#most) return { hit: -1, leftMs: 0, full: true };
    marks.forEach(({ ttlMs }, i) => {
      const name = names[i]!;
      const until = Math.max(now + ttlMs, this.all.get(name)?.until ?? 0);
      this.all.delete(name);
      this.all.set(name, { at: now, until });
    });
    return { hit: -1, leftMs: 0, full: false };
  }

  expire(now: number): void {
    this.#lookedAt = now;
    for (const [name, { until }] of this.all) if (until <= now) this.all.delete(name);
  }
}

/** One name for a caller and a flow; neither can be written so that it is taken for part of the other. */
function nameOf(owner: string, key: string): string {
  return JSON.stringify([owner, key]);
}

/**
 * Makes a memory of this process: it forgets when the process ends.
 *
 * @param clock Only the monotonic side is read: a step of the wall clock ends nothing early.
 * @returns The store; it needs no closing.
 *
 * @example What was done counts until its time is over
 * ```ts
 * import { memoryTaints } from "./taints.ts";
 * import { expect } from "expect";
 *
 * let now = 0;
 * const taints = memoryTaints({ monotonic: () => now });
 * const flow = { key: "private", ttlMs: 1000 };
 * await taints.admit("alice", [], [flow]);
 * expect(await taints.admit("alice", [flow], [])).toEqual({ hit: 0, leftMs: 1000, full: false });
 * now = 1000;
 * expect((await taints.admit("alice", [flow], [])).hit).toBe(-1);
 * ```
 */
export function memoryTaints(clock: Pick<Clock, "monotonic">): TaintStore {
  const marks = new Marks(MAX_MARKS);
  return { admit: (owner, looks, set) => marks.admit(owner, looks, set, clock.monotonic()) };
}

/** A memory in a shared text. */
export class DocumentTaints implements TaintStore {
  readonly #shared: SharedText;
  readonly #clock: Pick<Clock, "now">;

  /**
   * @param shared Where the text is.
   * @param clock The wall clock, which the processes share.
   */
  constructor(shared: SharedText, clock: Pick<Clock, "now">) {
    this.#shared = shared;
    this.#clock = clock;
  }

  admit(owner: string, looks: readonly Taint[], set: readonly Taint[]): Promise<TaintVerdict> {
    return this.#shared.update((text) => {
      const now = this.#clock.now();
      const marks = new Marks(MAX_SHARED, read(text));
      const result = marks.admit(owner, looks, set, now);
      if (set.length === 0 || result.full || result.hit >= 0) return { text: null, result };
      marks.expire(now);
      return { text: JSON.stringify({ version: 1, marks: [...marks.all] }), result };
    });
  }

  healthy(): boolean {
    return this.#shared.healthy();
  }

  close(): Promise<void> {
    return this.#shared.close();
  }
}

/** Reads the text. What is no such document is never taken for an empty one. */
function read(text: string | null): [string, Mark][] {
  if (text === null) return [];
  let content: { version?: unknown; marks?: unknown } | null;
  try {
    content = JSON.parse(text);
  } catch {
    throw new DependencyFailed("flows", "what was kept for flows cannot be read");
  }
  const { version, marks } = content ?? {};
  if (version !== 1 || !Array.isArray(marks) || !marks.every(isEntry)) {
    throw new DependencyFailed("flows", "what was kept for flows has another form");
  }
  return marks;
}

function isEntry(entry: unknown): entry is [string, Mark] {
  const [name, mark] = Array.isArray(entry) ? entry as unknown[] : [];
  const { at, until } = (mark ?? {}) as Record<string, unknown>;
  return typeof name === "string" && typeof at === "number" && typeof until === "number";
}
