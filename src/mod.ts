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
import { type PortOverrides, wirePorts } from "./wiring.ts";
import { readPolicyText } from "./policy_file.ts";

export {
  BadPolicy,
  DependencyFailed,
  McpGuardError,
  PolicyDenied,
  Unauthorized,
} from "./errors.ts";
export type { PolicyProblem } from "./errors.ts";
export { memorySink } from "./audit/mod.ts";
export { memoryLimiter } from "./limits/mod.ts";
export { parsePolicy } from "./policy/mod.ts";
export type * from "./policy/types.ts";
export { CallGuard, GuardCore } from "./guard/mod.ts";
export type * from "./guard/mod.ts";
export type { PortOverrides } from "./wiring.ts";

/** What a guard is made of. */
export interface GuardOptions extends PortOverrides {
  /** The policy, from {@linkcode loadPolicy} or {@linkcode parsePolicy}. */
  policy: Policy;
}

/** A guard with real parts behind it: the policy's own buckets, keys and audit output, unless given. */
export class Guard extends CallGuard {
  readonly #close: () => Promise<void>;

  /**
   * @param options The policy, and any port of the caller's own.
   * @throws {McpGuardError} When a part the policy names cannot be made, e.g. an unset `env:NAME` key.
   */
  constructor(options: GuardOptions) {
    const { ports, close } = wirePorts(options.policy, options);
    super(options.policy, ports);
    this.#close = close;
  }

  /** Flushes the audit and releases files, sockets and timers. */
  async close(): Promise<void> {
    await this.#close();
  }
}

/**
 * Reads and checks a policy file.
 *
 * @param path The file; at most 1 MiB of UTF-8, YAML or JSON.
 * @returns The compiled policy.
 * @throws {BadPolicy} With file, line and column of every problem.
 */
export async function loadPolicy(path: string): Promise<Policy> {
  return parsePolicy(await readPolicyText(path), path);
}
