// The tickets of approvals as one table: what may happen to them, apart from where they are kept.

import type { ApprovalBounds, ApprovalRequest, ApprovalTicket, Opened } from "../guard/ports.ts";

/** Expired tickets that are remembered until somebody asks for them. */
const MAX_EXPIRED = 1000;

/** A table of tickets. Every method takes the time, milliseconds since 1970, and first drops what has expired. */
export class Tickets {
  readonly #byId = new Map<string, ApprovalTicket>();
  readonly #byKey = new Map<string, string>();
  #expired: ApprovalTicket[] = [];

  /** @param tickets What is there already. */
  constructor(tickets: Iterable<ApprovalTicket> = []) {
    for (const ticket of tickets) this.#put(ticket);
  }

  /** Adds a request, or finds the ticket that is there for it. */
  open(request: ApprovalRequest, bounds: ApprovalBounds, now: number): Opened {
    this.#drop(now);
    const there = this.#withKey(request.key);
    if (there !== undefined) return { full: false, ticket: there, created: false };
    if (this.#byId.size >= bounds.total || this.#pendingOf(request.owner) >= bounds.perOwner) {
      return { full: true };
    }
    const ticket: ApprovalTicket = {
      ...request,
      requestedAt: now,
      expiresAt: now + bounds.ttlMs,
      state: "pending",
      by: null,
    };
    this.#put(ticket);
    return { full: false, ticket, created: true };
  }

  /** The ticket of a key; removed where it was granted, or is a confirmation that was declined. */
  take(key: string, now: number): ApprovalTicket | null {
    this.#drop(now);
    const ticket = this.#withKey(key);
    if (ticket === undefined) return null;
    const over = ticket.state === "granted" ||
      (ticket.state === "denied" && ticket.kind === "confirm");
    if (over) this.#remove(ticket);
    return ticket;
  }

  /** One ticket. */
  get(id: string, now: number): ApprovalTicket | null {
    this.#drop(now);
    return this.#byId.get(id) ?? null;
  }

  /** Decides a pending ticket. */
  settle(
    id: string,
    state: "granted" | "denied",
    by: string,
    ttlMs: number,
    now: number,
  ): ApprovalTicket | null {
    const ticket = this.get(id, now);
    if (ticket?.state !== "pending") return null;
    const settled: ApprovalTicket = { ...ticket, state, by, expiresAt: now + ttlMs };
    this.#put(settled);
    return settled;
  }

  /** Removes a ticket. */
  remove(id: string): void {
    const ticket = this.#byId.get(id);
    if (ticket !== undefined) this.#remove(ticket);
  }

  /** Every ticket, oldest first. */
  list(now: number): ApprovalTicket[] {
    this.#drop(now);
    return [...this.#byId.values()].sort((a, b) => a.requestedAt - b.requestedAt);
  }

  /** What has expired since the last time. */
  expire(now: number): ApprovalTicket[] {
    this.#drop(now);
    const expired = this.#expired;
    this.#expired = [];
    return expired;
  }

  #withKey(key: string): ApprovalTicket | undefined {
    const id = this.#byKey.get(key);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  #pendingOf(owner: string): number {
    let count = 0;
    for (const ticket of this.#byId.values()) {
      if (ticket.owner === owner && ticket.state === "pending") count++;
    }
    return count;
  }

  #put(ticket: ApprovalTicket): void {
    this.#byId.set(ticket.id, ticket);
    this.#byKey.set(ticket.key, ticket.id);
  }

  #remove(ticket: ApprovalTicket): void {
    this.#byId.delete(ticket.id);
    this.#byKey.delete(ticket.key);
  }

  #drop(now: number): void {
    for (const ticket of this.#byId.values()) {
      if (ticket.expiresAt > now) continue;
      this.#remove(ticket);
      if (this.#expired.length < MAX_EXPIRED) this.#expired.push(ticket);
    }
  }
}
