// Approvals in one small document that several processes may share: a file, or a key in Redis.

import { DependencyFailed } from "../errors.ts";
import type {
  ApprovalBounds,
  ApprovalRequest,
  ApprovalStore,
  ApprovalTicket,
  Clock,
  Opened,
} from "../guard/ports.ts";
import { Tickets } from "./tickets.ts";

/** What a shared text holds, as messages name it. */
export type Kept = "approvals" | "flows";

/** A text that is changed by one party at a time. */
export interface SharedText {
  /**
   * Changes the text atomically and durably: when this resolves, the change is kept, or there was none.
   *
   * @param change Gets the text, null where there is none yet; answers with the new one, or null to leave it. It may be
   * asked again when somebody else was faster.
   * @throws {DependencyFailed} When the text cannot be read or kept; nothing is changed then, as far as can be known.
   */
  update<T>(change: (text: string | null) => { text: string | null; result: T }): Promise<T>;
  /** Whether the last update worked. */
  healthy(): boolean;
  /** Releases files and sockets. */
  close(): Promise<void>;
}

/** The form of the text. */
interface Content {
  version: 1;
  tickets: ApprovalTicket[];
}

/** Expired tickets of this process's own operations that wait to be asked for. */
const MAX_EXPIRED = 1000;

/** A store over a shared text. */
export class DocumentApprovals implements ApprovalStore {
  readonly #shared: SharedText;
  readonly #clock: Pick<Clock, "now">;
  #expired: ApprovalTicket[] = [];

  /**
   * @param shared Where the text is.
   * @param clock The wall clock, which the processes share.
   */
  constructor(shared: SharedText, clock: Pick<Clock, "now">) {
    this.#shared = shared;
    this.#clock = clock;
  }

  open(request: ApprovalRequest, bounds: ApprovalBounds): Promise<Opened> {
    return this.#run((tickets, now) => tickets.open(request, bounds, now));
  }

  take(key: string): Promise<ApprovalTicket | null> {
    return this.#run((tickets, now) => tickets.take(key, now));
  }

  get(id: string): Promise<ApprovalTicket | null> {
    return this.#run((tickets, now) => tickets.get(id, now));
  }

  settle(
    id: string,
    state: "granted" | "denied",
    by: string,
    ttlMs: number,
  ): Promise<ApprovalTicket | null> {
    return this.#run((tickets, now) => tickets.settle(id, state, by, ttlMs, now));
  }

  remove(id: string): Promise<void> {
    return this.#run((tickets) => tickets.remove(id));
  }

  list(): Promise<ApprovalTicket[]> {
    return this.#run((tickets, now) => tickets.list(now));
  }

  async expire(): Promise<ApprovalTicket[]> {
    await this.#run(() => null);
    const expired = this.#expired;
    this.#expired = [];
    return expired;
  }

  healthy(): boolean {
    return this.#shared.healthy();
  }

  close(): Promise<void> {
    return this.#shared.close();
  }

  async #run<T>(work: (tickets: Tickets, now: number) => T): Promise<T> {
    const { result, expired } = await this.#shared.update((text) => {
      const now = this.#clock.now();
      const tickets = new Tickets(read(text));
      const result = work(tickets, now);
      const expired = tickets.expire(now);
      const content: Content = { version: 1, tickets: tickets.list(now) };
      const after = JSON.stringify(content);
      return {
        text: after === text || (text === null && content.tickets.length === 0) ? null : after,
        result: { result, expired },
      };
    });
    // Whoever kept the change has seen them expire; nobody else will.
    for (const ticket of expired) {
      if (this.#expired.length < MAX_EXPIRED) this.#expired.push(ticket);
    }
    return result;
  }
}

const TEXTS = [
  ...["id", "key", "identity", "owner", "upstream", "method", "digest", "rule", "reason"],
  "preview",
];

/** Reads the text. What is no such document is never taken for an empty one. */
function read(text: string | null): ApprovalTicket[] {
  if (text === null) return [];
  let content: Content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new DependencyFailed("approvals", "the approvals that were kept cannot be read");
  }
  if (
    content?.version !== 1 || !Array.isArray(content.tickets) || !content.tickets.every(isTicket)
  ) {
    throw new DependencyFailed("approvals", "what was kept as approvals has another form");
  }
  return content.tickets;
}

/** Milliseconds since 1970 that a date can have (ECMA-262 section 21.4.1.1). */
function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 8.64e15;
}

function isTicket(value: unknown): value is ApprovalTicket {
  if (typeof value !== "object" || value === null) return false;
  const ticket = value as Record<string, unknown>;
  const orNull = (member: unknown): boolean => member === null || typeof member === "string";
  return TEXTS.every((name) => typeof ticket[name] === "string") &&
    ["approve", "confirm"].includes(ticket.kind as string) &&
    ["pending", "granted", "denied"].includes(ticket.state as string) &&
    orNull(ticket.tool) && orNull(ticket.pin) && orNull(ticket.by) &&
    isTime(ticket.requestedAt) && isTime(ticket.expiresAt);
}
