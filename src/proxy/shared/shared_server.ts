// One program for all clients: each session gets a place at it that looks like a server of its own. At most two run, as
// a program on a pipe speaks the era that it is first spoken to in, and clients of both may come.

import type { Channel } from "../transports/mod.ts";
import { fromServer } from "./from_server.ts";
import { type Era, Line } from "./line.ts";
import { Member } from "./member.ts";
import { ToServer } from "./to_server.ts";
import type { SharedOptions } from "./types.ts";

/** A server that all sessions share. */
export class SharedServer {
  readonly #options: SharedOptions;
  readonly #members = new Set<Member>();
  readonly #lines: Readonly<Record<Era, Line>>;
  readonly #to: ToServer;

  /** @param options What it is made of. */
  constructor(options: SharedOptions) {
    this.#options = options;
    const line = (era: Era): Line => new Line(era, options, this.#members, fromServer, () => {});
    this.#lines = { legacy: line("legacy"), modern: line("modern") };
    this.#to = new ToServer(this.#lines);
  }

  /** A place for one more session. The program is started by the first message that is for it. */
  connect(): Channel {
    const member = new Member({
      send: (from, text, about) => this.#to.send(from, text, about),
      left: (who) => {
        this.#members.delete(who);
        for (const line of Object.values(this.#lines)) line.left(who);
      },
    }, this.#options.waitingBytes);
    this.#members.add(member);
    return member;
  }

  /** Ends the programs, and every session with them. */
  close(): void {
    for (const member of [...this.#members]) member.close(1001, "the guard is shutting down");
    for (const { link } of Object.values(this.#lines)) {
      link.close(1001, "the guard is shutting down");
    }
  }
}
