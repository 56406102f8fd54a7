// Runs a detector of values over a text and over its other readings, and brings what it finds back to where it stands.

import type { Reading, Readings } from "./normalise/readings.ts";
import type { Outline } from "./outline.ts";
import type { SpanFinding } from "./types.ts";

/**
 * Looks at a text in all its readings.
 *
 * @param text The text.
 * @param readings Its other readings.
 * @param scan The detector: findings in order of their place.
 * @param fits Which readings it looks at.
 * @returns Findings in order of their place in the text; what the text shows plainly is found once.
 */
export function scanDeep(
  text: string,
  readings: Readings,
  scan: (text: string, outline: Outline) => SpanFinding[],
  fits: (reading: Reading) => boolean,
): SpanFinding[] {
  const found = scan(text, readings.outline);
  const more: SpanFinding[] = [];
  for (const reading of readings.all) {
    if (!fits(reading)) continue;
    for (const finding of scan(reading.text, reading.outline)) {
      const { start, end } = reading.locate(finding.start, finding.end);
      more.push({ ...finding, reason: `${finding.reason}, encoded`, start, end });
    }
  }
  if (more.length === 0) return found;
  const merged = [...found, ...more].sort((a, b) => a.start - b.start || b.end - a.end);
  // Inside another it would be cut out with it anyway.
  let past = -1;
  return merged.filter(({ end }) => {
    if (end <= past) return false;
    past = end;
    return true;
  });
}
