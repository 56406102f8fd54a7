// Messages of one session that are held until a human has decided: not in the session's order, so that everything else
// goes on, the answer to the guard's own question first of all.

import { type Decision, type Inquiry, question } from "../guard/mod.ts";
import {
  JsonNumber,
  JsonObject,
  notification,
  type ResponseMessage,
  type RpcId,
} from "../wire/mod.ts";
import { keepOutcome, release } from "./asking.ts";
import { confirmationParams, isConfirmed } from "./confirming.ts";
import { ownFailure } from "./endings.ts";
import { idKey } from "./pending.ts";
import type { Session } from "./session.ts";

/** How often a store that others may write to is looked at, ms. */
const LOOK_MS = 500;

/** A message that is held. */
export interface HeldMessage {
  /** The asker's id. */
  readonly id: RpcId;
  /** Who asks: the client, or the server. */
  readonly from: "client" | "server";
  /** The message. */
  readonly inquiry: Inquiry;
  /** Forwards it, or says no. Its place in the budget is still taken. */
  end(decision: Decision): void | Promise<void>;
}

interface Entry extends HeldMessage {
  decision: Decision;
  readonly until: number;
  /** The guard's own question to the client's user, or null. */
  asked: number | null;
  lookedAt: number;
  looking: boolean;
  /** Whether it is being judged again; its id stays taken, and it can still be cancelled. */
  releasing: boolean;
}

/** The held messages of one session. */
export class Held {
  readonly #session: Session;
  readonly #entries = new Map<string, Entry>();
  readonly #questions = new Map<number, Entry>();
  #unwatch: (() => void) | null = null;

  /** @param session The session whose messages are held. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** How many are held. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether a message with this id is held. */
  has(from: HeldMessage["from"], id: RpcId): boolean {
    return this.#entries.has(keyOf(from, id));
  }

  /**
   * Holds a message that waits for a human.
   *
   * @param message The message.
   * @param decision What it waits for.
   * @returns False where nobody would come to decide, or holding is not wanted: then it is to be refused now.
   */
  hold(message: HeldMessage, decision: Decision): boolean {
    const { guard, clock } = this.#session.options;
    const { waitMs, adminKeys } = guard.policy.approvals;
    const { approval } = decision;
    if (approval === undefined || waitMs === 0) return false;
    if (approval.kind === "approve" && adminKeys.length === 0) return false;
    const now = clock.monotonic();
    const entry: Entry = {
      ...message,
      end: (final) => message.end(final),
      decision,
      until: now + waitMs,
      asked: null,
      lookedAt: now,
      looking: false,
      releasing: false,
    };
    this.#entries.set(keyOf(message.from, message.id), entry);
    this.#session.options.metrics.move("mcpguard_held", 1);
    this.#unwatch ??= guard.approvals.watch((event, id) => {
      if (event === "granted" || event === "denied") this.#decided(id);
    });
    this.#ask(entry);
    return true;
  }

  /** Takes the answer to a question of the guard's own. @returns False where it answers none. */
  async answered(message: ResponseMessage): Promise<boolean> {
    const id = message.id instanceof JsonNumber && message.id.raw === String(message.id.value)
      ? message.id.value
      : NaN;
    const entry = this.#questions.get(id);
    if (entry === undefined) return false;
    this.#questions.delete(id);
    entry.asked = null;
    const { guard, identity } = this.#session.options;
    const ticket = entry.decision.approval!.id;
    const confirmed = message.error === undefined && isConfirmed(message.result);
    try {
      const { context } = this.#session;
      await guard.approvals.confirm(ticket, identity.id, confirmed, context);
    } catch {
      // Whatever failed: nothing was confirmed, and asking again below says so.
    }
    await this.#release(entry);
    return true;
  }

  /** Whoever asked has withdrawn it. @returns The message, or undefined where none of that id is held. */
  cancel(from: HeldMessage["from"], id: RpcId): HeldMessage | undefined {
    const entry = this.#entries.get(keyOf(from, id));
    if (entry !== undefined) {
      this.#drop(entry, from === "client" ? "client.cancelled" : "server.cancelled");
    }
    return entry;
  }

  /** Refuses what nobody has decided in time, and looks at what others may have decided. */
  sweep(now: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.releasing) continue;
      if (now >= entry.until) this.#start(this.#late(entry, "approval.timeout"));
      else if (now - entry.lookedAt >= LOOK_MS && !entry.looking) {
        this.#start(this.#look(entry, now));
      }
    }
  }

  /** Refuses everything with its request's id: the guard is shutting down, and will not be there to release it. */
  refuseAll(detail: string): void {
    for (const entry of [...this.#entries.values()]) {
      if (!entry.releasing) this.#start(this.#late(entry, detail));
    }
  }

  /** Nobody waits for any of them any more. */
  dropAll(detail: string): void {
    for (const entry of [...this.#entries.values()]) this.#drop(entry, detail);
  }

  /** Runs beside the session's order; a failure of the guard's own ends the session as anywhere else. */
  #start(work: Promise<void>): void {
    work.catch((error) => ownFailure(this.#session, error));
  }

  #ask(entry: Entry): void {
    const session = this.#session;
    const { approval } = entry.decision;
    if (approval?.kind !== "confirm") return;
    const id = session.asks.nextId();
    entry.asked = id;
    this.#questions.set(id, entry);
    void session.options.guard.approvals.look(approval.id).then((ticket) => {
      if (ticket === null || entry.asked !== id) return;
      session.toClient(
        new JsonObject(["jsonrpc", "id", "method", "params"], [
          "2.0",
          new JsonNumber(String(id)),
          "elicitation/create",
          confirmationParams(question(ticket)),
        ]),
        entry.from === "client" ? idKey(entry.id) : undefined,
      );
    }, () => {
      // Without the store nobody can be asked: it is late at once.
      this.#start(this.#late(entry, "approval.timeout"));
    });
  }

  #decided(ticket: string): void {
    for (const entry of [...this.#entries.values()]) {
      const { approval } = entry.decision;
      // A confirmation belongs to the call whose question was answered.
      if (approval?.id === ticket && approval.kind === "approve") this.#start(this.#release(entry));
    }
  }

  async #look(entry: Entry, now: number): Promise<void> {
    entry.lookedAt = now;
    entry.looking = true;
    const { approvals } = this.#session.options.guard;
    // A store that is lost denies; what is held is told so now.
    const ticket = await approvals.look(entry.decision.approval!.id).catch(() => null);
    entry.looking = false;
    if (ticket?.state !== "pending" && entry.asked === null) await this.#release(entry);
  }

  /** Judges a message again, now that a human has decided, and ends it or holds on. */
  async #release(entry: Entry): Promise<void> {
    if (entry.releasing || !this.#holds(entry)) return;
    const session = this.#session;
    const { options } = session;
    entry.releasing = true;
    const decision = await release(options, entry.inquiry);
    entry.releasing = false;
    if (!this.#holds(entry)) {
      // Whoever asked has left or withdrawn it in the meantime.
      if (decision.allowed) {
        keepOutcome(options, decision, entry.inquiry, { status: "cancelled", detail: "released" });
      }
      return;
    }
    // Another call of the same kind was faster: this one waits for a decision of its own, for the rest of its time.
    const again = decision.approval !== undefined && decision.reason === "ApprovalRequired";
    if (again && !session.draining && options.clock.monotonic() < entry.until) {
      entry.decision = decision;
      return this.#ask(entry);
    }
    this.#take(entry);
    await this.#end(entry, decision);
  }

  async #late(entry: Entry, detail: string): Promise<void> {
    if (!this.#take(entry)) return;
    this.#withdraw(entry);
    keepOutcome(this.#session.options, entry.decision, entry.inquiry, {
      status: "timeout",
      detail,
    });
    await this.#end(entry, entry.decision);
  }

  async #end(entry: Entry, decision: Decision): Promise<void> {
    await entry.end(decision);
    if (this.#session.draining) this.#session.drain();
  }

  #holds(entry: Entry): boolean {
    return this.#entries.get(keyOf(entry.from, entry.id)) === entry;
  }

  #drop(entry: Entry, detail: string): void {
    if (!this.#take(entry)) return;
    const { options } = this.#session;
    options.budget.give();
    this.#withdraw(entry);
    keepOutcome(options, entry.decision, entry.inquiry, { status: "cancelled", detail });
  }

  /** A question that nobody's answer counts for any more. */
  #withdraw(entry: Entry): void {
    const { guard, metrics } = this.#session.options;
    const { approval } = entry.decision;
    if (approval?.kind !== "confirm") return;
    guard.approvals.withdraw(approval.id).catch(() =>
      metrics.count("mcpguard_upstream_failures_total")
    );
  }

  /** Whether the entry was still held; then it is not any more, and its question is taken back. */
  #take(entry: Entry): boolean {
    const session = this.#session;
    if (!this.#holds(entry)) return false;
    this.#entries.delete(keyOf(entry.from, entry.id));
    session.options.metrics.move("mcpguard_held", -1);
    if (this.#entries.size === 0) {
      this.#unwatch?.();
      this.#unwatch = null;
    }
    if (entry.asked !== null) {
      this.#questions.delete(entry.asked);
      const params = new JsonObject(["requestId", "reason"], [
        new JsonNumber(String(entry.asked)),
        "no longer needed",
      ]);
      entry.asked = null;
      session.toClient(notification("notifications/cancelled", params));
    }
    return true;
  }
}

function keyOf(from: HeldMessage["from"], id: RpcId): string {
  return `${from} ${idKey(id)}`;
}
