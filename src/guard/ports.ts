// What the guard needs from the outside. Detector, AuditSink, RateLimiter and Authenticator are public and stable.

import type { ApprovalEvents } from "./approval_events.ts";
import type { PinStore } from "./pins.ts";
import type { ApprovalStore } from "./ports_approvals.ts";
import type { TaintStore } from "./ports_flows.ts";
import type { AuditRecord, Finding, Identity, Inquiry } from "./types.ts";

export type { PinCheck, PinKind, PinStore } from "./pins.ts";
export type * from "./ports_approvals.ts";
export type * from "./ports_flows.ts";

/** Time. The core never reads a clock of its own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Monotonic clock, milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
}

/** Makes ids that are unique over processes and hard to guess. */
export interface IdSource {
  /** A fresh id, at most 64 characters of `[A-Za-z0-9_-]`. */
  next(): string;
}

/** A bucket's name and size. */
export interface RateKey {
  /** Identity name. */
  identity: string;
  /** Tool name, canonical. */
  tool: string;
  /** Tokens the bucket holds, at least 1. */
  capacity: number;
  /** Tokens per second that flow back, 0 or more. */
  refillPerSec: number;
}

/** What a rate limiter says. */
export interface RateVerdict {
  /** Whether a token is there (peek) or was taken (take). */
  ok: boolean;
  /** Whole tokens left. */
  remaining: number;
  /** Milliseconds until one token is there; 0 when `ok`. Infinity when it never refills. */
  retryAfterMs: number;
  /** Set when the backend failed and the operator chose to go on: `local` buckets, or `allow`. */
  degraded?: "local" | "allow";
}

/** Counts calls. Throws {@linkcode DependencyFailed} when its backend fails and the operator did not choose otherwise. */
export interface RateLimiter {
  /** Looks without taking; absent where a look costs a round trip. */
  peek?(key: RateKey): RateVerdict;
  /** Takes one token if there is one. */
  take(key: RateKey): RateVerdict | Promise<RateVerdict>;
  /** Whether the backend answers, for `/readyz`. */
  healthy?(): boolean;
  /** Releases sockets and timers. */
  close?(): void | Promise<void>;
}

/** What a caller presented. */
export interface Credentials {
  /** Every header in order, names in any case, repeated ones repeated. */
  headers: readonly (readonly [name: string, value: string])[];
  /** Remote address without port, for slowing repeated failures; absent for library calls. */
  remote?: string;
}

/** The answer to credentials. */
export type AuthVerdict =
  | { ok: true; identity: Identity }
  | {
    ok: false;
    /** HTTP status: 401, 400 for contradicting credentials, 429 when slowed. */
    status: 400 | 401 | 429;
    /** Machine code for the audit: `auth.missing`, `auth.invalid`, `auth.ambiguous`, `auth.in_url`, `auth.rate`. */
    code: string;
    /** The same sentence for every kind of wrong credential. */
    message: string;
    /** What exactly was wrong, for the audit only: a caller who learns it has an oracle. */
    detail?: string;
    /** Milliseconds to wait, with 429. */
    retryAfterMs?: number;
    /** Value of `WWW-Authenticate`, with 401. */
    challenge?: string;
  };

/** Finds out who is asking. */
export interface Authenticator {
  /** Judges credentials. Never throws for wrong ones; throws {@linkcode DependencyFailed} when it cannot tell. */
  authenticate(credentials: Credentials): AuthVerdict | Promise<AuthVerdict>;
  /**
   * Whether an identity that was found earlier, maybe by the authenticator of an older policy, would be found now just
   * so; absent: always. Asked about open sessions after a reload.
   */
  stands?(identity: Identity): boolean;
}

/** Keeps records. A record is kept when `write` returns or resolves; it throws {@linkcode DependencyFailed} otherwise. */
export interface AuditSink {
  /** Keeps one record. */
  write(record: AuditRecord): void | Promise<void>;
  /** Whether records can be kept, for `/readyz`. */
  healthy?(): boolean;
  /** Flushes and releases files. */
  close?(): void | Promise<void>;
}

/** What a detector answers. */
export interface DetectorVerdict {
  /** What was seen. */
  findings: readonly Finding[];
  /** Whether the findings refuse the message. */
  deny: boolean;
}

/** Looks at texts. Runs after the lists and before a token is taken. */
export interface Detector {
  /** Name, for records: `prompt_regex`, or the user's own. */
  readonly name: string;
  /** Whether answers are judged too: the inquiry then has the answer's texts, and the direction it travels. */
  readonly answers?: boolean;
  /**
   * Judges the texts of one inquiry in linear time. They are what would go on: what `detect` redacts is redacted already.
   * A throw denies.
   */
  inspect(inquiry: Inquiry): DetectorVerdict | Promise<DetectorVerdict>;
}

/** Names secrets in placeholders: the same name for the same secret, from which nobody finds the secret. */
export type Pseudonyms = (secret: string) => string;

/** Everything a guard needs from the outside. */
export interface GuardPorts {
  /** Counts tool calls; null where the policy has no `rate_limit`. */
  limiter: RateLimiter | null;
  /** Counts refusals, so that a flood of them is answered cheaply and alike. */
  denials: RateLimiter;
  /** Keeps records. */
  audit: AuditSink;
  /** Finds out who is asking. */
  authenticator: Authenticator;
  /** The operator's own detectors, asked after the lists and before a token is taken. */
  detectors: readonly Detector[];
  /** Keeps pins; null where the policy has none. */
  pins: PinStore | null;
  /** Names secrets in placeholders. */
  pseudonyms: Pseudonyms;
  /** Time. */
  clock: Clock;
  /** Decision ids. */
  ids: IdSource;
  /** Keeps who has done what `flows` look back at; without it everything that flows are about is refused. */
  taints?: TaintStore;
  /** Keeps what waits for a human; without it everything that needs one is refused. */
  approvals?: ApprovalStore | null;
  /** Knows those who may approve, by keys of their own; null where the policy names none. */
  approvers?: Authenticator | null;
  /** Hears of approvals; engines that follow each other over one store share it. */
  approvalEvents?: ApprovalEvents;
  /** The server behind the guard, for what approvals are bound to; empty unless given. */
  upstream?: string;
}
