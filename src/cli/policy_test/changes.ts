// What a judgement changed in a message: the places where two trees differ, and whether two trees say the same.

import { JsonNumber, JsonObject, type JsonValue } from "../../wire/mod.ts";

/**
 * The places where something was replaced, renamed or taken out.
 *
 * @param before The tree as it came.
 * @param after The same tree after it was judged.
 * @param path How the place of the trees themselves is called, e.g. `args`.
 * @returns Each place in the spelling of rules (`args.rows[0].card`), in the order of the tree; a list that lost
 * entries as a whole.
 */
export function changes(before: JsonValue, after: JsonValue, path: string): string[] {
  if (before instanceof JsonObject && after instanceof JsonObject) {
    if (before.keys.length !== after.keys.length) return [path];
    return after.keys.flatMap((key, i) =>
      key === before.keys[i]
        ? changes(before.values[i]!, after.values[i]!, member(path, key))
        : [member(path, key)]
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length
      ? after.flatMap((value, i) => changes(before[i]!, value, `${path}[${i}]`))
      : [path];
  }
  return same(before, after) ? [] : [path];
}

/** A member's place. */
export function member(path: string, key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
    ? `${path}.${key}`
    : `${path}[${JSON.stringify(key)}]`;
}

/**
 * Whether two trees say the same: the order of members does not count, the spelling of numbers does.
 *
 * @param one A tree.
 * @param other Another.
 */
export function same(one: JsonValue, other: JsonValue): boolean {
  if (one instanceof JsonNumber && other instanceof JsonNumber) return one.raw === other.raw;
  if (one instanceof JsonObject && other instanceof JsonObject) {
    return one.keys.length === other.keys.length &&
      one.keys.every((key, i) => {
        const value = other.get(key);
        return value !== undefined && same(one.values[i]!, value);
      });
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, i) => same(value, other[i]!));
  }
  return one === other;
}
