// What the tests of this room share: a policy, ports without effects, and a question.

import { parsePolicy } from "../policy/mod.ts";
import { CallGuard } from "./calls.ts";
import type { GuardPorts, RateKey, RateVerdict } from "./ports.ts";
import type { AuditRecord, Inquiry } from "./types.ts";

/** The policy of most tests. */
export const POLICY = `
version: 1
auth: { mode: api_key, allowed_keys: [{ key: a-key-that-is-long-enough-for-tests, identity: alice }] }
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
resources: { allow: ["file://**/*.md"], deny: ["file://**/.env"] }
prompts: { deny_regex: ["(?i)ignore.*instructions"], max_length: 40 }
rate_limit: { capacity: 2, refill_rate_per_sec: 0 }
attestation: { enabled: true }
`;

/** Counts down per key; never refills. */
function countingLimiter(): GuardPorts["denials"] & { keys: RateKey[] } {
  const used = new Map<string, number>();
  const keys: RateKey[] = [];
  const look = (key: RateKey, cost: number): RateVerdict => {
    const name = JSON.stringify([key.identity, key.tool]);
    const left = key.capacity - (used.get(name) ?? 0);
    if (left < 1) return { ok: false, remaining: 0, retryAfterMs: 1500 };
    used.set(name, (used.get(name) ?? 0) + cost);
    return { ok: true, remaining: left - cost, retryAfterMs: 0 };
  };
  return {
    keys,
    peek: (key) => look(key, 0),
    take: (key) => {
      keys.push(key);
      return look(key, 1);
    },
  };
}

/** A guard over ports that only remember. */
export function harness(
  overrides: Partial<GuardPorts> = {},
  policy: string = POLICY,
): { guard: CallGuard; records: AuditRecord[]; limiter: ReturnType<typeof countingLimiter> } {
  const records: AuditRecord[] = [];
  const limiter = countingLimiter();
  let count = 0;
  let time = 0;
  const guard = new CallGuard(parsePolicy(policy, "p.yaml"), {
    limiter,
    denials: countingLimiter(),
    audit: { write: (record) => void records.push(record) },
    authenticator: {
      authenticate: ({ headers }) =>
        headers.some(([, value]) => value === "right")
          ? { ok: true, identity: { id: "alice", roles: ["user"], method: "api_key" } }
          : { ok: false, status: 401, code: "auth.invalid", message: "wrong credentials" },
    },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock: { now: () => 1_700_000_000_000, monotonic: () => time += 5 },
    ids: { next: () => `id-${count++}` },
    ...overrides,
  });
  return { guard, records, limiter };
}

/** A question about a tool, or about a resource where there is none. */
export function inquiry(tool: string | null): Inquiry {
  return {
    identity: { id: "bob", roles: [], method: "local" },
    direction: "c2s",
    method: tool === null ? "resources/read" : "tools/call",
    known: true,
    tool,
    names: tool === null ? [] : [{ kind: "tool", name: tool, where: "params.name" }],
    uris: [],
    texts: [],
    metered: tool !== null,
  };
}
