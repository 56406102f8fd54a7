// A sink in memory, for tests and for programs that keep records themselves.

import { DependencyFailed } from "../errors.ts";
import type { AuditRecord } from "../guard/types.ts";
import type { MemorySink } from "./types.ts";

/**
 * Makes a sink that keeps records in memory.
 *
 * @param capacity Records it holds, 1 or more. When it is full, `write` throws {@linkcode DependencyFailed}, which denies
 * calls: records are never dropped silently.
 * @returns The sink; it needs no closing.
 * @example
 * ```ts
 * import { Guard, memorySink, parsePolicy } from "@mcpguard/mcpguard";
 *
 * const audit = memorySink();
 * const guard = new Guard({ policy: parsePolicy("version: 1", "policy.yaml"), audit });
 * await guard.check({ identity: "alice", tool: "calculator.add" });
 * await guard.close();
 * if (audit.records[0]?.tool !== "calculator.add") throw new Error("expected a record");
 * ```
 */
export function memorySink(capacity = 100_000): MemorySink {
  const records: AuditRecord[] = [];
  return {
    records,
    write(record: AuditRecord): void {
      if (records.length >= capacity) {
        throw new DependencyFailed(
          "audit",
          `The memory sink holds ${capacity} records and is full`,
        );
      }
      records.push(record);
    },
    healthy: () => records.length < capacity,
    clear(): void {
      records.length = 0;
    },
  };
}
