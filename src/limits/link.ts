// One connection to a Redis, kept up: opened on demand, checked with PING, opened again with backoff.
// The client's own reconnecting stays off: it waits for ever on a server that accepts and says nothing.

import type { Clock } from "../guard/ports.ts";
import { within } from "./deadline.ts";
import type { RedisTarget } from "./dsn.ts";
import { explain } from "./explain.ts";

/** What is used of the client. */
export interface Connection {
  /** Sends one command; those of the same turn share a packet. */
  sendCommand(args: readonly string[]): Promise<unknown>;
}

interface Client extends Connection {
  on(event: "error", listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** Options of {@linkcode RedisLink}. */
export interface LinkOptions {
  /** Where to connect to. */
  target: RedisTarget;
  /** PEM certificates to trust instead of the runtime's, for `rediss:`. */
  ca?: string;
  /** Milliseconds for connecting, logging in and one PING. */
  connectTimeoutMs: number;
  /** Monotonic time. */
  clock: Pick<Clock, "monotonic">;
  /** A new connection answered PING. */
  onUp(): void;
  /** The connection broke, or could not be made. The reason holds no secret. */
  onDown(reason: string): void;
}

/** Backoff in milliseconds; halved at random so that many proxies do not come back at once. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/** Commands that may wait for an answer; more means that the server is not keeping up. */
const LONGEST_QUEUE = 20_000;

/** Keeps one connection. Nothing here rejects: failures are reported by `onDown` and tried again. */
export class RedisLink {
  readonly #options: LinkOptions;
  #client: Client | undefined;
  #attempt: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #tried = false;
  #closed = false;

  /** @param options Where to, and whom to tell. */
  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The connection, while it is up. */
  get connection(): Connection | undefined {
    return this.#client;
  }

  /** Whether a first attempt has ended, either way. */
  get tried(): boolean {
    return this.#tried;
  }

  /**
   * Starts connecting where that has not begun.
   *
   * @returns Resolves when the attempt under way has ended, either way; at once when there is none.
   */
  start(): Promise<void> {
    if (!this.#tried && this.#attempt === undefined && !this.#closed) this.#connect();
    return this.#attempt ?? Promise.resolve();
  }

  /** The connection did its work: the next loss is answered without waiting. */
  prove(): void {
    this.#failures = 0;
  }

  /**
   * Gives the connection up and makes a new one, e.g. because it has fallen silent.
   *
   * @param reason Why, without secrets.
   */
  drop(reason: string): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    client.destroy();
    this.#retry(reason);
  }

  /** Releases the socket and the timer. An attempt under way is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    client?.destroy();
    await this.#attempt;
  }

  #connect(): void {
    this.#attempt = this.#open().then(
      (client) => {
        this.#attempt = undefined;
        this.#tried = true;
        if (this.#closed) return client.destroy();
        this.#client = client;
        this.#options.onUp();
      },
      (error) => {
        this.#attempt = undefined;
        this.#tried = true;
        this.#retry(explain(error));
      },
    );
  }

  #retry(reason: string): void {
    if (this.#closed) return;
    const failures = this.#failures++;
    // A connection that worked is replaced at once, so that takes under way can wait for the next one.
    if (failures === 0) this.#connect();
    else {
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
      this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2));
      // A program that has nothing else to do may end.
      Deno.unrefTimer(this.#timer);
    }
    this.#options.onDown(reason);
  }

  async #open(): Promise<Client> {
    const { createClient } = await import("redis");
    const { target, ca, connectTimeoutMs, clock } = this.#options;
    const tls = target.tls ? { tls: true as const, ...(ca === undefined ? {} : { ca }) } : {};
    const client: Client = createClient({
      socket: {
        host: target.host,
        port: target.port,
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: false,
        ...tls,
      },
      ...(target.username === undefined ? {} : { username: target.username }),
      ...(target.password === undefined ? {} : { password: target.password }),
      database: target.database,
      RESP: 2,
      disableClientInfo: true,
      disableOfflineQueue: true,
      commandsQueueMaxLength: LONGEST_QUEUE,
      maintNotifications: "disabled",
      commandOptions: { timeout: 0 },
    });
    // Without a listener an 'error' event would end the process.
    client.on("error", (error) => {
      if (this.#client === client) this.drop(explain(error));
    });
    const opening = client.connect().then(() => client.sendCommand(["PING"]));
    try {
      await within(connectTimeoutMs, clock, () => opening);
    } catch (error) {
      client.destroy();
      // A socket that is still connecting cannot be destroyed yet.
      opening.catch(() => {}).then(() => client.destroy());
      throw error;
    }
    return client;
  }
}
