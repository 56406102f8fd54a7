// `deno task load`: what the guard adds to a call, measured from outside in one run with the direct way.
//   load.ts [--seconds 3] [--rounds 3] [--connections 1,32] [--bytes 0,2000] [--program FILE.js]
// The machine is never quiet: figures are the best of the rounds, and only ratios of one run say something.

import { parseArgs } from "node:util";
import { policyFile } from "../kit/policy.ts";
import { RunningProcess } from "../kit/process.ts";
import { ROOT, type Shape, SOURCE, startProgram } from "../kit/program.ts";
import { programFlags } from "../tools/flags.ts";
import type { Load } from "./generator.ts";
import { cpuSeconds, type Row, table } from "./report.ts";

/** What is measured. */
export interface LoadOptions {
  /** Seconds of one measurement. */
  seconds: number;
  /** How often each is repeated; the best counts. */
  rounds: number;
  /** Numbers of connections. */
  connections: readonly number[];
  /** Bytes of text in the calls' arguments. */
  bytes: readonly number[];
  /** How the program is run. */
  shape: Shape;
}

/** Everything is judged and recorded, nothing is refused. */
const POLICY = (audit: string): string =>
  `version: 1
default: deny
auth: { mode: api_key, allowed_keys: [demo-key] }
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
prompts: { deny_regex: ["(?i)ignore.*instructions", "(?i)exfiltrate"], max_length: 4000 }
rate_limit: { capacity: 1000000000, refill_rate_per_sec: 1000000.0, backend: memory }
logging: { level: INFO, output: file, file_path: ${audit} }
attestation: { enabled: true, alg: sha256 }
`;

function script(name: string, ...args: string[]): RunningProcess {
  return new RunningProcess([
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`],
    ...["--allow-net", `${ROOT}tests/bench/${name}`, ...args],
  ]);
}

/** One measurement; the guard's CPU time is that of the measured time alone. */
async function measure(
  port: number,
  pid: number | null,
  [connections, seconds, bytes]: [number, number, number],
): Promise<Load & { cpu: number | null }> {
  await using generator = script(
    "generator.ts",
    ...[port, connections, seconds, bytes].map(String),
  );
  await generator.line(/^begin$/, "stdout");
  const before = await cpuSeconds(pid);
  await generator.line(/^end$/, "stdout");
  const after = await cpuSeconds(pid);
  const [line] = await generator.line(/^\{.*\}$/, "stdout");
  const load: Load = JSON.parse(line);
  // Why connections broke; whatever else is written there, such as a warning of the runtime's, broke none.
  const { stderr } = await generator.exit;
  if (load.errors > 0 && stderr !== "") console.error(stderr.trimEnd());
  return { ...load, cpu: before === null || after === null ? null : after - before };
}

/**
 * Measures the way to a minimal server, direct and through the guard, in turn.
 *
 * @param options What is measured.
 * @returns One row for each number of connections and bytes.
 */
export async function load(options: LoadOptions): Promise<Row[]> {
  await using policy = await policyFile("");
  await Deno.writeTextFile(policy.path, POLICY(`${policy.folder}/audit.jsonl`));
  await using upstream = script("upstream.ts");
  const direct = Number((await upstream.line(/^listening on (\d+)$/, "stdout"))[1]);
  const target = `ws://127.0.0.1:${direct}/ws`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", policy.path, "--target", target, "--port", "0", "--admin", "off"],
  ], { shape: options.shape });
  await using guard = process;
  const port = Number(new URL(url).port);
  const rows: Row[] = [];
  for (const connections of options.connections) {
    for (const bytes of options.bytes) {
      const row: Row = { connections, bytes, direct: [], guard: [] };
      for (let round = 0; round < options.rounds; round++) {
        const sizes: [number, number, number] = [connections, options.seconds, bytes];
        row.direct.push(await measure(direct, null, sizes));
        row.guard.push(await measure(port, guard.pid, sizes));
      }
      rows.push(row);
    }
  }
  return rows;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "3" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string", default: "1,32" },
      bytes: { type: "string", default: "0,2000" },
      program: { type: "string" },
    },
  });
  const numbers = (text: string): number[] => text.split(",").map(Number);
  const program = values.program;
  const rows = await load({
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    connections: numbers(values.connections),
    bytes: numbers(values.bytes),
    shape: program === undefined
      ? SOURCE
      : [Deno.execPath(), "run", "--quiet", ...programFlags, program],
  });
  console.log(table(rows));
  return rows.some((row) => [...row.direct, ...row.guard].some((m) => m.errors > 0)) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
