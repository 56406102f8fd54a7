// The reports of `mcpguard test`: lines for people, one line of JSON for scripts, JUnit's XML for CI systems.

import type { Decision } from "../../guard/mod.ts";
import { decisionLines } from "../decision_text.ts";
import { type Output, paint, printable } from "../output.ts";
import type { Entry } from "./coverage.ts";

/** A case that was tried. */
export interface Tried {
  /** Its file. */
  file: string;
  /** Its line. */
  line: number;
  /** Its column. */
  column: number;
  /** Its name. */
  name: string;
  /** Whether all was as expected. */
  ok: boolean;
  /** What was decided. */
  found: { effect: string; rule: string | null; reason: string; detail: string | null };
  /** What was not as expected, one sentence each. */
  problems: readonly string[];
  /** The decision with its stages, where somebody wants to see them. */
  decision?: Decision;
}

/** An entry that no case met. */
export interface Unmet extends Entry {
  /** The policy that it stands in. */
  policy: string;
}

/** What came of all files. */
export interface Report {
  /** Every case. */
  cases: readonly Tried[];
  /** Entries of the policies: how many there are, and those that no case met. */
  coverage: { total: number; met: number; percent: number; unmet: readonly Unmet[] };
  /** The least share of entries that must be met, in percent, or null. */
  leastPercent: number | null;
}

/** Most entries that are named one by one to people. */
const MOST_UNMET = 20;

/** Whether all is as it should be. */
export function isGood({ cases, coverage, leastPercent }: Report): boolean {
  return cases.every(({ ok }) => ok) && (leastPercent === null || coverage.percent >= leastPercent);
}

/**
 * The report for people.
 *
 * @param report What came of it.
 * @param output Where it goes.
 * @param all Whether cases are named that are as expected.
 */
export function printReport(report: Report, output: Output, all: boolean): void {
  const { cases, coverage, leastPercent } = report;
  for (const { file, line, column, name, ok, problems, decision } of cases) {
    if (ok && !all) continue;
    const mark = paint(output.colour, ok ? "green" : "red", ok ? "ok" : "failed");
    output.line(`${printable(`${file}:${line}:${column}`)}: ${mark}: ${printable(name)}`);
    for (const problem of problems) output.line(printable(`  ${problem}`));
    const path = decision === undefined ? [] : decisionLines(decision, output.colour);
    for (const step of path) output.line(`    ${step}`);
  }
  for (const { policy, rule, source } of coverage.unmet.slice(0, MOST_UNMET)) {
    const pattern = source === null ? "" : ` ${JSON.stringify(source)}`;
    output.line(printable(`not met by any case: ${policy}: ${rule}${pattern}`));
  }
  const more = coverage.unmet.length - MOST_UNMET;
  if (more > 0) output.line(`not met by any case: ${more} more, which --json names`);
  const failed = cases.filter(({ ok }) => !ok).length;
  output.line(
    `${cases.length - failed} passed, ${failed} failed; ` +
      `${coverage.met} of ${coverage.total} entries met (${coverage.percent} %)`,
  );
  if (leastPercent !== null && coverage.percent < leastPercent) {
    const label = paint(output.colour, "red", "failed");
    output.line(
      `${label}: ${coverage.percent} % of the entries are met, less than ${leastPercent} %`,
    );
  }
}

/** The report as one line of JSON. */
export function jsonOf({ cases, coverage }: Report): string {
  const failed = cases.filter(({ ok }) => !ok).length;
  return JSON.stringify({ passed: cases.length - failed, failed, coverage, cases });
}

/** The report in JUnit's XML: a suite for each file. */
export function junitOf({ cases }: Report): string {
  const files = [...new Set(cases.map(({ file }) => file))];
  const failuresIn = (some: readonly Tried[]): number => some.filter(({ ok }) => !ok).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mcpguard test" tests="${cases.length}" failures="${failuresIn(cases)}">`,
    ...files.flatMap((file) => {
      const own = cases.filter((one) => one.file === file);
      return [
        `  <testsuite name="${xml(file)}" tests="${own.length}" failures="${failuresIn(own)}">`,
        ...own.map(testcaseOf),
        "  </testsuite>",
      ];
    }),
    "</testsuites>",
    "",
  ].join("\n");
}

function testcaseOf({ file, line, name, ok, problems }: Tried): string {
  const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${
    xml(file)
  }" line="${line}"`;
  if (ok) return `${head}/>`;
  const [first = "", ...more] = problems.map(xml);
  return `${head}><failure message="${first}">${[first, ...more].join("\n")}</failure></testcase>`;
}

/** A text in XML: what XML 1.0 has no character for is escaped as in lines for people. */
function xml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
