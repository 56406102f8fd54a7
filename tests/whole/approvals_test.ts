// Approvals through the real program: somebody else's word by the command line, over a listener and with a key of its own.

import { expect } from "expect";
import { parsePolicy } from "../../src/policy/mod.ts";
import { runProgram } from "../kit/program.ts";
import { redisTest, startRedis } from "../kit/redis.ts";
import { obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, type Stage, startStage } from "../fixtures/proxy_stage.ts";

const CAROL = "carols-key-that-is-long-enough-for-tests";
const ALICE = "alices-key-as-an-approver-long-enough";
const RULES = `${POLICY}
rules: [{ id: payments, tools: [pay], effect: approve, reason: payments need a human }]
`;
const approvals = (more = ""): string =>
  `approvals: { ${more} admin_keys: [{ key: ${CAROL}, identity: carol }, { key: ${ALICE}, identity: Alice }] }\n`;

/** Runs `mcpguard approvals` against a stage. */
function cli(
  stage: Stage,
  words: string[],
  key: string = CAROL,
): ReturnType<typeof runProgram> {
  return runProgram(["approvals", ...words, "--admin", `http://127.0.0.1:${stage.adminPort}`], {
    env: { MCPGUARD_APPROVER_KEY: key },
  });
}

/** Asks the admin listener itself. */
async function admin(
  stage: Stage,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(`http://127.0.0.1:${stage.adminPort}/${path}`, init);
  const text = await reply.text();
  const json = reply.headers.get("content-type") === "application/json";
  return { status: reply.status, body: json ? JSON.parse(text) : text };
}

const bearer = (key: string): RequestInit => ({ headers: { Authorization: `Bearer ${key}` } });

/** The ids that wait. */
async function ids(stage: Stage): Promise<string[]> {
  const { body } = await admin(stage, "approvals", bearer(CAROL));
  return (body as { approvals: { id: string }[] }).approvals.map((one) => one.id);
}

/** Waits for the one request that waits. */
async function theId(stage: Stage): Promise<string> {
  const record = await stage.record({ detail: "approval.requested" });
  expect(await ids(stage)).toEqual([record.approval.id]);
  return record.approval.id;
}

Deno.test("somebody else approves a held call by the command line, and it happens once", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, RULES + approvals());
  const { client } = await stage.pair(server);
  const args = { to: "bob\u001b[2J\u202egnp", amount: 5 };
  const asked = client.call("pay", args);
  const id = await theId(stage);
  const list = await cli(stage, ["list"]);
  expect(list).toMatchObject({ code: 0, stderr: "" });
  for (const text of [id, "alice", "pay (tools/call)", "payments need a human", '"amount":5']) {
    expect(list.stdout).toContain(text);
  }
  // Neither the terminal nor the eye is turned.
  for (const mark of ["\u001b", "\u202e"]) expect(list.stdout).not.toContain(mark);
  expect(list.stdout).toContain("\\u202e");
  const record = stage.records().find((r) => r.detail === "approval.requested");
  expect(list.stdout).toContain(record.approval.digest);
  expect(await cli(stage, ["approve", id], "a-wrong-key")).toMatchObject({ code: 2, stdout: "" });
  const own = await cli(stage, ["approve", id], ALICE);
  expect([own.code, own.stderr]).toEqual([1, expect.stringContaining("what they asked for")]);
  expect(server.got.all).toEqual([]);
  expect(await cli(stage, ["approve", id])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("approved"),
  });
  expect(await client.next()).toMatchObject({ id: asked, result: { content: [{ text: "ok" }] } });
  expect(server.got.all).toMatchObject([{ params: { name: "pay", arguments: args } }]);
  expect((await cli(stage, ["approve", id])).code).toBe(1);
  const story = stage.records().filter((r) => r.approval?.id === id);
  expect(story.map((r) => [r.detail ?? r.decision, r.approval.by])).toEqual([
    ["approval.requested", undefined],
    ["approval.self", "Alice"],
    ["approval.granted", "carol"],
    ["approval.consumed", "carol"],
    ["ok", "carol"],
  ]);
  expect(await stage.metric("mcpguard_approvals_consumed_total")).toBe(1);
  expect(await stage.metric("mcpguard_held")).toBe(0);
});

Deno.test("a denial reaches who waits, and stands for everything equal", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, RULES + approvals());
  const { client } = await stage.pair(server);
  client.call("pay", { amount: 1 });
  const id = await theId(stage);
  const said = await cli(stage, ["deny", id, "--json"]);
  expect([said.code, JSON.parse(said.stdout)]).toMatchObject([0, { state: "denied", by: "carol" }]);
  for (const _ of [1, 2]) {
    const { result } = await client.next();
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toContain("ApprovalDenied");
    client.call("pay", { amount: 1 });
  }
  expect(server.got.all).toEqual([]);
  expect(await ids(stage)).toEqual([]);
});

Deno.test("POST /call and small frames are approved by repeating them", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, RULES + approvals());
  const post = async (amount: number): Promise<{ status: number; body: unknown }> => {
    const reply = await fetch(`http://127.0.0.1:${stage.port}/call`, {
      method: "POST",
      headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
      body: JSON.stringify({ type: "tool_call", tool: "pay", args: { amount } }),
    });
    return { status: reply.status, body: await reply.json() };
  };
  const refused = await post(1);
  const id = await theId(stage);
  expect(refused).toMatchObject({
    status: 412,
    body: { error: "PolicyDenied", details: { reason: "ApprovalRequired", approval: { id } } },
  });
  expect((await cli(stage, ["approve", id])).code).toBe(0);
  expect((await post(2)).status).toBe(412);
  const client = await stage.client();
  client.send({ type: "tool_call", tool: "pay", args: { amount: 1 } });
  expect(await client.next()).toMatchObject({ type: "tool_result" });
  expect((await post(1)).status).toBe(412);
  client.send({ type: "tool_call", tool: "pay", args: { amount: 1 } });
  expect(await client.next()).toMatchObject({ type: "error" });
  expect(server.got.all.length).toBe(1);
});

Deno.test("the admin listener tells nothing and decides nothing without an approver's key", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, RULES + approvals());
  const { client } = await stage.pair(server);
  client.call("pay", {});
  const id = await theId(stage);
  const approve = (
    headers: Record<string, string>,
    body = '{"decision":"approve"}',
  ): RequestInit => ({
    method: "POST",
    headers,
    body,
  });
  const right = { Authorization: `Bearer ${CAROL}` };
  const cases: [string, RequestInit, number][] = [
    ["approvals", {}, 401],
    ["approvals", bearer(KEY), 401],
    ["approvals", { headers: { "X-API-Key": CAROL } }, 401],
    [`approvals/${id}`, approve({}), 401],
    [`approvals/${id}`, approve({ Authorization: `Bearer ${KEY}` }), 401],
    [`approvals/${id}`, approve({ ...right, Origin: "http://evil.example" }), 403],
    [`approvals/${id}`, bearer(CAROL), 405],
    ["approvals", approve(right), 405],
    [`approvals/${id}`, approve(right, ""), 400],
    [`approvals/${id}`, approve(right, '{"decision":"approve","decision":"deny"}'), 400],
    [`approvals/${id}`, approve(right, '{"decision":"approve","by":"x"}'), 400],
    [`approvals/${id}`, approve(right, '{"decision":true}'), 400],
    [`approvals/${id}`, approve(right, `{"decision":"${"x".repeat(2000)}"}`), 413],
    [`approvals/${id}x`, approve(right), 404],
    [`approvals/`, approve(right), 404],
    [`approvals/${id}/`, approve(right), 404],
  ];
  for (const [path, init, status] of cases) {
    const said = await admin(stage, path, init);
    expect([path, init.headers, init.body, said.status]).toEqual([
      path,
      init.headers,
      init.body,
      status,
    ]);
    if (status === 401) expect(JSON.stringify(said.body)).not.toContain(id);
  }
  // Guessing is slowed; a right key is not.
  for (let i = 0; i < 12; i++) await admin(stage, "approvals", bearer(`guess-${i}`));
  expect((await admin(stage, "approvals", bearer("one-more"))).status).toBe(429);
  expect(await ids(stage)).toEqual([id]);
  // Neither listener of clients nor any MCP method leads there.
  const data = `http://127.0.0.1:${stage.port}/approvals/${id}`;
  const lost = await fetch(data, approve(right));
  await lost.body?.cancel();
  expect(lost.status).toBe(404);
  client.ask("approvals/approve", { id });
  client.call("approvals.approve", { id });
  expect((await client.next()).error.code).toBe(-32601);
  await server.got.next();
  expect(server.got.all.map((m) => m.params.name)).toEqual(["approvals.approve"]);
  expect(stage.records().filter((r) => r.detail === "approval.granted")).toEqual([]);
});

Deno.test("without approvers a call is refused at once, and a client's key cannot be one", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, RULES);
  const { client } = await stage.pair(server);
  expect((await client.asked("tools/call", { name: "pay" })).result.isError).toBe(true);
  expect((await admin(stage, "approvals", bearer(KEY))).status).toBe(404);
  const bad = RULES + `approvals: { admin_keys: [{ key: ${KEY}, identity: mallory }] }\n`;
  await expect(startStage(server.url, bad)).rejects.toThrow("a client's key");
});

/** A grant in a store that outlives the program: 50 equal calls over two programs, one of them after a restart. */
async function onceOverAll(store: string): Promise<void> {
  await using server = playServer(obliging);
  const policy = RULES + approvals(`wait_ms: 0, ${store},`);
  {
    await using first = await startStage(server.url, policy);
    const { client } = await first.pair(server);
    expect((await client.asked("tools/call", { name: "pay" })).result.isError).toBe(true);
    const id = await theId(first);
    expect((await cli(first, ["approve", id])).code).toBe(0);
  }
  await using one = await startStage(server.url, policy);
  await using two = await startStage(server.url, policy);
  const before = server.got.all.length;
  const clients = [await one.client(), await two.client(), await one.client(), await two.client()];
  for (let i = 0; i < 48; i++) clients[i % 4]!.ask("tools/call", { name: "pay" });
  const answers = [];
  for (let i = 0; i < 48; i++) answers.push(await clients[i % 4]!.next());
  expect(answers.filter((answer) => answer.result?.isError !== true).length).toBe(1);
  expect(server.got.all.length - before).toBe(1);
  // And a restart brings it not back.
  await using three = await startStage(server.url, policy);
  const late = await three.client();
  expect((await late.asked("tools/call", { name: "pay" })).result.isError).toBe(true);
}

Deno.test("a grant in a file is used once by all programs that share it, also after a crash", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await onceOverAll(`store: file, file: ${JSON.stringify(`${folder}/approvals.json`)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

redisTest("a grant in Redis is used once by all programs that share it", async () => {
  await using redis = await startRedis();
  await onceOverAll(`store: redis, redis_dsn: ${JSON.stringify(redis.dsn)}`);
});

Deno.test("the README's policies about humans load, and say what it says", async () => {
  const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const section = text.split("## A human where it matters")[1]!.split("\n## ")[0]!;
  const policies = section.split("```yaml\n").slice(1).map((block) =>
    parsePolicy(block.split("```")[0]!, "README.md")
  );
  expect(policies.map((p) => [p.approvals.adminKeys.length, p.serverRequests.sampling]))
    .toEqual([[1, "allow"], [0, "deny"]]);
  expect(policies[0]!.warnings.map((w) => w.code)).not.toContain("no_approver");
});
