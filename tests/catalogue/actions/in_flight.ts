// Actions about calls in flight: too many at once, never answered, and a long mixed run.

import { decisionsIn } from "../audit.ts";
import { callAll, hangUp, times } from "../calls.ts";
import type { Case } from "../case.ts";
import { figure, resident } from "../figures.ts";
import { brief } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { runnerId } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, BOB, connect, type Pair, startStage } from "../stage.ts";

/** Sends so many calls that the server leaves unanswered, and counts what the guard answered itself. */
async function unanswered(pair: Pair, n: number): Promise<{ codes: Record<string, number> }> {
  const prefix = runnerId();
  for (let i = 0; i < n; i++) {
    await pair.client.send(JSON.stringify({
      jsonrpc: "2.0",
      id: `slow:${prefix}:${i}`,
      method: "tools/call",
      params: { name: "read_file", arguments: { i } },
    }));
  }
  // Each is either with the server or answered by the guard.
  await pair.client.find(() => pair.server.received.length + refusals(pair) >= n);
  return { codes: codesOf(pair) };
}

/** How many calls have been refused. */
function refusals(pair: Pair): number {
  return Object.values(codesOf(pair)).reduce((a, b) => a + b, 0);
}

/** The error codes a client has got, by how often. */
function codesOf(pair: Pair): Record<string, number> {
  const codes: Record<string, number> = {};
  for (const m of pair.client.messages) {
    const code = m.error?.code;
    if (code !== undefined && String(m.id).startsWith("slow:")) {
      codes[code] = (codes[code] ?? 0) + 1;
    }
  }
  return codes;
}

/** `slow_calls` and `overload`: calls beyond those in flight are refused at once, and later ones pass again. */
export async function slowCalls(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? 5000 : 300;
  const [session, total] = [64, 100];
  await using stage = await startStage(`${FIXTURE}limits: {in_flight_total: ${total}}\n`);
  await stage.audit.mark();
  const [first, second] = [await connect(stage, ALICE), await connect(stage, BOB)];
  const wrong: string[] = [];
  const a = await unanswered(first, n);
  const b = await unanswered(second, n);
  for (const [{ codes }, passed] of [[a, session], [b, total - session]] as const) {
    if (codes["-31503"] !== n - passed || Object.keys(codes).length !== 1) {
      wrong.push(`of ${n} calls ${n - passed} should have got -31503, not ${brief(codes)}`);
    }
  }
  const forwarded = first.server.received.length + second.server.received.length;
  if (forwarded !== total) wrong.push(`${forwarded} forwarded, not ${total}`);
  for (const pair of [first, second]) {
    pair.server.answerAll();
    await pair.client.find(() => pair.client.messages.length >= n);
  }
  for (const pair of [first, second]) {
    const { passed } = await callAll(pair, times(30));
    if (passed !== 30) wrong.push(`${passed} of 30 passed afterwards`);
  }
  if (await figure(stage, "mcpguard_in_flight") !== 0) wrong.push("calls are still counted");
  await hangUp(first);
  await hangUp(second);
  const decisions = decisionsIn(await stage.audit.reach(2 * n + 60));
  if (decisions !== 2 * n + 60) wrong.push(`${decisions} decisions for ${2 * n + 60} calls`);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `upstream_silent`: what is never answered is given up after its time, and nothing of it stays. */
export async function silentUpstream(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? 10_000 : 300;
  await using stage = await startStage(`${FIXTURE}limits: {call_timeout_ms: 400}\n`);
  const pair = await connect(stage);
  await unanswered(pair, n);
  const forwarded = (): number =>
    pair.server.received.filter((m) => m.json?.id !== undefined).length;
  const wrong: string[] = [];
  // Every call has its answer in the end: given up, or refused because too many waited.
  let sum = 0;
  while (sum < n) {
    const seen = pair.client.messages.length;
    const codes = codesOf(pair);
    sum = (codes["-31503"] ?? 0) + (codes["-31408"] ?? 0);
    if (sum < n) await pair.client.find((m) => pair.client.messages.indexOf(m) >= seen);
    if (pair.client.closeCode !== null) break;
  }
  const codes = codesOf(pair);
  if (codes["-31408"] !== forwarded() || sum !== n) {
    wrong.push(`${forwarded()} forwarded of ${n}, answered by ${brief(codes)}`);
  }
  if (!bench.full && forwarded() > 200) wrong.push(`${forwarded()} waited at once`);
  if (await figure(stage, "mcpguard_in_flight") !== 0) wrong.push("calls are still counted");
  await hangUp(pair);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `soak`: mixed traffic with clients that come and go; nothing is lost and nothing stays. */
export async function soak(one: Case, bench: Bench): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const until = Date.now() + (bench.full ? 120_000 : 0);
  let rounds = 0;
  let sent = 0;
  let early = NaN;
  do {
    const pair = await connect(stage, rounds % 2 === 0 ? ALICE : BOB);
    const { passed } = await callAll(pair, [
      ...times(10),
      ...times(5, "echo"),
      ...times(5, "search"),
    ]);
    if (passed !== 20) wrong.push(`round ${rounds}: ${passed} of 20 passed`);
    sent += 20;
    await hangUp(pair);
    if (++rounds === 40) early = await resident(stage);
  } while (wrong.length === 0 && (rounds < 80 || Date.now() < until));
  if (stage.upstream.forwarded !== sent) {
    wrong.push(`${stage.upstream.forwarded} of ${sent} arrived`);
  }
  for (const name of ["mcpguard_connections", "mcpguard_in_flight"]) {
    if (await figure(stage, name) !== 0) wrong.push(`${one.id}: ${name} is not 0 at the end`);
  }
  const grown = (await resident(stage) - early) / (1 << 20);
  if (grown > 80) wrong.push(`memory grew by ${Math.round(grown)} MB over ${rounds} rounds`);
  return wrong;
}
