// How requests end without an answer: late, cancelled because the client left, failed because the server did.

import type { Decision, Inquiry } from "../guard/mod.ts";
import {
  CODE,
  type Direction,
  errorReply,
  JsonNumber,
  JsonObject,
  notification,
} from "../wire/mod.ts";
import { failedCallReply, textOf } from "./answers.ts";
import type { PendingRequest } from "./pending.ts";
import { SLOW_MEMBER } from "./shared/mod.ts";
import type { Session } from "./session.ts";
import type { CloseInfo, MessageInfo, SendFailure } from "./transports/channel.ts";

/** What is needed of a request to keep its outcome. */
export interface Settled {
  /** What let it through. */
  decision: Decision;
  /** What was judged. */
  inquiry: Inquiry;
  /** Monotonic milliseconds when it was forwarded. */
  startedAt: number;
}

/** Violations of peers that are too slow or silent rather than wrong. */
const SLOW: ReadonlySet<string> = new Set([
  ...["ws.slow_reader", "ws.dead_peer", "http.slow_reader", SLOW_MEMBER],
]);

/** Gives up what has waited too long: who asked is answered, who was asked is told. */
export function giveUpLate(session: Session, now: number): void {
  const { metrics } = session.options;
  for (const call of session.calls.expire(now)) {
    metrics.count("mcpguard_call_timeouts_total");
    const why = `the server did not answer within ${session.limits.callTimeoutMs} ms`;
    session.toClient(failedCallReply(call.peerId, CODE.TIMEOUT, why));
    session.settle(call, "timeout", { detail: "call.timeout" });
    // What was never sent needs no word, and nobody may cancel initialize (MCP 2025-11-25, basic/utilities).
    if (session.upstream.opening === null && call.spec.method !== "initialize") {
      void session.toServer(cancelled(call));
    }
  }
  for (const ask of session.asks.expire(now)) {
    metrics.count("mcpguard_call_timeouts_total");
    void session.toServer(
      errorReply(ask.peerId, CODE.TIMEOUT, "mcpguard: the client did not answer in time"),
    );
    session.settle(ask, "timeout", { detail: "call.timeout" });
    session.toClient(cancelled(ask));
  }
  session.frames.expire(now);
}

/** The client has left: everything that waits is cancelled. */
export function cancelWaiting(session: Session, detail: string): void {
  for (const call of session.calls.drain()) session.settle(call, "cancelled", { detail });
  for (const ask of session.asks.drain()) session.settle(ask, "cancelled", { detail });
  session.frames.cancelAll(detail);
  session.held.dropAll(detail);
}

/** The server has left: every call is answered, every question of the server's is withdrawn. */
export function failWaiting(session: Session, why: string, detail: string): void {
  for (const call of session.calls.drain()) {
    session.toClient(failedCallReply(call.peerId, CODE.UPSTREAM, why));
    session.settle(call, "error", { detail });
  }
  for (const ask of session.asks.drain()) {
    session.toClient(cancelled(ask));
    session.settle(ask, "cancelled", { detail });
  }
  session.frames.failAll(why, detail);
}

/** One message did not reach the server, or has no answer: who waits for it is told, and the session goes on. */
export function failSent(session: Session, about: MessageInfo, failure: SendFailure): void {
  const detail = `upstream.${failure.code}`;
  session.options.metrics.count("mcpguard_upstream_failures_total");
  if (about.kind === "request") {
    if (about.id === undefined) return session.frames.failAll(failure.message, detail);
    const call = session.calls.take(new JsonNumber(about.id.slice(1)));
    if (call === undefined) return;
    session.toClient(failedCallReply(call.peerId, CODE.UPSTREAM, failure.message));
    return session.settle(call, "error", { detail });
  }
  void session.refuse({
    reason: "UpstreamFailed",
    rule: detail,
    message: failure.message,
    ...(about.method === undefined ? {} : { method: about.method }),
  });
}

/** Keeps a record of a connection that did not end in order. */
export function slowOrBroken(session: Session, info: CloseInfo, side: Direction): void {
  const { violation } = info;
  if (violation === undefined) return;
  // A shared server's connection ends for the one client that does not read.
  const direction = violation === SLOW_MEMBER ? "c2s" : side;
  const { metrics } = session.options;
  const slow = SLOW.has(violation);
  metrics.count(slow ? "mcpguard_slow_peers_total" : "mcpguard_malformed_total");
  const who = direction === "c2s" ? "client" : "server";
  void session.refuse({
    reason: slow ? "LimitExceeded" : direction === "c2s" ? "MalformedMessage" : "UpstreamFailed",
    rule: violation,
    message: slow
      ? `the ${who} did not read or answer in time, so the connection was closed`
      : `the ${who} broke the transport's protocol, so the connection was closed`,
    direction,
  });
  if (violation === "ws.handler_failed") session.options.onError(info.cause);
}

/** `notifications/cancelled` for a request that the guard itself gives up. */
function cancelled(request: PendingRequest): JsonObject {
  return notification(
    "notifications/cancelled",
    new JsonObject(["requestId", "reason"], [
      new JsonNumber(String(request.guardId)),
      "given up by the guard",
    ]),
  );
}

/** Why a server is gone, for people. How a child ended is told in words of our own; a socket's are the server's. */
export function lossOf(session: Session, info: CloseInfo): string {
  return session.upstream.transport === "stdio" && info.reason !== ""
    ? info.reason
    : "the server's connection was lost";
}

/** Said of a message that nobody has looked at. */
const UNREAD = "the message is longer than the limit, so it was dropped unread";

/** A client broke a rule of its transport, and the connection goes on. */
export function clientViolation(session: Session, rule: string): void {
  // Only a message that was dropped unread has somebody who waits for a word about it.
  if (!rule.startsWith("stdio.")) {
    const info = { code: 1008, reason: rule, local: true, violation: rule };
    return slowOrBroken(session, info, "c2s");
  }
  void session.refuse({ reason: "MalformedMessage", rule, message: UNREAD }).then((decision) => {
    session.toClient(errorReply(null, CODE.TOOLARGE, textOf(decision)));
    session.malformed(null, rule);
  });
}

/** A server broke a rule of its transport, and the connection goes on. */
export function serverViolation(session: Session, rule: string): void {
  session.options.metrics.count("mcpguard_malformed_total");
  const message = rule.startsWith("stdio.") ? UNREAD : "the server broke a rule of its transport";
  void session.refuse({ reason: "UpstreamFailed", rule, message, direction: "s2c" });
}

/** Gives a request that shows progress its full time again. */
export function prolong(session: Session, request: PendingRequest): void {
  const { callTimeoutMs, callMaxMs } = session.limits;
  // Whoever reports progress for ever has not answered either.
  const until = Math.min(
    session.options.clock.monotonic() + callTimeoutMs,
    request.startedAt + callMaxMs,
  );
  if (until > request.deadline) request.deadline = until;
}

/** The close code of a session whose credential has ended: HTTP's 401 in the range for applications (RFC 6455, 7.4.2). */
const UNAUTHORIZED = 4401;

/** The client's credential has ended: the session ends with one record. */
export function endCredential(session: Session, rule: string): void {
  void session.refuse({
    reason: "Unauthorized",
    rule,
    message: "the credential of this session has ended, so the session was closed",
  });
  session.close(UNAUTHORIZED, "the credential has ended");
}

/** A failure of the guard's own: the session ends with a record, and no other session notices. */
export function ownFailure(session: Session, error: unknown): void {
  session.options.metrics.count("mcpguard_internal_errors_total");
  session.options.onError(error);
  void session.refuse({
    reason: "InternalError",
    rule: "internal",
    message: "the guard failed while it handled a message, so it closed the session",
  });
  session.close(1011, "internal failure");
}
