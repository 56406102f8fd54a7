// A queue of buckets by the time they are full again: the first is found at once, never by a scan.

/** Something with a time. The queue keeps the time in order; only the queue changes it. */
export interface Due {
  /** Milliseconds at which the entry was last known to fall due; Infinity for never. */
  due: number;
}

/** A binary heap, earliest first. Every operation is O(log n). */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];

  /** The entry with the earliest time. */
  first(): T | undefined {
    return this.#heap[0];
  }

  /**
   * Adds an entry.
   *
   * @param entry Not in the queue yet.
   */
  add(entry: T): void {
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent] as T;
      if (above.due <= entry.due) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /**
   * Moves the first entry back.
   *
   * @param due Its new time in milliseconds, not before its old one.
   */
  postponeFirst(due: number): void {
    const entry = this.#heap[0];
    if (entry === undefined) return;
    entry.due = due;
    this.#sink(entry);
  }

  /** Removes the first entry. */
  removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  #sink(entry: T): void {
    const heap = this.#heap;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && (heap[right] as T).due < (heap[child] as T).due) child = right;
      const below = heap[child] as T;
      if (below.due >= entry.due) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }
}
