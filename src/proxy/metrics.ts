// Counters and gauges in Prometheus text (exposition format 0.0.4). Labels come only from the guard's own
// tables, never from a message, so that strangers cannot grow them (RES-009).

import type { Effect, Reason } from "../guard/mod.ts";

/** Names and help of the plain counters. */
const COUNTERS = {
  mcpguard_client_messages_total: "Messages read from clients.",
  mcpguard_server_messages_total: "Messages read from servers.",
  mcpguard_client_bytes_total: "Bytes of messages read from clients.",
  mcpguard_server_bytes_total: "Bytes of messages read from servers.",
  mcpguard_connections_opened_total: "Client connections accepted.",
  mcpguard_connections_refused_total:
    "Client connections refused: authentication, origin, host, or limits.",
  mcpguard_malformed_total: "Frames and messages refused before any rule saw them.",
  mcpguard_upstream_failures_total: "Upstream connections refused, lost or timed out.",
  mcpguard_call_timeouts_total: "Calls given up because the server did not answer in time.",
  mcpguard_sessions_shed_total: "Idle sessions ended because memory ran out.",
  mcpguard_connections_dropped_total:
    "Connections closed unanswered because there is no room for them.",
  mcpguard_slow_peers_total: "Connections closed because the peer did not read.",
  mcpguard_rate_limit_degraded_total: "Calls judged while the rate limit's backend did not answer.",
  mcpguard_internal_errors_total: "Failures of the guard itself; each closed its session.",
  mcpguard_policy_reloads_total: "Policies put in force after the first.",
  mcpguard_policy_reload_failures_total: "New policies refused; the old one stayed in force.",
  mcpguard_audit_failures_total: "Records that could not be kept.",
  mcpguard_approvals_requested_total: "Requests for a human's approval or confirmation.",
  mcpguard_approvals_granted_total: "Requests that a human granted.",
  mcpguard_approvals_denied_total: "Requests that a human denied.",
  mcpguard_approvals_expired_total: "Requests and decisions that expired unused.",
  mcpguard_approvals_consumed_total: "Grants that let one message through.",
} as const;

/** Names and help of the gauges. */
const GAUGES = {
  mcpguard_monitor_mode: "1 while the policy only watches (mode: monitor) and blocks nothing.",
  mcpguard_connections: "Open client connections.",
  mcpguard_in_flight: "Requests that wait for their answer.",
  mcpguard_held: "Messages that are held until a human has decided.",
  mcpguard_memory_bytes: "Bytes of heap and buffers in use, as of the last look.",
  mcpguard_memory_full: "1 while no work is taken because memory runs out.",
} as const;

/** A plain counter. */
export type CounterName = keyof typeof COUNTERS;
/** A gauge. */
export type GaugeName = keyof typeof GAUGES;

/** The proxy's figures. */
export class Metrics {
  readonly #counters = new Map<CounterName, number>();
  readonly #gauges = new Map<GaugeName, number>();
  readonly #decisions = new Map<string, number>();
  readonly #wouldBe = new Map<string, number>();

  /** Adds to a counter. */
  count(name: CounterName, by = 1): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
  }

  /** Moves a gauge up or down. */
  move(name: GaugeName, by: number): void {
    this.#gauges.set(name, this.gauge(name) + by);
  }

  /** Sets a gauge. */
  set(name: GaugeName, value: number): void {
    this.#gauges.set(name, value);
  }

  /** A gauge's value. */
  gauge(name: GaugeName): number {
    return this.#gauges.get(name) ?? 0;
  }

  /** Counts one decision. */
  decision(effect: Effect, reason: Reason): void {
    add(this.#decisions, effect, reason);
  }

  /** Counts one decision that would have been another one if the policy, or a rule, did not only watch. */
  wouldBe(effect: Effect, reason: Reason): void {
    add(this.#wouldBe, effect, reason);
  }

  /** Everything as Prometheus text. */
  render(): string {
    const lines: string[] = [
      "# HELP mcpguard_decisions_total Decisions by effect and reason.",
      "# TYPE mcpguard_decisions_total counter",
    ];
    for (const [labels, value] of this.#decisions) {
      lines.push(`mcpguard_decisions_total{${labels}} ${value}`);
    }
    lines.push(
      "# HELP mcpguard_would_be_total What mode monitor let pass, by what would have been decided.",
      "# TYPE mcpguard_would_be_total counter",
    );
    for (const [labels, value] of this.#wouldBe) {
      lines.push(`mcpguard_would_be_total{${labels}} ${value}`);
    }
    for (const [name, help] of Object.entries(COUNTERS)) {
      lines.push(
        `# HELP ${name} ${help}`,
        `# TYPE ${name} counter`,
        `${name} ${this.#counters.get(name as CounterName) ?? 0}`,
      );
    }
    for (const [name, help] of Object.entries(GAUGES)) {
      lines.push(
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        `${name} ${this.gauge(name as GaugeName)}`,
      );
    }
    return lines.join("\n") + "\n";
  }
}

function add(counts: Map<string, number>, effect: Effect, reason: Reason): void {
  const key = `effect="${effect}",reason="${reason}"`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
