/**
 * mcpguard as a library: the same engine, audit, rate limits and attestation as the proxy, inside a program.
 *
 * @example Checking a call
 * ```ts
 * import { Guard, memorySink, parsePolicy } from "@mcpguard/mcpguard";
 *
 * const policy = parsePolicy(`
 * version: 1
 * tools: { allow: ["calculator/*"], deny: ["admin/*"] }
 * `, "policy.yaml");
 * const guard = new Guard({ policy, audit: memorySink() });
 * const decision = await guard.check({ identity: "alice", tool: "admin.echo-env" });
 * if (decision.allowed || decision.reason !== "ToolDenied") throw new Error("expected a denial");
 * await guard.close();
 * ```
 *
 * @example Wrapping a tool
 * ```ts
 * import { Guard, memorySink, parsePolicy } from "@mcpguard/mcpguard";
 *
 * const policy = parsePolicy('version: 1\ntools: { allow: ["calculator/*"] }', "policy.yaml");
 * const guard = new Guard({ policy, audit: memorySink() });
 * const add = guard.wrapTool(
 *   { toolName: "calculator.add" },
 *   (args: { a: number; b: number }) => args.a + args.b,
 * );
 * if (await add({ a: 2, b: 3 }, { identity: "alice" }) !== 5) throw new Error("expected 5");
 * await guard.close();
 * ```
 *
 * @module
 */

import { CallGuard } from "./guard/mod.ts";
import { parsePolicy } from "./policy/mod.ts";
import type { Policy } from "./policy/types.ts";
import { fromFileUrl, readPolicyText } from "./policy_file.ts";
import { type PortOverrides, type Wired, wirePorts } from "./wiring.ts";

export {
  BadPolicy,
  DependencyFailed,
  McpGuardError,
  PolicyDenied,
  Unauthorized,
} from "./errors.ts";
export type { PolicyProblem } from "./errors.ts";
export { CallGuard, GuardCore } from "./guard/mod.ts";
export type * from "./guard/mod.ts";
export { parsePolicy } from "./policy/mod.ts";
export type {
  Acl,
  ApprovalsConfig,
  ArgumentStep,
  AttestationConfig,
  AuthConfig,
  CanonicalTemplate,
  CanonicalUri,
  DetectAction,
  DetectConfig,
  DetectorConfig,
  DetectThreshold,
  Duration,
  Expression,
  Failure,
  Flow,
  FlowSelector,
  FlowStateConfig,
  Fuel,
  Hint,
  InjectionConfig,
  JudgeConfig,
  JwtConfig,
  JwtKeys,
  KeySpec,
  LeakConfig,
  Limits,
  ListedTool,
  LoggingConfig,
  NameIndex,
  NameList,
  PinsConfig,
  Policy,
  PolicyWarning,
  RateLimitConfig,
  Raw,
  RegexSet,
  RoleLists,
  RolePolicies,
  Rule,
  RuleEffect,
  RuleSet,
  ServerRequestEffect,
  ServerRequestsConfig,
  TemplateGap,
  Timestamp,
  UpstreamConfig,
  UpstreamHeader,
  UpstreamServer,
  UriList,
  Value,
} from "./policy/mod.ts";
export { toPlain } from "./wire/mod.ts";
export type {
  JsonNumber,
  JsonObject,
  JsonValue,
  ListUse,
  Plain,
  Surface,
  Uses,
} from "./wire/mod.ts";
export { memorySink } from "./audit/mod.ts";
export type { MemorySink } from "./audit/mod.ts";
export { memoryLimiter, redisLimiter } from "./limits/mod.ts";
export type {
  ManagedLimiter,
  MemoryLimiter,
  MemoryLimiterOptions,
  RedisLimiterOptions,
} from "./limits/mod.ts";
export { memoryApprovals } from "./state/mod.ts";
export { systemClock } from "./clocks.ts";
export type { PortOverrides } from "./wiring.ts";

/** What a guard is made of. */
export interface GuardOptions extends PortOverrides {
  /** The policy, from {@linkcode loadPolicy} or {@linkcode parsePolicy}. */
  policy: Policy;
}

/**
 * A guard with real parts behind it: the policy's own buckets, keys and audit output, unless given.
 *
 * Which permissions it needs is what its policy names: reading the policy file, writing (and reading) an
 * audit file, the network for Redis, the environment for `env:NAME`; a policy with none of these needs none.
 */
export class Guard extends CallGuard implements AsyncDisposable {
  readonly #wired: Pick<Wired, "connect" | "close">;

  /**
   * Makes the parts that the policy names and that are not given.
   *
   * @param options The policy, and any port of the caller's own.
   * @throws {BadPolicy} When a key cannot be used, e.g. when an `env:NAME` is not set.
   * @throws {McpGuardError} When another part cannot be made, e.g. the audit file cannot be opened.
   */
  constructor(options: GuardOptions) {
    const { ports, ...life } = wirePorts(options.policy, options);
    super(options.policy, ports);
    this.#wired = life;
  }

  /**
   * Connects to what the policy names (Redis), so that the first call does not wait for it. Need not be
   * called, and never rejects: what cannot be reached is tried again in the background.
   */
  async connect(): Promise<void> {
    await this.#wired.connect();
  }

  /** Flushes the audit and releases files, sockets and timers; ports that the caller brought are left alone. */
  async close(): Promise<void> {
    await this.#wired.close();
  }

  /** The same as {@linkcode close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Reads and checks a policy file.
 *
 * @param path The file, as a path or a `file:` URL; at most 1 MiB of UTF-8, YAML or JSON.
 * @returns The compiled policy.
 * @throws {BadPolicy} With file, line and column of every problem.
 *
 * @example
 * ```ts
 * import { BadPolicy, loadPolicy } from "@mcpguard/mcpguard";
 *
 * const error = await loadPolicy("no-such-policy.yaml").catch((error) => error);
 * if (!(error instanceof BadPolicy)) throw new Error("expected BadPolicy");
 * if (!error.message.startsWith("no-such-policy.yaml: does not exist")) throw error;
 * ```
 */
export async function loadPolicy(path: string | URL): Promise<Policy> {
  const file = typeof path === "string" ? path : fromFileUrl(path);
  return parsePolicy(await readPolicyText(file), file);
}
