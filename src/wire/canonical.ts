// The sorted form for digests (RFC 8785): two spellings of one value give one text.
// Attestation, pins and approvals hash this form; it is never what is forwarded.

import { canonicalNumber } from "./json_decimal.ts";
import { quote } from "./json_quote.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";

/** A container that is being written. */
interface Open {
  readonly up: Open | null;
  /** The object and its keys in order; both null in an array. */
  readonly object: JsonObject | null;
  readonly keys: readonly string[] | null;
  readonly items: readonly JsonValue[];
  next: number;
}

/**
 * Writes a tree in the canonical form of RFC 8785 (JCS): no white space, members sorted by the
 * UTF-16 code units of their keys, strings and numbers as ECMAScript writes them.
 *
 * It goes beyond the RFC where that takes two different values for one: a number that no double
 * prints as (overflow, integers beyond 2^53, more than 17 digits) keeps its exact decimal value,
 * spelled `D.DDDe+N`. And where the RFC ends in an error: half a surrogate pair, which only a tree
 * built in code can hold, is written as its escape.
 *
 * Without recursion; a tree that contains itself never ends.
 *
 * @param value The tree.
 * @returns The canonical text.
 *
 * @example
 * ```ts
 * import { canonicalJson } from "./canonical.ts";
 * import { parseJson } from "./json.ts";
 * import { expect } from "expect";
 *
 * expect(canonicalJson(parseJson('{"b": 1.0, "a": [1E2]}'))).toBe('{"a":[100],"b":1}');
 * ```
 */
export function canonicalJson(value: JsonValue): string {
  let out = "";
  let open: Open | null = null;
  let due: JsonValue = value;
  for (;;) {
    if (typeof due === "string") out += quote(due);
    else if (due instanceof JsonNumber) out += canonicalNumber(due.raw);
    else if (due === null || typeof due === "boolean") out += due;
    else if (due instanceof JsonObject) {
      // The default order of sort() is that of UTF-16 code units, as RFC 8785 section 3.2.3 wants.
      const keys: string[] = due.keys.slice().sort();
      open = { up: open, object: due, keys, items: due.values, next: 0 };
      out += "{";
    } else {
      open = { up: open, object: null, keys: null, items: due, next: 0 };
      out += "[";
    }
    while (open !== null && open.next === open.items.length) {
      out += open.keys === null ? "]" : "}";
      open = open.up;
    }
    if (open === null) return out;
    const i = open.next++;
    if (i > 0) out += ",";
    if (open.object === null) due = open.items[i]!;
    else {
      const key = open.keys![i]!;
      out += quote(key) + ":";
      due = open.object.get(key)!;
    }
  }
}
