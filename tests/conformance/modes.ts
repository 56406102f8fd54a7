// The conformance suite against the fixture, directly and through the real guard, in one mode.

import { startGuard } from "../kit/guard.ts";
import { RunningProcess } from "../kit/process.ts";
import { ROOT } from "../kit/program.ts";
import { losses, table } from "./compare.ts";
import { runSuite, type Suite } from "./suite.ts";

/** The suite's own arguments for each set of scenarios. */
export const MODES: readonly (readonly string[])[] = [
  [],
  ["--requirements", "2025-11-25"],
  ["--suite", "all", "--spec-version", "2026-07-28"],
];

/** Every part of the policy is at work, and nothing that the suite uses is refused. */
const POLICY = `
version: 1
default: allow
auth: { mode: none }
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///etc/**"] }
prompts: { deny_regex: ["(?i)exfiltrate"], max_length: 100000 }
rate_limit: { capacity: 100000, refill_rate_per_sec: 10000.0, backend: memory }
logging: { level: INFO, output: stderr }
`;

/** What one mode came to. */
export interface Outcome {
  /** Without the guard. */
  direct: Suite;
  /** Through the guard. */
  guard: Suite;
  /** What the guard lost; see {@linkcode losses}. */
  lost: string[];
  /** The table. */
  table: string;
}

/**
 * Runs one mode both ways.
 *
 * @param args The suite's own arguments.
 * @returns What it came to.
 * @throws {Error} When a process does not start or the suite fails as a whole.
 */
export async function runMode(args: readonly string[]): Promise<Outcome> {
  await using fixture = new RunningProcess([
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`],
    ...["--allow-net=127.0.0.1", "--allow-env", `${ROOT}tests/conformance/fixture.ts`],
  ]);
  const [, url] = await fixture.line(/^listening on (http:\S+)$/, "stdout");
  await using guarded = await startGuard(POLICY, url!);
  const direct = await runSuite(url!, args);
  const refusals = (): number => fixture.lines().filter((l) => l.startsWith("refused ")).length;
  const before = refusals();
  const guard = await runSuite(`${guarded.origin}/mcp`, args);
  const lost = losses(direct.checks, guard.checks);
  // The guard guards itself: a strange Host or Origin is its own to refuse, not the server's behind it.
  if (before === 0) lost.push("the fixture had no strange Host or Origin to refuse");
  if (refusals() > before) lost.push("a strange Host or Origin went through the guard");
  return { direct, guard, lost, table: table(direct.checks, guard.checks) };
}
