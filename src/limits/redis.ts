// Token buckets in Redis, shared by every process that uses the same server and key prefix.
// One atomic script per take; what happens when Redis fails is the operator's choice.

import { DependencyFailed } from "../errors.ts";
import type { Clock, RateKey, RateLimiter, RateVerdict } from "../guard/ports.ts";
import { Breaker } from "./breaker.ts";
import { checkSize } from "./bucket.ts";
import { Late, within } from "./deadline.ts";
import { parseDsn } from "./dsn.ts";
import { answerCode, explain } from "./explain.ts";
import { checkPrefix, redisKey } from "./key.ts";
import { type Connection, RedisLink } from "./link.ts";
import { type MemoryLimiter, memoryLimiter } from "./memory.ts";
import { readReply, takeCommand } from "./script.ts";

/** Options of {@linkcode redisLimiter}. Times are milliseconds. */
export interface RedisLimiterOptions {
  /** `redis://` or `rediss://`, see {@linkcode parseDsn}. */
  dsn: string;
  /**
   * When Redis fails: `deny` throws {@linkcode DependencyFailed} (the default), `local` counts in this
   * process with the same limits, `allow` lets calls pass uncounted. The last two mark each verdict.
   */
  onError?: "deny" | "local" | "allow";
  /** Monotonic time. */
  clock: Pick<Clock, "monotonic">;
  /** Longest wait for one take; 50 by default. */
  deadlineMs?: number;
  /** Longest wait for a connection, its login and one PING; 1,000 by default. */
  connectTimeoutMs?: number;
  /** Silent takes in a row after which takes fail at once, 5 by default, and for how long, 1,000. */
  breaker?: { failures?: number; openMs?: number };
  /** In front of every key; `mcpguard:rl:` by default. Processes share buckets by sharing it. */
  keyPrefix?: string;
  /** With `local`: processes that share the limit, so that each counts its part of it; 1 by default. */
  replicas?: number;
  /** PEM certificates to trust instead of the runtime's (`deno run --cert`), for `rediss://`. */
  ca?: string;
  /** Told when Redis is lost, restored or odd: at most once a second, without secrets. */
  log?: (message: string) => void;
}

/** A limiter with a life: it connects, and must be closed. */
export interface ManagedLimiter extends RateLimiter {
  /**
   * Connects now instead of at the first take. Never rejects: a server that is down at the start is
   * tried again in the background.
   *
   * @returns Whether the backend answers.
   */
  connect(): Promise<boolean>;
  /** Whether the backend answered lately, for `/readyz`. False before the first connection. */
  healthy(): boolean;
  /** Releases sockets and timers. Later takes throw {@linkcode DependencyFailed}. */
  close(): Promise<void>;
}

/** After an answer such as READONLY or OOM, `healthy()` says no for this long. */
const SICK_MS = 2_000;

/**
 * Counts calls in Redis 5 or later (also Valkey), on the server's clock: processes with different
 * clocks agree. The client library is loaded at the first connection.
 *
 * A take that Redis did not answer in time is judged by `onError`; Redis may still run it later and
 * count it, so after an outage a bucket can hold fewer tokens than were granted, never more. A server
 * that loses its data (FLUSHALL, a restart without persistence, failover to a lagging replica) starts
 * with full buckets. A Redis Cluster works where the DSN's node owns all slots or proxies for them;
 * MOVED is a failure like any other.
 *
 * @param options Where, and what to do when it fails.
 * @returns The limiter; nothing is connected yet.
 * @throws McpGuardError when the DSN cannot be read; the message does not repeat it.
 * @throws TypeError or RangeError when another option is out of range.
 */
export function redisLimiter(options: RedisLimiterOptions): ManagedLimiter {
  return new RedisBuckets(options);
}

class RedisBuckets implements ManagedLimiter {
  readonly #options: RedisLimiterOptions;
  readonly #deadlineMs: number;
  readonly #prefix: string;
  readonly #replicas: number;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #breaker: Breaker;
  readonly #link: RedisLink;
  readonly #local: MemoryLimiter | undefined;
  readonly #where: string;
  #closed = false;
  #sickUntil = -Infinity;
  #heardAt = -Infinity;
  #quietUntil = -Infinity;
  #checking = false;
  #complained = false;

  constructor(options: RedisLimiterOptions) {
    const target = parseDsn(options.dsn);
    this.#options = options;
    this.#clock = options.clock;
    this.#deadlineMs = positive("deadlineMs", options.deadlineMs ?? 50);
    this.#replicas = positive("replicas", options.replicas ?? 1);
    this.#prefix = options.keyPrefix ?? "mcpguard:rl:";
    checkPrefix(this.#prefix);
    this.#where = `redis at ${target.host}:${target.port}`;
    this.#local = options.onError === "local" ? memoryLimiter({ clock: this.#clock }) : undefined;
    this.#breaker = new Breaker({
      clock: this.#clock,
      failures: positive("breaker.failures", options.breaker?.failures ?? 5),
      openMs: positive("breaker.openMs", options.breaker?.openMs ?? 1_000),
    });
    this.#link = new RedisLink({
      target,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      connectTimeoutMs: positive("connectTimeoutMs", options.connectTimeoutMs ?? 1_000),
      clock: this.#clock,
      onUp: () => {
        this.#heardAt = this.#clock.monotonic();
        this.#breaker.hope();
        if (this.#complained) options.log?.(`rate limiter: ${this.#where}: connected again`);
        this.#complained = false;
      },
      onDown: (reason) => this.#complain(reason),
    });
  }

  async connect(): Promise<boolean> {
    await this.#link.start();
    return this.healthy();
  }

  async take(key: RateKey): Promise<RateVerdict> {
    checkSize(key);
    if (this.#closed) throw new DependencyFailed("redis", "rate limiter: already closed");
    if (!this.#breaker.enter()) return this.#without(key, "redis failed lately, not asked");
    try {
      const verdict = await this.#ask(key);
      this.#heard();
      this.#link.prove();
      // Should Redis fail, local counting goes on from what this process took, not from full buckets.
      if (verdict.ok) this.#local?.take(this.#share(key));
      return verdict;
    } catch (error) {
      return this.#failed(key, error);
    }
  }

  healthy(): boolean {
    if (this.#closed) return false;
    const now = this.#clock.monotonic();
    if (now - this.#heardAt > 1_000) this.#check();
    return this.#link.connection !== undefined && !this.#breaker.open && now >= this.#sickUntil;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#link.close();
    this.#local?.close?.();
  }

  async #ask(key: RateKey): Promise<RateVerdict> {
    // Only the very first takes wait for a connection as long as one may take; connect() spares them.
    if (!this.#link.tried) await this.#link.start();
    else if (this.#link.connection === undefined) {
      await within(this.#deadlineMs, this.#clock, () => this.#link.start());
    }
    const connection = this.#link.connection;
    if (connection === undefined) throw new NotConnected("not connected");
    const name = redisKey(this.#prefix, key);
    return within(this.#deadlineMs, this.#clock, (over) => run(connection, name, key, over));
  }

  #failed(key: RateKey, error: unknown): RateVerdict {
    const reason = error instanceof NotConnected ? error.message : explain(error);
    const code = answerCode(error);
    if (code !== undefined) {
      // It answers: no reason to stop asking, and one spoilt key must not open the circuit for all.
      this.#heard();
      if (code !== "WRONGTYPE" && code !== "BADBUCKET") {
        this.#sickUntil = this.#clock.monotonic() + SICK_MS;
      }
      // After a failover the name may lead to the new master by now.
      if (code === "READONLY") this.#link.drop(reason);
      else this.#complain(reason);
    } else if (this.#breaker.fail() && error instanceof Late) {
      // Five silent takes: the connection may be half open, which only a new one can tell.
      this.#link.drop(reason);
    }
    return this.#without(key, reason);
  }

  #without(key: RateKey, reason: string): RateVerdict {
    if (this.#closed || (this.#options.onError ?? "deny") === "deny") {
      throw new DependencyFailed("redis", `rate limiter: ${reason}`);
    }
    return this.#local === undefined
      ? { ok: true, remaining: 0, retryAfterMs: 0, degraded: "allow" }
      : { ...this.#local.take(this.#share(key)), degraded: "local" };
  }

  #share(key: RateKey): RateKey {
    return {
      ...key,
      capacity: Math.max(1, Math.floor(key.capacity / this.#replicas)),
      refillPerSec: key.refillPerSec / this.#replicas,
    };
  }

  #heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#breaker.succeed();
  }

  // Without traffic nobody notices a server that hangs: readiness probes make it a question.
  #check(): void {
    const connection = this.#link.connection;
    if (connection === undefined || this.#checking) return;
    this.#checking = true;
    within(this.#deadlineMs, this.#clock, () => connection.sendCommand(["PING"])).then(
      () => this.#heardAt = this.#clock.monotonic(),
      (error) => {
        if (this.#link.connection === connection) this.#link.drop(explain(error));
      },
    ).finally(() => this.#checking = false);
  }

  #complain(reason: string): void {
    const now = this.#clock.monotonic();
    if (this.#closed || now < this.#quietUntil) return;
    this.#quietUntil = now + 1_000;
    this.#complained = true;
    const then = this.#options.onError ?? "deny";
    this.#options.log?.(`rate limiter: ${this.#where}: ${reason}; on_error: ${then}`);
  }
}

class NotConnected extends Error {}

async function run(
  connection: Connection,
  name: string,
  key: RateKey,
  over: () => boolean,
): Promise<RateVerdict> {
  try {
    return readReply(await connection.sendCommand(takeCommand("EVALSHA", name, key)));
  } catch (error) {
    // A server that restarted, or was told SCRIPT FLUSH, has forgotten the script.
    if (answerCode(error) !== "NOSCRIPT" || over()) throw error;
    return readReply(await connection.sendCommand(takeCommand("EVAL", name, key)));
  }
}

function positive(name: string, value: number): number {
  if (!(value > 0 && value <= 2 ** 31 - 1)) {
    throw new RangeError(`${name} must be a number from 1, got ${value}`);
  }
  return value;
}
