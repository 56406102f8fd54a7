// Keys, tokens and passwords in a text, also where they are encoded.

import type { SpanFinding } from "../types.ts";
import { scanText } from "./scan.ts";

/** Layers of encoding that are looked into. */
const LAYERS = 2;

/**
 * Finds secrets: tokens in their providers' own forms, private keys, passwords in URLs and connection strings, JSON
 * Web Tokens, and values that a word such as `token` or `password` calls one. Looks into base64 and percent-encoding.
 * Linear in the text.
 *
 * @param text The text.
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
export function scanSecrets(text: string): SpanFinding[] {
  return text.length < 6 ? [] : scanText(text, LAYERS);
}
