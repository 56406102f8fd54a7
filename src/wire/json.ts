// The strict JSON reader: the only way in which text from outside becomes values.
// What it builds is what is judged and what is written on, so it refuses whatever two readers could read in two ways.

import { JsonScanner } from "./json_scan.ts";
import { decodeText } from "./json_text.ts";
import type { JsonValue } from "./value.ts";

export { JsonError } from "./json_error.ts";
export type { JsonCode } from "./json_error.ts";

/** What {@link parseJson} holds a document to. */
export interface JsonLimits {
  /** Most bytes of UTF-8, also for text given as a string. */
  readonly bytes: number;
  /** Deepest nesting; `[]` is 1. */
  readonly depth: number;
  /** Most values in the document, counting arrays and objects. */
  readonly tokens: number;
  /** Most members in one object. */
  readonly keys: number;
  /**
   * `refuse`: numbers that a double cannot hold (overflow, integers beyond 2^53-1) are an error;
   * `preserve`: every number keeps its spelling, and whoever computes with it must look.
   */
  readonly numbers: "refuse" | "preserve";
}

/** The limits for messages from outside: 1 MiB, 64 levels, 100,000 values, 10,000 members. */
export const DEFAULT_JSON_LIMITS: JsonLimits = Object.freeze({
  bytes: 1_048_576,
  depth: 64,
  tokens: 100_000,
  keys: 10_000,
  numbers: "refuse",
});

/**
 * Reads one JSON document (RFC 8259, as narrow as RFC 7493's I-JSON and narrower): UTF-8 without
 * a byte order mark, no key twice after unescaping, no `__proto__` key, no half surrogate pairs,
 * no number that a double cannot hold, nothing after the document, nothing beyond the limits.
 * Linear in time and memory, and without recursion, whatever the text is.
 *
 * A breach that leaves the text readable is thrown only after the rest was read, so that the error
 * carries the message's `id` even when it stands last; a text that turns out to be no JSON is
 * reported as that instead. Reading ends at once when the bytes or the values are too many.
 *
 * @param input The bytes, or a text that was decoded already.
 * @param limits Where they differ from {@link DEFAULT_JSON_LIMITS}.
 * @returns The tree, members in order and numbers in their spelling.
 * @throws {JsonError} With a stable `code`, an `offset`, and the message's `id` where it is known.
 *
 * @example
 * ```ts
 * import { parseJson } from "./json.ts";
 * import { expect } from "expect";
 *
 * expect(parseJson('["a", null]')).toEqual(["a", null]);
 * expect(() => parseJson('{"a":1,"\\u0061":2}')).toThrow("Duplicate key");
 * ```
 */
export function parseJson(
  input: Uint8Array | string,
  limits: Partial<JsonLimits> = DEFAULT_JSON_LIMITS,
): JsonValue {
  const { bytes, depth, tokens, keys, numbers } = DEFAULT_JSON_LIMITS;
  const text = decodeText(input, limits.bytes ?? bytes);
  return new JsonScanner(text, {
    depth: limits.depth ?? depth,
    tokens: limits.tokens ?? tokens,
    keys: limits.keys ?? keys,
    refuseUnsafe: (limits.numbers ?? numbers) === "refuse",
  }).scan();
}
