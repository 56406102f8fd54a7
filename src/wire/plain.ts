// Between the tree and plain JavaScript values: views for rules and schemas, and trees from code.
// A view loses spellings and the order of integer-like keys, so it is never what is written.

import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue, Plain } from "./value.ts";

/** A container of the source beside the one that is built from it. */
interface Pair<From, To> {
  readonly up: Pair<From, To> | null;
  readonly keys: readonly string[] | null;
  readonly items: readonly From[];
  readonly to: To;
  next: number;
}

type ViewPair = Pair<JsonValue, Plain[] | { [key: string]: Plain }>;
type TreePair = Pair<unknown, JsonValue[]>;

/** Deepest nesting that {@link fromPlain} takes, which also ends on values that contain themselves. */
const MAX_DEPTH = 512;
/** Most values it takes: shared parts are copied, so a small graph could become a huge tree. */
const MAX_VALUES = 1_000_000;

/**
 * Makes a plain view of a tree. Objects have no prototype, so a member called `constructor` or
 * `__proto__` is a member and nothing else. Numbers become doubles: spellings are lost, and
 * overflowing ones are infinite.
 *
 * @param value The tree.
 * @returns A deep copy in plain values.
 *
 * @example
 * ```ts
 * import { toPlain } from "./plain.ts";
 * import { parseJson } from "./json.ts";
 * import { expect } from "expect";
 *
 * expect(JSON.stringify(toPlain(parseJson('{"a":[1.50]}')))).toBe('{"a":[1.5]}');
 * ```
 */
export function toPlain(value: JsonValue): Plain {
  let root: Plain | undefined;
  let pair: ViewPair | null = null;
  let due: JsonValue = value;
  for (;;) {
    let made: Plain;
    let inner: ViewPair | null = null;
    if (due instanceof JsonNumber) made = due.value;
    else if (due instanceof JsonObject) {
      const to: { [key: string]: Plain } = Object.create(null);
      made = to;
      inner = { up: pair, keys: due.keys, items: due.values, to, next: 0 };
    } else if (Array.isArray(due)) {
      const to: Plain[] = [];
      made = to;
      inner = { up: pair, keys: null, items: due, to, next: 0 };
    } else made = due;
    if (pair === null) root = made;
    else if (Array.isArray(pair.to)) pair.to.push(made);
    else pair.to[pair.keys![pair.next - 1]!] = made;
    if (inner !== null) pair = inner;
    while (pair !== null && pair.next === pair.items.length) pair = pair.up;
    if (pair === null) return root!;
    due = pair.items[pair.next++]!;
  }
}

/**
 * Makes a tree of plain values. Only what JSON has is taken, and nothing is skipped or converted
 * (no `toJSON`, no dropped `undefined`): what is judged must be what was given.
 *
 * @param plain Null, booleans, strings, finite numbers, arrays, and objects whose prototype is
 *   `Object.prototype` or null; own enumerable string keys count.
 * @returns A deep copy as a tree.
 * @throws {TypeError} For anything else, a `__proto__` key, nesting deeper than 512 (also of a value
 *   that contains itself), or more than 1,000,000 values.
 *
 * @example
 * ```ts
 * import { fromPlain } from "./plain.ts";
 * import { writeJson } from "./write.ts";
 * import { expect } from "expect";
 *
 * expect(writeJson(fromPlain({ b: [1.5], a: null }))).toBe('{"b":[1.5],"a":null}');
 * expect(() => fromPlain({ a: NaN })).toThrow(TypeError);
 * ```
 */
export function fromPlain(plain: Plain): JsonValue {
  let root: JsonValue | undefined;
  let pair: TreePair | null = null;
  let due: unknown = plain;
  let depth = 0;
  let left = MAX_VALUES;
  for (;;) {
    if (--left < 0) throw new TypeError(`fromPlain: more than ${MAX_VALUES} values`);
    let made: JsonValue;
    let inner: TreePair | null = null;
    if (due === null || typeof due === "string" || typeof due === "boolean") made = due;
    else if (typeof due === "number" && Number.isFinite(due)) made = new JsonNumber(String(due));
    else if (typeof due !== "object") throw refused(due, pair);
    else {
      if (++depth > MAX_DEPTH) throw new TypeError(`fromPlain: nested deeper than ${MAX_DEPTH}`);
      if (Array.isArray(due)) {
        const to: JsonValue[] = [];
        made = to;
        inner = { up: pair, keys: null, items: due, to, next: 0 };
      } else {
        const prototype = Object.getPrototypeOf(due);
        if (prototype !== Object.prototype && prototype !== null) throw refused(due, pair);
        const keys = Object.keys(due);
        if (keys.includes("__proto__")) throw new TypeError("fromPlain: key __proto__");
        const source = due as { [key: string]: unknown };
        const items = keys.map((key) => source[key]);
        const to: JsonValue[] = [];
        made = new JsonObject(keys, to);
        inner = { up: pair, keys, items, to, next: 0 };
      }
    }
    if (pair === null) root = made;
    else pair.to.push(made);
    if (inner !== null) pair = inner;
    while (pair !== null && pair.next === pair.items.length) {
      pair = pair.up;
      depth--;
    }
    if (pair === null) return root!;
    due = pair.items[pair.next++];
  }
}

/** Names the kind of thing and where it stands, never its content. */
function refused(thing: unknown, at: TreePair | null): TypeError {
  const kind = typeof thing === "object"
    ? "an object with a prototype of its own"
    : typeof thing === "number"
    ? String(thing)
    : typeof thing === "undefined"
    ? "undefined"
    : `a ${typeof thing}`;
  let path = "";
  for (let pair: TreePair | null = at; pair !== null && path.length < 200; pair = pair.up) {
    const i = pair.next - 1;
    path = (pair.keys === null ? `[${i}]` : `.${pair.keys[i]!.slice(0, 50)}`) + path;
  }
  return new TypeError(`fromPlain: ${kind} at $${path} has no JSON form`);
}
