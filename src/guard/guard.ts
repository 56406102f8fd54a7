// The guard's core: one engine behind the proxy, the check command and the library.
// Order: lists and text rules, detectors, rate bucket, then the record; any failure on the way denies.

import { DependencyFailed } from "../errors.ts";
import { foldName } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import { allowed, type Refused, refused, throttled } from "./decisions.ts";
import { judge, type Trace } from "./judge.ts";
import { judgeName } from "./stage_names.ts";
import { judgeMention, judgeUri } from "./stage_uris.ts";
import type {
  AuditSink,
  Authenticator,
  AuthVerdict,
  Clock,
  Credentials,
  Detector,
  IdSource,
  RateKey,
  RateLimiter,
} from "./ports.ts";
import type {
  AuditRecord,
  Decision,
  Direction,
  Finding,
  Identity,
  Inquiry,
  MessageContext,
  Reason,
  UriUse,
} from "./types.ts";

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
  /** Time. */
  clock: Clock;
  /** Decision ids. */
  ids: IdSource;
}

/** What happened to a message that was let through. */
export interface Outcome {
  /** How it ended. */
  status: "ok" | "error" | "timeout" | "cancelled";
  /** What came back, hashed into the record when attestation is on. */
  response?: AuditRecord["response"];
  /** Short machine code, e.g. `upstream.lost`. */
  detail?: string;
  /** Milliseconds from the decision. */
  durationMs?: number;
}

/** A refusal that no list made: a malformed frame, failed authentication, a limit. */
export interface OutrightRefusal {
  /** From the published table. */
  reason: Reason;
  /** The rule, e.g. `json.duplicate_key`. */
  rule: string;
  /** The sentence for people. */
  message: string;
  /** Who, when it is known. */
  identity?: Identity;
  /** Which way. */
  direction?: Direction;
  /** The method, when it could be read. */
  method?: string;
  /** The tool, when it could be read. */
  tool?: string | null;
  /** `throttle` where a retry may pass later. */
  effect?: "deny" | "throttle";
  /** Milliseconds until a retry may pass. */
  retryAfterMs?: number;
  /** Where from. */
  context?: MessageContext;
}

/** The identity of somebody who showed nothing. */
export const ANONYMOUS: Identity = { id: "anonymous", roles: [], method: "none" };

/** Refusals per identity that are answered one by one before they are throttled, and how many flow back a second. */
const DENIALS = { capacity: 200, refillPerSec: 20 };

/** The engine. Pure: every effect is a port. */
export class GuardCore {
  /** The policy in force. */
  readonly policy: Policy;
  /** The ports in use. */
  readonly ports: GuardPorts;

  /**
   * @param policy A policy from `parsePolicy`.
   * @param ports Every effect the guard may have.
   */
  constructor(policy: Policy, ports: GuardPorts) {
    this.policy = policy;
    this.ports = ports;
  }

  /**
   * Finds out who is asking.
   *
   * @param credentials What the caller presented.
   * @returns The identity, or why there is none.
   */
  async authenticate(credentials: Credentials): Promise<AuthVerdict> {
    return await this.ports.authenticator.authenticate(credentials);
  }

  /**
   * Decides on one message, takes a token where it passes, and keeps the record before it returns.
   *
   * @param inquiry The message, taken apart.
   * @returns The decision; never throws: what fails on the way denies.
   */
  async decide(inquiry: Inquiry): Promise<Decision> {
    const id = this.ports.ids.next();
    let ruling: { decision: Decision; detail?: string };
    try {
      ruling = await this.#rule(id, inquiry);
      if (!ruling.decision.allowed) ruling = await this.#boundDenials(ruling, inquiry);
    } catch (error) {
      ruling = failure(id, error);
    }
    return await this.#keep(ruling.decision, {
      direction: inquiry.direction,
      identity: inquiry.identity.id,
      tool: inquiry.tool,
      method: inquiry.method,
      detail: ruling.detail,
      context: inquiry.context,
      request: inquiry.payload,
    });
  }

  /**
   * Says what would be decided: lists and text rules only, no token, no record, every stage traced.
   *
   * @param inquiry The message, taken apart.
   * @returns The decision with `stages`.
   */
  evaluate(inquiry: Inquiry): Decision {
    const trace: Trace = [];
    const id = this.ports.ids.next();
    try {
      const { refusal, findings } = judge(this.policy, inquiry, trace);
      const limit = inquiry.metered ? this.#limitFor(inquiry) : null;
      trace.push({
        stage: "rate_limit",
        verdict: "skipped",
        rule: null,
        detail: limit === null
          ? "no rate limit applies"
          : `${limit.capacity} calls, then ${limit.refillPerSec} per second; no token is spent here`,
      });
      const decision = refusal === null
        ? allowed(id, findings, null)
        : refused(id, refusal, findings);
      return { ...decision, stages: trace };
    } catch (error) {
      return { ...failure(id, error).decision, stages: trace };
    }
  }

  /**
   * Refuses something that never became an inquiry, and keeps the record.
   *
   * @param refusal What was refused and why.
   * @returns The decision.
   */
  async refuse(refusal: OutrightRefusal): Promise<Decision> {
    const id = this.ports.ids.next();
    const decision = refusal.effect === "throttle"
      ? throttled(id, refusal, refusal.retryAfterMs ?? 0, [], null)
      : refused(id, refusal, []);
    return await this.#keep(decision, {
      direction: refusal.direction ?? "c2s",
      identity: (refusal.identity ?? ANONYMOUS).id,
      tool: refusal.tool ?? null,
      method: refusal.method ?? "-",
      detail: refusal.rule,
      context: refusal.context,
    });
  }

  /**
   * Keeps what became of a message that was let through.
   *
   * @param decision The decision that let it through.
   * @param inquiry The message.
   * @param outcome How it ended.
   * @throws {DependencyFailed} When the record cannot be kept.
   */
  async outcome(decision: Decision, inquiry: Inquiry, outcome: Outcome): Promise<void> {
    await this.ports.audit.write({
      event: "outcome",
      ts: this.ports.clock.now(),
      id: decision.id,
      identity: inquiry.identity.id,
      tool: inquiry.tool,
      method: inquiry.method,
      direction: inquiry.direction,
      decision: outcome.status,
      reason: decision.reason,
      rule: decision.rule,
      findings: [],
      ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
      ...(outcome.durationMs === undefined ? {} : { durationMs: outcome.durationMs }),
      ...(inquiry.context === undefined ? {} : { context: inquiry.context }),
      ...(outcome.response === undefined ? {} : { response: outcome.response }),
    });
  }

  /**
   * Whether a list entry may be shown: the lists only, no record.
   *
   * @param kind Which list judges it.
   * @param value The name, URI or template.
   * @returns True when the client may use it.
   */
  permits(kind: "tool" | "prompt" | "resource" | "template", value: string): boolean {
    try {
      return kind === "tool" || kind === "prompt"
        ? judgeName(this.policy, { kind, name: value }) === null
        : judgeUri(this.policy, { uri: value, role: kind, where: "result" }) === null;
    } catch {
      return false;
    }
  }

  /**
   * Judges the URIs that a result carries.
   *
   * @param uris The URIs, as the inspection table found them.
   * @param declared True for a result of a resource request: both lists apply. Else the deny list only.
   * @returns The first refusal, or null.
   */
  screen(uris: readonly UriUse[], declared: boolean): OutrightRefusal | null {
    for (const use of uris) {
      const refusal = declared ? judgeUri(this.policy, use) : judgeMention(this.policy, use);
      if (refusal !== null) return { ...refusal, direction: "s2c" };
    }
    return null;
  }

  async #rule(id: string, inquiry: Inquiry): Promise<{ decision: Decision; detail?: string }> {
    const { refusal, findings } = judge(this.policy, inquiry);
    if (refusal !== null) {
      return {
        decision: refused(id, refusal, findings),
        ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
      };
    }
    const limit = inquiry.metered ? this.#limitFor(inquiry) : null;
    if (limit !== null) {
      const look = this.ports.limiter?.peek?.(limit);
      if (look !== undefined && !look.ok) {
        return { decision: overLimit(id, limit, look.retryAfterMs, findings) };
      }
    }
    for (const detector of this.ports.detectors) {
      const verdict = await detector.inspect(inquiry);
      findings.push(...verdict.findings);
      if (verdict.deny) {
        return {
          decision: refused(id, {
            reason: "PromptInjectionSuspected",
            rule: `detectors.${detector.name}`,
            message: `the detector ${detector.name} refused this message`,
          }, findings),
        };
      }
    }
    if (limit === null || this.ports.limiter === null) {
      return { decision: allowed(id, findings, null) };
    }
    const pending = this.ports.limiter.take(limit);
    const taken = pending instanceof Promise ? await pending : pending;
    if (taken.degraded !== undefined) findings.push(degradedFinding(taken.degraded));
    return {
      decision: taken.ok
        ? allowed(id, findings, taken.remaining)
        : overLimit(id, limit, taken.retryAfterMs, findings),
    };
  }

  #limitFor(inquiry: Inquiry): RateKey | null {
    const config = this.policy.rateLimit;
    if (config === null || inquiry.tool === null) return null;
    const tool = inquiry.tool;
    const size = config.overrides.find((o) => o.tools.firstExact(tool) >= 0) ?? config;
    return {
      identity: rateIdentity(inquiry),
      // The folded name: a spelling variant of a tool must not find a fresh bucket (RATE-002).
      tool: foldName(tool),
      capacity: size.capacity,
      refillPerSec: size.refillPerSec,
    };
  }

  async #boundDenials(
    ruling: { decision: Decision; detail?: string },
    inquiry: Inquiry,
  ): Promise<{ decision: Decision; detail?: string }> {
    if (ruling.decision.effect !== "deny") return ruling;
    const verdict = await this.ports.denials.take({
      identity: rateIdentity(inquiry),
      tool: "",
      ...DENIALS,
    });
    if (verdict.ok) return ruling;
    const refusal: Refused = {
      reason: "RateLimitExceeded",
      rule: "denials",
      message: `too many refused calls in a short time; the last one: ${ruling.decision.message}`,
    };
    return {
      decision: throttled(
        ruling.decision.id,
        refusal,
        verdict.retryAfterMs,
        ruling.decision.findings,
        null,
      ),
      detail: "rate.denials",
    };
  }

  async #keep(
    decision: Decision,
    about: {
      direction: Direction;
      identity: string;
      tool: string | null;
      method: string;
      detail: string | undefined;
      context: MessageContext | undefined;
      request?: AuditRecord["request"] | undefined;
    },
  ): Promise<Decision> {
    const record: AuditRecord = {
      event: "decision",
      ts: this.ports.clock.now(),
      id: decision.id,
      identity: about.identity,
      tool: about.tool,
      method: about.method,
      direction: about.direction,
      decision: decision.effect,
      reason: decision.reason,
      rule: decision.rule,
      findings: decision.findings,
    };
    if (about.detail !== undefined) record.detail = about.detail;
    if (about.context !== undefined) record.context = about.context;
    if (about.request !== undefined) record.request = about.request;
    try {
      const pending = this.ports.audit.write(record);
      if (pending !== undefined) await pending;
      return decision;
    } catch (error) {
      // No effect without a record: what cannot be recorded is not forwarded, in any mode.
      return decision.allowed ? failure(decision.id, error).decision : decision;
    }
  }
}

/** Without authentication a claimed identity costs nothing, so buckets go by address instead (RATE-001). */
function rateIdentity(inquiry: Inquiry): string {
  return inquiry.identity.method === "none"
    ? `address:${inquiry.context?.remote ?? "local"}`
    : inquiry.identity.id;
}

function overLimit(id: string, limit: RateKey, wait: number, findings: Finding[]): Decision {
  return throttled(
    id,
    {
      reason: "RateLimitExceeded",
      rule: "rate_limit",
      message: `the rate limit for this tool is reached: ${limit.capacity} calls, then ` +
        `${limit.refillPerSec} per second` +
        (Number.isFinite(wait)
          ? `; try again in ${Math.max(0.1, Math.ceil(wait / 100) / 10)} s`
          : ""),
    },
    wait,
    findings,
    0,
  );
}

function degradedFinding(how: "local" | "allow"): Finding {
  return {
    rule_id: `rate_limit_${how}`,
    severity: "medium",
    reason: how === "local"
      ? "the rate limit's backend did not answer; buckets of this process counted instead"
      : "the rate limit's backend did not answer; the call was let through uncounted",
  };
}

function failure(id: string, error: unknown): { decision: Decision; detail: string } {
  const dependency = error instanceof DependencyFailed ? error.dependency : null;
  return {
    decision: refused(
      id,
      dependency === null
        ? {
          reason: "InternalError",
          rule: "internal",
          message: "the guard failed while deciding, so it refused; please report this",
        }
        : {
          reason: "DependencyFailed",
          rule: `dependency.${dependency}`,
          message:
            `the guard's ${dependency} does not answer, so nothing is let through; try again later`,
        },
      [],
    ),
    detail: dependency === null ? "policy.error" : `dependency.${dependency}`,
  };
}
