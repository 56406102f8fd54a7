// The tree that the strict JSON reader builds: members in order, numbers in their spelling.
// Plain objects would lose both (integer-like keys move to the front, 1e400 becomes null).

/** Up to this many members a linear search beats building an index. */
const SMALL = 8;

/** A JSON number in the exact spelling it was read in. */
export class JsonNumber {
  /** The spelling, e.g. `1.0e5`; always valid by RFC 8259 section 6. */
  readonly raw: string;

  /**
   * Keeps a spelling; nothing is checked here.
   *
   * @param raw A valid JSON number token; it is written as it is, so nothing else may come here.
   */
  constructor(raw: string) {
    this.raw = raw;
  }

  /** The nearest IEEE 754 double; may be infinite for overflowing spellings. */
  get value(): number {
    return Number(this.raw);
  }
}

/** A JSON object: parallel arrays of keys and values in document order, keys unique. */
export class JsonObject {
  /** Keys in document order. Change them through `set` and `delete` only. */
  readonly keys: string[];
  /** Values, parallel to `keys`; replacing one in place is fine. */
  readonly values: JsonValue[];
  #index: Map<string, number> | null = null;

  /**
   * Takes the arrays over, without a copy.
   *
   * @param keys Unique keys, in order.
   * @param values Values, parallel to `keys`.
   */
  constructor(keys: string[] = [], values: JsonValue[] = []) {
    this.keys = keys;
    this.values = values;
  }

  #find(key: string): number {
    if (this.keys.length <= SMALL) return this.keys.indexOf(key);
    if (this.#index === null || this.#index.size !== this.keys.length) {
      this.#index = new Map();
      for (let i = 0; i < this.keys.length; i++) this.#index.set(this.keys[i]!, i);
    }
    return this.#index.get(key) ?? -1;
  }

  /** The value of a member, or undefined. */
  get(key: string): JsonValue | undefined {
    const i = this.#find(key);
    return i < 0 ? undefined : this.values[i];
  }

  /** Whether a member exists. */
  has(key: string): boolean {
    return this.#find(key) >= 0;
  }

  /** Replaces a member in place, or appends it. */
  set(key: string, value: JsonValue): void {
    const i = this.#find(key);
    if (i >= 0) {
      this.values[i] = value;
      return;
    }
    this.keys.push(key);
    this.values.push(value);
    // Kept up to date rather than dropped: n appends must not cost n rebuilds.
    if (this.#index !== null) this.#index.set(key, this.keys.length - 1);
  }

  /**
   * Gives a member another key, in place.
   *
   * @param at The member's index.
   * @param key A key that no other member has.
   */
  rename(at: number, key: string): void {
    // Kept up to date rather than dropped: n renamings must not cost n rebuilds.
    if (this.#index !== null) {
      this.#index.delete(this.keys[at]!);
      this.#index.set(key, at);
    }
    this.keys[at] = key;
  }

  /** Removes a member; a missing one is no error. */
  delete(key: string): void {
    const i = this.#find(key);
    if (i < 0) return;
    this.keys.splice(i, 1);
    this.values.splice(i, 1);
    this.#index = null;
  }

  /**
   * Removes many members at the cost of one pass; missing ones are no error.
   *
   * @param unwanted Their keys.
   */
  deleteAll(unwanted: ReadonlySet<string>): void {
    let kept = 0;
    for (let i = 0; i < this.keys.length; i++) {
      const key = this.keys[i]!;
      if (unwanted.has(key)) continue;
      this.keys[kept] = key;
      this.values[kept++] = this.values[i]!;
    }
    this.keys.length = kept;
    this.values.length = kept;
    this.#index = null;
  }
}

/** Any JSON value of the tree. Strings, booleans and null are JavaScript's own. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

/** A plain JavaScript view of JSON, for schemas and for building values in code. */
export type Plain = null | boolean | string | number | Plain[] | { [key: string]: Plain };
