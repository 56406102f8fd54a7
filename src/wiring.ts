// Puts real parts behind the guard's ports: the machine's clock, random ids, buckets, keys and audit files.
// Shared by the library (src/mod.ts) and the program (src/cli).

import { createAuditSink, type LineWriter } from "./audit/mod.ts";
import { createApprovers, createAuthenticator } from "./auth/mod.ts";
import { randomIds, randomPseudonyms, systemClock } from "./clocks.ts";
import {
  ApprovalEvents,
  type ApprovalStore,
  type AuditSink,
  type Authenticator,
  type Clock,
  type Detector,
  type GuardPorts,
  type IdSource,
  type PinStore,
  type Pseudonyms,
  type RateLimiter,
} from "./guard/mod.ts";
import { createLimiter, type ManagedLimiter, memoryLimiter } from "./limits/mod.ts";
import type { Policy } from "./policy/types.ts";
import { besidePolicy } from "./policy_file.ts";
import { createApprovals, PinFile } from "./state/mod.ts";

/** Ports that a caller may bring; the rest is filled with real ones. What the caller brings, the caller closes. */
export interface PortOverrides {
  /** Counts tool calls, where the policy has a `rate_limit`. */
  limiter?: RateLimiter;
  /** Keeps records. */
  audit?: AuditSink;
  /** Finds out who is asking. */
  authenticator?: Authenticator;
  /** Detectors of the operator's own. */
  detectors?: readonly Detector[];
  /** Keeps what waits for a human's approval. */
  approvals?: ApprovalStore;
  /** Name of the server behind the guard, for what approvals are bound to. */
  upstream?: string;
  /** Keeps pins, where the policy has a section `pins`. */
  pins?: PinStore;
  /** Names secrets in placeholders; bring a keyed one where several processes shall use the same names. */
  pseudonyms?: Pseudonyms;
  /** Time. */
  clock?: Clock;
  /** Decision ids. */
  ids?: IdSource;
  /** Reads an environment variable that the policy names by `env:NAME`. */
  env?: (name: string) => string | undefined;
  /** Told in words, without secrets, when a part fails (records, Redis) and when it works again. */
  report?: (message: string) => void;
}

/** Ports with real parts, and the life of those parts. */
export interface Wired {
  /** Every port of a guard. */
  ports: GuardPorts;
  /** Knows those who may approve, by their keys; null where the policy names none. */
  approvers: Authenticator | null;
  /** Connects to what the policy names, so that the first call does not wait; never rejects. */
  connect(): Promise<void>;
  /** Flushes and releases what was made here. */
  close(): Promise<void>;
}

/**
 * Fills every port of a guard.
 *
 * @param policy The policy whose sections say which parts are needed.
 * @param given Parts the caller brings; `stderr` is the writer that the program's own messages use too.
 * @returns The ports and what keeps them.
 * @throws {BadPolicy} When a key cannot be used, e.g. when an `env:NAME` is not set.
 * @throws {DependencyFailed} When the audit file cannot be opened.
 * @throws {McpGuardError} When the lock file of `pins` cannot be used.
 */
export function wirePorts(
  policy: Policy,
  given: PortOverrides & { stderr?: LineWriter } = {},
): Wired {
  const clock = given.clock ?? systemClock;
  const env = given.env ?? ((name: string) => Deno.env.get(name));
  const { report } = given;
  // Keys and addresses are resolved first: a wrong one stops the start before any file is opened.
  const authenticator = given.authenticator ??
    createAuthenticator(policy.auth, { env, clock, file: policy.file });
  const approvers = createApprovers(policy.approvals.adminKeys, policy.auth, {
    env,
    clock,
    file: policy.file,
  });
  let made: ManagedLimiter | null = null;
  if (given.limiter === undefined && policy.rateLimit !== null) {
    made = createLimiter(policy.rateLimit, {
      clock,
      env,
      ...(report === undefined ? {} : { log: report }),
    });
  }
  const { file, ...config } = policy.approvals;
  const approvals = given.approvals ?? createApprovals({
    ...config,
    file: file === null ? null : besidePolicy(file, policy.file),
  }, {
    clock,
    env,
    ...(report === undefined ? {} : { log: report }),
  });
  const audit = given.audit ?? createAuditSink(policy.logging, policy.attestation, {
    clock,
    ...(given.stderr === undefined ? {} : { stderr: given.stderr }),
    ...(report === undefined ? {} : { report }),
  });
  const pins = given.pins ?? (policy.pins === null ? null : new PinFile({
    path: besidePolicy(policy.pins.file, policy.file),
    firstUse: policy.pins.mode === "first_use",
    now: () => clock.monotonic(),
    ...(report === undefined ? {} : { report }),
  }));
  const denials = memoryLimiter({ clock, maxBuckets: 10_000 });
  const owned = [
    made,
    denials,
    given.approvals === undefined ? approvals : null,
    given.audit === undefined ? audit : null,
    given.pins === undefined ? pins : null,
  ];
  return {
    ports: {
      limiter: given.limiter ?? made,
      denials,
      audit,
      authenticator,
      detectors: given.detectors ?? [],
      pins,
      pseudonyms: given.pseudonyms ?? randomPseudonyms(),
      clock,
      ids: given.ids ?? randomIds(),
      approvals,
      approvalEvents: new ApprovalEvents(),
      ...(given.upstream === undefined ? {} : { upstream: given.upstream }),
    },
    approvers,
    connect: async () => {
      await made?.connect();
    },
    close: async () => {
      for (const part of owned) await part?.close?.();
    },
  };
}
