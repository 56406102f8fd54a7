// The admin listener: health of the parts, figures and approvals, for operators and Prometheus. Loopback by default.

import type { Desk } from "./asking.ts";
import { textReply } from "./entrance.ts";
import { APPROVALS_PATH, approvalsRoute } from "./admin_approvals.ts";
import { header, hostAllowed, type HttpReply, type HttpRequest } from "./transports/mod.ts";

/** What is administered. */
export interface AdminParts extends Desk {
  /** Whether the policy in force is the newest there is. */
  policyCurrent: () => boolean;
  /** Whether memory runs out; absent where nobody looks. */
  pressure?: { readonly full: boolean };
  /** Whether the guard is shutting down. */
  draining: () => boolean;
}

/**
 * Answers one admin request.
 *
 * @param parts What is administered.
 * @param request The request.
 * @param bound Address and port of the listener.
 * @returns The answer.
 */
export async function adminRoute(
  parts: AdminParts,
  request: HttpRequest,
  bound: string,
): Promise<HttpReply> {
  // A web page that rebinds a name to this address must not read figures (CVE-2025-66416's class).
  if (
    header(request, "origin") !== null ||
    !hostAllowed(header(request, "host"), { bound, extra: [] })
  ) {
    return textReply(403, "this listener is for operators' tools, by its own address");
  }
  if (request.path === APPROVALS_PATH || request.path.startsWith(`${APPROVALS_PATH}/`)) {
    return await approvalsRoute(parts, request);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return textReply(405, "GET only", [["Allow", "GET, HEAD"]]);
  }
  switch (request.path) {
    case "/healthz":
      return textReply(200, "ok");
    case "/readyz":
      return readiness(parts);
    case "/metrics":
      parts.metrics.set("mcpguard_monitor_mode", parts.guard.policy.mode === "monitor" ? 1 : 0);
      return {
        status: 200,
        headers: [["Content-Type", "text/plain; version=0.0.4; charset=utf-8"]],
        body: parts.metrics.render(),
      };
    default:
      return textReply(404, "not found: /healthz, /readyz, /metrics and /approvals are served");
  }
}

/** Ready is who takes calls now: not shutting down, records can be kept, the rate limit's backend answers. */
function readiness(parts: AdminParts): HttpReply {
  const { audit, limiter, approvals, taints } = parts.guard.ports;
  const checks = {
    serving: !parts.draining(),
    memory: parts.pressure?.full !== true,
    audit: audit.healthy?.() ?? true,
    rate_limit: limiter?.healthy?.() ?? true,
    approvals: approvals?.healthy?.() ?? true,
    flows: taints?.healthy?.() ?? true,
  };
  const ready = Object.values(checks).every((ok) => ok);
  // An old policy that stays in force is no reason to send callers away, but somebody should look.
  const policy = parts.policyCurrent();
  return {
    status: ready ? 200 : 503,
    headers: [["Content-Type", "application/json"], ["Cache-Control", "no-store"]],
    body: `${
      JSON.stringify({ ready, mode: parts.guard.policy.mode, checks: { ...checks, policy } })
    }\n`,
  };
}
