// Asks the engine and the naive implementation the same questions, and says where they disagree.

import fc from "fast-check";
import { CallGuard } from "../../src/guard/mod.ts";
import { parsePolicy } from "../../src/policy/mod.ts";
import { policies, requests } from "./arbitraries.ts";
import { CONDITIONS } from "./naive_rules.ts";
import { naiveDecision, type NaivePolicy, type NaiveRequest } from "./naive.ts";
import { silentPorts } from "./ports.ts";
import { compareAsks } from "./server_requests.ts";

/** What a campaign saw. */
export interface Campaign {
  /** Pairs of policy and call that were compared. */
  pairs: number;
  /** How often each reason came out, so that a campaign that only ever denies is noticed. */
  reasons: Record<string, number>;
}

/** The engine's answer: the real parser, the real stages. */
function engineDecision(policy: NaivePolicy, request: NaiveRequest): string {
  const text = JSON.stringify({
    version: 1,
    ...policy,
    prompts: {
      ...policy.prompts,
      deny_regex: policy.prompts.deny_regex.map((source) => `(?i)${source}`),
    },
    rules: policy.rules.map(({ when, ...rule }, i) => ({
      id: String(i),
      ...rule,
      ...(when === undefined ? {} : { when: CONDITIONS[when]!.cel }),
      ...(rule.effect === "redact" ? { redact: ["args.note"] } : {}),
    })),
  });
  const guard = new CallGuard(parsePolicy(text, "random.json"), silentPorts());
  const decision = guard.explain({
    identity: request.caller.id,
    roles: request.caller.roles,
    tool: request.tool,
    resources: request.resources,
    arguments: request.arguments,
    ...(request.prompt === null ? {} : { prompt: request.prompt }),
  });
  const { stages, effect, reason, rule } = decision;
  if (rule === null || !rule.startsWith("rules.")) return reason;
  // A record and a rule that allows are both allowed; the trace says which it was.
  const said = effect === "allow"
    ? stages!.some((s) => s.rule === rule && s.verdict === "record") ? "record" : "allow"
    : effect;
  return `${said} ${rule.slice("rules.".length)}`;
}

/**
 * Compares random pairs.
 *
 * @param pairs How many.
 * @param seed Seed of the generator; the same seed gives the same pairs.
 * @returns What was seen.
 * @throws {Error} With the smallest pair on which both disagree.
 */
export function compare(pairs: number, seed: number): Campaign {
  const reasons: Record<string, number> = {};
  fc.assert(
    fc.property(policies, requests, (policy, request) => {
      const engine = engineDecision(policy, request);
      const naive = naiveDecision(policy, request);
      const kind = naive.split(" ")[0]!;
      reasons[kind] = (reasons[kind] ?? 0) + 1;
      if (engine !== naive) throw new Error(`the engine says ${engine}, the naive one ${naive}`);
    }),
    { numRuns: pairs, seed },
  );
  return { pairs, reasons };
}

if (import.meta.main) {
  const pairs = Number(Deno.args[0] ?? 100_000);
  const seed = Number(Deno.args[1] ?? Date.now() % 2 ** 31);
  console.log(`comparing ${pairs} random pairs of policy and call, seed ${seed}`);
  const { reasons } = compare(pairs, seed);
  console.log(`no difference; reasons: ${JSON.stringify(reasons)}`);
  console.log(`no difference; requests of servers: ${JSON.stringify(compareAsks(pairs, seed))}`);
}
