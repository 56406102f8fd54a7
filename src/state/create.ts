// Makes the store of approvals that a policy's `approvals` section asks for.

import type { ApprovalStore, Clock } from "../guard/ports.ts";
import { resolveDsn } from "../limits/dsn.ts";
import type { ApprovalsConfig } from "../policy/types.ts";
import { memoryApprovals } from "./approvals_memory.ts";
import { DocumentApprovals } from "./document.ts";
import { FileText } from "./file_text.ts";
import { RedisText } from "./redis_text.ts";

/** What {@linkcode createApprovals} needs from outside. */
export interface ApprovalDeps {
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
  deps: ApprovalDeps,
): ApprovalStore {
  const { clock, env, log } = deps;
  switch (config.store) {
    case "memory":
      return memoryApprovals(clock);
    case "file":
      return new DocumentApprovals(new FileText(config.file!), clock);
    case "redis":
      return new DocumentApprovals(
        new RedisText({
          dsn: resolveDsn(config.redisDsn!, env),
          clock,
          ...(log === undefined ? {} : { log }),
        }),
        clock,
      );
  }
}
