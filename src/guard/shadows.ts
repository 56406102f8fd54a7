// Tools of one server whose names are alike after folding: one would shadow the other, so neither is shown or called.

import { foldName } from "../match/mod.ts";
import type { JsonValue } from "../wire/mod.ts";
import type { ListUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";

/** Names that are remembered at most, over all lists. */
const MAX_NAMES = 20_000;
/** Milliseconds for which pages of one list count as one. */
const PAGES_MS = 600_000;

/** Remembers which names collide. */
export class Shadows {
  readonly #collided = new Set<string>();
  readonly #paged = new Map<string, { name: string; at: number }>();

  /** Whether a name is one of several that are alike. */
  has(name: string): boolean {
    return this.#collided.size > 0 && this.#collided.has(foldName(name));
  }

  /**
   * Looks at a list of tools.
   *
   * @param list The list as the server sent it.
   * @param paged Whether it is one page of several: then it is compared with the pages before.
   * @param now Monotonic milliseconds.
   * @returns The items whose names collide.
   */
  look(list: ListUse, paged: boolean, now: number): JsonValue[] {
    const names = new Map<string, Set<string>>();
    for (const item of list.items) {
      const name = nameOf(item, list.key);
      if (name === null) continue;
      const fold = foldName(name);
      const seen = names.get(fold) ?? new Set();
      names.set(fold, seen.add(name));
      if (paged) this.#page(fold, name, now, seen);
    }
    for (const [fold, seen] of names) {
      if (seen.size > 1) {
        if (this.#collided.size < MAX_NAMES) this.#collided.add(fold);
      } else if (!paged) this.#collided.delete(fold);
    }
    return list.items.filter((item) => {
      const name = nameOf(item, list.key);
      return name !== null && this.has(name);
    });
  }

  #page(fold: string, name: string, now: number, seen: Set<string>): void {
    const before = this.#paged.get(fold);
    if (before !== undefined && now - before.at < PAGES_MS) seen.add(before.name);
    if (this.#paged.size >= MAX_NAMES) this.#paged.clear();
    this.#paged.set(fold, { name, at: now });
  }
}

function nameOf(item: JsonValue, key: string): string | null {
  const name = item instanceof JsonObject ? item.get(key) : undefined;
  return typeof name === "string" ? name : null;
}
