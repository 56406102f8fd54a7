// Keys, tokens and passwords in a text, also where they are encoded.

import { scanDeep } from "../deep.ts";
import { Readings } from "../normalise/readings.ts";
import type { SpanFinding } from "../types.ts";
import { scanText } from "./scan.ts";

/**
 * Finds secrets: tokens in their providers' own forms, private keys, passwords in URLs and connection strings, JSON
 * Web Tokens, and values that a word such as `token` or `password` calls one. Looks through
 * invisible characters, lookalikes, entities and escapes, and into base64 and hex. Linear in the text.
 *
 * @param text The text.
 * @param readings Its other readings, where somebody else has made them.
 * @returns One finding for each secret, with its place in the text.
 *
 * @example
 * ```ts
 * import { scanSecrets } from "./mod.ts";
 * import { expect } from "expect";
 *
 * const text = "use AKIAIOSFODNN7EXAMPLE for it";
 * const [found] = scanSecrets(text);
 * expect([found.rule_id, text.slice(found.start, found.end)]).toEqual([
 *   "secret_aws_access_key",
 *   "AKIAIOSFODNN7EXAMPLE",
 * ]);
 * ```
 */
export function scanSecrets(text: string, readings: Readings = new Readings(text)): SpanFinding[] {
  return text.length < 6 ? [] : scanDeep(text, readings, scanText, () => true);
}
