// Cases written as HTTP requests, as far as they apply to a WebSocket: the same headers at the handshake, and the
// same again before `POST /call`, which takes the small frame.

import type { Case, HttpStep } from "../case.ts";
import { Client, handshake, type HttpAnswer, postCall } from "../client.ts";
import { decisionsIn } from "../audit.ts";
import { passNeighbours } from "../neighbours.ts";
import { runnerId } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import { type Stage, startStage } from "../stage.ts";
import { refusedPolicies } from "./policy.ts";

/** Headers that belong to the request itself and not to who sends it. */
const OWN = ["content-type", "accept"];

/** The headers that say who asks. */
export function identityHeaders(step: HttpStep): [string, string][] {
  return step.headers.filter(([name]) => !OWN.includes(name.toLowerCase()));
}

/** The query of a step's path, moved to another path. */
function moved(step: HttpStep, path: string): string {
  const at = step.path.indexOf("?");
  return at < 0 ? path : path + step.path.slice(at);
}

/** One request of a case, over both doors. */
interface Tried {
  /** The status of the handshake; 101 where it is upgraded. */
  upgrade: HttpAnswer;
  /** The answer of `POST /call`. */
  call: HttpAnswer;
}

/** Tries one request of a case at the handshake, then at `POST /call` with an allowed tool. */
export async function tryBoth(stage: Stage, step: HttpStep): Promise<Tried> {
  const headers = identityHeaders(step);
  const upgrade = await handshake(stage.port, headers, { path: moved(step, "/ws") });
  const call = await postCall(
    stage.port,
    [["Content-Type", "application/json"], ...headers],
    JSON.stringify({ type: "tool_call", tool: "read_file", args: {} }),
    moved(step, "/call"),
  );
  return { upgrade, call };
}

/** Plays the `http` steps of a case, then its policies that must be refused. */
export async function playHttp(one: Case): Promise<string[]> {
  // A program of its own: wrong credentials are counted by address, over all cases.
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  const steps = one.steps.flatMap((s) => s.http === undefined ? [] : [s.http]);
  if (one.expected.outcome === "reject") {
    for (const step of steps) wrong.push(...await rejected(one, stage, step));
  } else wrong.push(...await accepted(one, stage, steps));
  stage.upstream.answering = false;
  wrong.push(...await passNeighbours(stage, [PING]));
  if (one.steps.some((s) => s.policy !== undefined)) wrong.push(...await refusedPolicies(one));
  return wrong;
}

const PING = '{"jsonrpc":"2.0","id":ID,"method":"ping","params":{}}';

/** Both doors must refuse, with the case's status, one record each, and nothing of the credential anywhere. */
async function rejected(one: Case, stage: Stage, step: HttpStep): Promise<string[]> {
  const wrong: string[] = [];
  await stage.audit.mark();
  const before = stage.upstream.forwarded;
  const connections = stage.upstream.connections.length;
  const { upgrade, call } = await tryBoth(stage, step);
  const wanted = one.expected.http ?? 401;
  if (upgrade.status !== wanted) wrong.push(`the handshake got ${upgrade.status}, not ${wanted}`);
  if (call.status !== wanted) wrong.push(`POST /call got ${call.status}, not ${wanted}`);
  if (stage.upstream.forwarded !== before) wrong.push("something was forwarded");
  if (stage.upstream.connections.length !== connections) wrong.push("the server was connected to");
  const lines = await stage.audit.reach(2);
  if (decisionsIn(lines) !== 2) wrong.push(`${decisionsIn(lines)} decisions for 2 requests`);
  // A repeated header is refused by the HTTP reader, before anybody asks what it says.
  const known = /^(auth\.|http\.duplicate_header$)/;
  if (!lines.every((l) => known.test(l.detail ?? ""))) {
    wrong.push(`recorded as ${lines.map((l) => l.detail).join(", ")}`);
  }
  const secrets = ["ALICE", "BOB"].filter((s) => JSON.stringify(step).includes(s));
  const seen = JSON.stringify(lines) + stage.said() + upgrade.body + call.body;
  for (const secret of secrets) if (seen.includes(secret)) wrong.push(`${secret} was written down`);
  return wrong;
}

/** Requests of which `forwarded` must pass, as alice, and their messages with them. */
async function accepted(
  one: Case,
  stage: Stage,
  steps: readonly HttpStep[],
): Promise<string[]> {
  const wrong: string[] = [];
  let passed = 0;
  await stage.audit.mark();
  const before = stage.upstream.forwarded;
  for (const step of steps) {
    let client: Client;
    try {
      client = await Client.open(stage.port, identityHeaders(step), moved(step, "/ws"));
    } catch {
      continue;
    }
    passed++;
    const server = await stage.upstream.accept();
    const answer = await client.ask({ ...JSON.parse(step.body ?? "{}"), id: runnerId() });
    if (answer?.result === undefined) wrong.push("the message of an accepted client was refused");
    await client.close();
    await server.closed;
  }
  const forwarded = stage.upstream.forwarded - before;
  if (passed !== one.expected.forwarded || forwarded !== passed) {
    wrong.push(`${passed} accepted and ${forwarded} forwarded, not ${one.expected.forwarded}`);
  }
  const lines = await stage.audit.reach(steps.length - passed);
  if (decisionsIn(lines) !== steps.length - passed) wrong.push("a refusal was not recorded");
  return wrong;
}
