// Property: however clients and servers with equal ids and tokens interleave, nothing reaches anybody else.
//   interleave.ts [RUNS [SEED]]    100,000 runs unless given; ends with 1 and the steps when one misroutes

import fc from "fast-check";
import { ACTS, type Step, type Tamper, World } from "./world.ts";

/** What a campaign saw. */
export interface Campaign {
  /** Interleavings. */
  runs: number;
  /** Messages that were looked at. */
  messages: number;
}

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom(...ACTS),
    client: fc.nat(3),
    which: fc.nat(7),
    id: fc.nat(7),
    settle: fc.boolean(),
  }),
  { minLength: 5, maxLength: 80, size: "max" },
);

const SHAPES = fc.constantFrom(
  ...[[["a", "b"], ["a", "b"], ["a", "b"]], [[], [], []], [["a", "b"], [], ["b", "a"], []]],
);

/**
 * Runs interleavings.
 *
 * @param runs How many.
 * @param seed Of the random steps.
 * @param tamper Changes what reaches clients, to see whether that is noticed.
 * @returns What was seen.
 * @throws {Error} With the shortest steps that misroute something.
 */
export async function campaign(runs: number, seed: number, tamper?: Tamper): Promise<Campaign> {
  const seen: Campaign = { runs: 0, messages: 0 };
  await fc.assert(
    fc.asyncProperty(SHAPES, STEPS, async (shapes, steps) => {
      const world = await World.start(shapes, tamper);
      for (const step of steps) await world.step(step);
      await world.finish();
      seen.runs++;
      seen.messages += world.looked;
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  return seen;
}

if (import.meta.main) {
  const [runs = "100000", seed = String(Date.now() % 2 ** 31)] = Deno.args;
  const batch = 1000;
  const total: Campaign = { runs: 0, messages: 0 };
  for (let done = 0; done < Number(runs); done += batch) {
    const { runs: more, messages } = await campaign(
      Math.min(batch, Number(runs) - done),
      Number(seed) + done,
    );
    total.runs += more;
    total.messages += messages;
    if (Deno.stdout.isTerminal()) console.log(`${total.runs} of ${runs}`);
  }
  console.log(
    `${total.runs} interleavings, ${total.messages} messages, seed ${seed}: nothing was misrouted`,
  );
}
