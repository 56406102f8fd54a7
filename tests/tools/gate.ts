// Every gate of the project in one command (`deno task test`), ending in the line "N passed, N failed".
// A static gate counts as one test; a test run counts its tests, as its own summary line tells them.

import { deno, type Ended, ROOT, run } from "./run.ts";

interface Gate {
  /** Heading. */
  name: string;
  /** Runs the gate. */
  run: (onLine: (line: string) => void) => Promise<Ended>;
  /** True when the gate is a test run with a summary line. */
  tests: boolean;
}

interface Count {
  passed: number;
  failed: number;
}

/** The rooms that are tested without any permission. */
export const CORE: readonly string[] = [
  "src/wire",
  "src/match",
  "src/policy",
  "src/detect",
  "src/guard",
];

/** The tests in a summary line of `deno test`; the last such line counts. */
export function countTests(output: string): Count | null {
  let count: Count | null = null;
  for (const line of output.split("\n")) {
    const found = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(line);
    if (found !== null) count = { passed: Number(found[1]), failed: Number(found[2]) };
  }
  return count;
}

/**
 * What a gate adds to the sum.
 *
 * A test run that fails without a failed test (a crash, a leak, no tests at all) is one failure.
 */
export function countGate(tests: boolean, code: number, output: string): Count {
  if (!tests) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const count = countTests(output) ?? { passed: 0, failed: 0 };
  const sound = code === 0 && count.passed > 0;
  return sound || count.failed > 0 ? count : { passed: count.passed, failed: 1 };
}

async function gates(): Promise<Gate[][]> {
  const gate = (name: string, ...args: string[]): Gate => ({
    name,
    tests: args[0] === "test",
    run: (onLine) => deno(args, { onLine }),
  });
  const docs = await filesWithExamples();
  return [
    [
      gate("format", "fmt", "--check"),
      gate("lint, with the project's own rules", "lint"),
      gate("types of every file", "check", "."),
      gate("docstrings", "doc", "--lint", "src/mod.ts", "main.ts"),
      gate("publish, dry run", "publish", "--dry-run", "--allow-dirty"),
      gate("generated parts of the README", ...script("build", "tests/tools/readme.ts"), "--check"),
      gate("unit tests of the core, without any permission", "test", "-P=core", ...CORE),
      gate("examples in README and docstrings", "test", "--doc", "-P=test", ...docs),
    ],
    [
      // The longest first, beside the two others.
      gate("whole-program tests", "test", "-P=test", "tests/whole"),
      gate("unit tests of the rest", "test", "-P=test", `--ignore=${CORE.join(",")}`, "src"),
      gate(
        "catalogue, pairs, shapes and tools",
        "test",
        "-P=test",
        "--ignore=tests/whole",
        "tests",
      ),
    ],
  ];
}

function script(permissions: string, path: string): string[] {
  return ["run", "--quiet", `-P=${permissions}`, path];
}

/** README.md and the source files whose docstrings hold an example. */
async function filesWithExamples(): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await visit(path);
      else if (/\.ts$/.test(path) && !/_(?:test|bench|testkit)\.ts$/.test(path)) {
        if ((await Deno.readTextFile(`${ROOT}${path}`)).includes("@example")) found.push(path);
      }
    }
  };
  await visit("src");
  const readme = await Deno.stat(`${ROOT}README.md`).then(() => ["README.md"], () => []);
  return [...readme, ...found.sort()];
}

async function runGate(gate: Gate): Promise<Count> {
  console.log(`--- ${gate.name} ...`);
  const said: string[] = [];
  const ended = await gate.run((line) => {
    said.push(line);
    // Progress of the long runs, and every reason for a test that does not run here.
    if (gate.tests && /^(?:running \d+ tests? from|skip\b)/.test(line)) console.log(`    ${line}`);
  });
  const count = countGate(gate.tests, ended.code, ended.stdout);
  const seconds = (ended.ms / 1000).toFixed(1);
  if (count.failed > 0) {
    console.log(said.filter((line) => !/ \.\.\. ok \(/.test(line)).join("\n"));
    console.log(`### FAILED: ${gate.name} (exit ${ended.code}, ${seconds} s)`);
  } else {
    const tests = gate.tests ? `${count.passed} tests, ` : "";
    console.log(`+++ ok: ${gate.name} (${tests}${seconds} s)`);
  }
  return count;
}

/** Runs a list of gates, two at a time. */
async function runLane(list: readonly Gate[]): Promise<Count> {
  const waiting = [...list];
  const sum = { passed: 0, failed: 0 };
  const worker = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const count = await runGate(gate);
      sum.passed += count.passed;
      sum.failed += count.failed;
    }
  };
  await Promise.all([worker(), worker()]);
  return sum;
}

async function main(): Promise<number> {
  const redis = await run(["redis-server", "--version"]);
  console.log(`deno ${Deno.version.deno}, ${redis.code === 0 ? redis.stdout.trim() : "no redis"}`);
  const sum = { passed: 0, failed: 0 };
  for (const lane of await gates()) {
    const count = await runLane(lane);
    sum.passed += count.passed;
    sum.failed += count.failed;
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
