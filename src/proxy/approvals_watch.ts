// What happens to approvals, counted; and what has expired, recorded.

import type { Desk } from "./asking.ts";

/** How often the store is asked what has expired, ms. */
const EXPIRE_MS = 1000;

/** Follows the approvals of one guard. */
export class ApprovalsWatch {
  readonly #desk: Desk;
  readonly #unwatch: () => void;
  #at = -Infinity;
  #sweeping = false;

  /** @param desk The engine and the figures. */
  constructor(desk: Desk) {
    this.#desk = desk;
    const { guard, metrics } = desk;
    this.#unwatch = guard.approvals.watch((event) =>
      metrics.count(`mcpguard_approvals_${event}_total`)
    );
  }

  /** Looks what has expired, at most once a second. @param now Monotonic milliseconds. */
  sweep(now: number): void {
    if (this.#sweeping || now - this.#at < EXPIRE_MS) return;
    this.#at = now;
    this.#sweeping = true;
    const { guard, metrics } = this.#desk;
    // A store that is lost refuses every call that needs it, and says so in /readyz; here it is only counted.
    guard.approvals.sweep().catch(() => metrics.count("mcpguard_audit_failures_total"))
      .finally(() => this.#sweeping = false);
  }

  /** Ends it. */
  close(): void {
    this.#unwatch();
  }
}
