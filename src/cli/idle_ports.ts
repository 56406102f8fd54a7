// Ports for commands that only ask: nothing counts, nothing is kept, nobody is let in.

import type { GuardPorts } from "../guard/mod.ts";
import { DependencyFailed } from "../errors.ts";
import { randomIds, systemClock } from "../clocks.ts";

/** Ports without effects. A use of one that has an effect is a mistake and fails closed. */
export function idlePorts(): GuardPorts {
  const never = (): never => {
    throw new DependencyFailed("none", "this command decides without effects");
  };
  return {
    limiter: null,
    denials: { take: never },
    audit: { write: never },
    authenticator: { authenticate: never },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock: systemClock,
    ids: randomIds(),
  };
}
