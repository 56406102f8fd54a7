// Approvals of one process: gone when it ends, which denies.

import type {
  ApprovalBounds,
  ApprovalRequest,
  ApprovalStore,
  ApprovalTicket,
  Clock,
  Opened,
} from "../guard/ports.ts";
import { Tickets } from "./tickets.ts";

/** Keeps tickets in memory. A step of the wall clock makes no ticket live longer: their time runs on the monotonic one. */
class MemoryApprovals implements ApprovalStore {
  readonly #tickets = new Tickets();
  readonly #now: () => number;

  constructor(clock: Clock) {
    const offset = clock.now() - clock.monotonic();
    this.#now = (): number => clock.monotonic() + offset;
  }

  open(request: ApprovalRequest, bounds: ApprovalBounds): Promise<Opened> {
    return Promise.resolve(this.#tickets.open(request, bounds, this.#now()));
  }

  take(key: string): Promise<ApprovalTicket | null> {
    return Promise.resolve(this.#tickets.take(key, this.#now()));
  }

  get(id: string): Promise<ApprovalTicket | null> {
    return Promise.resolve(this.#tickets.get(id, this.#now()));
  }

  settle(
    id: string,
    state: "granted" | "denied",
    by: string,
    ttlMs: number,
  ): Promise<ApprovalTicket | null> {
    return Promise.resolve(this.#tickets.settle(id, state, by, ttlMs, this.#now()));
  }

  remove(id: string): Promise<void> {
    return Promise.resolve(this.#tickets.remove(id));
  }

  list(): Promise<ApprovalTicket[]> {
    return Promise.resolve(this.#tickets.list(this.#now()));
  }

  expire(): Promise<ApprovalTicket[]> {
    return Promise.resolve(this.#tickets.expire(this.#now()));
  }
}

/**
 * Makes a store of approvals in this process's memory.
 *
 * @param clock Both sides are read: the wall clock once, for times that people see.
 * @returns The store; it needs no closing.
 *
 * @example A grant is handed out once
 * ```ts
 * import { memoryApprovals } from "./approvals_memory.ts";
 * import { expect } from "expect";
 *
 * const store = memoryApprovals({ now: () => 0, monotonic: () => 0 });
 * const request = {
 *   id: "a1", key: "k", kind: "approve" as const, identity: "alice", owner: "alice", upstream: "",
 *   method: "tools/call", tool: "pay", pin: null, digest: "d", rule: "rules[0]", reason: "", preview: "{}",
 * };
 * await store.open(request, { perOwner: 20, total: 500, ttlMs: 600_000 });
 * await store.settle("a1", "granted", "carol", 600_000);
 * expect((await store.take("k"))?.by).toBe("carol");
 * expect(await store.take("k")).toBe(null);
 * ```
 */
export function memoryApprovals(clock: Clock): ApprovalStore {
  return new MemoryApprovals(clock);
}
