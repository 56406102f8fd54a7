// The guard's core: one engine behind the proxy, the check command and the library.
// Order: lists and text rules, detectors, rate bucket, then the record; any failure on the way denies.

import { SCANNERS, Searcher } from "../detect/mod.ts";
import { UriBudget } from "../match/mod.ts";
import { unknownArguments } from "../policy/mod.ts";
import type { ListedTool, Policy } from "../policy/types.ts";
import { Approvals } from "./approvals.ts";
import { boundDenials } from "./denials.ts";
import { failure, refused, ruled, throttled } from "./decisions.ts";
import { judge, type Judgement, noteIdle, type Trace } from "./judge.ts";
import { explainTexts, lookInto } from "./look.ts";
import { whereWatched } from "./monitor.ts";
import { namedBy, namedInAnswer } from "./named.ts";
import { OutputSchemas } from "./output_schemas.ts";
import { place } from "./place.ts";
import type { AuthVerdict, Credentials, GuardPorts } from "./ports.ts";
import { degradedFinding, limitFor, overLimit } from "./rate.ts";
import { decisionRecord, outcomeRecord, type RecordSubject } from "./records.ts";
import {
  ANONYMOUS,
  type Answered,
  type Outcome,
  type OutrightRefusal,
  type Screening,
} from "./requests.ts";
import { applyRedactions } from "./redact.ts";
import { denying, strictest } from "./rulings.ts";
import { Shadows } from "./shadows.ts";
import { admitByFlows, explainFlows, judgeFlows, screenMarked } from "./stage_flows.ts";
import { screenAnswer } from "./stage_answers.ts";
import { judgePinned } from "./stage_pins.ts";
import { judgeEntry } from "./stage_lists.ts";
import { roleScreen } from "./stage_roles.ts";
import type { Decision, Identity, Inquiry } from "./types.ts";
import { Withheld } from "./withheld.ts";

/** The engine. Pure: every effect is a port. */
export class GuardCore {
  /** The policy in force. */
  readonly policy: Policy;
  /** The ports in use. */
  readonly ports: GuardPorts;
  /** What waits for a human. */
  readonly approvals: Approvals;
  readonly #searcher: Searcher;
  readonly #shadows: Shadows;
  readonly #schemas: OutputSchemas;
  readonly #withheld: Withheld;

  /**
   * Makes an engine from its parts.
   *
   * @param policy A policy from `parsePolicy`.
   * @param ports Every effect the guard may have.
   * @param before The engine that this one follows at a reload: what it has seen of the server's tools goes on.
   */
  constructor(policy: Policy, ports: GuardPorts, before: GuardCore | null = null) {
    this.policy = policy;
    this.ports = ports;
    this.#shadows = before === null ? new Shadows(policy.upstreams.length > 0) : before.#shadows;
    this.#schemas = before === null ? new OutputSchemas() : before.#schemas;
    this.#withheld = before === null ? new Withheld() : before.#withheld;
    this.#searcher = new Searcher(policy.detect, SCANNERS);
    this.approvals = new Approvals(ports, () => this.policy.approvals);
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
    return await this.#decide(inquiry, true);
  }

  /**
   * Decides again on a message that was held until a human had decided: everything as {@linkcode decide}, under the
   * policy that is in force now, but the token that it took stays taken.
   *
   * @param inquiry The message as it was judged before.
   * @returns The decision; never throws.
   */
  async release(inquiry: Inquiry): Promise<Decision> {
    return await this.#decide(inquiry, false);
  }

  async #decide(inquiry: Inquiry, metered: boolean): Promise<Decision> {
    const id = this.ports.ids.next();
    let ruling: { decision: Decision; detail?: string };
    try {
      place(this.policy, inquiry);
      const judged = judge(this.policy, inquiry, this.ports.clock.now());
      ruling = await this.#rule(id, inquiry, judged, metered);
      ruling.decision = whereWatched(this.policy, ruling.decision, judged.watched);
      const { effect } = ruling.decision;
      // What waits for somebody's word is shown, hashed and sent on without what is redacted.
      if (effect !== "deny" && this.policy.mode === "enforce") {
        applyRedactions(inquiry, judged.redact);
      }
      if (effect === "confirm" || effect === "approve") {
        ruling = await this.approvals.admit(ruling.decision, inquiry);
      }
      if (ruling.decision.allowed) {
        ruling = await admitByFlows(this.policy, this.ports.taints, inquiry, ruling);
      }
      if (!ruling.decision.allowed) {
        ruling = await boundDenials(this.policy, this.ports.denials, ruling, inquiry);
      }
    } catch (error) {
      ruling = failure(id, error);
      ruling.decision = whereWatched(this.policy, ruling.decision, null);
    }
    return await this.#keep(ruling.decision, {
      direction: inquiry.direction,
      identity: inquiry.identity,
      tool: inquiry.tool,
      method: inquiry.method,
      detail: ruling.detail,
      context: inquiry.context,
      request: inquiry.payload,
      named: namedBy(this.policy, inquiry),
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
      place(this.policy, inquiry);
      const judged = judge(this.policy, inquiry, this.ports.clock.now(), trace);
      const flows = explainFlows(this.policy, inquiry, trace);
      const seen = explainTexts(this.#searcher, inquiry, trace);
      // As in a real decision: after a refusal nothing more is found.
      const listed = judged.ruling?.effect === "deny";
      const early = listed ? judged.ruling : strictest(judged.ruling, flows.ruling);
      const refused = early?.effect === "deny";
      const ruling = refused ? early : strictest(early, seen.ruling);
      const findings = refused ? judged.findings : [...judged.findings, ...seen.findings];
      const limit = limitFor(this.policy, inquiry);
      const { detectors } = this.ports;
      if (detectors.length > 0) {
        noteIdle(trace, "detectors", `not asked here: ${detectors.map((d) => d.name).join(", ")}`);
      }
      noteIdle(
        trace,
        "rate_limit",
        limit === null
          ? "no rate limit applies"
          : `${limit.capacity} calls, then ${limit.refillPerSec} per second; no token is spent here`,
      );
      const decision = whereWatched(
        this.policy,
        ruled(id, ruling, findings, null),
        listed ? null : strictest(judged.watched, flows.watched),
      );
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
      identity: refusal.identity ?? ANONYMOUS,
      tool: refusal.tool ?? null,
      method: refusal.method ?? "-",
      detail: refusal.detail ?? refusal.rule,
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
    const ts = this.ports.clock.now();
    const named = namedInAnswer(this.policy, inquiry, outcome.uris);
    await this.ports.audit.write(outcomeRecord(decision, inquiry, outcome, ts, named));
  }

  /**
   * Whether a list entry may be shown: the lists only, no record.
   *
   * @param kind Which list judges it.
   * @param value The name, URI or template.
   * @param identity Who would see it; without it nobody's roles narrow.
   * @returns True when the client may use it.
   */
  permits(
    kind: "tool" | "prompt" | "resource" | "template",
    value: string,
    identity: Identity = ANONYMOUS,
  ): boolean {
    return this.policy.mode === "monitor" ||
      judgeEntry(this.policy, kind, value, new UriBudget()) === true &&
        (roleScreen(this.policy, identity)?.entry(kind, value) ?? true) === true;
  }

  /**
   * Compares the rules with what a server lists.
   *
   * @param tools The server's tools.
   * @returns A warning for each argument that a rule reads and none of its tools has.
   */
  advise(tools: readonly ListedTool[]): string[] {
    return unknownArguments(this.policy.rules, tools).map(({ message }) => message);
  }

  /** Whether the texts of answers are looked at at all. */
  get judgesAnswers(): boolean {
    return !this.#searcher.idle || this.ports.detectors.some((d) => d.answers === true);
  }

  /**
   * Judges what came back: its URIs, the prompts of requests inside it (a server of 2026-07-28 asks for sampling and
   * elicitation in results, and must not get further there than with a request of its own), its texts, and its lists,
   * which lose in place what the client may not use.
   *
   * @param answer What came back.
   * @returns What is said of it; at once where nothing has to be waited for.
   */
  screen(answer: Answered): Screening | Promise<Screening> {
    const seen = { shadows: this.#shadows, schemas: this.#schemas, withheld: this.#withheld };
    return screenMarked(
      this.policy,
      this.ports.taints,
      answer,
      screenAnswer(this.policy, this.#searcher, this.ports, seen, answer),
    );
  }

  async #rule(
    id: string,
    inquiry: Inquiry,
    judged: Judgement,
    metered: boolean,
  ): Promise<{ decision: Decision; detail?: string }> {
    const { findings } = judged;
    let { ruling } = judged;
    const said = (quota: number | null = null): { decision: Decision; detail?: string } => ({
      decision: ruled(id, ruling, findings, quota),
      ...(ruling?.detail === undefined ? {} : { detail: ruling.detail }),
    });
    const pinned = judgePinned(this.ports.pins, this.#shadows, inquiry);
    ruling = strictest(ruling, denying(pinned ?? this.#withheld.judge(inquiry, this.#searcher)));
    if (ruling?.effect === "deny") return said();
    const flows = await judgeFlows(this.policy, this.ports.taints, inquiry, false);
    judged.watched = strictest(judged.watched, flows.watched);
    ruling = strictest(ruling, flows.ruling);
    if (ruling?.effect === "deny") return said();
    const limit = metered ? limitFor(this.policy, inquiry) : null;
    if (limit !== null) {
      const look = this.ports.limiter?.peek?.(limit);
      if (look !== undefined && !look.ok) {
        return { decision: overLimit(id, limit, look.retryAfterMs, findings) };
      }
    }
    const seen = await lookInto(this.policy, this.#searcher, this.ports, inquiry);
    findings.push(...seen.findings);
    // Also where somebody's approval is wanted as well, and that is what the decision then says.
    if (seen.ruling?.effect === "redact" && this.policy.mode === "enforce") inquiry.redacted = true;
    ruling = strictest(ruling, seen.ruling);
    if (ruling?.effect === "deny") return said();
    if (limit === null || this.ports.limiter === null) return said();
    const pending = this.ports.limiter.take(limit);
    const taken = pending instanceof Promise ? await pending : pending;
    if (taken.degraded !== undefined) findings.push(degradedFinding(taken.degraded));
    return taken.ok
      ? said(taken.remaining)
      : { decision: overLimit(id, limit, taken.retryAfterMs, findings) };
  }

  async #keep(decision: Decision, about: RecordSubject): Promise<Decision> {
    try {
      const pending = this.ports.audit.write(
        decisionRecord(decision, about, this.ports.clock.now()),
      );
      if (pending !== undefined) await pending;
      return decision;
    } catch (error) {
      // No effect without a record: what cannot be recorded is not forwarded, in any mode.
      return decision.allowed ? failure(decision.id, error).decision : decision;
    }
  }
}
