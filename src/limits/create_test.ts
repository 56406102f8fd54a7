// Tests of making a limiter from a policy's section.

import { expect } from "expect";
import { McpGuardError } from "../errors.ts";
import type { RateLimitConfig } from "../policy/types.ts";
import { createLimiter } from "./create.ts";

const clock = { monotonic: (): number => 0 };
const section = (part: Partial<RateLimitConfig>): RateLimitConfig => ({
  capacity: 1,
  refillPerSec: 0,
  backend: "memory",
  redisDsn: null,
  onError: "deny",
  overrides: [],
  ...part,
});

Deno.test("createLimiter() makes a limiter in memory that can look", async () => {
  const limiter = createLimiter(section({}), { clock, env: () => undefined });
  const key = { identity: "a", tool: "t", capacity: 1, refillPerSec: 0 };
  expect(await limiter.connect()).toBe(true);
  expect(limiter.peek?.(key).ok).toBe(true);
  expect((await limiter.take(key)).ok).toBe(true);
  expect(limiter.peek?.(key).ok).toBe(false);
  expect(limiter.healthy()).toBe(true);
  await limiter.close();
});

Deno.test("createLimiter() makes a Redis limiter that connects to nothing yet and cannot look", async () => {
  const env = (name: string): string | undefined =>
    name === "REDIS_URL" ? "redis://:pw@h:1" : undefined;
  const limiter = createLimiter(section({ backend: "redis", redisDsn: "env:REDIS_URL" }), {
    clock,
    env,
  });
  expect([limiter.peek, limiter.healthy()]).toEqual([undefined, false]);
  await limiter.close();
});

Deno.test("createLimiter() refuses a missing or bad DSN without repeating it", () => {
  const make = (redisDsn: string | null): unknown =>
    createLimiter(section({ backend: "redis", redisDsn }), { clock, env: () => undefined });
  expect(() => make(null)).toThrow(McpGuardError);
  expect(() => make("env:NOPE")).toThrow(/variable NOPE is not set/);
  expect(() => make("redis://:hunter2@h/x")).toThrow(/^(?!.*hunter2).*database number/);
});
