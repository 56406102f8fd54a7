// A session's connection to its server: opened once, read in order, and never opened again after it failed.

import { type JsonObject, writeJson } from "../wire/mod.ts";
import { Gate, Lane } from "./lane.ts";
import type { Channel, CloseInfo, Manner, MessageInfo, SendFailure } from "./transports/channel.ts";
import { UpstreamError } from "./transports/mod.ts";

/** What a connection to a server is made of. */
export interface UpstreamOptions {
  /** Opens the connection; may reject with {@linkcode UpstreamError}. */
  connect: () => Promise<Channel>;
  /** Waiting bytes at which the server is held back. */
  highBytes: number;
  /** Told of each message as it comes. */
  heard: (bytes: Uint8Array) => void;
  /** Handles one message, in order. */
  handle: (bytes: Uint8Array) => Promise<void> | void;
  /** Told what `handle` threw. */
  failed: (error: unknown) => void;
  /** Told that the connection could not be opened, with a code for the audit and words for people. */
  unreachable: (code: string, why: string) => void;
  /** Told that the server has left, after everything it had sent was handled. */
  gone: (info: CloseInfo) => void;
  /** Told that a message was not taken, or will never be answered, in order with what the server said. */
  sendFailed: (about: MessageInfo, failure: SendFailure) => void;
  /** Told how the server goes about a request of the guard's, in order with what the server said. */
  manner: (id: string, manner: Manner) => void;
  /** Told of a message that was dropped while the connection goes on. */
  violated: (code: string) => void;
  /** Told that the server takes messages again after `send` said that it does not. */
  room: () => void;
}

/** The server's side of a session. */
export class Upstream {
  readonly #options: UpstreamOptions;
  #opening: Promise<void> | null = null;
  #channel: Channel | null = null;
  #gate: Gate | null = null;
  #failure: string | null = "the server's connection is not open";
  #closed = false;

  /** @param options What the connection is made of. */
  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Begins to connect. */
  open(): void {
    this.#failure = null;
    this.#opening = this.#open().finally(() => this.#opening = null);
  }

  /** Resolves when the attempt to connect has ended, either way; null when it has. Never rejects. */
  get opening(): Promise<void> | null {
    return this.#opening;
  }

  /** The transport in use, or null before it is open. */
  get transport(): string | null {
    return this.#channel?.transport ?? null;
  }

  /** Why there is no server, or null while there is one or may be one. */
  get failure(): string | null {
    return this.#failure;
  }

  /**
   * Sends one message; only once `opening` is over.
   *
   * @param tree The message as it was judged.
   * @param about What it is.
   * @returns False when the server does not read fast enough, or is gone.
   */
  send(tree: JsonObject, about: MessageInfo): boolean {
    if (this.#channel === null || this.#failure !== null) return false;
    const room = this.#channel.send(writeJson(tree), about);
    // A server that does not read its answers may not ask on.
    if (!room && this.#channel.shared !== true) this.#gate?.hold("slow_self");
    return room;
  }

  /** Holds the server back because the client does not read. */
  hold(): void {
    this.#gate?.hold("slow_peer");
  }

  /** Reads on from the server. */
  release(): void {
    this.#gate?.release("slow_peer");
  }

  /** Closes the connection, also one that is still being opened. */
  close(code: number, reason: string): void {
    this.#closed = true;
    this.#failure ??= reason;
    this.#channel?.close(code, reason);
  }

  async #open(): Promise<void> {
    const { connect, highBytes, heard, failed, gone, room, unreachable } = this.#options;
    const { handle, manner, sendFailed } = this.#options;
    let channel: Channel;
    try {
      channel = await connect();
    } catch (error) {
      const known = error instanceof UpstreamError;
      if (!known) failed(error);
      this.#failure = known ? error.message : "the server cannot be reached";
      if (!this.#closed) unreachable(known ? error.code : "failed", this.#failure);
      return;
    }
    if (this.#closed) return channel.close(1001, "the client has left");
    const gate = new Gate(channel);
    const lane = new Lane<Uint8Array | (() => void)>({
      handle: (message) => typeof message === "function" ? message() : handle(message),
      failed,
      gate,
      highBytes,
    });
    this.#channel = channel;
    this.#gate = gate;
    channel.start({
      onMessage: (bytes) => {
        heard(bytes);
        lane.push(bytes, bytes.byteLength);
      },
      onSendFailed: (about, failure) => lane.push(() => sendFailed(about, failure), 0),
      onManner: (id, how) => lane.push(() => manner(id, how), 0),
      onClose: (info) => {
        // What the server sent before it left is still delivered.
        void lane.idle().then(() => {
          this.#failure ??= "the server closed the connection";
          gone(info);
        });
      },
      onViolation: this.#options.violated,
      onDrain: () => {
        gate.release("slow_self");
        room();
      },
    });
  }
}
