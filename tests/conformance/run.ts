// `deno task conformance`: the official conformance suite, directly and through the guard, side by side.
//   run.ts [MODE...]    MODE: 0 the default set, 1 what 2025-11-25 requires, 2 all of 2026-07-28; all three unless given
// Ends with 1 when anything is lost on the way through the guard.

import { MODES, runMode } from "./modes.ts";

async function main(): Promise<number> {
  const chosen = Deno.args.length === 0 ? MODES.map((_, i) => i) : Deno.args.map(Number);
  let lost = 0;
  for (const i of chosen) {
    const mode = MODES[i];
    if (mode === undefined) throw new Error(`no mode ${i}: 0 to ${MODES.length - 1}`);
    const outcome = await runMode(mode);
    console.log(`conformance server ${mode.join(" ") || "(default set)"}; passed/failed\n`);
    console.log(outcome.table);
    console.log(`\ndirect: ${outcome.direct.total}; guard: ${outcome.guard.total}`);
    for (const line of outcome.lost) console.log(`LOST ${line}`);
    console.log("");
    lost += outcome.lost.length;
  }
  console.log(lost === 0 ? "The guard loses nothing" : `The guard loses ${lost}`);
  return lost === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
