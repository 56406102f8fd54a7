// The token bucket as one atomic Redis script on the server's own clock, and how its answer is read.

import { createHash } from "node:crypto";
import type { RateKey, RateVerdict } from "../guard/ports.ts";

/**
 * Longest life of an untouched bucket: 366 days. Only buckets that need longer to fill (or never do)
 * are forgotten early.
 */
export const MAX_TTL_MS: number = 366 * 86_400_000;

/**
 * KEYS[1]: the bucket, so that a cluster finds its slot. ARGV: capacity, refill per second.
 * Answers {taken 0|1, whole tokens left, ms to wait or -1 for never}. The arithmetic is bucket.ts's,
 * in the same order, so that both round alike. The value is "tokens time rate", time in milliseconds of
 * the server. Lua's own number to string keeps 14 digits only, hence the formats. A value that is no bucket is an error, never a fresh bucket.
 * Needs Redis 5 or later, where a script may write after TIME.
 */
export const TAKE_SCRIPT: string = `
local size, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local tokens, at, was = size, now, rate
local kept = redis.call('GET', KEYS[1])
if kept then
  local t, a, r = string.match(kept, '^(%S+) (%S+) (%S+)$')
  tokens, at, was = tonumber(t or ''), tonumber(a or ''), tonumber(r or '')
  if not (tokens and at and was and tokens == tokens and at == at and was == was) then
    return redis.error_reply('BADBUCKET the key holds something that is no bucket')
  end
end
if tokens < 0 then tokens = 0 end
if was > 0 and now > at then
  tokens = tokens + math.min(now - at, size / was * 1000) * was / 1000
end
if tokens > size then tokens = size end
local ok = tokens >= 1 - 1e-9
if ok then tokens = math.max(0, tokens - 1) end
if ok or was ~= rate or now < at then
  local ttl = ${MAX_TTL_MS}
  if rate > 0 then ttl = math.min(ttl, math.ceil((size - tokens) / rate * 1000) + 1000) end
  redis.call('SET', KEYS[1], string.format('%.17g %.17g %.17g', tokens, now, rate), 'PX',
    string.format('%.0f', ttl))
end
local wait = 0
if not ok then
  wait = -1
  if rate > 0 then wait = math.max(1, math.ceil((1 - 5e-10 - tokens) / rate * 1000)) end
  if wait > 9007199254740991 then wait = -1 end
end
return { ok and 1 or 0, math.floor(tokens + 1e-9), wait }
`;

/** What the script is called by after its first run, until the server forgets it. */
export const TAKE_SHA: string = createHash("sha1").update(TAKE_SCRIPT).digest("hex");

/**
 * The command line of one take.
 *
 * @param by `EVALSHA` with the digest, or `EVAL` with the text where the server does not know it.
 * @param redisKey The bucket's key.
 * @param size Its size.
 * @returns The command and its arguments.
 */
export function takeCommand(
  by: "EVALSHA" | "EVAL",
  redisKey: string,
  size: Pick<RateKey, "capacity" | "refillPerSec">,
): string[] {
  const script = by === "EVAL" ? TAKE_SCRIPT : TAKE_SHA;
  return [by, script, "1", redisKey, String(size.capacity), String(size.refillPerSec)];
}

/**
 * Reads the script's answer.
 *
 * @param reply What the client handed over.
 * @returns The verdict.
 * @throws TypeError when it is not the script's answer: something else is listening there.
 */
export function readReply(reply: unknown): RateVerdict {
  if (Array.isArray(reply) && reply.length === 3 && reply.every((n) => Number.isSafeInteger(n))) {
    const [ok, remaining, wait] = reply as [number, number, number];
    if ((ok === 0 || ok === 1) && remaining >= 0 && wait >= -1) {
      return { ok: ok === 1, remaining, retryAfterMs: wait === -1 ? Infinity : wait };
    }
  }
  throw Object.assign(new TypeError("the answer is not the script's"), { code: "ODD_ANSWER" });
}
