// Makes the stores that a policy's sections `approvals` and `flow_state` ask for.

import type { ApprovalStore, Clock, TaintStore } from "../guard/ports.ts";
import { resolveDsn } from "../limits/dsn.ts";
import type { ApprovalsConfig, FlowStateConfig } from "../policy/types.ts";
import { memoryApprovals } from "./approvals_memory.ts";
import { DocumentApprovals } from "./document.ts";
import { FileText } from "./file_text.ts";
import { RedisText } from "./redis_text.ts";
import { DocumentTaints, memoryTaints } from "./taints.ts";

/** What stores need from outside. */
export interface StateDeps {
  /** Time. */
  clock: Clock;
  /** Reads an environment variable, for `redis_dsn: env:NAME`. */
  env: (name: string) => string | undefined;
  /** Told when a store is lost, without secrets. */
  log?: (message: string) => void;
}

/**
 * Makes a store.
 *
 * @param config Section `approvals` of a policy.
 * @param deps Clock and environment.
 * @returns The store; close it at the end. Nothing is opened before the first use.
 * @throws {McpGuardError} When the DSN cannot be read; it is never repeated.
 */
export function createApprovals(
  config: Pick<ApprovalsConfig, "store" | "file" | "redisDsn">,
  deps: StateDeps,
): ApprovalStore {
  const { clock, env, log } = deps;
  switch (config.store) {
    case "memory":
      return memoryApprovals(clock);
    case "file":
      return new DocumentApprovals(new FileText(config.file!, "approvals"), clock);
    case "redis":
      return new DocumentApprovals(
        new RedisText({
          what: "approvals",
          dsn: resolveDsn(config.redisDsn!, env),
          clock,
          ...(log === undefined ? {} : { log }),
        }),
        clock,
      );
  }
}

/**
 * Makes the memory of flows.
 *
 * @param config Section `flow_state` of a policy.
 * @param deps Clock and environment.
 * @returns The store; close it at the end. Nothing is opened before the first use.
 * @throws {McpGuardError} When the DSN cannot be read; it is never repeated.
 */
export function createTaints(config: FlowStateConfig, deps: StateDeps): TaintStore {
  const { clock, env, log } = deps;
  switch (config.store) {
    case "memory":
      return memoryTaints(clock);
    case "file":
      return new DocumentTaints(new FileText(config.file!, "flows"), clock);
    case "redis":
      return new DocumentTaints(
        new RedisText({
          what: "flows",
          dsn: resolveDsn(config.redisDsn!, env),
          clock,
          ...(log === undefined ? {} : { log }),
        }),
        clock,
      );
  }
}
