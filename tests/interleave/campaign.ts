// Plays many plans, and says how to repeat the one that failed.

import fc from "fast-check";
import { plans } from "./plan.ts";
import { play, type Tally } from "./play.ts";
import type { Spoil } from "./world.ts";

/** What a campaign is made of. */
export interface CampaignOptions {
  /** Plans to play. */
  runs: number;
  /** Where the random plans begin; fixed, so that a failure comes again. */
  seed?: number;
  /** Spoils the guard on purpose; then the first failure is not made smaller. */
  spoil?: Spoil;
}

/**
 * Plays random plans.
 *
 * @param options How many, from where.
 * @returns How often each thing happened.
 * @throws When a plan failed: with the seed, the smallest plan that fails, and why.
 */
export async function campaign({ runs, seed = 1, spoil }: CampaignOptions): Promise<Tally> {
  const tally: Tally = {};
  const property = fc.asyncProperty(plans, (plan) => play(plan, tally, spoil));
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: spoil !== undefined,
  });
  if (!details.failed) return tally;
  const why = details.errorInstance;
  const name = why instanceof Error ? `${why.constructor.name}: ${why.message}` : String(why);
  const plan = JSON.stringify(details.counterexample);
  throw new Error(`${name}\nseed ${seed}, path ${details.counterexamplePath}\n${plan}`);
}
