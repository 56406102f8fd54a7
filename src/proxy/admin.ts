// The admin listener: health of the parts and figures, for operators and Prometheus. Loopback by default.

import { textReply } from "./entrance.ts";
import type { ProxyParts } from "./server.ts";
import { header, hostAllowed, type HttpReply, type HttpRequest } from "./transports/mod.ts";

/**
 * Answers one admin request.
 *
 * @param parts The proxy's parts.
 * @param request The request.
 * @param bound Address and port of the listener.
 * @returns The answer.
 */
export function adminRoute(parts: ProxyParts, request: HttpRequest, bound: string): HttpReply {
  // A web page that rebinds a name to this address must not read figures (CVE-2025-66416's class).
  if (
    header(request, "origin") !== null ||
    !hostAllowed(header(request, "host"), { bound, extra: [] })
  ) {
    return textReply(403, "this listener is for operators' tools, by its own address");
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
      return textReply(404, "not found: /healthz, /readyz and /metrics are served");
  }
}

/** Ready is who takes calls now: not shutting down, records can be kept, the rate limit's backend answers. */
function readiness(parts: ProxyParts): HttpReply {
  const { audit, limiter } = parts.guard.ports;
  const checks = {
    serving: !parts.draining(),
    memory: !parts.pressure.full,
    audit: audit.healthy?.() ?? true,
    rate_limit: limiter?.healthy?.() ?? true,
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
