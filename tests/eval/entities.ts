// Secrets and PII: the rows of those classes, judged by the detectors that exist for them.

import { SCANNERS } from "../../src/detect/mod.ts";
import type { Row } from "./rows.ts";
import { Share } from "./wilson.ts";

/** One detector of entities. */
interface Detector {
  /** The class of rows that it is to find. */
  readonly of: string;
  readonly scan: (text: string) => readonly unknown[];
  /** Mark of rows that look alike and are to be left alone. */
  readonly unlike: string;
  /** Marks of rows that it does not promise to find. */
  readonly soft: string;
  /** The rows that the target speaks of. */
  readonly target: { readonly name: string; readonly least: number; of(row: Row): boolean };
}

/**
 * Rows by whose label the scanner's rule is about no token: addresses, names of accounts and clients, which are no
 * secrets, passwords that any word may be, and rules that only show how a rule is written. They count in `found`.
 */
const NO_TOKEN =
  /Domain|(?:Instance|Search|JFrog) URL|Email|(?:Client|App|Application|Product|API) ID|Account Identifier|Username|Generic|Weak Password|Bucket|Resource Name|ODBC|PsExec|netrc|Gradle|React App|Jenkins|ip_public|no-homedir|filter-comments|rule:(?:pattern|example)\b/i;

const DETECTORS: readonly Detector[] = [
  {
    of: "secret",
    scan: SCANNERS.secrets,
    unlike: "secret_negative",
    soft: "soft_entities",
    target: {
      name: "tokens in their provider's form",
      least: 0.9,
      of: (row) => !NO_TOKEN.test(row.label_detail ?? ""),
    },
  },
  {
    of: "pii",
    scan: SCANNERS.pii,
    unlike: "pii_negative",
    soft: "soft_entities",
    target: {
      name: "e-mail, card, IBAN",
      least: 0.95,
      of: (row) => /EMAIL|CREDIT_CARD|IBAN/.test(row.label_detail ?? ""),
    },
  },
];

/**
 * Recall, look-alikes touched and benign results touched, for each detector that exists.
 *
 * @param rows All rows of the corpus.
 * @returns Lines to print.
 */
export function entityLines(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  for (const { of, scan, unlike, soft, target } of DETECTORS) {
    if (!rows.some((row) => row.class === of)) continue;
    const aimed = new Share();
    const sources = new Map<string, Share>();
    const all = new Share();
    const alike = new Share();
    const benign = new Share();
    for (const row of rows) {
      const detail = row.label_detail ?? "";
      if (row.class === of) {
        if (detail.includes(soft)) continue;
        const found = scan(row.text).length > 0;
        all.add(found);
        if (target.of(row)) aimed.add(found);
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
      `  ${target.name}: ${aimed} (at least ${100 * target.least} %: ${
        aimed.value >= target.least ? "met" : "missed"
      })`,
      `  look-alikes touched ${alike}`,
      `  benign results touched ${benign}`,
    );
    for (const [source, share] of sources) lines.push(`    ${source.padEnd(40)} ${share}`);
  }
  return lines;
}
