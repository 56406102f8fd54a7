// A shared text under one key of Redis: replaced only where it still is what was read.

import { DependencyFailed } from "../errors.ts";
import type { Clock } from "../guard/ports.ts";
import { within } from "../limits/deadline.ts";
import { parseDsn } from "../limits/dsn.ts";
import { explain } from "../limits/explain.ts";
import { type Connection, RedisLink } from "../limits/link.ts";
import type { Kept, SharedText } from "./document.ts";

/** Options of {@linkcode RedisText}. */
export interface RedisTextOptions {
  /** `redis://` or `rediss://`. */
  dsn: string;
  /** Monotonic time. */
  clock: Pick<Clock, "monotonic">;
  /** What is kept: the key is `mcpguard:` and this, by which processes share it. */
  what: Kept;
  /** Told when Redis is lost, without secrets. */
  log?: (message: string) => void;
}

/** Longest wait for one command, ms. */
const DEADLINE_MS = 1000;
/** Longest wait for a connection, ms. */
const CONNECT_MS = 1000;
/** Tries against others that are faster. */
const TRIES = 200;
/** Life of the key, ms: above any ticket's. */
const LIFE_MS = 2 * 86_400_000;

const SWAP = `
local there = redis.call('GET', KEYS[1])
if (there or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`;

/** A text under one key. */
export class RedisText implements SharedText {
  readonly #options: RedisTextOptions;
  readonly #key: string;
  readonly #what: Kept;
  readonly #link: RedisLink;
  #last: Promise<unknown> = Promise.resolve();
  #healthy = true;

  /**
   * @param options Where.
   * @throws {McpGuardError} When the DSN cannot be read; the message does not repeat it.
   */
  constructor(options: RedisTextOptions) {
    this.#options = options;
    this.#what = options.what;
    this.#key = `mcpguard:${options.what}`;
    this.#link = new RedisLink({
      target: parseDsn(options.dsn),
      connectTimeoutMs: CONNECT_MS,
      clock: options.clock,
      onUp: () => {},
      onDown: (reason) =>
        options.log?.(`${options.what}: redis: ${reason}; calls that need one are refused`),
    });
  }

  update<T>(change: (text: string | null) => { text: string | null; result: T }): Promise<T> {
    // One after the other within this process: only other processes can be faster then.
    const turn = this.#last.then(() => this.#update(change));
    this.#last = turn.catch(() => {});
    return turn;
  }

  healthy(): boolean {
    return this.#healthy;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#link.close();
  }

  async #update<T>(
    change: (text: string | null) => { text: string | null; result: T },
  ): Promise<T> {
    try {
      const connection = await this.#connection();
      for (let left = TRIES; left > 0; left--) {
        const before = await this.#send(connection, ["GET", this.#key]);
        if (before !== null && typeof before !== "string") throw new Error("an odd answer");
        const { text, result } = change(before);
        if (text === null) return this.#well(result);
        const command = ["EVAL", SWAP, "1", this.#key, before ?? "", text, String(LIFE_MS)];
        if (await this.#send(connection, command) === 1) return this.#well(result);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      }
      throw new DependencyFailed(this.#what, `too many others change the ${this.#what}`);
    } catch (error) {
      this.#healthy = false;
      if (error instanceof DependencyFailed) throw error;
      throw new DependencyFailed(this.#what, `redis with the ${this.#what}: ${explain(error)}`);
    }
  }

  #well<T>(result: T): T {
    this.#healthy = true;
    return result;
  }

  async #connection(): Promise<Connection> {
    if (this.#link.connection === undefined) {
      await within(CONNECT_MS, this.#options.clock, () => this.#link.start());
    }
    const { connection } = this.#link;
    if (connection === undefined) throw new DependencyFailed(this.#what, "redis is not connected");
    return connection;
  }

  async #send(connection: Connection, command: readonly string[]): Promise<unknown> {
    try {
      const answer = await within(
        DEADLINE_MS,
        this.#options.clock,
        () => connection.sendCommand(command),
      );
      this.#link.prove();
      return answer;
    } catch (error) {
      // Nobody can tell a hung connection from a slow one: the next request gets a new one.
      if (this.#link.connection === connection) this.#link.drop(explain(error));
      throw error;
    }
  }
}
