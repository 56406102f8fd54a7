// How a refusal is told, by PROTOCOL.md section 3: readable tool errors for models, coded errors for the rest.

import type { Decision } from "../guard/mod.ts";
import {
  CODE,
  errorReply,
  fromPlain,
  JsonObject,
  type JsonValue,
  type Plain,
  type RequestMessage,
  resultReply,
  RPC,
  type RpcId,
  toolErrorReply,
} from "../wire/mod.ts";

/** The JSON-RPC code of a refusal. */
export function codeOf(decision: Decision): number {
  if (decision.rule === "detect.error") return CODE.DLP;
  switch (decision.reason) {
    case "MethodDenied":
      return RPC.METHOD_NOT_FOUND;
    case "Unauthorized":
      return CODE.UNAUTH;
    case "RateLimitExceeded":
      return CODE.RATE;
    case "LimitExceeded":
      return CODE.OVERLOAD;
    case "ApprovalRequired":
    case "ApprovalDenied":
      return CODE.APPROVAL;
    case "SecretDetected":
    case "PersonalDataDetected":
      return CODE.DLP;
    case "UpstreamFailed":
      return CODE.UPSTREAM;
    case "DependencyFailed":
      return CODE.DEP;
    case "InternalError":
      return RPC.INTERNAL;
    default:
      return decision.rule === "names.invalid" ? RPC.INVALID_PARAMS : CODE.POLICY;
  }
}

/** What a refused peer may know: the rule and the decision id, never another tenant's figures. */
export function detailsOf(decision: Decision): Plain {
  return {
    reason: decision.reason,
    rule: decision.rule,
    decisionId: decision.id,
    ...(decision.approval === undefined ? {} : {
      approval: {
        id: decision.approval.id,
        kind: decision.approval.kind,
        digest: decision.approval.digest,
        expiresAt: new Date(decision.approval.expiresAt).toISOString(),
      },
    }),
    ...(decision.retryAfterMs === null ? {} : { retryAfterMs: decision.retryAfterMs }),
    ...(decision.findings.length === 0 ? {} : {
      findings: decision.findings.map((f) => ({
        rule_id: f.rule_id,
        severity: f.severity,
        reason: f.reason,
        ...(f.where === undefined ? {} : { where: f.where }),
      })),
    }),
  };
}

/** The short text of a refusal, for error messages and for a model to read. */
export function textOf(decision: Decision): string {
  return `mcpguard refused this (${decision.reason}): ${decision.message} [decision ${decision.id}]`;
}

/**
 * The answer to a refused client request.
 *
 * @param request The request.
 * @param decision Why it is refused.
 * @param options `modern` for the 2026-07-28 era; `stealth` to answer as if a denied tool did not exist.
 * @returns The JSON-RPC answer.
 */
export function refusalReply(
  request: Pick<RequestMessage, "id" | "method" | "params">,
  decision: Decision,
  options: { modern: boolean; stealth: boolean },
): JsonObject {
  if (request.method === "tools/call") {
    if (options.stealth && decision.reason === "ToolDenied") {
      const name = request.params?.get("name");
      return errorReply(
        request.id,
        RPC.INVALID_PARAMS,
        `Unknown tool: ${typeof name === "string" ? name.slice(0, 128) : ""}`,
      );
    }
    // Clients show tool errors to the model and may hide protocol errors from it.
    if (decision.rule !== "names.invalid" && decision.reason !== "InternalError") {
      return toolErrorReply(request.id, textOf(decision), {
        modern: options.modern,
        meta: new JsonObject(["mcpguard/decision"], [fromPlain(detailsOf(decision))]),
      });
    }
  }
  return errorReply(request.id, codeOf(decision), textOf(decision), fromPlain(detailsOf(decision)));
}

/** The answer to a server's refused request. */
export function serverRefusalReply(id: RpcId, method: string, decision: Decision): JsonObject {
  if (decision.reason !== "MethodDenied") {
    if (method === "elicitation/create") {
      return resultReply(id, fromPlain({ action: "decline" }));
    }
    if (method === "sampling/createMessage") {
      return errorReply(id, -1, "the user's guard refused this sampling request");
    }
  }
  return errorReply(id, RPC.METHOD_NOT_FOUND, "this client does not offer that method");
}

/** The answer to a call whose upstream failed or whose result may not pass. */
export function failedCallReply(
  id: RpcId,
  code: number,
  text: string,
  data?: JsonValue,
): JsonObject {
  return errorReply(id, code, `mcpguard: ${text}`, data);
}
