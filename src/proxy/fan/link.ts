// One of several servers of a session: opened when it is first needed, and its failure is its own.

import { type JsonObject, writeJson } from "../../wire/mod.ts";
import {
  type Channel,
  type Manner,
  type MessageInfo,
  type SendFailure,
  UpstreamError,
} from "../transports/mod.ts";

/** A server of the policy. */
export interface FanServer {
  /** Its name. */
  readonly name: string;
  /** Opens a connection; may reject with `UpstreamError`. */
  connect(): Promise<Channel>;
}

/** What a link tells. */
export interface LinkEvents {
  /** One message of the server's. */
  message(link: Link, bytes: Uint8Array): void;
  /** A message was not taken, or will not be answered. */
  failed(link: Link, about: MessageInfo, failure: SendFailure): void;
  /** How the server goes about a request. */
  manner(link: Link, id: string, manner: Manner): void;
  /** The server broke a rule, and the connection goes on. */
  violated(link: Link, code: string): void;
  /** The connection is gone, or there never was one; told once for each. */
  down(link: Link, failure: SendFailure): void;
  /** A channel has ended, so that everything may have. */
  ended(): void;
  /** The server reads again. */
  drained?(link: Link): void;
}

interface Waiting {
  tree: JsonObject;
  about: MessageInfo;
}

/** What is known of the protocol that a server speaks. */
export type Standing =
  /** Nothing yet. */
  | "new"
  /** It is being asked. */
  | "asked"
  /** It speaks the client's era, and takes part. */
  | "joined"
  /** It does not, or did not answer. */
  | "out";

/** A connection to one server. */
export class Link {
  /** The server's name. */
  readonly name: string;
  /** Whether it takes part in the session. */
  standing: Standing = "new";
  /** The capabilities that it declared, once it did. */
  capabilities: JsonObject | null = null;
  readonly #server: FanServer;
  readonly #events: LinkEvents;
  #channel: Channel | null = null;
  #opening = false;
  #failure: SendFailure | null = null;
  #waiting: Waiting[] = [];
  #full = false;
  #paused = false;
  #closed = false;

  /**
   * @param server The server.
   * @param events Told what happens.
   */
  constructor(server: FanServer, events: LinkEvents) {
    this.name = server.name;
    this.#server = server;
    this.#events = events;
  }

  /** Why nothing can be sent, or null. */
  get failure(): SendFailure | null {
    return this.#failure;
  }

  /** Whether a connection is open or on its way. */
  get live(): boolean {
    return this.#channel !== null || this.#opening;
  }

  /** Whether the server does not read what it was sent. */
  get full(): boolean {
    return this.#full;
  }

  /** Bytes that wait for the server. */
  get bufferedBytes(): number {
    return this.#channel?.bufferedBytes ?? 0;
  }

  /** Forgets a failure, so that the next message tries again. */
  revive(): void {
    if (this.#closed || this.live || this.#failure === null) return;
    this.#failure = null;
    this.standing = "new";
  }

  /** Opens the connection now. Resolves when that has ended, either way. */
  async open(): Promise<void> {
    if (this.live || this.#failure !== null || this.#closed) return;
    this.#opening = true;
    let channel: Channel;
    try {
      channel = await this.#server.connect();
    } catch (error) {
      this.#opening = false;
      const known = error instanceof UpstreamError;
      return this.#down({
        code: known ? error.code : "failed",
        message: known ? error.message : "the server cannot be reached",
      });
    }
    this.#opening = false;
    if (this.#closed || this.#failure !== null) {
      channel.close(1001, "not needed any more");
      return this.#events.ended();
    }
    this.#channel = channel;
    channel.start({
      onMessage: (bytes) => this.#events.message(this, bytes),
      onSendFailed: (about, failure) => this.#events.failed(this, about, failure),
      onManner: (id, how) => this.#events.manner(this, id, how),
      onViolation: (code) => this.#events.violated(this, code),
      onDrain: () => {
        this.#full = false;
        this.#events.drained?.(this);
      },
      onClose: ({ reason }) => {
        this.#channel = null;
        // How a child ended is told in words of our own; a socket's are the server's.
        const own = channel.transport === "stdio" && reason !== "";
        this.#down({ code: "lost", message: own ? reason : "the server's connection was lost" });
        this.#events.ended();
      },
    });
    if (this.#paused) channel.pause();
    for (const { tree, about } of this.#waiting.splice(0)) this.#send(tree, about);
  }

  /** Sends one message, once the connection is open. What cannot be sent is told as failed. */
  send(tree: JsonObject, about: MessageInfo): void {
    if (this.#failure !== null) return this.#events.failed(this, about, this.#failure);
    if (this.#channel !== null) return this.#send(tree, about);
    this.#waiting.push({ tree, about });
    if (!this.#opening) void this.open();
  }

  /** Reads no more until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#channel?.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#paused = false;
    this.#channel?.resume();
  }

  /** Has nothing more to do with the server in this session. */
  leave(failure: SendFailure): void {
    this.standing = "out";
    this.#down(failure);
    this.#channel?.close(1000, "not needed any more");
  }

  /** Closes the connection, also one that is still being opened. */
  close(code: number, reason: string): void {
    this.#closed = true;
    this.#failure ??= { code: "lost", message: reason };
    this.#waiting = [];
    this.#channel?.close(code, reason);
  }

  #send(tree: JsonObject, about: MessageInfo): void {
    // A server that does not read must not hold back what is meant for the others.
    if (this.#full && about.kind === "request") {
      const message = "the server does not read what it was sent; try again later";
      return this.#events.failed(this, about, { code: "busy", message });
    }
    if (!this.#channel!.send(writeJson(tree), about)) this.#full = true;
  }

  #down(failure: SendFailure): void {
    if (this.#failure !== null || this.#closed) return;
    this.#failure = failure;
    this.#full = false;
    const waiting = this.#waiting.splice(0);
    this.#events.down(this, failure);
    for (const { about } of waiting) this.#events.failed(this, about, failure);
  }
}
