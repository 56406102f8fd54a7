// What the tests of held messages share: policies that want a human, sessions, and what is left of them.

import { expect } from "expect";
import { ask, type SessionStage, settled, startSession } from "./session_testkit.ts";

/** Somebody may approve. */
export const ADMIN = "approvals: { admin_keys: [{ key: env:K, identity: carol }] }\n";
/** A tool that needs an approval. */
export const APPROVE = `${ADMIN}rules: [{ id: human, tools: [pay], effect: approve }]`;
/** A tool that the user confirms. */
export const CONFIRM = `${ADMIN}rules: [{ id: user, tools: [pay], effect: confirm }]`;
/** The approver. */
export const CAROL = { identity: "carol", context: { transport: "test" } };

/** A call of the tool. */
export const pay = (id: number | string, amount = 1, more: object = {}): string =>
  ask("tools/call", id, { name: "pay", arguments: { to: "bob", amount }, ...more });

/** A legacy session whose client can, or cannot, ask its user. */
export async function legacy(
  policy: string,
  capabilities: object = { elicitation: {} },
): Promise<SessionStage> {
  const stage = startSession({ policy });
  await settled();
  stage.client.say(ask("initialize", "i", { protocolVersion: "2025-06-18", capabilities }));
  await settled();
  stage.server.say({ jsonrpc: "2.0", id: stage.server.sent[0].id, result: {} });
  await settled();
  stage.client.sent.length = 0;
  stage.server.sent.length = 0;
  return stage;
}

/** `_meta` of a modern client that can ask its user. */
export const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};

/** The one request that waits. */
export async function waiting(stage: SessionStage): Promise<string> {
  const list = await stage.session.options.guard.approvals.list();
  expect(list.length).toBe(1);
  return list[0]!.id;
}

/** Nothing waits and nothing was given back twice. */
export function expectFree(stage: SessionStage): void {
  expect(stage.budget.used).toBe(0);
  expect(stage.session.held.size).toBe(0);
  expect(stage.metrics.gauge("mcpguard_held")).toBe(0);
  expect(stage.errors).toEqual([]);
}

/** What the records say of the tool, in order. */
export const details = (stage: SessionStage): (string | undefined)[] =>
  stage.records.filter((r) => r.tool === "pay").map((r) => r.detail ?? r.decision);
