// Makes the limiter that a policy's `rate_limit` section asks for.

import { McpGuardError } from "../errors.ts";
import type { Clock } from "../guard/ports.ts";
import type { RateLimitConfig } from "../policy/types.ts";
import { resolveDsn } from "./dsn.ts";
import { memoryLimiter } from "./memory.ts";
import { type ManagedLimiter, redisLimiter } from "./redis.ts";

/** What {@linkcode createLimiter} needs from outside. */
export interface LimiterDeps {
  /** Monotonic time. */
  clock: Pick<Clock, "monotonic">;
  /** Reads an environment variable, for `redis_dsn: env:NAME`. */
  env: (name: string) => string | undefined;
  /** Told when Redis is lost or odd, without secrets. */
  log?: (message: string) => void;
}

/**
 * Makes a limiter. Sizes are not taken from the configuration: each take brings its own, so a limiter
 * outlives a reload of the policy that changes them.
 *
 * @param config Section `rate_limit` of a policy.
 * @param deps Clock and environment.
 * @returns The limiter, not connected yet: call `connect()` before serving, `close()` at the end.
 * @throws McpGuardError when the DSN is missing or cannot be read; it is never repeated.
 *
 * @example
 * ```ts
 * import { expect } from "expect";
 * import { createLimiter } from "./create.ts";
 *
 * const limiter = createLimiter(
 *   { capacity: 30, refillPerSec: 1, backend: "memory", redisDsn: null, onError: "deny", overrides: [] },
 *   { clock: { monotonic: () => performance.now() }, env: () => undefined },
 * );
 * expect(await limiter.connect()).toBe(true);
 * const key = { identity: "alice", tool: "search", capacity: 30, refillPerSec: 1 };
 * expect((await limiter.take(key)).remaining).toBe(29);
 * await limiter.close();
 * ```
 */
export function createLimiter(config: RateLimitConfig, deps: LimiterDeps): ManagedLimiter {
  if (config.backend === "memory") {
    const memory = memoryLimiter({ clock: deps.clock });
    return {
      peek: (key) => memory.peek(key),
      take: (key) => memory.take(key),
      connect: () => Promise.resolve(true),
      healthy: () => true,
      close: () => Promise.resolve(),
    };
  }
  if (config.redisDsn === null) {
    throw new McpGuardError("rate_limit.redis_dsn: needed with backend: redis");
  }
  return redisLimiter({
    dsn: resolveDsn(config.redisDsn, deps.env),
    onError: config.onError,
    clock: deps.clock,
    ...(deps.log === undefined ? {} : { log: deps.log }),
  });
}
