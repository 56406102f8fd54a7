// Warnings about a policy that loads: weak keys, open doors, odd numbers, lists that contradict themselves.

import { matchesNothing, type RegexSet } from "../match/mod.ts";
import { lintApprovals } from "./lint_approvals.ts";
import { lintFlows } from "./lint_flows.ts";
import { lintListed } from "./lint_listed.ts";
import { lintLists, lintOverrides } from "./lint_patterns.ts";
import type { PathWarning } from "./lint_patterns.ts";
import { lintRoles } from "./lint_roles.ts";
import { lintRules } from "./lint_rules.ts";
import { lintUnused } from "./lint_unused.ts";
import { lintUpstreams } from "./lint_upstreams.ts";
import type { Path } from "./path.ts";
import type { PolicyFile } from "./schema.ts";
import type { ListedTool, Policy } from "./types.ts";

type Compiled = Omit<Policy, "warnings">;

/**
 * Everything odd about a policy that loads.
 *
 * @param values The file's values after defaults.
 * @param policy The compiled policy.
 * @param listed What a server lists, where that is known.
 * @returns Warnings in no order.
 */
export function findWarnings(
  values: PolicyFile,
  policy: Compiled,
  listed: readonly ListedTool[] | null = null,
): PathWarning[] {
  const { tools, resources, prompts } = values;
  return [
    ...lintAuth(values, policy),
    ...lintLists("tool", tools.allow, tools.deny, ["tools"]),
    ...lintLists("uri", resources.allow, resources.deny, ["resources"]),
    ...lintLists("prompt", prompts.allow, prompts.deny, ["prompts"]),
    ...lintOpenLists(values),
    ...lintApprovals(values),
    ...lintRoles(values),
    ...lintFlows(values),
    ...lintRules(values, policy, listed),
    ...lintRegexes(policy.prompts.denyRegex),
    ...lintRateLimit(values.rate_limit),
    ...lintLimits(values.limits),
    ...lintLogging(values.logging),
    ...lintUpstreams(values),
    ...lintUnused(values),
    ...(listed === null ? [] : lintListed(values, policy, listed)),
  ];
}

function lintAuth(values: PolicyFile, policy: Compiled): PathWarning[] {
  if (policy.auth.mode === "none") {
    const path = values.auth ? ["auth", "mode"] : [];
    return [{ code: "no_auth", message: "nobody is asked for a key; everybody may call", path }];
  }
  if (policy.auth.mode === "jwt") {
    const { jwt } = policy.auth;
    if (jwt === undefined || jwt.requireExp || jwt.maxAgeS !== null) return [];
    const message = "a token without `exp` is good for ever; `max_age_s` bounds it";
    return [{ code: "no_expiry", message, path: ["auth", "jwt", "require_exp"] }];
  }
  const name = policy.auth.mode === "api_key" ? "allowed_keys" : "allowed_tokens";
  const out: PathWarning[] = [];
  (values.auth?.[name] ?? []).forEach((entry, i) => {
    const text = typeof entry === "string" ? entry : entry.key;
    if (text.startsWith("sha256:") || text.startsWith("env:")) return;
    const path: Path = ["auth", name, i];
    if (keyBits(text) < 128) {
      out.push({
        code: "weak_key",
        message:
          "may be guessed: fewer than 128 bits; `mcpguard key new` prints a strong key and its hash",
        path,
      });
    } else {
      out.push({
        code: "plain_key",
        message: "stands here in plain text; write its `sha256:HEX`, or `env:NAME`",
        path,
      });
    }
  });
  return out;
}

/**
 * An upper bound on what a guesser faces: length times the bits of the smallest usual alphabet.
 *
 * @param key A plain key.
 * @returns Bits; few different characters count as a repeated pattern.
 */
export function keyBits(key: string): number {
  const among = (...runs: readonly RegExp[]): boolean => runs.some((run) => run.test(key));
  const alphabet = among(/^[0-9]*$/)
    ? 10
    : among(/^[0-9a-f]*$/, /^[0-9A-F]*$/)
    ? 16
    : among(/^[0-9a-z]*$/, /^[0-9A-Z]*$/)
    ? 36
    : 64;
  const different = new Set(key).size;
  return key.length * Math.log2(Math.min(alphabet, different < 8 ? different : alphabet));
}

function lintOpenLists(values: PolicyFile): PathWarning[] {
  if (values.default === "deny") return [];
  return (["tools", "resources"] as const).filter((name) => values[name].allow.length === 0).map(
    (name) => ({
      code: "open_list",
      message:
        "the allow list is empty, so everything that is not denied is allowed; `default: deny` closes it",
      path: [name, "allow"],
    }),
  ).concat(
    values.resources.in_arguments === "ignore"
      ? [{
        code: "unchecked_arguments",
        message: "URIs and paths in tool arguments are not judged, not even by the deny list",
        path: ["resources", "in_arguments"],
      }]
      : [],
  );
}

function lintRegexes(set: RegexSet): PathWarning[] {
  const at = (i: number): Path => ["prompts", "deny_regex", i];
  const all = set.matches("").map((i) => ({
    code: "blocks_all",
    message: "matches the empty text, so every prompt is refused",
    path: at(i),
  }));
  const none = set.sources.flatMap((source, i) =>
    matchesNothing(source)
      ? [{ code: "unmatchable", message: "matches no text, so it refuses nothing", path: at(i) }]
      : []
  );
  return [...all, ...none];
}

function lintRateLimit(section: PolicyFile["rate_limit"]): PathWarning[] {
  if (!section) return [];
  const out: PathWarning[] = [];
  const warn = (code: string, message: string, ...path: Path): void => {
    out.push({ code, message, path: ["rate_limit", ...path] });
  };
  if (section.on_error === "allow") {
    warn("fail_open", "while Redis is away nothing is limited; `local` still counts", "on_error");
  }
  if (section.redis_dsn !== undefined && section.backend !== "redis") {
    warn("unused", "`backend` is not `redis`, so this is not looked at", "redis_dsn");
  } else if (section.redis_dsn !== undefined && URL.canParse(section.redis_dsn)) {
    if (new URL(section.redis_dsn).password !== "") {
      warn(
        "plain_password",
        "a password in plain text; `env:NAME` keeps it out of the file",
        "redis_dsn",
      );
    }
  }
  const never = "0 never refills: after the first `capacity` calls the tool stays closed";
  if (section.refill_rate_per_sec === 0) warn("odd_value", never, "refill_rate_per_sec");
  section.overrides.forEach((entry, i) => {
    if (entry.refill_rate_per_sec === 0) {
      warn("odd_value", never, "overrides", i, "refill_rate_per_sec");
    }
  });
  const lists = section.overrides.map((entry) => entry.tools);
  return [...out, ...lintOverrides(lists, ["rate_limit", "overrides"])];
}

type Limit = Exclude<keyof PolicyFile["limits"], "numbers" | "handles">;

/** Values outside of these are allowed, but hardly meant. */
const USUAL: readonly (readonly [key: Limit, least: number, most: number, effect: string])[] = [
  ["message_bytes", 4096, 16_777_216, "bytes of a client message"],
  ["result_bytes", 16_384, 134_217_728, "bytes of a server message"],
  ["depth", 8, 256, "levels of JSON"],
  ["tokens", 200, 2_000_000, "values in a message"],
  ["keys", 50, 200_000, "members of an object"],
  ["messages_per_sec", 10, 100_000, "messages per second"],
  ["call_timeout_ms", 500, 3_600_000, "ms for a call"],
  ["in_flight", 2, 10_000, "calls per session"],
  ["in_flight_total", 2, 100_000, "calls in all"],
  ["connections", 2, 50_000, "connections"],
  ["fragments", 4, 100_000, "fragments of a message"],
  ["idle_ms", 5000, 86_400_000, "ms of silence"],
  ["high_water_bytes", 16_384, 134_217_728, "unsent bytes"],
  ["slow_reader_ms", 500, 300_000, "ms for a slow reader"],
];

function lintLimits(limits: PolicyFile["limits"]): PathWarning[] {
  const out: PathWarning[] = [];
  for (const [key, least, most, effect] of USUAL) {
    const value = limits[key];
    if (value >= least && value <= most) continue;
    const odd = value < least ? `very few ${effect}` : `very many ${effect}`;
    out.push({
      code: "odd_value",
      message: `${value} is ${odd}; usual are ${least} to ${most}`,
      path: ["limits", key],
    });
  }
  if (limits.in_flight > limits.in_flight_total) {
    out.push({
      code: "odd_value",
      message: "more than in_flight_total, which is reached first",
      path: ["limits", "in_flight"],
    });
  }
  return out;
}

function lintLogging(logging: PolicyFile["logging"]): PathWarning[] {
  if (logging.file_path === undefined || logging.output === "file") return [];
  const message = "`output` is not `file`, so this is not looked at";
  return [{ code: "unused", message, path: ["logging", "file_path"] }];
}
