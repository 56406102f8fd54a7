// Puts real parts behind the guard's ports: the machine's clock, random ids, buckets, keys and audit files.
// Shared by the library (src/mod.ts) and the program (src/cli).

import { createAuditSink, handedOver, type LineWriter } from "./audit/mod.ts";
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
  type TaintStore,
} from "./guard/mod.ts";
import { HttpJudge } from "./judge/mod.ts";
import { createLimiter, type ManagedLimiter, memoryLimiter } from "./limits/mod.ts";
import type { Policy } from "./policy/types.ts";
import { besidePolicy } from "./policy_file.ts";
import { createApprovals, createTaints, PinFile } from "./state/mod.ts";
import {
  sameApprovals,
  sameAudit,
  sameAuth,
  sameFile,
  sameLimiter,
  samePins,
  sameTaints,
} from "./wiring_reuse.ts";

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
  /** Keeps who has done what `flows` look back at. */
  taints?: TaintStore;
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
  /** The policy they were made for. */
  readonly policy: Policy;
  /** Every port of a guard. */
  readonly ports: GuardPorts;
  /** Parts that were made here, or taken over from an earlier policy. */
  readonly owned: readonly Part[];
  /** Resolves when the audit sink, if it was made here, is closed. */
  readonly audited: PromiseWithResolvers<void>;
  /** Connects to what the policy names, so that the first call does not wait; never rejects. */
  connect(): Promise<void>;
  /** Flushes and releases what was made here. */
  close(): Promise<void>;
  /** Flushes and releases what was made here and the successor does not use. @param next The successor. */
  retire(next: Wired): Promise<void>;
}

/** Something that has to be closed. */
type Part = { close?(): void | Promise<void> };

/**
 * Fills every port of a guard.
 *
 * @param policy The policy whose sections say which parts are needed.
 * @param given Parts the caller brings; `stderr` is the writer that the program's own messages use too.
 * @param before What ran until now, at a reload: parts whose sections say the same go on.
 * @returns The ports and what keeps them.
 * @throws {BadPolicy} When a key cannot be used, e.g. when an `env:NAME` is not set.
 * @throws {DependencyFailed} When the audit file cannot be opened.
 * @throws {McpGuardError} When the lock file of `pins` cannot be used.
 */
export function wirePorts(
  policy: Policy,
  given: PortOverrides & { stderr?: LineWriter } = {},
  before: Wired | null = null,
): Wired {
  const clock = given.clock ?? systemClock;
  const env = given.env ?? ((name: string) => Deno.env.get(name));
  const { report } = given;
  const told = report === undefined ? {} : { report };
  const old = before?.ports;
  // Keys and addresses are resolved first: a wrong one stops the start before any file is opened.
  const authenticator = given.authenticator ??
    (before !== null && sameAuth(before.policy, policy)
      ? before.ports.authenticator
      : createAuthenticator(policy.auth, {
        ...{ env, clock, file: policy.file, ...told },
        locate: (path) => besidePolicy(path, policy.file),
      }));
  const approvers = createApprovers(policy.approvals.adminKeys, policy.auth, {
    env,
    clock,
    file: policy.file,
  });
  let fresh: ManagedLimiter | null = null;
  let limiter = given.limiter ?? null;
  if (limiter === null && before !== null && sameLimiter(before.policy, policy)) {
    limiter = before.ports.limiter;
  } else if (limiter === null && policy.rateLimit !== null) {
    limiter = fresh = createLimiter(policy.rateLimit, {
      clock,
      env,
      ...(report === undefined ? {} : { log: report }),
    });
  }
  const { judge } = policy.detect;
  const judges = judge === null ? [] : [new HttpJudge(judge, { clock, env })];
  const keepsAudit = before !== null && sameAudit(before.policy, policy);
  const openAudit = (): AuditSink =>
    createAuditSink(policy.logging, policy.attestation, {
      clock,
      ...(given.stderr === undefined ? {} : { stderr: given.stderr }),
      ...told,
    });
  const approvals = given.approvals ??
    (before !== null && sameApprovals(before.policy, policy)
      ? before.ports.approvals!
      : openApprovals(policy, clock, env, report));
  const taints = given.taints ??
    (before !== null && sameTaints(before.policy, policy)
      ? before.ports.taints!
      : openTaints(policy, clock, env, report));
  let audit: AuditSink;
  let pins: PinStore | null;
  try {
    pins = given.pins ??
      (before !== null && samePins(before.policy, policy)
        ? before.ports.pins
        : openPins(policy, clock, report));
    audit = given.audit ??
      (keepsAudit
        ? before.ports.audit
        : before !== null && sameFile(before.policy, policy)
        ? handedOver(before.audited.promise, openAudit)
        : openAudit());
  } catch (error) {
    void fresh?.close();
    throw error;
  }
  const denials = old?.denials ?? memoryLimiter({ clock, maxBuckets: 10_000 });
  const owned: Part[] = [
    ...(given.limiter === undefined && limiter !== null ? [limiter] : []),
    denials,
    ...(given.audit === undefined ? [audit] : []),
    ...(given.pins === undefined && pins !== null ? [pins] : []),
    ...(given.approvals === undefined ? [approvals] : []),
    ...(given.taints === undefined ? [taints] : []),
  ];
  const audited = keepsAudit ? before.audited : Promise.withResolvers<void>();
  const closeAll = async (parts: readonly Part[]): Promise<void> => {
    try {
      for (const part of parts) await part.close?.();
    } finally {
      // Whoever waits for the file must not wait for ever; what cannot be opened then refuses.
      if (parts.includes(audit)) audited.resolve();
    }
  };
  return {
    policy,
    ports: {
      limiter,
      denials,
      audit,
      authenticator,
      detectors: [...judges, ...(given.detectors ?? [])],
      pins,
      pseudonyms: given.pseudonyms ?? old?.pseudonyms ?? randomPseudonyms(),
      clock,
      ids: given.ids ?? old?.ids ?? randomIds(),
      taints,
      approvals,
      approvers,
      approvalEvents: old?.approvalEvents ?? new ApprovalEvents(),
      ...(given.upstream === undefined ? {} : { upstream: given.upstream }),
    },
    owned,
    audited,
    connect: async () => {
      await fresh?.connect();
    },
    close: () => closeAll(owned),
    retire: (next) => closeAll(owned.filter((part) => !next.owned.includes(part))),
  };
}

function openApprovals(
  policy: Policy,
  clock: Clock,
  env: (name: string) => string | undefined,
  report: ((message: string) => void) | undefined,
): ApprovalStore {
  const { file, ...config } = policy.approvals;
  return createApprovals({
    ...config,
    file: file === null ? null : besidePolicy(file, policy.file),
  }, { clock, env, ...(report === undefined ? {} : { log: report }) });
}

function openTaints(
  policy: Policy,
  clock: Clock,
  env: (name: string) => string | undefined,
  report: ((message: string) => void) | undefined,
): TaintStore {
  const { file, ...config } = policy.flowState;
  return createTaints({
    ...config,
    file: file === null ? null : besidePolicy(file, policy.file),
  }, { clock, env, ...(report === undefined ? {} : { log: report }) });
}

function openPins(
  policy: Policy,
  clock: Clock,
  report: ((message: string) => void) | undefined,
): PinStore | null {
  if (policy.pins === null) return null;
  return new PinFile({
    path: besidePolicy(policy.pins.file, policy.file),
    firstUse: policy.pins.mode === "first_use",
    now: () => clock.monotonic(),
    ...(report === undefined ? {} : { report }),
  });
}
