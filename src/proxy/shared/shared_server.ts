// One program for all clients: each session gets a place at it that looks like a server of its own. At most two run, as
// a program on a pipe speaks the era that it is first spoken to in, and clients of both may come.

import type { Channel } from "../transports/mod.ts";
import { fromServer } from "./from_server.ts";
import { type Era, Line } from "./line.ts";
import { Member } from "./member.ts";
import { Outbox } from "./outbox.ts";
import { Patience } from "./patience.ts";
import { ToServer } from "./to_server.ts";
import type { SharedOptions } from "./types.ts";

/** A server that all sessions share. */
export class SharedServer {
  readonly #options: SharedOptions;
  readonly #members = new Set<Member>();
  readonly #lines: Readonly<Record<Era, Line>>;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  #waitingBytes = 0;

  /** @param options What it is made of. */
  constructor(options: SharedOptions) {
    this.#options = options;
    const room = (): void => this.#outbox.pump();
    const line = (era: Era): Line => new Line(era, options, this.#members, fromServer, room);
    const { legacy, modern } = this.#lines = { legacy: line("legacy"), modern: line("modern") };
    const links = [legacy.link, modern.link];
    this.#patience = new Patience({
      now: options.now,
      mostMs: options.patienceMs,
      hold: () => links.forEach((link) => link.pause()),
      release: () => links.forEach((link) => link.resume()),
    });
    const to = new ToServer(this.#lines);
    this.#outbox = new Outbox({
      send: (member, text, about) => to.send(member, text, about),
      full: () => legacy.link.full || modern.link.full,
      high: options.sendingHigh,
      most: options.sendingMost,
    });
  }

  /** A place for one more session. The program is started by the first message that is for it. */
  connect(): Channel {
    const member = new Member({
      send: (from, text, about) => this.#outbox.offer(from, text, about),
      waits: (bytes) => this.#waits(bytes),
      slow: (who) => this.#patience.wait(who),
      caughtUp: (who) => this.#patience.done(who),
      left: (who) => {
        this.#members.delete(who);
        this.#outbox.drop(who);
        this.#patience.done(who);
        for (const line of Object.values(this.#lines)) line.left(who);
      },
    }, this.#options.waitingBytes);
    this.#members.add(member);
    return member;
  }

  /** Many that do not read must not fill the memory together: the one for which most waits is ended. */
  #waits(bytes: number): void {
    this.#waitingBytes += bytes;
    if (bytes < 0 || this.#waitingBytes <= this.#options.waitingTotal()) return;
    let slowest: Member | null = null;
    for (const member of this.#members) {
      if (slowest === null || member.waitingBytes > slowest.waitingBytes) slowest = member;
    }
    slowest?.endSlow();
  }

  /** Ends the programs, and every session with them. */
  close(): void {
    this.#patience.close();
    for (const member of [...this.#members]) member.close(1001, "the guard is shutting down");
    for (const { link } of Object.values(this.#lines)) {
      link.close(1001, "the guard is shutting down");
    }
  }
}
