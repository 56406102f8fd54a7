// The cursor of a list that several servers share: which of them have more, and where each goes on.
// It is plain JSON and not packed in base64, so that whatever judges texts sees what each server will get.

import { JsonError, JsonObject, parseJson, writeJson } from "../../wire/mod.ts";

/** Longest cursor of one server, UTF-16 units. */
export const MAX_CURSOR = 4096;

/** Longest cursor of all servers together, bytes of UTF-8. */
const MAX_BYTES = 262_144;

/**
 * Writes a cursor.
 *
 * @param more Where each server that has more goes on, by name.
 * @returns The text for the client, or null where none has.
 */
export function writeCursor(more: ReadonlyMap<string, string>): string | null {
  return more.size === 0 ? null : writeJson(new JsonObject([...more.keys()], [...more.values()]));
}

/**
 * Reads a client's cursor: one that this guard could have written, and nothing else.
 *
 * @param text What the client sent.
 * @param names The servers that there are.
 * @returns Where each server goes on, or null where it is no such cursor.
 *
 * @example
 * ```ts
 * import { readCursor, writeCursor } from "./cursor.ts";
 * import { expect } from "expect";
 *
 * const text = writeCursor(new Map([["github", "page 2"]]))!;
 * expect(readCursor(text, ["github", "files"])).toEqual(new Map([["github", "page 2"]]));
 * expect(readCursor('{"other":"1"}', ["github"])).toBe(null);
 * ```
 */
export function readCursor(
  text: string,
  names: readonly string[],
): Map<string, string> | null {
  let tree;
  try {
    tree = parseJson(text, { bytes: MAX_BYTES, depth: 1, tokens: 128 });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return null;
  }
  if (!(tree instanceof JsonObject) || tree.keys.length === 0) return null;
  const more = new Map<string, string>();
  for (const [i, name] of tree.keys.entries()) {
    const value = tree.values[i];
    if (!names.includes(name) || typeof value !== "string" || value.length > MAX_CURSOR) {
      return null;
    }
    more.set(name, value);
  }
  // One spelling only: no escapes behind which a text could hide from those who judge it.
  return writeCursor(more) === text ? more : null;
}
