// Sets two runs of the conformance suite side by side: the table, and what was lost from the one to the other.

import type { Check, Checks } from "./suite.ts";

/** How good a verdict is; a check that did not run at all is the worst. */
const RANK = { FAILURE: 1, WARNING: 2, SKIPPED: 3, SUCCESS: 4 } as const;

type Verdict = keyof typeof RANK;

function isVerdict(status: Check["status"]): status is Verdict {
  return status !== "INFO";
}

/** The worst verdict of each check: a scenario may report a check more than once. */
function verdicts(checks: readonly Check[]): Map<string, { status: Verdict; why: string }> {
  const all = new Map<string, { status: Verdict; why: string }>();
  for (const { id, status, errorMessage } of checks) {
    if (!isVerdict(status)) continue;
    const known = all.get(id);
    if (known !== undefined && RANK[known.status] <= RANK[status]) continue;
    all.set(id, { status, why: errorMessage ?? "" });
  }
  return all;
}

/**
 * Finds what one run lost against the other.
 *
 * @param direct The run that is the measure.
 * @param guard The run that must not do worse.
 * @returns One line for each check that did worse or did not run; empty when nothing was lost.
 */
export function losses(direct: Checks, guard: Checks): string[] {
  const lines: string[] = [];
  for (const [scenario, checks] of direct) {
    const through = verdicts(guard.get(scenario) ?? []);
    for (const [id, { status }] of verdicts(checks)) {
      const other = through.get(id);
      if (other !== undefined && RANK[other.status] >= RANK[status]) continue;
      const became = other === undefined ? "did not run" : `${other.status}: ${other.why}`;
      lines.push(`${scenario}: ${id}: ${status} directly, ${became} through the guard`);
    }
  }
  return lines;
}

function cell(checks: readonly Check[] | undefined): string {
  if (checks === undefined) return "did not run";
  const count = (status: Check["status"]): number =>
    checks.filter((check) => check.status === status).length;
  const more = (["WARNING", "SKIPPED"] as const)
    .map((status) => [count(status), status.toLowerCase()] as const)
    .filter(([n]) => n > 0)
    .map(([n, name]) => `, ${n} ${name}`);
  return `${count("SUCCESS")}/${count("FAILURE")}${more.join("")}`;
}

/**
 * Writes the table of a mode.
 *
 * @param direct The run without the guard.
 * @param guard The run through it.
 * @returns Lines of aligned columns: scenario, then passed/failed of each run.
 */
export function table(direct: Checks, guard: Checks): string {
  const names = [...new Set([...direct.keys(), ...guard.keys()])];
  const rows = [
    ["scenario", "direct", "guard"],
    ...names.map((name) => [name, cell(direct.get(name)), cell(guard.get(name))]),
  ];
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]!.length)) + 2);
  return rows.map(([name, a, b]) => `${name!.padEnd(widths[0]!)}${a!.padEnd(widths[1]!)}${b}`)
    .join("\n");
}
