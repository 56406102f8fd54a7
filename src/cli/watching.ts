// A guard that only watches must never pass for one that protects: it says so at the start, and `--production` refuses.

import type { Policy } from "../policy/mod.ts";
import { UsageError } from "./exit.ts";
import type { OptionSpec } from "./spec.ts";

/** The option of commands that stand before a server. */
export const PRODUCTION: OptionSpec = {
  name: "production",
  text: "refuse to start with a policy, or a rule, that only watches (mode: monitor)",
};

/**
 * Says each thing once: every session's server lists its tools again.
 *
 * @param say Takes what is new.
 * @returns Takes everything.
 */
export function once(say: (words: string) => void): (words: string) => void {
  const said = new Set<string>();
  return (words) => {
    // Tool names are the server's, so that there is no end of them.
    if (said.has(words) || said.size >= 1000) return;
    said.add(words);
    say(words);
  };
}

/**
 * What to say at the start.
 *
 * @param policy The compiled policy.
 * @param production Whether watching is not enough.
 * @returns Warnings; empty where everything is enforced.
 * @throws {UsageError} When watching is not enough and something only watches.
 */
export function watchingWarnings(policy: Policy, production: boolean): string[] {
  const rules = policy.rules.rules.filter((rule) => rule.monitor).map((rule) => rule.id);
  const shown = rules.slice(0, 10).join(", ") + (rules.length > 10 ? ", ..." : "");
  const all = policy.mode === "monitor";
  if (production && (all || rules.length > 0)) {
    throw new UsageError(
      `--production: ${
        all ? "the policy only watches (mode: monitor)" : `rules only watch: ${shown}`
      }; set mode: enforce`,
    );
  }
  if (all) {
    return [
      "MODE MONITOR: THIS GUARD BLOCKS NOTHING. What the policy would refuse passes and is recorded as would_be; " +
      "set mode: enforce to protect the server",
    ];
  }
  return rules.length > 0 ? [`rules that only watch (mode: monitor): ${shown}`] : [];
}
