// Actions about who is asking: guessing, leaking answers, odd credentials at the handshake.

import type { Case } from "../case.ts";
import { handshake, postCall } from "../client.ts";
import { decisionsIn } from "../audit.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { startStage } from "../stage.ts";

const bearer = (token: string): [string, string][] => [["Authorization", `Bearer ${token}`]];
const FRAME = '{"type":"tool_call","tool":"read_file","args":{}}';

/** `timing`: wrong tokens that share more and more with a right one are all refused alike; no time is asserted. */
export async function timing(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const near = ["A", "AL", "ALI", "ALIC", "ALICF", "ALICE0", "alice", "XLICE"];
  await using stage = await startStage(FIXTURE);
  const answers = new Set<string>();
  for (const token of near) {
    const { status, body } = await handshake(stage.port, bearer(token));
    answers.add(`${status} ${body}`);
  }
  if (answers.size !== 1 || ![...answers][0]?.startsWith("401 ")) {
    wrong.push(`wrong tokens got ${[...answers].join(" | ")}`);
  }
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `auth_flood`: guesses from one address are slowed, and the owner of a key is never locked out by them. */
export async function authFlood(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const n = bench.full ? 5000 : 300;
  await using stage = await startStage(FIXTURE);
  const seen = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const { status } = await handshake(stage.port, bearer(`guess-${i}`));
    seen.set(status, (seen.get(status) ?? 0) + 1);
  }
  const [wrongs, slowed] = [seen.get(401) ?? 0, seen.get(429) ?? 0];
  if (wrongs + slowed !== n || slowed < n / 2) {
    wrong.push(`${n} guesses got ${JSON.stringify([...seen])}`);
  }
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  // The owner is asked for while the guesser is slowed, from the same address.
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  const decisions = decisionsIn(await stage.audit.reach(n), "c2s");
  if (decisions < n) wrong.push(`${decisions} decisions for ${n} guesses`);
  return wrong;
}

/** `compare_errors`: an unknown key, a near one, and a hash of a right one get the same answer, byte by byte. */
export async function compareErrors(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const strip = (head: string): string => head.replace(/^Date:.*\r\n/gim, "");
  const doors = new Map<string, Set<string>>([["/ws", new Set()], ["/call", new Set()]]);
  for (const token of ["nobody", "ALICF", "sha256:00", "eyJhbGciOiJub25lIn0.e30."]) {
    const upgrade = await handshake(stage.port, bearer(token));
    doors.get("/ws")!.add(`${strip(upgrade.head)}${upgrade.body}`);
    const call = await postCall(stage.port, bearer(token), FRAME);
    // The decision's id is of that decision alone.
    doors.get("/call")!.add(`${strip(call.head)}${call.body.replace(/"decisionId":"[^"]*"/, "")}`);
    if (upgrade.status !== 401 || call.status !== 401) {
      wrong.push(`${token} got ${upgrade.status} and ${call.status}`);
    }
  }
  for (const [door, answers] of doors) {
    if (answers.size !== 1) wrong.push(`${door} tells ${answers.size} kinds of wrong apart`);
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}
