// The one program that serves all clients of a protocol era: its connection, what waits for it, and what it waits for.

import {
  CODE,
  errorReply,
  JsonNumber,
  JsonObject,
  notification,
  request,
  RPC,
  type RpcId,
} from "../../wire/mod.ts";
import { Link, type LinkEvents } from "../fan/link.ts";
import { idKey } from "../pending.ts";
import type { MessageInfo, SendFailure } from "../transports/mod.ts";
import { type Call, Calls } from "./calls.ts";
import { Hello } from "./hello.ts";
import type { Member } from "./member.ts";
import type { SharedOptions } from "./types.ts";

/** With sessions (until 2025-11-25), or without (2026-07-28): a program on a pipe speaks one for as long as it runs. */
export type Era = "legacy" | "modern";

/** A question of the server's that a client was given. */
export interface Ask {
  /** Who was given it. */
  member: Member;
  /** The server's id for it. */
  id: RpcId;
  /** The server's progress token as a key, or null. */
  token: string | null;
}

/** Said of a program that does not answer the handshake. */
const LATE: SendFailure = { code: "late", message: "the server did not answer initialize in time" };

/** Said of a program that speaks a revision with sessions only. */
const FOREIGN: SendFailure = { code: "era", message: "the server does not speak 2026-07-28" };

/** Milliseconds for which that is believed without asking again. */
const FOREIGN_MS = 60_000;

/** One program. */
export class Line {
  /** Which era its clients speak. */
  readonly era: Era;
  /** What it was made of. */
  readonly options: SharedOptions;
  /** Every session that is there. */
  readonly members: ReadonlySet<Member>;
  /** Requests of clients. */
  readonly calls: Calls;
  /** Questions of the server's, by the key of their id. */
  readonly asks = new Map<string, Ask>();
  /** The handshake; only where there are sessions. */
  readonly hello: Hello;
  /** The connection. */
  readonly link: Link;
  #foreign: JsonObject | null = null;
  #foreignUntil = -Infinity;

  /**
   * @param era Which era its clients speak.
   * @param options What it is made of.
   * @param members Every session that is there.
   * @param hears Takes the server's messages.
   * @param room Told that it takes messages again, or that its connection has ended.
   */
  constructor(
    era: Era,
    options: SharedOptions,
    members: ReadonlySet<Member>,
    hears: (line: Line, bytes: Uint8Array) => void,
    room: () => void,
  ) {
    this.era = era;
    this.options = options;
    this.members = members;
    this.calls = new Calls(options.now);
    this.hello = new Hello({
      about: options.about,
      send: (params) => this.ask("initialize", params),
      initialized: (tree) =>
        this.send(tree, { kind: "notification", method: "notifications/initialized" }),
      ms: options.handshakeMs,
      late: () => this.link.leave(LATE),
    });
    const events: LinkEvents = {
      message: (_, bytes) => hears(this, bytes),
      failed: (_, about, failure) => this.#failed(about, failure),
      manner: () => {},
      violated: (_, code) => this.odd(code, "the server broke a rule of its transport"),
      down: (_, failure) => this.#down(failure),
      ended: room,
      drained: room,
    };
    this.link = new Link({ name: "", connect: options.connect }, events);
  }

  /** Why clients of the modern era need not ask this server, as it told one of them a moment ago; else null. */
  get foreign(): JsonObject | null {
    return this.options.now() < this.#foreignUntil ? this.#foreign : null;
  }

  /** The server does not know `server/discover`: a program that nobody can use is not kept. */
  learnForeign(error: JsonObject): void {
    this.#foreign = error;
    this.#foreignUntil = this.options.now() + FOREIGN_MS;
    if (this.calls.size === 0) this.link.leave(FOREIGN);
  }

  /** Keeps a record of a message that goes no further. */
  odd(code: string, message: string, method?: string): void {
    this.options.odd({
      rule: `shared.${code}`,
      message,
      ...(method === undefined ? {} : { method }),
    });
  }

  /** Sends one message; a program that has ended is started anew. */
  send(tree: JsonObject, about: MessageInfo): void {
    this.link.revive();
    this.link.send(tree, about);
  }

  /** Sends a request of a client's under an id of its own. */
  forward(about: Omit<Call, "own">, tree: JsonObject, info: MessageInfo): void {
    const { own, token } = this.calls.add(about);
    const id = new JsonNumber(String(own));
    tree.set("id", id);
    const params = tree.get("params");
    const meta = params instanceof JsonObject ? params.get("_meta") : undefined;
    if (meta instanceof JsonObject) {
      if (token !== null) meta.set("progressToken", id);
      else meta.delete("progressToken");
    }
    this.send(tree, { ...info, id: idKey(id) });
  }

  /** Sends a request of the guard's own. */
  ask(method: string, params: JsonObject): void {
    const { own } = this.calls.add({ member: null, id: "", method, token: null, uri: null });
    const id = new JsonNumber(String(own));
    this.send(request(id, method, params), { kind: "request", method, id: idKey(id) });
  }

  /** Withdraws a request of a client's. */
  withdraw(call: Call, reason: string): void {
    this.calls.withdraw(call, this.options.withdrawnMs());
    if (!this.link.live) return;
    const id = new JsonNumber(String(call.own));
    this.link.send(
      notification(
        "notifications/cancelled",
        new JsonObject(["requestId", "reason"], [id, reason]),
      ),
      { kind: "notification", method: "notifications/cancelled", cancels: idKey(id) },
    );
  }

  /** Answers a question of the server's by an error. */
  refuse(id: RpcId, code: number, message: string): void {
    this.send(errorReply(id, code, `mcpguard: ${message}`), { kind: "response", id: idKey(id) });
  }

  /** A client has left: what the server does for it alone is withdrawn. */
  left(member: Member): void {
    this.hello.left(member);
    for (const call of this.calls.all(member)) this.withdraw(call, "the client has left");
    for (const [key, ask] of this.asks) {
      if (ask.member !== member) continue;
      this.asks.delete(key);
      if (this.link.live) this.refuse(ask.id, RPC.INTERNAL, "the client has left");
    }
    if (this.era === "modern" || !this.link.live) return;
    for (const uri of member.subscriptions.keys()) {
      if (!this.wanted(uri)) this.ask("resources/unsubscribe", new JsonObject(["uri"], [uri]));
    }
  }

  /** Whether any client wants to hear of this resource, or has just asked for that. */
  wanted(uri: string): boolean {
    for (const member of this.members) if (member.subscriptions.has(uri)) return true;
    return false;
  }

  /** A message was not taken. */
  #failed(about: MessageInfo, failure: SendFailure): void {
    if (about.kind !== "request" || about.id === undefined) {
      return this.odd(
        failure.code,
        "a message of the guard's did not reach the server",
        about.method,
      );
    }
    const call = this.calls.take(new JsonNumber(about.id.slice(1)));
    if (call === undefined) return;
    if (call.member !== null) return fail(call.member, call, failure);
    if (call.method === "initialize") this.hello.lost(failure);
  }

  /** The program has ended, or could not be started. */
  #down(failure: SendFailure): void {
    if (failure !== FOREIGN) this.odd(failure.code, failure.message);
    const calls = this.calls.drain();
    this.asks.clear();
    this.hello.lost(failure);
    for (const call of calls) {
      // With sessions its end is told to the whole session below.
      const { member } = call;
      if (member !== null && !(this.era === "legacy" && member.ready)) fail(member, call, failure);
    }
    if (this.era === "modern") return;
    // What the program knew of a session is gone, so that the session is over; the next one finds a new program.
    for (const member of [...this.members]) {
      if (member.ready) member.end({ code: 1006, reason: failure.message, local: false });
    }
  }
}

function fail(member: Member, call: Call, failure: SendFailure): void {
  member.failed({ kind: "request", id: idKey(call.id), method: call.method }, failure);
}

/** The code by which a question of the server's is refused that nobody can be asked. */
export const REFUSED = CODE.POLICY;
