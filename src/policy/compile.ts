// From checked values to a Policy: rules over several keys, and the matchers.

import { approvals, serverRequests } from "./compile_approvals.ts";
import { compileDetect } from "./compile_detect.ts";
import { compileFlows, flowState } from "./compile_flows.ts";
import { compileRules } from "./compile_rules.ts";
import { readAuth } from "./keys.ts";
import type { PathProblem } from "./keys.ts";
import { compileUpstreams } from "./compile_upstreams.ts";
import { readRoles } from "./compile_roles.ts";
import { PatternCompiler } from "./patterns.ts";
import type { PolicyFile } from "./schema.ts";
import type { Policy, RateLimitConfig } from "./types.ts";

/**
 * Compiles a file's values.
 *
 * @param values The values, valid by the schema.
 * @param file The file's name as given.
 * @param problems Takes what is wrong; the policy must not be used if anything is.
 * @returns The policy, without warnings.
 */
export function compilePolicy(
  values: PolicyFile,
  file: string,
  problems: PathProblem[],
): Omit<Policy, "warnings"> {
  const compiler = new PatternCompiler(
    problems,
    (values.upstreams ?? []).map(({ name }) => name),
  );
  const { tools, resources, prompts, limits, logging } = values;
  if (logging.output === "file" && logging.file_path === undefined) {
    problems.push({ message: "`output: file` needs `file_path`", path: ["logging", "output"] });
  }
  const auth = readAuth(values.auth, problems);
  return {
    file,
    mode: values.mode,
    default: values.default,
    auth,
    tools: {
      allow: compiler.names(tools.allow, ["tools", "allow"]),
      deny: compiler.names(tools.deny, ["tools", "deny"]),
      stealth: tools.stealth,
    },
    resources: {
      allow: compiler.uris(resources.allow, ["resources", "allow"]),
      deny: compiler.uris(resources.deny, ["resources", "deny"]),
      inArguments: resources.in_arguments,
    },
    prompts: {
      allow: compiler.names(prompts.allow, ["prompts", "allow"]),
      deny: compiler.names(prompts.deny, ["prompts", "deny"]),
      denyRegex: compiler.regexes(prompts.deny_regex, ["prompts", "deny_regex"]),
      maxLength: prompts.max_length ?? null,
    },
    approvals: approvals(values.approvals, auth, problems),
    serverRequests: serverRequests(values.server_requests, problems),
    rules: compileRules(values.rules, limits.tokens, compiler, problems),
    flows: compileFlows(values, compiler, problems),
    flowState: flowState(values.flow_state, problems),
    roles: readRoles(values.roles, compiler, problems),
    detect: compileDetect(values.detect, problems),
    pins: values.pins ?? null,
    rateLimit: values.rate_limit ? rateLimit(values.rate_limit, compiler, problems) : null,
    limits: {
      messageBytes: limits.message_bytes,
      resultBytes: limits.result_bytes,
      depth: limits.depth,
      tokens: limits.tokens,
      keys: limits.keys,
      numbers: limits.numbers,
      handles: limits.handles,
      messagesPerSec: limits.messages_per_sec,
      callTimeoutMs: limits.call_timeout_ms,
      callMaxMs: limits.call_max_ms,
      inFlight: limits.in_flight,
      inFlightTotal: limits.in_flight_total,
      connections: limits.connections,
      heapBytes: limits.heap_bytes,
      fragments: limits.fragments,
      idleMs: limits.idle_ms,
      highWaterBytes: limits.high_water_bytes,
      slowReaderMs: limits.slow_reader_ms,
    },
    logging: {
      level: logging.level,
      output: logging.output,
      filePath: logging.file_path ?? null,
      rotateBytes: logging.rotate_bytes,
      resources: logging.resources,
    },
    marked: values.policy_end === true,
    attestation: values.attestation ?? { enabled: false, alg: "sha256" },
    upstreams: compileUpstreams(values, problems),
  };
}

function rateLimit(
  section: NonNullable<PolicyFile["rate_limit"]>,
  compiler: PatternCompiler,
  problems: PathProblem[],
): RateLimitConfig {
  const dsn = section.redis_dsn;
  if (section.backend === "redis" && dsn === undefined) {
    problems.push({
      message: "`backend: redis` needs `redis_dsn`",
      path: ["rate_limit", "backend"],
    });
  }
  if (dsn !== undefined && !isRedisDsn(dsn)) {
    problems.push({
      message: "expected `redis://HOST`, `rediss://HOST` or `env:NAME`",
      path: ["rate_limit", "redis_dsn"],
    });
  }
  return {
    capacity: section.capacity,
    refillPerSec: section.refill_rate_per_sec,
    backend: section.backend,
    redisDsn: section.backend === "redis" ? dsn ?? null : null,
    onError: section.on_error,
    overrides: section.overrides.map((entry, i) => ({
      tools: compiler.names(entry.tools, ["rate_limit", "overrides", i, "tools"]),
      capacity: entry.capacity,
      refillPerSec: entry.refill_rate_per_sec,
    })),
  };
}

function isRedisDsn(dsn: string): boolean {
  if (dsn.startsWith("env:")) return /^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(dsn);
  if (!dsn.startsWith("redis://") && !dsn.startsWith("rediss://")) return false;
  return URL.canParse(dsn) && new URL(dsn).hostname !== "";
}
