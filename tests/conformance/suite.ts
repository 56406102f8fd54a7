// Runs the official conformance suite in server and in client mode, and reads the checks that it leaves behind.

import { runToEnd } from "../kit/process.ts";
import { ROOT } from "../kit/program.ts";

/** The suite; it needs nothing of the project's own configuration. */
const SUITE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";

/** What one check of a scenario found. */
export interface Check {
  /** The check, e.g. `sep-2575-server-sends-subscription-ack`. */
  id: string;
  /** What the suite says of it; INFO is no verdict. */
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  /** Why it failed. */
  errorMessage?: string;
}

/** Every check by the name of its scenario, in the order in which they ran. */
export type Checks = Map<string, Check[]>;

/** One run of the suite. */
export interface Suite {
  /** The checks. */
  checks: Checks;
  /** The sum in the suite's own words, e.g. `73 passed, 0 failed`; empty when it came to no end. */
  total: string;
}

/**
 * Runs the suite against a server.
 *
 * @param url The server's address.
 * @param args Which scenarios, in the suite's own arguments.
 * @returns What it found; a failed check is no error here.
 * @throws {Error} When the suite itself fails, with all that it said.
 */
export async function runSuite(url: string, args: readonly string[]): Promise<Suite> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-conformance-" });
  try {
    const command = [Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "-A", SUITE];
    const options = ["server", "--url", url, "--output-dir", folder, ...args];
    const { stdout, stderr } = await runToEnd([...command, ...options]);
    const total = /^Total: (\d+ passed, \d+ failed)/m.exec(stdout)?.[1];
    if (total === undefined) throw new Error(`the suite came to no end:\n${stdout}${stderr}`);
    return { checks: await readChecks(folder), total };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The suite writes a folder for each scenario, named after it and the time it began. */
async function readChecks(folder: string): Promise<Checks> {
  const found: { name: string; time: string; checks: Check[] }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const [, scenario, time] = /^server-(.+)-(\d{4}-\d\d-\d\dT[\d-]+Z)$/.exec(name) ?? [];
    if (scenario === undefined || time === undefined) continue;
    const text = await Deno.readTextFile(`${folder}/${name}/checks.json`);
    found.push({ name: scenario, time, checks: JSON.parse(text) });
  }
  found.sort((a, b) => a.time < b.time ? -1 : 1);
  return new Map(found.map(({ name, checks }) => [name, checks]));
}

/**
 * Runs one client scenario: the suite plays a server, and starts the client.
 *
 * @param program The client, a file of this folder.
 * @param scenario The scenario.
 * @param version The protocol revision.
 * @returns The scenario's checks; empty where the client ended with an error.
 */
export async function runClientScenario(
  program: string,
  scenario: string,
  version: string,
): Promise<Check[]> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-conformance-" });
  try {
    const command = [
      ...[Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`, "-A"],
      `${ROOT}tests/conformance/${program}`,
    ].join(" ");
    const { stdout, stderr } = await runToEnd([
      ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "-A", SUITE],
      ...["client", "--command", command, "--scenario", scenario, "--spec-version", version],
      ...["--timeout", "60000", "--output-dir", folder],
    ]);
    if (/CLIENT (?:EXITED|TIMED)/.test(stdout + stderr)) {
      throw new Error(`${scenario}: the client failed:\n${stdout}${stderr}`);
    }
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith(scenario)) continue;
      return JSON.parse(await Deno.readTextFile(`${folder}/${name}/checks.json`));
    }
    throw new Error(`${scenario}: the suite left no checks:\n${stdout}${stderr}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
