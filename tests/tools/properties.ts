// `deno task properties [ROUNDS [SEED]]`: the property tests again and again, each round with another seed.
// The gate draws the same cases each time (tests/kit/fast_check.ts); what chance still finds, it finds here.

import { CORE } from "./gate.ts";
import { deno, ROOT } from "./run.ts";

const USAGE = "usage: deno task properties [ROUNDS [SEED]]";

/** The test files below a folder that draw their cases. */
async function* drawing(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* drawing(path);
    else if (path.endsWith("_test.ts")) {
      if (/ from "fast-check";$/m.test(await Deno.readTextFile(`${ROOT}${path}`))) yield path;
    }
  }
}

/**
 * The seed of a round. The first one has the seed of the campaign, so that one round repeats any.
 *
 * @param first Seed of the campaign.
 * @param round Number of the round, from 0.
 * @returns A whole number of 32 bits, another one for each of 2^32 rounds.
 */
export function seedOfRound(first: number, round: number): number {
  // An odd step (the golden ratio's) visits every number; neighbours would draw alike.
  return (first + Math.imul(round, 0x9e3779b1)) | 0;
}

/** What went wrong in the output of a test run: all but what passed. */
function reasons(output: string): string {
  return output.split("\n").filter((line) => !/ \.\.\. ok \(|^running \d/.test(line)).join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const rounds = Number(args[0] ?? 50);
  const first = Number(args[1] ?? Date.now() | 0);
  if (args.length > 2 || !(rounds >= 1) || !Number.isInteger(rounds) || first !== (first | 0)) {
    console.error(USAGE);
    return 1;
  }
  const files: string[] = [];
  for (const folder of ["src", "tests"]) {
    for await (const path of drawing(folder)) files.push(path);
  }
  const isCore = (path: string): boolean => CORE.some((room) => path.startsWith(`${room}/`));
  const runs = [
    { permissions: "core", files: files.filter(isCore).sort() },
    { permissions: "test", files: files.filter((path) => !isCore(path)).sort() },
  ];
  console.log(`${files.length} files, ${rounds} rounds from seed ${first}`);
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const seed = seedOfRound(first, round);
    const started = performance.now();
    const wrong = [];
    for (const run of runs) {
      if (run.files.length === 0) continue; // no file would mean every file
      const flags = ["test", "--no-check", `-P=${run.permissions}`];
      const { code, stdout, stderr } = await deno([...flags, ...run.files, "--", `seed=${seed}`]);
      if (code === 0) continue;
      wrong.push(run.permissions);
      console.log(reasons(stdout + stderr));
      console.log(`again: deno test -P=${run.permissions} FILE -- seed=${seed}`);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const how = wrong.length === 0 ? "ok" : "FAILED";
    console.log(`round ${round + 1} of ${rounds}, seed ${seed}: ${how} (${seconds} s)`);
    if (wrong.length > 0) failed++;
  }
  console.log(failed === 0 ? `${rounds} rounds passed` : `${failed} of ${rounds} rounds FAILED`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
