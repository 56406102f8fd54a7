// `deno task bench:rules`: what rules on arguments cost by their number, beside cedar-wasm and casbin in the same run.
// Every engine has N rules of which one is about the tool that is called, and the same condition on an amount.

import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";
import { GuardCore, type GuardPorts, type Inquiry } from "../../src/guard/mod.ts";
import { parsePolicy } from "../../src/policy/mod.ts";
import { JsonNumber, JsonObject } from "../../src/wire/mod.ts";

const SIZES = [1, 10, 100, 1000];
const ROUNDS = 5;

/** Decides on one call, several times over; true where it may pass. */
type Decide = () => boolean | Promise<boolean>;

const PORTS: GuardPorts = {
  limiter: null,
  denials: { take: () => ({ ok: true, remaining: 1, retryAfterMs: 0 }) },
  audit: { write: () => {} },
  authenticator: { authenticate: () => ({ ok: false, status: 401, code: "", message: "" }) },
  detectors: [],
  pins: null,
  pseudonyms: () => "00000000",
  clock: { now: () => 0, monotonic: () => 0 },
  ids: { next: () => "d" },
};

/** The call: the last rule is about it, and lets it pass. */
function call(size: number): Inquiry {
  const tool = `tool${size - 1}`;
  const args = new JsonObject(["amount"], [new JsonNumber("50")]);
  return {
    identity: { id: "bench", roles: [], method: "api_key" },
    direction: "c2s",
    method: "tools/call",
    known: true,
    tool,
    names: [{ kind: "tool", name: tool, where: "params.name" }],
    uris: [],
    texts: [],
    payload: new JsonObject(["name", "arguments"], [tool, args]),
    metered: false,
  };
}

const indices = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

function guardDecide(size: number, matching: boolean): Decide {
  const rules = indices(size).map((i) => ({
    id: `r${i}`,
    tools: [matching ? "*" : `tool${i}`],
    when: "args.amount > 100",
    effect: "deny",
  }));
  const guard = new GuardCore(parsePolicy(JSON.stringify({ version: 1, rules }), "b"), PORTS);
  const inquiry = call(size);
  return async () => (await guard.decide(inquiry)).allowed;
}

/** Every call names the tool in a spelling that was never seen, so that nothing is remembered. */
function strangeDecide(size: number): Decide {
  const rules = indices(size).map((i) => ({
    ...{ id: `r${i}`, tools: [`tool${i}`, `db${i}_*`], when: "args.amount > 100", effect: "deny" },
  }));
  const guard = new GuardCore(parsePolicy(JSON.stringify({ version: 1, rules }), "b"), PORTS);
  const inquiry = call(size);
  let count = 0;
  return async () => {
    const name = `s${count++}/tool${size - 1}`;
    inquiry.names = [{ kind: "tool", name, where: "params.name" }];
    return (await guard.decide(inquiry)).allowed;
  };
}

function cedarDecide(size: number): Decide {
  const text =
    indices(size).map((i) =>
      `forbid(principal, action == Action::"tool${i}", resource) when { context.amount > 100 };`
    ).join("\n") + "\npermit(principal, action, resource);";
  const parsed = cedar.preparsePolicySet("bench", { staticPolicies: text });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
  const request = {
    principal: { type: "User", id: "bench" },
    action: { type: "Action", id: `tool${size - 1}` },
    resource: { type: "Server", id: "one" },
    context: { amount: 50 },
    preparsedPolicySetId: "bench",
    entities: [],
  };
  return () => {
    const answer = cedar.statefulIsAuthorized(request);
    if (answer.type !== "success") throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
  };
}

async function casbinDecide(size: number): Promise<Decide> {
  const model = newModelFromString(`
[request_definition]
r = sub, act, amount
[policy_definition]
p = sub, act, most
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.amount <= p.most
`);
  const lines = indices(size).map((i) => `p, any, tool${i}, 100`).join("\n");
  const enforcer = await newEnforcer(model, new StringAdapter(lines));
  return () => enforcer.enforceSync("bench", `tool${size - 1}`, 50);
}

/** Microseconds for one decision, the least of several rounds. */
async function measure(decide: Decide): Promise<number> {
  let times = 1;
  let best = Infinity;
  for (let round = 0; round < ROUNDS;) {
    const began = performance.now();
    for (let i = 0; i < times; i++) {
      if (await decide() !== true) throw new Error("the call should pass");
    }
    const ms = performance.now() - began;
    if (ms < 60 && times < 1 << 20) {
      times *= 2;
      continue;
    }
    best = Math.min(best, ms * 1000 / times);
    round++;
  }
  return best;
}

const ENGINES: readonly (readonly [string, (size: number) => Decide | Promise<Decide>])[] = [
  ["mcpguard, one rule matches", (size) => guardDecide(size, false)],
  ["the same, name never seen", strangeDecide],
  ["mcpguard, all rules match", (size) => guardDecide(size, true)],
  ["cedar-wasm, parsed before", cedarDecide],
  ["casbin", casbinDecide],
];

console.log(
  "A decision by N rules, in microseconds; in brackets: times the engine's own one rule\n",
);
console.log(`| rules | ${ENGINES.map(([name]) => name).join(" | ")} |`);
console.log(`| ---: | ${ENGINES.map(() => "---:").join(" | ")} |`);
const first: number[] = [];
const rows: number[][] = [];
for (const size of SIZES) {
  const row: number[] = [];
  for (const [, make] of ENGINES) row.push(await measure(await make(size)));
  if (first.length === 0) first.push(...row);
  rows.push(row);
  const cells = row.map((us, i) => `${us.toFixed(1)} (${(us / first[i]!).toFixed(1)})`);
  console.log(`| ${size} | ${cells.join(" | ")} |`);
}
const last = rows.at(-1)!;
console.log(
  `\nAt ${SIZES.at(-1)} rules, against mcpguard with one that matches: ` +
    ENGINES.slice(3).map(([name], i) => `${name} ${(last[i + 3]! / last[0]!).toFixed(1)} times`)
      .join(", "),
);
