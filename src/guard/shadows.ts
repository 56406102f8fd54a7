// Tools of one server whose names are alike after folding, or equal: one would shadow the other, so neither is shown or
// called.

import { foldName } from "../match/mod.ts";
import { canonicalJson, type JsonValue } from "../wire/mod.ts";
import type { ListUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";

/** Names that are remembered at most, over all lists. */
const MAX_NAMES = 20_000;
/** Milliseconds for which pages of one list count as one. */
const PAGES_MS = 600_000;

/** The first definition of a name, and its canonical form once that was wanted: it may be large, and the others many. */
interface First {
  readonly item: JsonValue;
  canonical: string | null;
}

function isSame(first: First, item: JsonValue): boolean {
  first.canonical ??= canonicalJson(first.item);
  return first.canonical === canonicalJson(item);
}

/** Remembers which names collide. */
export class Shadows {
  readonly #collided = new Set<string>();
  readonly #paged = new Map<string, { name: string; at: number }>();
  readonly #several: boolean;

  /** @param several Whether names begin with a server's name and a slash: then only one server's can collide. */
  constructor(several = false) {
    this.#several = several;
  }

  /** Whether a name is one of several that are alike. */
  has(name: string): boolean {
    return this.#collided.size > 0 && this.#collided.has(this.#fold(name));
  }

  /**
   * Looks at a list of tools.
   *
   * @param list The list as the server sent it.
   * @param paged Whether it is one page of several: then it is compared with the pages before.
   * @param now Monotonic milliseconds.
   * @param place How a name in the list is known to the guard.
   * @returns The items whose names collide.
   */
  look(
    list: ListUse,
    paged: boolean,
    now: number,
    place: (name: string) => string = (name) => name,
  ): JsonValue[] {
    const nameOf = (item: JsonValue): string | null => {
      const name = item instanceof JsonObject ? item.get(list.key) : undefined;
      return typeof name === "string" ? place(name) : null;
    };
    const names = new Map<string, Set<string>>();
    const first = new Map<string, First>();
    const twice = new Set<string>();
    for (const item of list.items) {
      const name = nameOf(item);
      if (name === null) continue;
      const fold = this.#fold(name);
      const seen = names.get(fold) ?? new Set();
      names.set(fold, seen.add(name));
      if (paged) this.#page(fold, name, now, seen);
      const other = first.get(name);
      if (other === undefined) first.set(name, { item, canonical: null });
      // The same tool twice is only odd; of two definitions clients read one, and nobody knows which.
      else if (!twice.has(fold) && !isSame(other, item)) twice.add(fold);
    }
    const alike = new Set<string>();
    for (const [fold, seen] of names) {
      if (seen.size > 1 || twice.has(fold)) {
        alike.add(fold);
        if (this.#collided.size < MAX_NAMES) this.#collided.add(fold);
      } else if (!paged) this.#collided.delete(fold);
    }
    return list.items.filter((item) => {
      const name = nameOf(item);
      // What there is no room to remember is withheld all the same.
      return name !== null && (alike.has(this.#fold(name)) || this.has(name));
    });
  }

  #fold(name: string): string {
    const at = this.#several ? name.indexOf("/") : -1;
    return name.slice(0, at + 1) + foldName(name.slice(at + 1));
  }

  #page(fold: string, name: string, now: number, seen: Set<string>): void {
    const before = this.#paged.get(fold);
    if (before !== undefined && now - before.at < PAGES_MS) seen.add(before.name);
    if (this.#paged.size >= MAX_NAMES) this.#paged.clear();
    this.#paged.set(fold, { name, at: now });
  }
}
