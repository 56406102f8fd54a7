// Actions of the class approval: other arguments, replays, self-approval, lost stores, reloads, floods.

import { DependencyFailed } from "../../../src/errors.ts";
import type { ApprovalStore, PinStore } from "../../../src/guard/mod.ts";
import { memoryApprovals } from "../../../src/state/mod.ts";
import type { AuditLine } from "../audit.ts";
import { callAll, hangUp, times } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Message } from "../client.ts";
import { brief, refuses } from "../judge.ts";
import { runnerId } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { Upstream } from "../upstream.ts";
import {
  BOB,
  connect,
  type Pair,
  type Stage,
  startInside,
  startStage,
  withAudit,
} from "../stage.ts";

const CAROL = "CAROL-APPROVES-WITH-A-KEY-OF-HER-OWN";
const ALICE_TOO = "ALICE-HAS-AN-APPROVERS-KEY-AS-WELL";

/** The fixture with `pay` under approval. @param more Further keys of the section. */
function policy(more = "wait_ms: 0"): string {
  return FIXTURE.replace("[read_file, echo, search, http_post]", "[read_file, echo, search, pay]") +
    `rules: [{id: payments, tools: [pay], effect: approve}]\n` +
    `approvals: {${more}, admin_keys: [{key: ${CAROL}, identity: carol}, ` +
    `{key: ${ALICE_TOO}, identity: alice}]}\n`;
}

/** Asks for a call of `pay`. */
function pay(pair: Pair, args: object = { to: "bob", amount: 1 }): Promise<Message | null> {
  pair.server.answerAll();
  const params = { name: "pay", arguments: args };
  return pair.client.ask({ id: `pay:${runnerId()}`, method: "tools/call", params });
}

/** The request that a refused call waits for. */
const waitsFor = (answer: Message | null): string =>
  answer?.result?._meta?.["mcpguard/decision"]?.approval?.id ?? "";

/** An approver's word over the admin listener: the status that came back. */
async function decide(
  stage: Stage,
  id: string,
  key: string,
  decision = "approve",
): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${stage.adminPort}/approvals/${id}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify({ decision }),
  });
  await reply.body?.cancel();
  return reply.status;
}

/** What is wrong unless an answer is a refusal that waits for a human. */
function expectWaiting(what: string, answer: Message | null): string[] {
  const decision = answer?.result?._meta?.["mcpguard/decision"];
  return refuses(answer) && decision?.reason === "ApprovalRequired" && waitsFor(answer) !== ""
    ? []
    : [`${what} was answered by ${brief(answer)}`];
}

/** What is wrong unless the same call passes once after an approval: the case's allowed neighbour. */
async function expectOnce(stage: Stage, pair: Pair, args?: object): Promise<string[]> {
  const before = pair.server.received.length;
  const id = waitsFor(await pay(pair, args));
  const status = await decide(stage, id, CAROL);
  const answer = await pay(pair, args);
  return status === 200 && !refuses(answer) && pair.server.received.length === before + 1
    ? []
    : [`its allowed neighbour was answered by ${brief(answer)} after ${status}`];
}

const has = (lines: readonly AuditLine[], detail: string): boolean =>
  lines.some((line) => line.detail === detail);

/** APR-001: what was approved is one thing, other arguments are another; so are other people and tools. */
export async function otherArguments(one: Case): Promise<string[]> {
  await using stage = await startStage(policy());
  const pair = await connect(stage);
  const other = await connect(stage, BOB);
  const [first, second] = one.steps.filter((step) => step.client !== undefined)
    .map((step) => JSON.parse(step.client!).params.arguments);
  const wrong = expectWaiting("the first call", await pay(pair, first));
  const id = waitsFor(await pay(pair, first));
  const status = await decide(stage, id, CAROL);
  if (status !== 200) wrong.push(`the approval was answered by ${status}`);
  wrong.push(...expectWaiting("the changed call", await pay(pair, second)));
  wrong.push(...expectWaiting("another's equal call", await pay(other, first)));
  const forwarded = pair.server.received.length + other.server.received.length;
  if (forwarded !== one.expected.forwarded) wrong.push(`${forwarded} forwarded`);
  if (refuses(await pay(pair, first))) {
    wrong.push("its allowed neighbour, the approved call, failed");
  }
  await hangUp(pair);
  await hangUp(other);
  return wrong;
}

/** APR-002 `replay`: fifty equal calls at once over four connections, in memory and over a restart in a file. */
export async function replayed(one: Case): Promise<string[]> {
  const n = Number(one.steps.find((step) => step.do === "replay")?.n);
  const folder = await Deno.makeTempDir();
  const wrong: string[] = [];
  try {
    const file = `wait_ms: 0, store: file, file: ${JSON.stringify(`${folder}/approvals.json`)}`;
    for (const text of [policy(), policy(file)]) {
      // The same server before and after: an approval is bound to it.
      await using upstream = new Upstream();
      let stage = await startStage(text, { upstream });
      try {
        const asking = await connect(stage);
        const status = await decide(stage, waitsFor(await pay(asking)), CAROL);
        if (status !== 200) wrong.push(`the approval was answered by ${status}`);
        await hangUp(asking);
        if (text !== policy()) {
          await stage[Symbol.asyncDispose]();
          stage = await startStage(text, { upstream });
        }
        const pairs: Pair[] = [];
        for (let i = 0; i < 4; i++) pairs.push(await connect(stage));
        const answers = await Promise.all(
          Array.from({ length: n }, (_, i) => pay(pairs[i % pairs.length]!)),
        );
        const passed = answers.filter((answer) => !refuses(answer)).length;
        const forwarded = pairs.reduce((sum, pair) => sum + pair.server.received.length, 0);
        if (passed !== 1 || forwarded !== one.expected.forwarded) {
          wrong.push(`${passed} of ${n} passed, ${forwarded} forwarded`);
        }
        const lines = await stage.audit.when((all) => has(all, "approval.consumed"));
        const used = lines.filter((line) => line.detail === one.expected.audit).length;
        if (used !== 1) wrong.push(`${used} records say ${one.expected.audit}`);
        for (const pair of pairs) await hangUp(pair);
      } finally {
        await stage[Symbol.asyncDispose]();
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return wrong;
}

/** APR-003: the requester's own word counts nowhere: not with an approver's key, not with its own, not through MCP. */
export async function selfApproved(one: Case): Promise<string[]> {
  await using stage = await startStage(policy());
  const pair = await connect(stage);
  await stage.audit.mark();
  const id = waitsFor(await pay(pair));
  const wrong: string[] = [];
  const own = await decide(stage, id, ALICE_TOO);
  if (own !== one.expected.http) wrong.push(`the approval by alice was answered by ${own}`);
  const token = await decide(stage, id, "ALICE");
  if (token !== 401) wrong.push(`alice's own token was answered by ${token}`);
  const data = await fetch(`http://127.0.0.1:${stage.port}/approvals/${id}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${CAROL}` },
    body: '{"decision":"approve"}',
  });
  await data.body?.cancel();
  if (data.ok) wrong.push("the listener of clients took an approval");
  for (const method of ["approvals/approve", "tools/call", "notifications/approved"]) {
    const params = { name: "mcpguard.approve", arguments: { id }, id };
    const answer = await pair.client.ask({ id: `mcp:${method}`, method, params });
    if (!refuses(answer)) wrong.push(`${method} was answered by ${brief(answer)}`);
  }
  wrong.push(...expectWaiting("the call after that", await pay(pair)));
  if (pair.server.received.length !== one.expected.forwarded) wrong.push("something was forwarded");
  const lines = await stage.audit.when((all) => has(all, one.expected.audit!));
  if (!has(lines, one.expected.audit!)) wrong.push(`no record says ${one.expected.audit}`);
  wrong.push(...await expectOnce(stage, pair));
  await hangUp(pair);
  return wrong;
}

/** APR-005 `kill`: a store that is gone, at each of its operations, and nobody who answers in time. */
export async function storeLost(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  for (const lost of ["take", "open", "get"] as const) {
    let gone = false;
    // A fault that no store of the program's own shows on demand.
    const memory = memoryApprovals({ now: () => Date.now(), monotonic: () => performance.now() });
    const approvals = new Proxy(memory, {
      get: (target, name) => (...args: unknown[]) =>
        gone && name === lost
          ? Promise.reject(new DependencyFailed("approvals", "the store is gone"))
          // deno-lint-ignore no-explicit-any -- every method of the store alike
          : (target as any)[name](...args),
    }) as ApprovalStore;
    await using stage = await startInside(policy("wait_ms: 600"), { approvals });
    const pair = await connect(stage);
    gone = true;
    const answer = await pay(pair, {});
    if (!refuses(answer)) wrong.push(`without ${lost} the call was answered by ${brief(answer)}`);
    if (pair.server.received.length !== one.expected.forwarded) {
      wrong.push(`forwarded without ${lost}`);
    }
    gone = false;
    wrong.push(...await expectOnce(stage, pair, { other: lost }));
    await hangUp(pair);
  }
  await using stage = await startStage(policy("wait_ms: 300"));
  const pair = await connect(stage);
  wrong.push(...expectWaiting("a call that nobody approves", await pay(pair)));
  if (pair.server.received.length > 0) wrong.push("a timeout was taken for a yes");
  const lines = await stage.audit.when((all) => has(all, "approval.timeout"));
  if (!has(lines, "approval.timeout")) wrong.push("no record says approval.timeout");
  await hangUp(pair);
  return wrong;
}

/** APR-006 `reload`: the running program gets a policy that denies by the time of the approval; a tool is another. */
export async function reloaded(one: Case): Promise<string[]> {
  const wrong: string[] = await repinned();
  await using stage = await startStage(policy("wait_ms: 20000"));
  const pair = await connect(stage);
  await stage.audit.mark();
  const held = pay(pair);
  const [ticket] = await requested(stage, 1);
  const stricter = policy().replace('deny: ["delete_*"]', 'deny: ["delete_*", pay]');
  await reload(stage, stricter);
  const status = await decide(stage, ticket!, CAROL);
  if (status !== 200) wrong.push(`the approval was answered by ${status}`);
  const answer = await held;
  const reason = answer?.result?._meta?.["mcpguard/decision"]?.reason;
  if (!refuses(answer) || reason !== "ToolDenied") wrong.push(`answered by ${brief(answer)}`);
  if (pair.server.received.length !== one.expected.forwarded) wrong.push("something was forwarded");
  // A policy that comes after it keeps what waits, and what was approved.
  await stage.audit.mark();
  await reload(stage, policy());
  const id = waitsFor(await pay(pair, { other: true }));
  await stage.audit.mark();
  await reload(stage, `${policy()}# another\n`);
  if (await decide(stage, id, CAROL) !== 200) wrong.push("a reload has forgotten a request");
  if (refuses(await pay(pair, { other: true }))) wrong.push("a reload has forgotten an approval");
  await hangUp(pair);
  return wrong;
}

/** A tool whose pinned definition is another when the approval comes. */
async function repinned(): Promise<string[]> {
  const wrong: string[] = [];
  let pin = "a";
  // A pin that changes at a moment of the test's choice.
  const pins: PinStore = {
    check: () => ({ verdict: "same", changed: [] }),
    usable: () => "yes",
    digest: () => pin,
  };
  await using stage = await startInside(policy("wait_ms: 20000"), { pins });
  const pair = await connect(stage);
  await stage.audit.mark();
  const held = pay(pair);
  const [ticket] = await requested(stage, 1);
  pin = "b";
  if (await decide(stage, ticket!, CAROL) !== 200) wrong.push("the approval failed");
  // It goes on waiting: for the tool as it is now.
  const ids = await requested(stage, 2);
  if (await decide(stage, ids[1]!, CAROL, "deny") !== 200) wrong.push("the denial failed");
  if (!refuses(await held)) wrong.push("a grant for another definition of the tool counted");
  if (pair.server.received.length > 0) wrong.push("a call of another tool was forwarded");
  await hangUp(pair);
  return wrong;
}

/** Puts another policy in force in a running program. */
async function reload(stage: Stage, text: string): Promise<void> {
  const fresh = `${stage.policyPath}.new`;
  await Deno.writeTextFile(fresh, withAudit(text, stage.audit.path));
  await Deno.rename(fresh, stage.policyPath);
  const lines = await stage.audit.when((all) => has(all, "policy.reloaded"));
  if (!has(lines, "policy.reloaded")) throw new Error(`no reload: ${stage.said().slice(-300)}`);
}

/** The ids of the requests so far, once there are so many. */
async function requested(stage: Stage, n: number): Promise<string[]> {
  const of = (lines: AuditLine[]): string[] =>
    lines.filter((line) => line.detail === "approval.requested")
      .map((line) => (line as AuditLine & { approval: { id: string } }).approval.id);
  return of(await stage.audit.when((lines) => of(lines).length >= n));
}

/** APR-007 `client_flood`: one caller's requests are bounded, other callers and decided ones are not in their way. */
export async function queueFlood(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  const n = bench.full ? Number(step.n) : Number(step.n) / 50;
  await using stage = await startStage(policy());
  await stage.audit.mark();
  const pair = await connect(stage);
  const wrong: string[] = [];
  const reasons: Record<string, number> = {};
  for (let i = 0; i < n; i++) {
    const answer = await pay(pair, { i });
    const reason = answer?.result?._meta?.["mcpguard/decision"]?.reason ?? "passed";
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    pair.client.messages.length = 0;
  }
  if (reasons.ApprovalRequired !== 20 || reasons.RateLimitExceeded !== n - 20) {
    wrong.push(`${n} calls were answered by ${brief(reasons)}`);
  }
  const lines = await stage.audit.when((all) => has(all, one.expected.audit!));
  if (!has(lines, one.expected.audit!)) wrong.push(`no record says ${one.expected.audit}`);
  const post = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { Authorization: "Bearer ALICE", "Content-Type": "application/json" },
    body: '{"type":"tool_call","tool":"pay","args":{}}',
  });
  await post.body?.cancel();
  if (post.status !== one.expected.http) wrong.push(`POST /call was answered by ${post.status}`);
  // What needs no approval passes, and so does another's request.
  const free = await callAll(pair, times(3, "read_file"));
  if (free.passed !== 3) wrong.push("its allowed neighbour, a call without approval, was refused");
  const other = await connect(stage, BOB);
  wrong.push(...await expectOnce(stage, other));
  if (pair.server.received.length !== 3) wrong.push("a call that waits was forwarded");
  await hangUp(pair);
  await hangUp(other);
  return wrong;
}
