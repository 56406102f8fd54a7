// What sessions have sent while a program reads too slowly: each has a bounded queue of its own, and they take turns, so
// that one that sends much delays itself and nobody else.

import type { MessageInfo, SendFailure } from "../transports/mod.ts";
import type { Member } from "./member.ts";

/** What an outbox needs. */
export interface OutboxParts {
  /** Sends one message on. */
  send: (member: Member, text: string, about: MessageInfo) => void;
  /** Whether a program takes no more for now. */
  full: () => boolean;
  /** What may wait for one session before it is held back, UTF-16 units. */
  high: () => number;
  /** What may wait for one session at most, UTF-16 units; more requests are refused. */
  most: () => number;
}

interface Queue {
  items: { text: string; about: MessageInfo }[];
  next: number;
  size: number;
  /** Whether the session is held back. */
  held: boolean;
}

/** Said of a request that finds no room. */
const BUSY: SendFailure = {
  code: "busy",
  message: "the server does not read what it was sent; try again later",
};

/** The queues of all sessions. */
export class Outbox {
  readonly #parts: OutboxParts;
  /** Sessions whose messages wait; the one whose turn it is comes first. */
  readonly #queues = new Map<Member, Queue>();

  /** @param parts What it needs. */
  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /**
   * Sends a message, now or in its turn; a session's messages stay in order.
   *
   * @returns False where the session is to send no more until {@linkcode Member.drained}.
   */
  offer(member: Member, text: string, about: MessageInfo): boolean {
    const { send, full, high, most } = this.#parts;
    const waits = this.#queues.get(member);
    if (waits === undefined && !full()) {
      send(member, text, about);
      return true;
    }
    const queue = waits ?? { items: [], next: 0, size: 0, held: false };
    // Answers and withdrawals are bounded by what they belong to.
    if (about.kind === "request" && queue.size > 0 && queue.size + text.length > most()) {
      member.failed(about, BUSY);
      queue.held = true;
      return false;
    }
    queue.items.push({ text, about });
    queue.size += text.length;
    queue.held ||= queue.size > high();
    this.#queues.set(member, queue);
    return !queue.held;
  }

  /** Goes on where there is room again. */
  pump(): void {
    const { send, full, high } = this.#parts;
    while (!full()) {
      const [first] = this.#queues;
      if (first === undefined) return;
      const [member, queue] = first;
      this.#queues.delete(member);
      const { text, about } = queue.items[queue.next++]!;
      queue.size -= text.length;
      if (queue.next < queue.items.length) this.#queues.set(member, queue);
      send(member, text, about);
      if (!queue.held || queue.size > high() / 2) continue;
      queue.held = false;
      member.drained();
    }
  }

  /** Forgets what a session that has left has sent. */
  drop(member: Member): void {
    this.#queues.delete(member);
  }
}
