// The closed zod schemas of the sections that bound and record: rate_limit, limits, logging, attestation.
// Every key carries its description, unit, range and default; reference and JSON Schema come from them.

import * as z from "zod";

const DAY_MS = 86_400_000;

const capacity = z.int().min(1).max(1_000_000_000).meta({
  description: "tokens a bucket holds, thus the largest burst; each tool call takes one",
  examples: [30],
});
const refill = z.number().min(0).max(1_000_000).meta({
  description: "tokens that flow back per second; 0 never refills",
  examples: [1],
});

/** Section `rate_limit`. */
export const RATE_LIMIT = z.strictObject({
  capacity,
  refill_rate_per_sec: refill,
  backend: z.enum(["memory", "redis"]).default("memory").meta({
    description: "where buckets live: in this process, or in Redis, shared by several",
  }),
  redis_dsn: z.string().min(1).max(4096).optional().meta({
    description:
      "address of Redis: `redis://`, `rediss://` (TLS) or `env:NAME`; needed by `backend: redis`",
    examples: ["env:REDIS_URL"],
  }),
  on_error: z.enum(["deny", "local", "allow"]).default("deny").meta({
    description:
      "when Redis fails: refuse calls (`deny`), count in this process (`local`) or let calls pass (`allow`)",
  }),
  overrides: z.array(z.strictObject({
    tools: z.array(
      z.string().min(1).max(512).meta({ description: "name pattern, as in tools.allow" }),
    ).min(1).max(1000).meta({ description: "tools with this bucket; the first override counts" }),
    capacity,
    refill_rate_per_sec: refill,
  })).max(1000).default([]).meta({ description: "other bucket sizes for some tools" }),
}).meta({
  description: "token bucket per identity and tool; without this section there is no limit",
});

function int(
  fallback: number,
  min: number,
  max: number,
  description: string,
): z.ZodDefault<z.ZodInt> {
  return z.int().min(min).max(max).default(fallback).meta({ description });
}

/** Section `limits`. */
export const LIMITS = z.strictObject({
  message_bytes: int(1_048_576, 64, 67_108_864, "largest message from a client, in bytes"),
  result_bytes: int(16_777_216, 64, 268_435_456, "largest message from a server, in bytes"),
  depth: int(64, 1, 1000, "deepest nesting of JSON in a message, in levels"),
  tokens: int(100_000, 1, 10_000_000, "most JSON values and keys in a message"),
  keys: int(10_000, 1, 1_000_000, "most members in one JSON object"),
  numbers: z.enum(["refuse", "preserve"]).default("refuse").meta({
    description:
      "client numbers that a double cannot hold: refused, or passed on in their own spelling",
  }),
  call_timeout_ms: int(60_000, 1, DAY_MS, "time until an unanswered call is given up, in ms"),
  call_max_ms: int(
    1_800_000,
    1,
    DAY_MS,
    "time until a call is given up although its server still reports progress, in ms",
  ),
  messages_per_sec: int(
    1000,
    1,
    1_000_000,
    "requests and notifications per second and session that are no tool calls (pings, lists); twice as many at once",
  ),
  handles: z.enum(["own", "any"]).default("own").meta({
    description:
      "cursors, request states and task ids that a server gives out: good for the caller who got them through this guard (`own`), or for anybody, as several guards without fixed clients need it (`any`)",
  }),
  in_flight: int(64, 1, 100_000, "unanswered calls per session"),
  in_flight_total: int(2048, 1, 1_000_000, "unanswered calls over all sessions"),
  connections: int(
    400,
    1,
    100_000,
    "open client connections; each takes two file descriptors, or five where a server is started for it, so fewer are taken where `ulimit -n` is low",
  ),
  heap_bytes: int(
    0,
    0,
    1_099_511_627_776,
    "memory for heap and buffers, in bytes: at 85 % no more work is taken, at 92 % idle sessions end; 0 is what the runtime has",
  ),
  fragments: int(1024, 1, 1_000_000, "WebSocket fragments per message"),
  idle_ms: int(1_800_000, 1, DAY_MS, "time a session may be silent, in ms"),
  high_water_bytes: int(
    1_048_576,
    1024,
    1_073_741_824,
    "unsent bytes for one peer at which reading from the other stops",
  ),
  slow_reader_ms: int(
    10_000,
    1,
    DAY_MS,
    "time a peer may stay above high_water_bytes before it is closed, in ms",
  ),
}).meta({ description: "bounds on messages, calls and connections" });

/** Section `logging`. */
export const LOGGING = z.strictObject({
  level: z.enum(["DEBUG", "INFO", "WARNING", "ERROR"]).default("INFO").meta({
    description: "least severe of the program's own messages; audit records are never filtered",
  }),
  output: z.enum(["stderr", "file"]).default("stderr").meta({
    description: "where audit records go",
  }),
  file_path: z.string().min(1).max(4096).optional().meta({
    description: "file for audit records; needed by `output: file`",
    examples: ["/var/log/mcpguard/audit.jsonl"],
  }),
  rotate_bytes: int(
    10_485_760,
    256,
    1_000_000_000_000,
    "size at which the file is rotated, in bytes; three old files are kept",
  ),
  resources: z.boolean().default(true).meta({
    description:
      "whether audit records name the resources and prompts that messages use; queries, fragments and secrets of " +
      "URIs never stand there",
  }),
}).meta({ description: "audit records and the program's own messages" });

/** Section `attestation`. */
export const ATTESTATION = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: "whether audit records carry hashes of requests and responses",
  }),
  alg: z.enum(["sha256", "sha384", "sha512"]).default("sha256").meta({
    description: "hash over the canonical form of JSON (RFC 8785)",
  }),
}).meta({ description: "hashes in audit records; off when the section is missing" });
