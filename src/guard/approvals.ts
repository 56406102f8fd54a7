// Decisions that wait for a human: requested, decided out of band, handed out once. Whatever fails on the way denies.

import type { ApprovalsConfig } from "../policy/types.ts";
import { ApprovalEvents, type ApprovalListener } from "./approval_events.ts";
import { type Approver, note, sameName, type Settled } from "./approval_notes.ts";
import { bindingKey, preview, subjectDigest } from "./binding.ts";
import { allowed, refused, throttled } from "./decisions.ts";
import type { ApprovalStore, ApprovalTicket, GuardPorts } from "./ports.ts";
import { rateIdentity } from "./rate.ts";
import type { AuditRecord, Decision, Inquiry, MessageContext } from "./types.ts";
import { withoutSecrets } from "./wording.ts";

export { type Approver, question, type Settled } from "./approval_notes.ts";

/** Tickets over all identities; beyond it nobody may ask, so that strangers cannot fill the memory. */
const TOTAL = 500;
/** Milliseconds after which a full queue may be tried again. */
const FULL_RETRY_MS = 30_000;

/** The approvals of one guard. */
export class Approvals {
  readonly #ports: GuardPorts;
  readonly #config: () => ApprovalsConfig;
  readonly #events: ApprovalEvents;

  /**
   * Makes the approvals of a guard.
   *
   * @param ports The guard's ports.
   * @param config The section in force.
   */
  constructor(ports: GuardPorts, config: () => ApprovalsConfig) {
    this.#ports = ports;
    this.#config = config;
    this.#events = ports.approvalEvents ?? new ApprovalEvents();
  }

  /**
   * Looks whether a human has approved exactly this, and uses the approval up; else requests one.
   *
   * @param pending What is said without one: effect `confirm` or `approve`.
   * @param inquiry The message.
   * @returns The decision, and the machine code for the audit.
   * @throws {DependencyFailed} When the store does not answer.
   */
  async admit(
    pending: Decision,
    inquiry: Inquiry,
  ): Promise<{ decision: Decision; detail: string }> {
    const store = this.#ports.approvals;
    if (store === undefined || store === null) {
      return { decision: pending, detail: "approval.no_store" };
    }
    const kind = pending.effect === "confirm" && inquiry.canConfirm === true
      ? "confirm"
      : "approve";
    const waiting: Decision = { ...pending, effect: kind, reason: "ApprovalRequired" };
    const { identity, method, tool } = inquiry;
    const subject = inquiry.subject ?? inquiry.payload;
    const binding = {
      kind,
      identity: identity.id,
      // By an address that names one of several servers, two servers' tools and URIs are spelled alike.
      upstream: [this.#ports.upstream ?? "", inquiry.upstream ?? ""].filter(Boolean).join("/"),
      method,
      tool,
      pin: tool === null ? null : this.#ports.pins?.digest("tool", tool) ?? null,
      digest: subjectDigest(subject),
    } as const;
    const key = bindingKey(binding);
    const found = await store.take(key);
    if (found !== null && found.state !== "pending") return this.#decided(found, pending);
    if (found !== null) return this.#wait(waiting, found, "approval.pending");
    const { perIdentity, ttlMs } = this.#config();
    const opened = await store.open({
      ...binding,
      id: this.#ports.ids.next(),
      key,
      owner: rateIdentity(inquiry),
      rule: pending.rule ?? "-",
      reason: pending.message,
      preview: preview(subject),
    }, { perOwner: perIdentity, total: TOTAL, ttlMs });
    if (!opened.full) {
      if (opened.created) this.#events.tell("requested", opened.ticket.id);
      return this.#wait(
        waiting,
        opened.ticket,
        opened.created ? "approval.requested" : "approval.pending",
      );
    }
    const message =
      `${perIdentity} requests for approval wait already; nothing more can be asked ` +
      "until one of them is decided or expires";
    return {
      decision: throttled(
        pending.id,
        { reason: "RateLimitExceeded", rule: "approvals.per_identity", message },
        FULL_RETRY_MS,
        pending.findings,
        pending.quotaRemaining,
      ),
      detail: "approval.queue_full",
    };
  }

  /**
   * Every request that waits for somebody else, oldest first.
   *
   * @throws {DependencyFailed} When the store does not answer.
   */
  async list(): Promise<readonly ApprovalTicket[]> {
    const tickets = await this.#store().list();
    return tickets.filter((ticket) => ticket.kind === "approve" && ticket.state === "pending");
  }

  /**
   * One ticket as it is now.
   *
   * @throws {DependencyFailed} When the store does not answer.
   */
  async look(id: string): Promise<ApprovalTicket | null> {
    return await this.#store().get(id);
  }

  /**
   * Decides on a request, for somebody other than who asked.
   *
   * @param id The request.
   * @param state What is decided.
   * @param approver Who decides.
   * @returns The ticket, or why nothing was decided; either way there is a record.
   * @throws {DependencyFailed} When the store or the audit does not answer; a grant that cannot be recorded is withdrawn.
   */
  async settle(
    id: string,
    state: "granted" | "denied",
    approver: Approver,
  ): Promise<Settled> {
    const ticket = await this.#store().get(id);
    if (ticket === null || ticket.kind !== "approve") return { ok: false, why: "unknown" };
    if (ticket.state !== "pending") return { ok: false, why: "decided" };
    if (state === "granted" && sameName(ticket.identity, approver.identity)) {
      await this.#record(ticket, "approval.self", approver);
      return { ok: false, why: "self" };
    }
    return await this.#settle(ticket, state, approver);
  }

  /**
   * Takes the word of a client's own user on a confirmation.
   *
   * @param id The request.
   * @param identity Whose client says so; it must be who asked.
   * @param confirmed What the user said.
   * @param context Where from.
   * @returns Whether the request was one of this identity's that waited.
   * @throws {DependencyFailed} As {@linkcode settle}.
   */
  async confirm(
    id: string,
    identity: string,
    confirmed: boolean,
    context: MessageContext,
  ): Promise<boolean> {
    const ticket = await this.#store().get(id);
    if (ticket?.kind !== "confirm" || ticket.state !== "pending") return false;
    if (ticket.identity !== identity) return false;
    const approver = { identity: `user of ${identity}`, context };
    return (await this.#settle(ticket, confirmed ? "granted" : "denied", approver)).ok;
  }

  /** Withdraws a request that nobody waits for any more. */
  async withdraw(id: string): Promise<void> {
    await this.#store().remove(id);
  }

  /** Records what has expired. @throws {DependencyFailed} When the store or the audit does not answer. */
  async sweep(): Promise<void> {
    const store = this.#ports.approvals;
    if (store === undefined || store === null) return;
    for (const ticket of await store.expire()) {
      this.#events.tell("expired", ticket.id);
      await this.#record(ticket, "approval.expired", null);
    }
  }

  /**
   * Tells what happens to requests in this process; what another process does with a shared store is not heard.
   *
   * @param listener Must not throw.
   * @returns Ends it.
   */
  watch(listener: ApprovalListener): () => void {
    return this.#events.watch(listener);
  }

  async #settle(
    ticket: ApprovalTicket,
    state: "granted" | "denied",
    approver: Approver,
  ): Promise<Settled> {
    const store = this.#store();
    const settled = await store.settle(ticket.id, state, approver.identity, this.#config().ttlMs);
    if (settled === null) return { ok: false, why: "decided" };
    try {
      await this.#record(settled, `approval.${state}`, approver);
    } catch (error) {
      // No effect without a record.
      await store.remove(ticket.id);
      throw error;
    }
    this.#events.tell(state, ticket.id);
    return { ok: true, ticket: settled };
  }

  #decided(ticket: ApprovalTicket, pending: Decision): { decision: Decision; detail: string } {
    const by = ticket.by ?? "somebody";
    const { id, findings, quotaRemaining, rule } = pending;
    if (ticket.state === "granted") {
      this.#events.tell("consumed", ticket.id);
      const decision: Decision = {
        ...allowed(id, findings, quotaRemaining),
        ...(pending.wouldBe === undefined ? {} : { wouldBe: pending.wouldBe }),
        rule,
        message: `approved by ${by}`,
        approval: note(ticket),
      };
      return { decision, detail: "approval.consumed" };
    }
    const decision: Decision = {
      ...refused(id, {
        reason: "ApprovalDenied",
        rule: rule ?? "-",
        message: `${by} denied exactly this (request ${ticket.id}); do not repeat it`,
      }, findings),
      approval: note(ticket),
    };
    return { decision, detail: "approval.denied" };
  }

  #wait(
    waiting: Decision,
    ticket: ApprovalTicket,
    detail: string,
  ): { decision: Decision; detail: string } {
    const left = Math.max(1, Math.ceil((ticket.expiresAt - this.#ports.clock.now()) / 1000));
    const how = ticket.kind === "confirm"
      ? "the client's user must confirm it"
      : `somebody else must approve request ${ticket.id}; repeat exactly this call after that, ` +
        `within ${left} s`;
    return {
      decision: {
        ...waiting,
        message: `${waiting.message}; ${how} [sha256 ${ticket.digest}]`,
        approval: note(ticket),
      },
      detail,
    };
  }

  #store(): ApprovalStore {
    const store = this.#ports.approvals;
    if (store === undefined || store === null) throw new TypeError("this guard keeps no approvals");
    return store;
  }

  async #record(ticket: ApprovalTicket, detail: string, approver: Approver | null): Promise<void> {
    const record: AuditRecord = {
      event: "event",
      ts: this.#ports.clock.now(),
      id: ticket.id,
      identity: withoutSecrets(ticket.identity),
      tool: ticket.tool === null ? null : withoutSecrets(ticket.tool),
      method: ticket.method,
      direction: "c2s",
      decision: "info",
      reason: ticket.state === "denied" ? "ApprovalDenied" : "ApprovalRequired",
      rule: ticket.rule,
      findings: [],
      detail,
      approval: {
        ...note(ticket),
        ...(approver === null ? {} : { by: approver.identity }),
      },
    };
    if (approver !== null) record.context = approver.context;
    await this.#ports.audit.write(record);
  }
}
