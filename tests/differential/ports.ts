// Ports of an engine that is only asked: nothing counts, nothing is kept, no time passes.

import type { GuardPorts } from "../../src/guard/mod.ts";

/** Ports without effects. */
export function silentPorts(): GuardPorts {
  let count = 0;
  return {
    limiter: null,
    denials: { take: () => ({ ok: true, remaining: 1, retryAfterMs: 0 }) },
    audit: { write: () => {} },
    authenticator: {
      authenticate: () => ({ ok: false, status: 401, code: "auth.invalid", message: "" }),
    },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock: { now: () => 0, monotonic: () => 0 },
    ids: { next: () => String(count++) },
  };
}
