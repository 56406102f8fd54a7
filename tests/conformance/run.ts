// `deno task conformance`: the official conformance suite, directly and through the guard, side by side.
//   run.ts [MODE...]    MODE: 0 the default set, 1 what 2025-11-25 requires, 2 all of 2026-07-28; client: the client
//                       scenarios without authorization; all of them unless given
// Ends with 1 when anything is lost on the way through the guard.

import { CLIENT_SCENARIOS, MODES, type Outcome, runClients, runMode } from "./modes.ts";

async function main(): Promise<number> {
  const chosen = Deno.args.length === 0 ? [...MODES.keys(), "client"] : Deno.args;
  let lost = 0;
  const tell = (title: string, outcome: Outcome): void => {
    console.log(`conformance ${title}; passed/failed\n`);
    console.log(outcome.table);
    console.log(`\ndirect: ${outcome.direct.total}; guard: ${outcome.guard.total}`);
    for (const line of outcome.lost) console.log(`LOST ${line}`);
    console.log("");
    lost += outcome.lost.length;
  };
  for (const which of chosen) {
    if (which === "client") {
      for (const [version, scenarios] of CLIENT_SCENARIOS) {
        tell(`client, ${version}`, await runClients(version, scenarios));
      }
      continue;
    }
    const mode = MODES[Number(which)];
    if (mode === undefined) {
      throw new Error(`no mode ${which}: 0 to ${MODES.length - 1}, or client`);
    }
    tell(`server ${mode.join(" ") || "(default set)"}`, await runMode(mode));
  }
  console.log(lost === 0 ? "The guard loses nothing" : `The guard loses ${lost}`);
  return lost === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
