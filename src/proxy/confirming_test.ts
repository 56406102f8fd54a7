// Confirmations by the client's own user: as a request in the older revisions, inside the result in 2026-07-28.

import { expect } from "expect";
import { CAROL, CONFIRM, expectFree, legacy, MODERN, pay, waiting } from "./held_testkit.ts";
import { settled, startSession } from "./session_testkit.ts";

Deno.test("the client's own user confirms by elicitation, and only a ticked yes counts", async () => {
  const answers: [object, boolean][] = [
    [{ action: "accept", content: { confirm: true } }, true],
    [{ action: "accept", content: { confirm: "true" } }, false],
    [{ action: "accept", content: {} }, false],
    [{ action: "accept" }, false],
    [{ action: "decline", content: { confirm: true } }, false],
    [{ action: "cancel" }, false],
  ];
  for (const [result, passes] of answers) {
    const stage = await legacy(CONFIRM);
    stage.client.say(pay(1));
    await settled();
    expect(stage.client.sent).toMatchObject([{
      method: "elicitation/create",
      params: { requestedSchema: { required: ["confirm"] } },
    }]);
    const { id, params } = stage.client.sent[0];
    expect(params.message).toContain('{"to":"bob","amount":1}');
    // Nobody else can decide on it.
    expect(await stage.session.options.guard.approvals.list()).toEqual([]);
    stage.client.say({ jsonrpc: "2.0", id, result });
    await settled();
    expect(stage.server.sent.length).toBe(passes ? 1 : 0);
    if (!passes) expect(stage.client.sent[1]).toMatchObject({ id: 1, result: { isError: true } });
    // An answer counts once.
    stage.client.say({ jsonrpc: "2.0", id, result });
    await settled();
    expect(stage.server.sent.length).toBe(passes ? 1 : 0);
    expect(stage.session.held.size).toBe(0);
    // A call after that asks anew, also after a no.
    stage.client.say(pay(2));
    await settled();
    expect(stage.client.sent.at(-1).method).toBe("elicitation/create");
    stage.client.end();
    await settled();
  }
});

Deno.test("a confirmation that nobody answers ends in time, and the question is taken back", async () => {
  const stage = await legacy(CONFIRM);
  stage.client.say(pay(1));
  await settled();
  stage.sweep(30_000);
  await settled();
  expect(stage.client.sent.slice(1)).toMatchObject([
    { method: "notifications/cancelled", params: { requestId: stage.client.sent[0].id } },
    { id: 1, result: { isError: true } },
  ]);
  expectFree(stage);
  // Too late.
  const { id } = stage.client.sent[0];
  stage.client.say({
    jsonrpc: "2.0",
    id,
    result: { action: "accept", content: { confirm: true } },
  });
  await settled();
  expect(stage.server.sent).toEqual([]);
  stage.client.end();
});

Deno.test("where the client cannot ask its user, a confirmation becomes an approval", async () => {
  for (const capabilities of [{}, { elicitation: { url: {} } }]) {
    const stage = await legacy(CONFIRM, capabilities);
    stage.client.say(pay(1));
    await settled();
    expect(stage.client.sent).toEqual([]);
    await stage.session.options.guard.approvals.settle(await waiting(stage), "granted", CAROL);
    await settled();
    expect(stage.server.sent.length).toBe(1);
    stage.client.end();
  }
});

Deno.test("modern: the question comes inside the result, and its answer never reaches the server", async () => {
  const stage = startSession({ policy: CONFIRM });
  stage.client.say(pay("a", 1, { _meta: MODERN }));
  await settled();
  const asked = stage.client.sent[0].result;
  expect(asked).toMatchObject({
    resultType: "input_required",
    inputRequests: { mcpguard_confirm: { method: "elicitation/create" } },
  });
  expectFree(stage);
  const yes = { mcpguard_confirm: { action: "accept", content: { confirm: true } } };
  const retry = { _meta: MODERN, inputResponses: yes, requestState: asked.requestState };
  // Not for other arguments, and not without a yes.
  stage.client.say(pay("b", 1000, retry));
  await settled();
  expect(stage.server.sent).toEqual([]);
  expect(stage.client.sent[1].result.resultType).toBe("input_required");
  stage.client.say(pay("c", 1, retry));
  await settled();
  // The yes was said: it counts for the call it was said about, once.
  expect(stage.server.sent.map((m) => m.params)).toEqual([
    { name: "pay", arguments: { to: "bob", amount: 1 }, _meta: MODERN },
  ]);
  stage.client.say(pay("d", 1, retry));
  await settled();
  expect(stage.server.sent.length).toBe(1);
  stage.client.end();
});

Deno.test("modern: a no is a refusal, another's state is nobody's, a broken one is malformed", async () => {
  const stage = startSession({ policy: CONFIRM });
  stage.client.say(pay("a", 1, { _meta: MODERN }));
  await settled();
  const { requestState } = stage.client.sent[0].result;
  const other = startSession({ policy: CONFIRM });
  const yes = { mcpguard_confirm: { action: "accept", content: { confirm: true } } };
  other.client.say(pay("a", 1, { _meta: MODERN, inputResponses: yes, requestState }));
  await settled();
  expect(other.server.sent).toEqual([]);
  const no = { mcpguard_confirm: { action: "decline" } };
  stage.client.say(pay("b", 1, { _meta: MODERN, inputResponses: no, requestState }));
  await settled();
  expect(stage.client.sent[1].result.content[0].text).toContain("ApprovalDenied");
  for (
    const bad of ["mcpguard:", "mcpguard:x", "mcpguard:x.!", "mcpguard:x.e30x", "mcpguard:x.W10"]
  ) {
    stage.client.say(pay(bad, 1, { _meta: MODERN, inputResponses: yes, requestState: bad }));
    await settled();
    expect([bad, stage.client.sent.at(-1)]).toMatchObject([bad, { error: { code: -32602 } }]);
  }
  expect(stage.server.sent).toEqual([]);
  stage.client.end();
  other.client.end();
});

Deno.test("modern: what the client had answered to the server's own question survives the guard's", async () => {
  const stage = startSession({ policy: `${CONFIRM}\nlimits: { handles: any }` });
  const own = { inputResponses: { who: { action: "accept" } }, requestState: "the server's" };
  stage.client.say(pay("a", 1, { _meta: MODERN, ...own }));
  await settled();
  const { requestState } = stage.client.sent[0].result;
  const yes = { mcpguard_confirm: { action: "accept", content: { confirm: true } } };
  stage.client.say(pay("b", 1, { _meta: MODERN, inputResponses: yes, requestState }));
  await settled();
  expect(stage.server.sent.map((m) => m.params)).toMatchObject([
    { name: "pay", arguments: { to: "bob", amount: 1 }, ...own },
  ]);
  stage.client.end();
});
