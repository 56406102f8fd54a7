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
  /** Most that waits for one session, UTF-16 units. */
  most: () => number;
}

interface Queue {
  items: { text: string; about: MessageInfo }[];
  next: number;
  size: number;
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

  /** Sends a message, now or in its turn; a session's messages stay in order. */
  offer(member: Member, text: string, about: MessageInfo): void {
    const queue = this.#queues.get(member);
    if (queue === undefined && !this.#parts.full()) return this.#parts.send(member, text, about);
    const { items, next, size } = queue ?? { items: [], next: 0, size: 0 };
    // Answers and withdrawals are bounded by what they belong to.
    if (about.kind === "request" && size > 0 && size + text.length > this.#parts.most()) {
      return member.failed(about, BUSY);
    }
    items.push({ text, about });
    this.#queues.set(member, { items, next, size: size + text.length });
  }

  /** Goes on where there is room again. */
  pump(): void {
    while (!this.#parts.full()) {
      const [first] = this.#queues;
      if (first === undefined) return;
      const [member, queue] = first;
      this.#queues.delete(member);
      const { text, about } = queue.items[queue.next++]!;
      queue.size -= text.length;
      if (queue.next < queue.items.length) this.#queues.set(member, queue);
      this.#parts.send(member, text, about);
    }
  }

  /** Forgets what a session that has left has sent. */
  drop(member: Member): void {
    this.#queues.delete(member);
  }
}
