// The conformance suite against the fixture, directly and through the real guard, in one mode.

import { startGuard } from "../kit/guard.ts";
import { RunningProcess } from "../kit/process.ts";
import { ROOT } from "../kit/program.ts";
import { losses, table } from "./compare.ts";
import { runClientScenario, runSuite, type Suite } from "./suite.ts";

/** The suite's own arguments for each set of scenarios. */
export const MODES: readonly (readonly string[])[] = [
  [],
  ["--requirements", "2025-11-25"],
  ["--suite", "all", "--spec-version", "2026-07-28"],
];

/** Every part of the policy is at work, and nothing that the suite uses is refused. */
export const POLICY = `
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

/** The client scenarios without authorization, by the revision that they are run for. */
export const CLIENT_SCENARIOS:
  readonly (readonly [version: string, scenarios: readonly string[]])[] = [
    ["2025-11-25", [
      ...["initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry"],
      "json-schema-2020-12-preservation",
    ]],
    ["2026-07-28", [
      ...["tools_call", "request-metadata", "sep-2322-client-request-state"],
      ...["http-standard-headers", "http-custom-headers", "http-invalid-tool-headers"],
      ...["json-schema-ref-no-deref", "json-schema-2020-12-preservation"],
    ]],
  ];

/**
 * Runs client scenarios both ways: the SDK's client against the suite's servers, and the guard between them.
 *
 * @param version The protocol revision.
 * @param scenarios Which.
 * @returns What it came to.
 */
export async function runClients(version: string, scenarios: readonly string[]): Promise<Outcome> {
  const run = async (program: string): Promise<Suite> => {
    const checks: Suite["checks"] = new Map();
    for (const scenario of scenarios) {
      checks.set(scenario, await runClientScenario(program, scenario, version));
    }
    const all = [...checks.values()].flat();
    const count = (status: string): number => all.filter((check) => check.status === status).length;
    return { checks, total: `${count("SUCCESS")} passed, ${count("FAILURE")} failed` };
  };
  const direct = await run("client.ts");
  const guard = await run("client_guarded.ts");
  const lost = losses(direct.checks, guard.checks);
  return { direct, guard, lost, table: table(direct.checks, guard.checks) };
}
