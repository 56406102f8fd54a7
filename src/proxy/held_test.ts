// Messages that wait for a human: held, released once, refused in time, given up with whoever asked.

import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import type { ApprovalStore } from "../guard/mod.ts";
import { memoryApprovals } from "../state/mod.ts";
import { APPROVE, CAROL, details, expectFree, pay, waiting } from "./held_testkit.ts";
import { ask, settled, startSession } from "./session_testkit.ts";

Deno.test("a call that needs an approval is held, and passes once when somebody else approves", async () => {
  const stage = startSession({ policy: APPROVE });
  stage.client.say(pay(1));
  stage.client.say(ask("ping", 2));
  await settled();
  // The session goes on meanwhile.
  expect(stage.server.sent).toMatchObject([{ method: "ping" }]);
  expect(stage.client.sent).toEqual([]);
  const { approvals } = stage.session.options.guard;
  const id = await waiting(stage);
  expect(await approvals.settle(id, "granted", { ...CAROL, identity: "ALICE" }))
    .toEqual({ ok: false, why: "self" });
  await settled();
  expect(stage.server.sent.length).toBe(1);
  expect(await approvals.settle(id, "granted", CAROL)).toMatchObject({ ok: true });
  expect(await approvals.settle(id, "granted", CAROL)).toMatchObject({ ok: false });
  await settled();
  expect(stage.server.sent.slice(1)).toMatchObject([
    { method: "tools/call", params: { name: "pay", arguments: { to: "bob", amount: 1 } } },
  ]);
  stage.server.say({ jsonrpc: "2.0", id: stage.server.sent[1].id, result: { content: [] } });
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, result: { content: [] } }]);
  expect(details(stage)).toEqual([
    "approval.requested",
    "approval.self",
    "approval.granted",
    "approval.consumed",
    "ok",
  ]);
  // Intent before effect, and who said so in it.
  const consumed = stage.records.find((r) => r.detail === "approval.consumed");
  expect(consumed).toMatchObject({ decision: "allow", approval: { id, by: "carol" } });
  // Used up: the same call again asks again.
  stage.client.say(pay(3));
  await settled();
  expect(stage.server.sent.length).toBe(2);
  stage.client.end();
});

Deno.test("of fifty equal calls that are held, one approval lets one pass", async () => {
  const stage = startSession({ policy: APPROVE });
  for (let i = 0; i < 50; i++) stage.client.say(pay(i));
  for (let i = 0; i < 20; i++) await settled();
  expect(stage.session.held.size).toBe(50);
  const { approvals } = stage.session.options.guard;
  await approvals.settle(await waiting(stage), "granted", CAROL);
  for (let i = 0; i < 20; i++) await settled();
  expect(stage.server.sent.length).toBe(1);
  expect(stage.session.held.size).toBe(49);
  // The others wait for the next word.
  await approvals.settle(await waiting(stage), "granted", CAROL);
  for (let i = 0; i < 20; i++) await settled();
  expect(stage.server.sent.length).toBe(2);
  stage.client.end();
  await settled();
  expectFree(stage);
});

Deno.test("other arguments, another session's era or _meta that may matter are another call", async () => {
  const stage = startSession({ policy: APPROVE.replace("admin_keys", "wait_ms: 0, admin_keys") });
  stage.client.say(pay(1));
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, result: { isError: true } }]);
  const said = stage.client.sent[0].result;
  const id = await waiting(stage);
  expect(said.content[0].text).toContain(id);
  expect(said._meta["mcpguard/decision"]).toMatchObject({
    reason: "ApprovalRequired",
    approval: { id, kind: "approve" },
  });
  await stage.session.options.guard.approvals.settle(id, "granted", CAROL);
  stage.client.say(pay(2, 1000));
  stage.client.say(pay(3, 1, { _meta: { "com.example/account": "other" } }));
  stage.client.say(ask("tools/call", 4, { name: "pay", arguments: { amount: 1, to: "eve" } }));
  await settled();
  expect(stage.server.sent).toEqual([]);
  // The order of members and a progress token are no other call.
  stage.client.say(ask("tools/call", 5, {
    _meta: { progressToken: "p" },
    arguments: { amount: 1, to: "bob" },
    name: "pay",
  }));
  await settled();
  expect(stage.server.sent.length).toBe(1);
  stage.client.say(pay(6));
  await settled();
  expect(stage.server.sent.length).toBe(1);
  stage.client.end();
});

Deno.test("a held call is refused when nobody decides in time, and when it is denied", async () => {
  const stage = startSession({ policy: APPROVE });
  stage.client.say(pay(1));
  await settled();
  stage.sweep(29_999);
  await settled();
  expect(stage.client.sent).toEqual([]);
  stage.sweep(30_000);
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, result: { isError: true } }]);
  expect(details(stage).at(-1)).toBe("approval.timeout");
  expectFree(stage);
  stage.client.say(pay(2));
  await settled();
  await stage.session.options.guard.approvals.settle(await waiting(stage), "denied", CAROL);
  await settled();
  expect(stage.client.sent[1].result.content[0].text).toContain("ApprovalDenied");
  // And so is everything equal, without asking anybody again.
  stage.client.say(pay(3));
  await settled();
  expect(stage.client.sent[2].result.content[0].text).toContain("ApprovalDenied");
  expect(await stage.session.options.guard.approvals.list()).toEqual([]);
  expect(stage.server.sent).toEqual([]);
  expectFree(stage);
  stage.client.end();
});

Deno.test("a decision of another process is seen in the shared store, and a lost store denies", async () => {
  let lost = false;
  const memory = memoryApprovals({ now: () => 0, monotonic: () => 0 });
  const approvals = new Proxy(memory, {
    get: (target, name) => (...args: unknown[]) =>
      lost
        ? Promise.reject(new DependencyFailed("approvals", "gone"))
        // deno-lint-ignore no-explicit-any -- every method of the store alike
        : (target as any)[name](...args),
  }) as ApprovalStore;
  const stage = startSession({ policy: APPROVE, approvals });
  stage.client.say(pay(1));
  stage.client.say(pay(2, 2));
  await settled();
  const [first] = await memory.list();
  await memory.settle(first!.id, "granted", "carol", 60_000);
  stage.sweep(500);
  await settled();
  expect(stage.server.sent.length).toBe(1);
  expect(stage.session.held.size).toBe(1);
  lost = true;
  stage.sweep(1000);
  await settled();
  stage.client.say(pay(3, 3));
  await settled();
  for (const answer of stage.client.sent) {
    expect(answer.result.isError).toBe(true);
    expect(answer.result.content[0].text).toContain("DependencyFailed");
  }
  expect(stage.client.sent.map((m) => m.id)).toEqual([2, 3]);
  expect(stage.server.sent.length).toBe(1);
  stage.client.end();
});

Deno.test("what is held is given up with its client, its cancellation, or its server", async () => {
  const stage = startSession({ policy: APPROVE });
  stage.client.say(pay(1));
  stage.client.say(pay(1));
  await settled();
  // An id that is held is taken.
  expect(stage.client.sent).toMatchObject([{ id: 1, error: { code: -32600 } }]);
  stage.client.say({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 1 },
  });
  await settled();
  expectFree(stage);
  await stage.session.options.guard.approvals.settle(await waiting(stage), "granted", CAROL);
  await settled();
  expect(stage.server.sent).toEqual([]);
  stage.client.say(pay(2, 2));
  await settled();
  stage.client.end();
  await settled();
  expectFree(stage);
  expect(stage.server.sent).toEqual([]);
});

Deno.test("a call that is cancelled while it is judged again goes nowhere, and its id stays taken", async () => {
  let hold: (() => void) | null = null;
  const memory = memoryApprovals({ now: () => 0, monotonic: () => 0 });
  const approvals: ApprovalStore = {
    open: (request, bounds) => memory.open(request, bounds),
    take: async (key) => {
      const ticket = await memory.take(key);
      if (ticket?.state === "granted") await new Promise<void>((resolve) => hold = resolve);
      return ticket;
    },
    get: (id) => memory.get(id),
    settle: (id, state, by, ttlMs) => memory.settle(id, state, by, ttlMs),
    remove: (id) => memory.remove(id),
    list: () => memory.list(),
    expire: () => memory.expire(),
  };
  const stage = startSession({ policy: APPROVE, approvals });
  stage.client.say(pay(1));
  await settled();
  await stage.session.options.guard.approvals.settle(await waiting(stage), "granted", CAROL);
  await settled();
  stage.client.say(ask("ping", 1));
  await settled();
  expect(stage.client.sent).toMatchObject([{ id: 1, error: { code: -32600 } }]);
  stage.client.say({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 1 },
  });
  await settled();
  hold!();
  await settled();
  expect(stage.server.sent).toEqual([]);
  expectFree(stage);
  stage.client.end();
});

Deno.test("a guard that shuts down refuses what is held, and does not wait for it", async () => {
  const stage = startSession({ policy: APPROVE });
  stage.client.say(pay(1));
  await settled();
  const id = await waiting(stage);
  stage.session.drain();
  await settled();
  expect(stage.client.sent[0].result.content[0].text).toContain(id);
  expect(stage.client.closing).toMatchObject({ code: 1001 });
  expectFree(stage);
});

Deno.test("a policy that denies by the time of the approval wins", async () => {
  const stage = startSession({ policy: APPROVE });
  stage.client.say(pay(1));
  await settled();
  const { guard } = stage.session.options;
  const stricter = startSession({ policy: `${APPROVE}\ntools: { deny: [pay] }` });
  Object.assign(guard, { policy: stricter.session.options.guard.policy });
  await guard.approvals.settle(await waiting(stage), "granted", CAROL);
  await settled();
  expect(stage.client.sent[0].result.content[0].text).toContain("ToolDenied");
  expect(stage.server.sent).toEqual([]);
  expectFree(stage);
});

Deno.test("a grant is no use after the tool's definition has changed", async () => {
  const stage = startSession({ policy: APPROVE });
  const { guard } = stage.session.options;
  let pin = "one";
  Object.assign(guard.ports, {
    pins: {
      check: () => ({ verdict: "same", changed: [] }),
      usable: () => "yes",
      digest: () => pin,
    },
  });
  stage.client.say(pay(1));
  await settled();
  const id = await waiting(stage);
  pin = "two";
  await guard.approvals.settle(id, "granted", CAROL);
  await settled();
  expect(stage.server.sent).toEqual([]);
  expect(await waiting(stage)).not.toBe(id);
  stage.client.end();
});
