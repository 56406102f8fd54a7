// `deno task interleave [RUNS [SEED]]`: plays random interleavings of many clients, 100,000 unless told otherwise.

import { campaign } from "./campaign.ts";

if (import.meta.main) {
  const runs = Number(Deno.args[0] ?? 100_000);
  const seed = Number(Deno.args[1] ?? Date.now() % 2 ** 31);
  if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
    console.error("usage: deno task interleave [RUNS [SEED]]");
    Deno.exit(1);
  }
  const start = performance.now();
  try {
    const tally = await campaign({ runs, seed });
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`${runs} interleavings from seed ${seed} in ${seconds} s: nothing misrouted`);
    for (const [what, n] of Object.entries(tally).toSorted()) console.log(`  ${what}: ${n}`);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
