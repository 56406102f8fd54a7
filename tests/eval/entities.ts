// Secrets and PII: the rows of those classes, judged by the detectors that exist for them.

import * as detect from "../../src/detect/mod.ts";
import type { SpanFinding } from "../../src/detect/mod.ts";
import type { Row } from "./rows.ts";
import { Share } from "./wilson.ts";

type Scan = (text: string) => SpanFinding[];

/** One detector of entities, its class of rows, and the mark of look-alikes that it must leave alone. */
const DETECTORS: readonly { name: string; of: string; unlike: string }[] = [
  { name: "scanSecrets", of: "secret", unlike: "secret_negative" },
  { name: "scanPii", of: "pii", unlike: "pii_negative" },
];

/**
 * Recall, look-alikes touched and benign results touched, for each detector that exists.
 *
 * @param rows All rows of the corpus.
 * @returns Lines to print.
 */
export function entityLines(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  for (const { name, of, unlike } of DETECTORS) {
    const scan = (detect as unknown as Record<string, Scan | undefined>)[name];
    if (scan === undefined) continue;
    const sources = new Map<string, Share>();
    const all = new Share();
    const alike = new Share();
    const benign = new Share();
    for (const row of rows) {
      const detail = row.label_detail ?? "";
      if (row.class === of) {
        if (detail.includes("soft_entities")) continue;
        const found = scan(row.text).length > 0;
        all.add(found);
        let share = sources.get(row.source);
        if (share === undefined) sources.set(row.source, share = new Share());
        share.add(found);
      } else if (row.class === "benign") {
        const found = scan(row.text).length > 0;
        if (detail.includes(unlike)) alike.add(found);
        else if (row.kind === "tool_result") benign.add(found);
      }
    }
    lines.push(
      "",
      `${of}`,
      `  found ${all}`,
      `  look-alikes touched ${alike}`,
      `  benign results touched ${benign}`,
    );
    for (const [source, share] of sources) lines.push(`    ${source.padEnd(40)} ${share}`);
  }
  return lines;
}
