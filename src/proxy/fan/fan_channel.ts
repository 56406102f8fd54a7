// Several servers as one: toward the session a channel like any other, which judges all that passes; behind it one
// connection for each server. A fan routes, names and puts together, and decides nothing.

import type {
  Channel,
  ChannelHandlers,
  CloseInfo,
  MessageInfo,
  SendFailure,
} from "../transports/mod.ts";
import { Fan, type FanOptions } from "./fan.ts";
import { FromServers } from "./from_servers.ts";
import { Gatherings } from "./gatherings.ts";
import { Joining, PROBE } from "./joining.ts";
import { Link } from "./link.ts";
import { ToServers } from "./to_servers.ts";

/** The channel. */
export class FanChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "fan";
  /** {@inheritDoc Channel.remote} */
  readonly remote = "";
  readonly #fan: Fan;
  readonly #joining: Joining;
  readonly #gatherings: Gatherings;
  readonly #to: ToServers;
  #early: (() => void)[] | null = [];
  #ending: CloseInfo | null = null;
  #ended = false;

  /** @param options What it is made of. */
  constructor(options: FanOptions) {
    const links = new Map<string, Link>();
    const fan = this.#fan = new Fan(options, links);
    const joining = this.#joining = new Joining(fan);
    const gatherings = this.#gatherings = new Gatherings(fan);
    this.#to = new ToServers(fan, joining, gatherings);
    const from = new FromServers(fan, joining, gatherings);
    const events = {
      message: (link: Link, bytes: Uint8Array) => this.#started(() => from.message(link, bytes)),
      failed: (link: Link, about: MessageInfo, failure: SendFailure) =>
        this.#started(() => this.#failed(link, about, failure)),
      manner: (link: Link, id: string, how: "stream" | "poll") =>
        this.#started(() => {
          if (fan.singles.get(id)?.link === link) fan.handlers?.onManner?.(id, how);
        }),
      violated: (link: Link, code: string) => this.#started(() => fan.odd(link.name, code)),
      down: (link: Link, failure: SendFailure) => this.#started(() => this.#down(link, failure)),
      ended: () => this.#look(),
    };
    for (const server of options.servers) links.set(server.name, new Link(server, events));
  }

  /** Opens the connection to every server now. Resolves when that has ended, either way. */
  async open(): Promise<void> {
    await Promise.all([...this.#fan.links.values()].map((link) => link.open()));
  }

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#fan.handlers = handlers;
    const early = this.#early ?? [];
    this.#early = null;
    for (const one of early) one();
  }

  /** {@inheritDoc Channel.send} */
  send(text: string, about: MessageInfo = { kind: "request" }): boolean {
    if (this.#ending !== null) return false;
    this.#to.send(text, about);
    this.#endIfDead();
    return true;
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const link of this.#fan.links.values()) bytes += link.bufferedBytes;
    return bytes;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    for (const link of this.#fan.links.values()) link.pause();
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    for (const link of this.#fan.links.values()) link.resume();
  }

  /** {@inheritDoc Channel.close} */
  close(code: number, reason: string): void {
    if (this.#ending !== null) return;
    this.#ending = { code, reason, local: true };
    this.#joining.close();
    this.#gatherings.close();
    for (const link of this.#fan.links.values()) link.close(code, reason);
    queueMicrotask(() => this.#look());
  }

  /** Nothing is delivered before `start`. */
  #started(deliver: () => void): void {
    if (this.#ended) return;
    if (this.#early === null) deliver();
    else this.#early.push(deliver);
  }

  #failed(link: Link, about: MessageInfo, failure: SendFailure): void {
    const fan = this.#fan;
    const id = about.id ?? "";
    if (id === `s${PROBE}`) return link.leave(failure);
    if (about.kind !== "request") return fan.record(link.name, failure, about.method);
    if (about.id === undefined) {
      if (fan.frame !== link) return;
      fan.frame = null;
      return fan.fail(undefined, failure, link.name);
    }
    const single = fan.singles.get(id);
    if (single?.link === link) {
      fan.singles.delete(id);
      return fan.fail(single.id, failure, link.name);
    }
    const gathering = fan.gatherings.get(id);
    if (gathering === undefined) return;
    // Who does not even take the handshake takes no part.
    if (link.standing === "asked") {
      link.leave(failure);
      return this.#gatherings.miss(gathering, link.name, failure);
    }
    this.#gatherings.take(gathering, link.name, { kind: "failed", failure });
  }

  #down(link: Link, failure: SendFailure): void {
    const fan = this.#fan;
    link.standing = "out";
    fan.record(link.name, failure);
    fan.lost(link, failure);
    this.#joining.gone(link, failure);
    this.#gatherings.lost(link.name);
    this.#endIfDead();
  }

  /** With sessions, servers that are gone come back in the next one. */
  #endIfDead(): void {
    const { legacy, links } = this.#fan;
    if (legacy !== null && [...links.values()].every((link) => link.failure !== null)) {
      this.close(1011, "every server behind this guard is gone");
    }
  }

  #look(): void {
    const ending = this.#ending;
    if (ending === null || this.#ended) return;
    for (const link of this.#fan.links.values()) if (link.live) return;
    this.#ended = true;
    this.#fan.handlers?.onClose(ending);
  }
}
