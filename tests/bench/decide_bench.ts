// What a decision costs without sockets and records: short and long lists, names that come again and new ones, and
// the price of text under `deny_regex`. deno bench -P=core tests/bench

import { GuardCore, type GuardPorts, type Inquiry } from "../../src/guard/mod.ts";
import { parsePolicy } from "../../src/policy/mod.ts";
import { inspectRequest, methodSpec, parseJson } from "../../src/wire/mod.ts";
import type { JsonObject } from "../../src/wire/mod.ts";
import { caller, prose } from "./messages.ts";

const PATTERNS = ["(?i)ignore.*instructions", "(?i)exfiltrate"];

/** Half of the rules denies, half allows; the tool that is called stands last. */
function policyText(rules: number, patterns: readonly string[]): string {
  const deny = Array.from({ length: rules >> 1 }, (_, i) => `admin${i}/*`);
  const allow = Array.from({ length: (rules - 1) >> 1 }, (_, i) => `server${i}/read*`);
  return JSON.stringify({
    version: 1,
    default: "deny",
    tools: { allow: [...allow, "calculator/*"], deny },
    prompts: { deny_regex: patterns },
  });
}

function guardOf(rules: number, patterns: readonly string[] = PATTERNS): GuardCore {
  let count = 0;
  const ports: GuardPorts = {
    limiter: null,
    denials: { take: () => ({ ok: true, remaining: 1, retryAfterMs: 0 }) },
    audit: { write: () => {} },
    authenticator: { authenticate: () => ({ ok: true, identity: IDENTITY }) },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock: { now: () => 0, monotonic: () => 0 },
    ids: { next: () => `d-${count++}` },
  };
  return new GuardCore(parsePolicy(policyText(rules, patterns), "bench.yaml"), ports);
}

const IDENTITY = { id: "bench", roles: [], method: "api_key" as const };
const SPEC = methodSpec("tools/call", "c2s", "request")!;

function inquiryOf(bytes: number, tool = "calculator.add"): Inquiry {
  const tree = parseJson(caller(bytes)(1).replace("calculator.add", tool)) as JsonObject;
  const params = tree.get("params") as JsonObject;
  const uses = inspectRequest(SPEC, params);
  return {
    identity: IDENTITY,
    direction: "c2s",
    method: "tools/call",
    known: true,
    tool: uses.tool,
    names: uses.names,
    uris: uses.uris,
    texts: uses.texts,
    payload: params,
    metered: true,
  };
}

const known = inquiryOf(0);
if (!(await guardOf(1000).decide(known)).allowed) throw new Error("the measured call is denied");
// More names than any list remembers.
const fresh = Array.from({ length: 1000 }, (_, i) => inquiryOf(0, `calculator.add${i}`));

for (const rules of [1, 100, 1000]) {
  const guard = guardOf(rules);
  Deno.bench(`decide, ${rules} rules, a tool called before`, {
    group: "rules",
    baseline: rules === 1,
  }, async () => {
    await guard.decide(known);
  });
  let next = 0;
  Deno.bench(`decide, ${rules} rules, a new tool each time`, { group: "rules" }, async () => {
    await guard.decide(fresh[next++ % fresh.length]!);
  });
}

const short = guardOf(1);
const unfiltered = guardOf(1, ["(?i)(ignore|forget).*instructions?\\b|exfiltrat(e|ion)"]);
const many = guardOf(1, Array.from({ length: 40 }, (_, i) => `(?i)secret${i} *(word|phrase)`));
for (const bytes of [0, 2000, 100_000]) {
  const friendly = inquiryOf(bytes);
  const near: Inquiry = {
    ...friendly,
    texts: [{ text: `instructions: ${prose(bytes)}`, surface: "argument", where: "params" }],
  };
  const options = { group: `text of ${bytes} bytes` };
  Deno.bench(`decide, ${bytes} bytes, no pattern's words`, {
    ...options,
    baseline: true,
  }, async () => {
    await short.decide(friendly);
  });
  Deno.bench(`decide, ${bytes} bytes, a pattern's words`, options, async () => {
    await short.decide(near);
  });
  Deno.bench(`decide, ${bytes} bytes, a pattern of alternatives`, options, async () => {
    await unfiltered.decide(friendly);
  });
  Deno.bench(`decide, ${bytes} bytes, 40 patterns`, options, async () => {
    await many.decide(friendly);
  });
}
