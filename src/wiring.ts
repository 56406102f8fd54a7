// Puts real parts behind the guard's ports: the machine's clock, random ids, buckets, keys and audit files.
// Shared by the library (src/mod.ts) and the program (src/cli).

import { createAuditSink, type LineWriter } from "./audit/mod.ts";
import { createAuthenticator } from "./auth/mod.ts";
import { randomIds, systemClock } from "./clocks.ts";
import type {
  AuditSink,
  Authenticator,
  Clock,
  Detector,
  GuardPorts,
  IdSource,
  RateLimiter,
} from "./guard/mod.ts";
import { createLimiter, memoryLimiter } from "./limits/mod.ts";
import type { Policy } from "./policy/types.ts";

/** Ports that a caller may bring; the rest is filled with real ones. */
export interface PortOverrides {
  /** Counts tool calls. */
  limiter?: RateLimiter;
  /** Keeps records. */
  audit?: AuditSink;
  /** Finds out who is asking. */
  authenticator?: Authenticator;
  /** Detectors of the operator's own. */
  detectors?: readonly Detector[];
  /** Time. */
  clock?: Clock;
  /** Decision ids. */
  ids?: IdSource;
  /** Reads an environment variable that the policy names by `env:NAME`. */
  env?: (name: string) => string | undefined;
  /** The writer of standard error, where the program's own messages go too. */
  stderr?: LineWriter;
  /** Told in words when records cannot be kept and when they can again. */
  report?: (message: string) => void;
}

/**
 * Fills every port of a guard.
 *
 * @param policy The policy whose sections say which parts are needed.
 * @param given Parts the caller brings.
 * @returns The ports, and `close`, which releases what was made here.
 */
export function wirePorts(
  policy: Policy,
  given: PortOverrides = {},
): { ports: GuardPorts; close: () => Promise<void> } {
  const clock = given.clock ?? systemClock;
  const env = given.env ?? ((name: string) => Deno.env.get(name));
  const owned: { close?(): void | Promise<void> }[] = [];
  const own = <T extends { close?(): void | Promise<void> }>(part: T): T => {
    owned.push(part);
    return part;
  };
  // Keys are resolved first: a missing one stops the start before any file or socket is opened.
  const authenticator = given.authenticator ??
    createAuthenticator(policy.auth, { env, clock, file: policy.file });
  const limiter = given.limiter ??
    (policy.rateLimit === null ? null : own(createLimiter(policy.rateLimit, { clock, env })));
  const ports: GuardPorts = {
    limiter,
    denials: own(memoryLimiter({ clock, maxBuckets: 10_000 })),
    audit: given.audit ?? own(createAuditSink(policy.logging, policy.attestation, {
      clock,
      ...(given.stderr === undefined ? {} : { stderr: given.stderr }),
      ...(given.report === undefined ? {} : { report: given.report }),
    })),
    authenticator,
    detectors: given.detectors ?? [],
    clock,
    ids: given.ids ?? randomIds(),
  };
  return {
    ports,
    close: async () => {
      for (const part of owned) await part.close?.();
    },
  };
}
