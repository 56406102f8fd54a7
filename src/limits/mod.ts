// Rate limiting: token buckets per identity and tool, in memory or in Redis.

export { type BucketSize } from "./bucket.ts";
export { createLimiter, type LimiterDeps } from "./create.ts";
export { parseDsn, type RedisTarget } from "./dsn.ts";
export { type MemoryLimiter, memoryLimiter, type MemoryLimiterOptions } from "./memory.ts";
export { type ManagedLimiter, redisLimiter, type RedisLimiterOptions } from "./redis.ts";
