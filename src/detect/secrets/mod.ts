// Keys, tokens and passwords in a text.

import type { SpanFinding } from "../types.ts";

/**
 * Finds secrets.
 *
 * @param text The text.
 * @returns One finding for each secret, with its place.
 */
export function scanSecrets(text: string): SpanFinding[] {
  return Array.from(text.matchAll(/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g), (found) => ({
    rule_id: "secret_aws_access_key",
    severity: "high" as const,
    reason: "an AWS access key id",
    start: found.index,
    end: found.index + found[0].length,
  }));
}
