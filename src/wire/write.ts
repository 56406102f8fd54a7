// Writes the tree back as JSON: members in order, numbers in their spelling, no white space.
// What was judged is what is sent on; the bytes that came in never are.

import { quote } from "./json_quote.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";

export { canonicalJson } from "./canonical.ts";

/** A container that is being written. */
interface Open {
  readonly up: Open | null;
  readonly keys: readonly string[] | null;
  readonly values: readonly JsonValue[];
  next: number;
}

/** What ends a line for some readers, though not in JSON: NEL, and the line and paragraph separators. */
const BREAKS = /[\u0085\u2028\u2029]/g;

/**
 * A string that is one line to every reader: Deno's `node:readline` and Python's `splitlines` end lines there, so that a
 * part of a string would be a message that nobody has judged.
 */
function onOneLine(text: string): string {
  const quoted = quote(text);
  // Looking for each is many times as fast as replacing nothing.
  if (!(text.includes("\u2028") || text.includes("\u2029") || text.includes("\u0085"))) {
    return quoted;
  }
  return quoted.replace(
    BREAKS,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Writes a tree as JSON text. Control characters, half surrogate pairs and what may end a line come
 * out as escapes, so the text is always valid UTF-8 and one line. Without recursion; a tree that contains itself never ends.
 *
 * @param value The tree.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { writeJson } from "./write.ts";
 * import { parseJson } from "./json.ts";
 * import { expect } from "expect";
 *
 * expect(writeJson(parseJson('{"b": 1.0, "a": [1E2]}'))).toBe('{"b":1.0,"a":[1E2]}');
 * ```
 */
export function writeJson(value: JsonValue): string {
  let out = "";
  let open: Open | null = null;
  let due: JsonValue = value;
  for (;;) {
    if (typeof due === "string") out += onOneLine(due);
    else if (due instanceof JsonNumber) out += due.raw;
    else if (due === null || typeof due === "boolean") out += due;
    else {
      const isObject: boolean = due instanceof JsonObject;
      open = {
        up: open,
        keys: due instanceof JsonObject ? due.keys : null,
        values: due instanceof JsonObject ? due.values : due,
        next: 0,
      };
      out += isObject ? "{" : "[";
    }
    while (open !== null && open.next === open.values.length) {
      out += open.keys === null ? "]" : "}";
      open = open.up;
    }
    if (open === null) return out;
    const i = open.next++;
    if (i > 0) out += ",";
    if (open.keys !== null) out += onOneLine(open.keys[i]!) + ":";
    due = open.values[i]!;
  }
}
