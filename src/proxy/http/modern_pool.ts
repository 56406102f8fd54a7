// Where single requests of the modern era meet servers. A request has a connection to the server for itself while it
// runs, so that progress, log lines and cancellation can belong to nothing else, and equal ids of two clients never
// meet; afterwards the connection serves the same identity's next request.

import type { Identity } from "../../guard/mod.ts";
import type { Session } from "../session.ts";
import { HttpChannel } from "./http_channel.ts";
import { ownerOf } from "./sessions.ts";
import type { StreamLimits } from "./sse_stream.ts";

/** One connection to the server and the client's side of it. */
export interface ModernLine {
  /** The session between them. */
  readonly session: Session;
  /** The client's side. */
  readonly channel: HttpChannel;
}

/** What a pool is made of. */
export interface ModernPoolOptions {
  /** Opens a session; null when there is no room. */
  open: (
    channel: HttpChannel,
    identity: Identity,
    authorization: string | null,
  ) => Session | null;
  /** Bounds of the streams of a new connection. */
  limits: () => StreamLimits;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Milliseconds after which an unused connection is closed. */
  idleMs: number;
  /** Most requests of one client at the same time. */
  inFlight: () => number;
}

interface Idle {
  key: string;
  line: ModernLine;
  since: number;
}

/** Most unused connections kept. */
const MOST_IDLE = 64;

/** Connections of modern requests. */
export class ModernPool {
  readonly #options: ModernPoolOptions;
  /** Unused ones, the one used last at the end. */
  #idle: Idle[] = [];
  /** Connections in use, by client; a client without any has no entry. */
  readonly #used = new Map<string, number>();

  /** @param options What it is made of. */
  constructor(options: ModernPoolOptions) {
    this.#options = options;
  }

  /** A connection for one request; null when there is no room. */
  async take(
    identity: Identity,
    remote: string,
    authorization: string | null = null,
  ): Promise<ModernLine | null> {
    const key = keyOf(identity, remote, authorization);
    const used = this.#used.get(key) ?? 0;
    if (used >= this.#options.inFlight()) return null;
    this.#used.set(key, used + 1);
    const reused = this.#reuse(key);
    reused?.session.standing.renew(identity);
    const line = reused ?? await this.#fresh(identity, remote, authorization);
    if (line === null) this.#release(key);
    return line;
  }

  #reuse(key: string): ModernLine | null {
    for (let i = this.#idle.length - 1; i >= 0; i--) {
      const { key: other, line } = this.#idle[i]!;
      if (other !== key) continue;
      this.#idle.splice(i, 1);
      // A session whose server is gone answers what it is asked and ends; a fresh one may do better.
      if (!line.channel.closed && line.session.upstream.failure === null) return line;
    }
    return null;
  }

  async #fresh(...who: [Identity, string, string | null]): Promise<ModernLine | null> {
    const line = this.#open(...who);
    if (line !== null || !this.#evict()) return line;
    await Promise.resolve(); // what was closed has told so by then
    return this.#open(...who);
  }

  /** Closes a connection whose request was given up. */
  drop(
    identity: Identity,
    remote: string,
    line: ModernLine,
    authorization: string | null = null,
  ): void {
    this.#release(keyOf(identity, remote, authorization));
    line.session.close(1000, "the client has left");
  }

  /** Takes a connection back whose request has ended. */
  give(
    identity: Identity,
    remote: string,
    line: ModernLine,
    authorization: string | null = null,
  ): void {
    const { session, channel } = line;
    const key = keyOf(identity, remote, authorization);
    this.#release(key);
    if (channel.closed || session.draining || session.inFlight > 0) {
      return session.close(1000, "done");
    }
    this.#idle.push({ key, line, since: this.#options.now() });
    if (this.#idle.length > MOST_IDLE) this.#evict();
  }

  /** Closes what was unused for too long. */
  sweep(now: number): void {
    while (this.#idle.length > 0 && now - this.#idle[0]!.since > this.#options.idleMs) {
      this.#evict();
    }
  }

  #release(key: string): void {
    const left = (this.#used.get(key) ?? 1) - 1;
    if (left > 0) this.#used.set(key, left);
    else this.#used.delete(key);
  }

  #open(identity: Identity, remote: string, authorization: string | null): ModernLine | null {
    const channel = new HttpChannel({
      kind: "modern",
      remote,
      limits: this.#options.limits(),
      log: null,
      onClosed: () => this.#idle = this.#idle.filter((one) => one.line.channel !== channel),
    });
    const session = this.#options.open(channel, identity, authorization);
    return session === null ? null : { session, channel };
  }

  #evict(): boolean {
    const oldest = this.#idle.shift();
    oldest?.line.session.close(1000, "unused");
    return oldest !== undefined;
  }
}

function keyOf(identity: Identity, remote: string, authorization: string | null): string {
  return `${remote} ${ownerOf(identity, authorization)}`;
}
