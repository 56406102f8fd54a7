// Personal data in a text.

import type { SpanFinding } from "../types.ts";

/**
 * Finds personal data.
 *
 * @param text The text.
 * @returns One finding for each piece, with its place.
 */
export function scanPii(text: string): SpanFinding[] {
  const found: SpanFinding[] = [];
  for (const match of text.matchAll(/\b[0-9]{13,19}\b/g)) {
    if (!passesLuhn(match[0])) continue;
    found.push({
      rule_id: "pii_card",
      severity: "high",
      reason: "a payment card number",
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return found;
}

/** The check digit of payment cards (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 0x30;
    sum += double ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return sum % 10 === 0;
}
