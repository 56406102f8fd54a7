// The admin listener's routes for approvals: who waits, and the word of somebody who holds an approver's key.
// It is a way of its own, apart from MCP: what asks for a call can neither see nor decide here.

import type { ApprovalTicket, AuthVerdict, MessageContext } from "../guard/mod.ts";
import { DependencyFailed } from "../errors.ts";
import { JsonError, JsonObject, type JsonValue, parseJson } from "../wire/mod.ts";
import { type Desk, refuse } from "./asking.ts";
import { HttpProblem, type HttpReply, type HttpRequest } from "./transports/mod.ts";

/** Where requests stand. */
export const APPROVALS_PATH = "/approvals";

/** Bounds of a decision's JSON. */
const LIMITS = { bytes: 1024, depth: 4, tokens: 16, keys: 4, numbers: "refuse" } as const;

/** What is answered to an attempt that decided nothing. */
const WHY_NOT = {
  unknown: { status: 404, error: "no such request; it may have expired" },
  decided: { status: 409, error: "this request is decided already" },
  self: { status: 403, error: "nobody may approve what they asked for" },
} as const;

/**
 * Answers one request below `/approvals`: GET lists what waits, POST to `/approvals/ID` decides.
 *
 * @param desk The engine and the approvers.
 * @param request The request; Host and Origin are checked already.
 * @returns The answer, JSON always.
 */
export async function approvalsRoute(
  desk: Desk,
  request: HttpRequest,
): Promise<HttpReply> {
  const context: MessageContext = { transport: "admin", remote: request.remote };
  const { approvers } = desk.guard.ports;
  if (approvers === undefined || approvers === null) {
    return json(404, { error: "the policy names no approvers: approvals.admin_keys" });
  }
  let verdict: AuthVerdict;
  try {
    verdict = await approvers.authenticate({
      headers: request.headers,
      remote: request.remote,
    });
  } catch {
    return json(503, { error: "keys cannot be checked right now" });
  }
  if (!verdict.ok) return await unauthorized(desk, verdict, context);
  const id = request.path.slice(APPROVALS_PATH.length + 1);
  const { identity } = verdict;
  try {
    if (request.path === APPROVALS_PATH) {
      if (request.method !== "GET") return notAllowed("GET");
      const tickets = await desk.guard.approvals.list();
      return json(200, { approvals: tickets.map(shown) });
    }
    if (request.method !== "POST") return notAllowed("POST");
    const word = await readWord(request);
    if (typeof word !== "string") return word;
    const state = word === "approve" ? "granted" : "denied";
    const said = await desk.guard.approvals.settle(id, state, { identity: identity.id, context });
    if (said.ok) return json(200, { id, state, by: identity.id, digest: said.ticket.digest });
    const { status, error } = WHY_NOT[said.why];
    return json(status, { error });
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    return json(503, {
      error: `the guard's ${error.dependency} does not answer: nothing is decided`,
    });
  }
}

/** A request as an approver sees it. */
function shown(ticket: ApprovalTicket): Record<string, unknown> {
  const { id, identity, upstream, method, tool, pin, digest, rule, reason, preview } = ticket;
  return {
    ...{ id, identity, upstream, method, tool, pin, rule, reason, params: preview, digest },
    requestedAt: new Date(ticket.requestedAt).toISOString(),
    expiresAt: new Date(ticket.expiresAt).toISOString(),
  };
}

async function readWord(request: HttpRequest): Promise<"approve" | "deny" | HttpReply> {
  let tree: JsonValue;
  try {
    tree = parseJson(await request.body(), LIMITS);
  } catch (error) {
    if (error instanceof HttpProblem) return json(error.status, { error: error.message });
    if (!(error instanceof JsonError)) throw error;
    tree = null;
  }
  const word = tree instanceof JsonObject && tree.keys.length === 1
    ? tree.get("decision")
    : undefined;
  return word === "approve" || word === "deny"
    ? word
    : json(400, { error: 'expected {"decision":"approve"} or {"decision":"deny"}' });
}

async function unauthorized(
  desk: Desk,
  verdict: Extract<AuthVerdict, { ok: false }>,
  context: MessageContext,
): Promise<HttpReply> {
  await refuse(desk, {
    reason: "Unauthorized",
    rule: verdict.code,
    message: verdict.message,
    method: "approvals",
    context,
  });
  const headers: [string, string][] = [];
  if (verdict.challenge !== undefined) headers.push(["WWW-Authenticate", verdict.challenge]);
  if (verdict.retryAfterMs !== undefined) {
    headers.push(["Retry-After", String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000)))]);
  }
  return json(verdict.status, { error: verdict.message }, headers);
}

function notAllowed(method: string): HttpReply {
  return json(405, { error: `${method} only` }, [["Allow", method]]);
}

function json(status: number, body: unknown, headers: [string, string][] = []): HttpReply {
  return {
    status,
    headers: [["Content-Type", "application/json"], ["Cache-Control", "no-store"], ...headers],
    body: `${JSON.stringify(body)}\n`,
  };
}
