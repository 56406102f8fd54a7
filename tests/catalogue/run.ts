// `deno task catalogue [PATH] [--class NAME] [--id ID] [--full]`: runs bypass cases against the real program and
// prints a table; ends with 1 when a case fails that no open issue owns.

import { CATALOGUE, readCases } from "./case.ts";
import { CLASSES } from "./deferred.ts";
import { runCase, type Verdict } from "./runner.ts";
import { Stages } from "./stage.ts";

/** A verdict in words. */
function words(verdict: Verdict): string {
  switch (verdict.state) {
    case "holds":
      return "holds";
    case "deferred":
      return `deferred: ${verdict.issue}`;
    case "fails":
      return `FAILS: ${verdict.why}`;
  }
}

/** What the arguments say. */
function readArgs(args: readonly string[]): {
  path: string;
  classes: string[];
  ids: string[];
  full: boolean;
} {
  const found = { path: CATALOGUE, classes: [] as string[], ids: [] as string[], full: false };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--full") found.full = true;
    else if (arg === "--class") found.classes.push(args[++i] ?? "");
    else if (arg === "--id") found.ids.push(args[++i] ?? "");
    else if (arg.startsWith("-")) throw new Error(`unknown option ${arg}`);
    else found.path = arg;
  }
  return found;
}

/** Runs the cases that the arguments choose, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { path, classes, ids, full } = readArgs(args);
  const wanted = classes.length + ids.length > 0 ? classes : CLASSES;
  const all = await readCases(path);
  const cases = all.filter((c) => ids.includes(c.id) || wanted.includes(c.class));
  if (cases.length === 0) {
    console.error(
      `no case of ${path} was chosen; its classes are ${
        [...new Set(all.map((c) => c.class))].join(", ")
      }`,
    );
    return 1;
  }
  const count = { holds: 0, deferred: 0, fails: 0 };
  await using stages = new Stages();
  for (const one of cases) {
    const start = performance.now();
    const verdict = await runCase(one, { stages, full });
    const ms = String(Math.round(performance.now() - start)).padStart(6);
    count[verdict.state]++;
    console.log(`${one.id.padEnd(9)} ${one.class.padEnd(9)} ${ms} ms  ${words(verdict)}`);
  }
  const others = all.length - cases.length;
  console.log(
    `\n${cases.length} cases: ${count.holds} hold, ${count.deferred} deferred, ${count.fails} fail` +
      (others > 0 ? `; ${others} of other classes or ids were not run` : ""),
  );
  return count.fails > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
