// Actions of the class rate that need no Redis: rotation, variants, floods, clocks, costs.

import { memoryLimiter } from "../../../src/limits/mod.ts";
import { decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { postCall } from "../client.ts";
import { callAll, count, expectTally, hangUp, limit, type Tally, times } from "../calls.ts";
import { brief } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { AUTH, FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, BOB, connect, startInside, startStage } from "../stage.ts";

/** RATE-001 `rotate`: small frames with ever new identities from one address share its bucket. */
export async function rotate(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  const n = bench.full ? Number(step.identities) : 400;
  await using stage = await startStage(`version: 1\n${limit(50)}`);
  await stage.audit.mark();
  const pair = await connect(stage, []);
  pair.server.answerAll();
  const tally: Tally = { passed: 0, refused: 0, reasons: {} };
  for (let i = 0; i < n; i++) {
    for (let call = 0; call < Number(step.calls_each ?? 1); call++) {
      const id = `${i}.${call}`;
      const frame = { type: "tool_call", id, tool: "read_file", args: {}, identity: `user-${i}` };
      await pair.client.send(JSON.stringify(frame));
      count(tally, await pair.client.find((m) => m.id === id));
      pair.client.messages.length = 0;
    }
  }
  const wrong = expectTally(tally, pair.server.received.length, 50, "RateLimitExceeded");
  // Another tool has a bucket of its own.
  const other = await callAll(pair, ["echo"]);
  if (other.passed !== 1) wrong.push("its allowed neighbour, another tool, was refused");
  await hangUp(pair);
  const calls = tally.passed + tally.refused + 1;
  const decisions = decisionsIn(await stage.audit.reach(calls));
  if (decisions !== calls) wrong.push(`${decisions} decisions for ${calls} calls`);
  return wrong;
}

/** RATE-002 `variants`: spellings of a tool are refused where only it is allowed, and share its bucket elsewhere. */
export async function variants(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? Number(one.steps[0]!.n) : 200;
  const folded = ["read_file", "Read_File", "READ_FILE", "read-file", "read.file", "read__file"];
  const odd = Array.from(
    { length: n },
    (_, i) => `${folded[1 + i % 5]}${"\u200b".repeat(1 + i % 40)}`,
  );
  const wrong: string[] = [];
  const strict = await bench.stages.get(FIXTURE + limit(5));
  let pair = await connect(strict);
  const refused = await callAll(pair, [...odd.slice(0, 100), "Read_File", "READ_FILE"]);
  if (refused.passed > 0) wrong.push(`${refused.passed} variants passed the allow list`);
  if (pair.server.received.length > 0) wrong.push("a variant was forwarded");
  await hangUp(pair);
  await using open = await startStage(`version: 1\n${AUTH}${limit(5)}`);
  pair = await connect(open);
  const shared = await callAll(pair, Array.from({ length: n }, (_, i) => folded[i % 6]!));
  wrong.push(...expectTally(shared, pair.server.received.length, 5, "RateLimitExceeded"));
  await hangUp(pair);
  wrong.push(...await passNeighbours(strict, neighboursOf(one)));
  return wrong;
}

/** RATE-003 and RATE-004 `rotate`: a full table grants nothing more, and forgets no empty bucket. */
export async function fullTable(one: Case, bench: Bench): Promise<string[]> {
  const clock = { now: (): number => Date.now(), monotonic: (): number => performance.now() };
  // The table is smaller than the program's 100,000, so that the short form fills it, too.
  const maxBuckets = bench.full ? 10_000 : 200;
  const limiter = memoryLimiter({ clock, maxBuckets });
  await using stage = await startInside(`version: 1\n${AUTH}${limit(2)}`, { limiter });
  const victim = await connect(stage, BOB);
  const first = await callAll(victim, times(3));
  const pair = await connect(stage);
  const n = maxBuckets * 3;
  const flood = await callAll(pair, Array.from({ length: n }, (_, i) => `tool_${i}`));
  // All but one bucket, and then the shared one of 2.
  const wrong = expectTally(
    flood,
    pair.server.received.length,
    maxBuckets - 1 + 2,
    "RateLimitExceeded",
  );
  const again = await callAll(victim, times(3));
  if (first.passed !== 2 || again.passed !== 0) {
    wrong.push(`${one.id}: the emptied bucket gave ${first.passed}, then ${again.passed}`);
  }
  if (limiter.size > maxBuckets) wrong.push(`${limiter.size} buckets are kept`);
  await hangUp(pair);
  await hangUp(victim);
  return wrong;
}

/** RATE-005 `clock`: the wall clock steps back and forth; buckets follow the monotonic one only. */
export async function clockSteps(): Promise<string[]> {
  const time = { wall: Date.now(), passed: 0 };
  const clock = { now: (): number => time.wall, monotonic: (): number => time.passed };
  const limiter = memoryLimiter({ clock });
  await using stage = await startInside(
    `version: 1\n${AUTH}rate_limit: {capacity: 2, refill_rate_per_sec: 1}\n`,
    { limiter, clock },
  );
  const wrong: string[] = [];
  const pair = await connect(stage);
  const expectPassed = async (what: string, passed: number): Promise<void> => {
    const tally = await callAll(pair, times(5));
    if (tally.passed !== passed) wrong.push(`${tally.passed} passed ${what}, not ${passed}`);
  };
  await expectPassed("at first", 2);
  for (const step of [-7_200_000, 365 * 86_400_000, NaN]) {
    time.wall = Number.isNaN(step) ? NaN : Date.now() + step;
    // A record needs a time that can be written.
    if (Number.isNaN(time.wall)) time.wall = 0;
    await expectPassed(`after a step of ${step} ms`, 0);
  }
  time.passed += 1000;
  await expectPassed("after a second", 1);
  time.passed -= 500;
  await expectPassed("after a step back of the monotonic clock", 0);
  await hangUp(pair);
  return wrong;
}

/** RATE-011: nothing in the arguments changes what a call costs: with an empty bucket the message is refused. */
export async function costFromArguments(one: Case): Promise<string[]> {
  await using stage = await startStage(FIXTURE + limit(1));
  const pair = await connect(stage);
  const wrong: string[] = [];
  const first = await callAll(pair, times(1, "search"), '{"n":1}');
  if (first.passed !== 1) wrong.push("its allowed neighbour was refused");
  for (const n of ["-5", '"5"', "1e9", "-1e308", "0"]) {
    const again = await callAll(pair, times(2, "search"), `{"n":${n}}`);
    if (again.passed > 0) wrong.push(`${one.id}: n ${n} gave ${again.passed} calls back`);
  }
  if (pair.server.received.length !== 1) wrong.push(`${pair.server.received.length} forwarded`);
  await hangUp(pair);
  return wrong;
}

/** RATE-012 `client_flood`: denied calls have a bucket of their own; none is ever forwarded. */
export async function deniedFlood(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  const n = bench.full ? Number(step.n) : Number(step.n) / 50;
  const tool = String(step.method).split(":")[1] ?? "delete_file";
  await using stage = await startStage(FIXTURE);
  await stage.audit.mark();
  const pair = await connect(stage);
  const tally = await callAll(pair, times(n, tool));
  const wrong: string[] = [];
  if (tally.passed > 0 || pair.server.received.length > 0) wrong.push("a denied call passed");
  if ((tally.reasons.RateLimitExceeded ?? 0) < n / 2) {
    wrong.push(`${n} denied calls were answered by ${brief(tally.reasons)}`);
  }
  await hangUp(pair);
  const decisions = decisionsIn(await stage.audit.reach(n));
  if (decisions !== n) wrong.push(`${decisions} decisions for ${n} calls`);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** RATE-014 `inspect_headers`: a throttled caller learns its own wait and nothing about others. */
export async function inspectHeaders(one: Case): Promise<string[]> {
  await using stage = await startStage(
    `version: 1\n${AUTH}rate_limit: {capacity: 3, refill_rate_per_sec: 0.001}\n`,
  );
  stage.upstream.answering = true;
  const frame = '{"type":"tool_call","tool":"read_file","args":{}}';
  const call = (who: [string, string][]): ReturnType<typeof postCall> =>
    postCall(stage.port, who, frame);
  const wrong: string[] = [];
  // Bob's bucket is full all the while; alice's answers must not tell whether he calls.
  const shape = (head: string, body: string): string =>
    head.replace(/^(Date|Content-Length|Retry-After):.*\r\n/gim, "") +
    body.replace(/"decisionId":"[^"]*"/, "").replace(/[0-9.]+ s\b/, "").replace(
      /"retryAfterMs":[0-9.]+/,
      "",
    );
  for (let i = 0; i < 3; i++) {
    if ((await call([...ALICE])).status !== 200) wrong.push("its allowed neighbour was refused");
  }
  const before = await call([...ALICE]);
  await call([...BOB]);
  const after = await call([...ALICE]);
  for (const { status, head, body } of [before, after]) {
    if (status !== 429) wrong.push(`${one.id}: status ${status}`);
    const wait = Number(/^Retry-After: *([0-9]+)/im.exec(head)?.[1]);
    if (!(wait > 0 && wait <= 1000)) wrong.push(`Retry-After ${wait}`);
    if (/ratelimit/i.test(head) || /bob/i.test(head + body)) wrong.push("it tells of others");
    if (/NaN|Infinity|-[0-9]+/.test(body.replace(/"decisionId":"[^"]*"/, ""))) {
      wrong.push(`odd numbers: ${brief(body)}`);
    }
  }
  if (shape(before.head, before.body) !== shape(after.head, after.body)) {
    wrong.push("the answer changed by another's call");
  }
  if (stage.upstream.forwarded !== 4) wrong.push(`${stage.upstream.forwarded} forwarded, not 4`);
  return wrong;
}
