// How refusals read on the wire: PROTOCOL.md section 3 as a table.

import { expect } from "expect";
import type { Decision, Reason } from "../guard/mod.ts";
import { type JsonObject, parseJson, type RequestMessage, writeJson } from "../wire/mod.ts";
import { codeOf, detailsOf, refusalReply, serverRefusalReply, textOf } from "./answers.ts";
import { decisionOf } from "./session_testkit.ts";

const CODES: Record<Exclude<Reason, "Allowed">, number> = {
  ToolDenied: -31403,
  ResourceDenied: -31403,
  PromptDenied: -31403,
  PromptInjectionSuspected: -31403,
  PromptTooLong: -31403,
  RateLimitExceeded: -31429,
  Unauthorized: -31401,
  MalformedMessage: -31403,
  MethodDenied: -32601,
  RuleDenied: -31403,
  FlowDenied: -31403,
  PinMismatch: -31403,
  PersonalDataDetected: -31451,
  SecretDetected: -31451,
  ApprovalRequired: -31412,
  ApprovalDenied: -31412,
  LimitExceeded: -31503,
  OriginDenied: -31403,
  UpstreamFailed: -31502,
  DependencyFailed: -31504,
  InternalError: -32603,
};

function request(method: string, params = '{"name":"admin/x"}'): RequestMessage {
  return {
    kind: "request",
    id: "i",
    method,
    params: parseJson(params) as JsonObject,
    tree: parseJson("{}") as JsonObject,
  };
}

// deno-lint-ignore no-explicit-any -- a message, whatever it is
function reply(method: string, decision: Decision, stealth = false, modern = false): any {
  return JSON.parse(writeJson(refusalReply(request(method), decision, { stealth, modern })));
}

Deno.test("codeOf() has a code for every reason", () => {
  for (const [reason, code] of Object.entries(CODES)) {
    expect([reason, codeOf(decisionOf({ reason: reason as Reason }))]).toEqual([reason, code]);
  }
  expect(codeOf(decisionOf({ rule: "names.invalid" }))).toBe(-32602);
});

Deno.test("refusalReply() tells a model by a tool error, others by an error with its code", () => {
  const decision = decisionOf({
    retryAfterMs: 1500,
    effect: "throttle",
    reason: "RateLimitExceeded",
  });
  const tool = reply("tools/call", decision);
  expect(tool.error).toBeUndefined();
  expect(tool).toMatchObject({ id: "i", result: { isError: true } });
  expect(tool.result.content[0].text).toBe(textOf(decision));
  expect(tool.result._meta["mcpguard/decision"]).toEqual({
    reason: "RateLimitExceeded",
    rule: "tools.deny[0]",
    decisionId: "d1",
    retryAfterMs: 1500,
  });
  expect(tool.result.resultType).toBeUndefined();
  expect(reply("tools/call", decision, false, true).result.resultType).toBe("complete");
  const other = reply("prompts/get", decision);
  expect(other.error).toMatchObject({ code: -31429, data: { retryAfterMs: 1500 } });
});

Deno.test("refusalReply() tells nothing of a hidden tool", () => {
  const hidden = reply("tools/call", decisionOf({}), true);
  expect(hidden).toEqual({
    jsonrpc: "2.0",
    id: "i",
    error: { code: -32602, message: "Unknown tool: admin/x" },
  });
  // Only the list hides: who may use a tool is told why a call of it is refused.
  const limited = reply("tools/call", decisionOf({ reason: "RateLimitExceeded" }), true);
  expect(limited.result.isError).toBe(true);
});

Deno.test("refusalReply() answers by an error where no tool is meant", () => {
  const invalid = reply("tools/call", decisionOf({ rule: "names.invalid" }));
  expect(invalid.error.code).toBe(-32602);
  expect(reply("tools/call", decisionOf({ reason: "InternalError" })).error.code).toBe(-32603);
});

Deno.test("detailsOf() tells rule, decision and findings, and no other caller's figures", () => {
  const finding = { rule_id: "r", severity: "high" as const, reason: "why", where: "params.x" };
  expect(detailsOf(decisionOf({ findings: [finding], quotaRemaining: 7 }))).toEqual({
    reason: "ToolDenied",
    rule: "tools.deny[0]",
    decisionId: "d1",
    findings: [finding],
  });
});

Deno.test("serverRefusalReply() speaks the words of each question", () => {
  const said = (method: string, reason: Reason): unknown => {
    const { result, error } = JSON.parse(
      writeJson(serverRefusalReply("i", method, decisionOf({ reason }))),
    );
    return result ?? error.code;
  };
  expect(said("elicitation/create", "PromptInjectionSuspected")).toEqual({ action: "decline" });
  expect(said("sampling/createMessage", "PromptInjectionSuspected")).toBe(-1);
  expect(said("roots/list", "RuleDenied")).toBe(-32601);
  expect(said("elicitation/create", "MethodDenied")).toBe(-32601);
});
