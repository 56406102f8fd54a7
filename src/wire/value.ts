// The tree that the strict JSON reader builds: members in order, numbers in their spelling.
// Plain objects would lose both (integer-like keys move to the front, 1e400 becomes null).

/** A JSON number in the exact spelling it was read in. */
export class JsonNumber {
  /** The spelling, e.g. `1.0e5`; always valid by RFC 8259 section 6. */
  readonly raw: string;

  /** @param raw A valid JSON number token. */
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
  /** Keys in document order. */
  readonly keys: string[];
  /** Values, parallel to `keys`. */
  readonly values: JsonValue[];
  #index: Map<string, number> | null = null;

  /**
   * @param keys Unique keys, in order.
   * @param values Values, parallel to `keys`.
   */
  constructor(keys: string[] = [], values: JsonValue[] = []) {
    this.keys = keys;
    this.values = values;
  }

  #find(key: string): number {
    if (this.keys.length <= 8) return this.keys.indexOf(key);
    if (this.#index === null) {
      this.#index = new Map(this.keys.map((k, i) => [k, i]));
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
    if (i >= 0) this.values[i] = value;
    else {
      this.keys.push(key);
      this.values.push(value);
      this.#index = null;
    }
  }

  /** Removes a member; a missing one is no error. */
  delete(key: string): void {
    const i = this.#find(key);
    if (i < 0) return;
    this.keys.splice(i, 1);
    this.values.splice(i, 1);
    this.#index = null;
  }
}

/** Any JSON value of the tree. Strings, booleans and null are JavaScript's own. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

/** A plain JavaScript view of JSON, for schemas and for building values in code. */
export type Plain = null | boolean | string | number | Plain[] | { [key: string]: Plain };
