// What the tests with a real Redis share.

import { redisLimiter, type RedisLimiterOptions } from "../redis.ts";
import type { ManagedLimiter } from "../redis.ts";
import type { RateKey, RateVerdict } from "../../guard/ports.ts";

/** The real monotonic clock. */
export const clock = { monotonic: (): number => performance.now() };

/** Long enough to play no part on a busy machine. */
export const PATIENT = { deadlineMs: 60_000, connectTimeoutMs: 60_000 };

/** A bucket that does not refill while a test runs. */
export function key(identity: string, capacity = 10, refillPerSec = 0.001): RateKey {
  return { identity, tool: "search", capacity, refillPerSec };
}

/** A limiter that is closed at the end of the test, with its log. */
export interface Watched extends ManagedLimiter, AsyncDisposable {
  /** Takes, or rejects. */
  take(key: RateKey): Promise<RateVerdict>;
  /** Every line so far. */
  lines: string[];
  /** Resolves with the next line that contains the text. */
  logged(text: string): Promise<string>;
}

/** Makes a limiter whose log can be awaited. */
export function watched(
  options: Omit<RedisLimiterOptions, "clock" | "log"> & Partial<Pick<RedisLimiterOptions, "clock">>,
): Watched {
  const lines: string[] = [];
  const waiting: { text: string; resolve: (line: string) => void }[] = [];
  const limiter = redisLimiter({
    clock,
    ...options,
    log: (line) => {
      lines.push(line);
      for (const wait of waiting.splice(0)) {
        if (line.includes(wait.text)) wait.resolve(line);
        else waiting.push(wait);
      }
    },
  });
  return {
    connect: () => limiter.connect(),
    take: async (key) => await limiter.take(key),
    healthy: () => limiter.healthy(),
    close: () => limiter.close(),
    lines,
    logged: (text) => new Promise((resolve) => waiting.push({ text, resolve })),
    [Symbol.asyncDispose]: () => limiter.close(),
  };
}

/** Connections the server ever took, the one that asks included. */
export async function connections(
  server: { command(...args: string[]): Promise<unknown> },
): Promise<number> {
  const info = String(await server.command("INFO", "stats"));
  return Number(/total_connections_received:([0-9]+)/.exec(info)?.[1]);
}
