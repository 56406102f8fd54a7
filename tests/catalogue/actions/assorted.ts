// Cases of several classes: names that shadow each other, what a server of the modern era may not say, one program for
// each session, and subscriptions without number.

import { policyFile } from "../../kit/policy.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import { startProgram } from "../../kit/program.ts";
import { decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { handshake } from "../client.ts";
import { hangUp } from "../calls.ts";
import { brief, refuses } from "../judge.ts";
import { runnerId } from "../play.ts";
import { AUTH, FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, connect, type Pair, startStage } from "../stage.ts";

/** The next message that the server has not answered, answered by a result. */
async function answerNext(pair: Pair, n: number, result: object): Promise<void> {
  await pair.server.count(n);
  const { json } = pair.server.received[n - 1]!;
  pair.server.send(JSON.stringify({ jsonrpc: "2.0", id: json.id, result }));
}

/** NAME-020: both of two names that are alike are hidden and refused, until the server lists one of them only. */
export async function shadowedNames(one: Case): Promise<string[]> {
  await using stage = await startStage(
    `version: 1\n${AUTH}tools: {allow: [read_file, Read_File, echo]}\n`,
  );
  const wrong: string[] = [];
  const pair = await connect(stage);
  const names = one.steps.flatMap((step) => (step.names as string[] | undefined) ?? []);
  const list = async (n: number, tools: readonly string[]): Promise<string[]> => {
    const asked = pair.client.ask({ id: runnerId(), method: "tools/list", params: {} });
    const listed = tools.map((name) => ({ name, inputSchema: { type: "object" } }));
    await answerNext(pair, n, { tools: listed });
    return (await asked)?.result?.tools?.map((tool: { name: string }) => tool.name) ?? [];
  };
  const shown = await list(1, [...names, "echo"]);
  if (shown.join() !== "echo") wrong.push(`the list shows ${brief(shown)}`);
  for (const name of names) {
    const answer = await pair.client.ask({
      id: runnerId(),
      method: "tools/call",
      params: { name, arguments: {} },
    });
    if (!refuses(answer)) wrong.push(`${name} was answered by ${brief(answer)}`);
  }
  if (pair.server.received.length !== 1) wrong.push("a call was forwarded");
  // The neighbour: once one of them is gone, the other is itself again.
  const after = await list(2, ["read_file"]);
  if (after.join() !== "read_file") wrong.push(`the list then shows ${brief(after)}`);
  const call = pair.client.ask({
    id: runnerId(),
    method: "tools/call",
    params: { name: "read_file", arguments: {} },
  });
  await answerNext(pair, 3, { content: [] });
  if (refuses(await call)) wrong.push("its allowed neighbour was refused");
  await hangUp(pair);
  return wrong;
}

const MODERN_META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { sampling: {} },
};

/** RPC-021: a server of the modern era asks nothing by requests, and no notification has an id. */
export async function oddServerMessages(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const wrong: string[] = [];
  const pair = await connect(stage);
  await stage.audit.mark();
  const call = pair.client.ask({
    id: "call",
    method: "tools/call",
    params: { name: "read_file", arguments: {}, _meta: MODERN_META },
  });
  await pair.server.count(1);
  const steps = one.steps.map((step) => step.server!);
  for (const step of steps) pair.server.send(step);
  // A session keeps its order: when this arrives, what came before it has been handled.
  await answerNext(pair, 1, { content: [] });
  const answer = await call;
  if (answer?.result === undefined) wrong.push(`the call was answered by ${brief(answer)}`);
  if (pair.client.messages.length !== 1) {
    wrong.push(`the client got ${brief(pair.client.messages)}`);
  }
  await pair.server.count(1 + steps.length);
  for (const [i, { json }] of pair.server.received.slice(1).entries()) {
    const { id } = JSON.parse(steps[i]!);
    if (json?.id !== id || json.error?.code !== -32601) {
      wrong.push(`the server was answered by ${brief(json)}`);
    }
  }
  const lines = await stage.audit.when((all) => decisionsIn(all, "s2c") >= steps.length);
  if (decisionsIn(lines, "s2c") !== steps.length) wrong.push("not each of them is on record");
  await hangUp(pair);
  return wrong;
}

/** A server in sh that notes its start and answers whatever it is asked. */
const ANSWERS = `printf 'x\\n' >> "$0"; while read -r line; do ` +
  `id=$(printf '%s' "$line" | sed 's/.*"id":\\([0-9]*\\).*/\\1/'); ` +
  `printf '{"jsonrpc":"2.0","id":%s,"result":{}}\\n' "$id"; done`;

/** RES-006: where each session has a program of its own, sessions that nobody closes start only so many. */
export async function childFlood(one: Case, bench: Bench): Promise<string[]> {
  const most = 6;
  const n = bench.full ? Number(one.steps[0]!.n) : Number(one.steps[0]!.n) / 50;
  await using file = await policyFile(`${FIXTURE}limits: {connections: ${most}}\n`);
  const starts = `${file.folder}/starts`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off"],
    ...["--", "sh", "-c", ANSWERS, starts],
  ]);
  await using _ = process;
  const { port } = new URL(url);
  const client = (): HttpMcp =>
    new HttpMcp(`http://127.0.0.1:${port}/mcp`, { Authorization: "Bearer ALICE" });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "f" } };
  const wrong: string[] = [];
  const statuses: Record<string, number> = {};
  for (let i = 0; i < n; i++) {
    const reply = await client().post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const body = await reply.text();
    const said = `${reply.status}${reply.status === 503 ? ` ${JSON.parse(body).error.code}` : ""}`;
    statuses[said] = (statuses[said] ?? 0) + 1;
  }
  const { http, rpc_code } = one.expected;
  // An identity's own idle session makes room for its next one, and takes its program along.
  const other = await handshake(Number(port), ALICE);
  const refused = statuses[`${http} ${rpc_code}`] ?? 0;
  if ((statuses["200"] ?? 0) + refused !== n) wrong.push(`answered by ${brief(statuses)}`);
  if (other.status !== 101 && other.status !== http) wrong.push(`a handshake got ${other.status}`);
  const running = await programs(process.pid);
  if (running > most) wrong.push(`${running} programs run for ${most} connections`);
  return wrong;
}

/** How many programs of {@linkcode ANSWERS} run under a process. */
async function programs(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const all = new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [, own, parent, args] = /^\s*([0-9]+)\s+([0-9]+)\s+(.*)$/.exec(line) ?? [];
    return { own: Number(own), parent: Number(parent), args: args ?? "" };
  });
  const under = new Set([pid]);
  for (let before = 0; before < under.size;) {
    before = under.size;
    for (const { own, parent } of all) if (under.has(parent)) under.add(own);
  }
  return all.filter(({ own, args }) => under.has(own) && args.startsWith("sh -c printf")).length;
}

/** RES-008: subscriptions of one client are bounded, others have room, and room comes back. */
export async function listenFlood(one: Case, bench: Bench): Promise<string[]> {
  const most = 20;
  const n = bench.full ? Number(one.steps[0]!.n) : Number(one.steps[0]!.n) / 50;
  await using stage = await startStage(`${FIXTURE}limits: {in_flight: ${most}}\n`);
  const wrong: string[] = [];
  const client = (token: string): HttpMcp =>
    new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, { Authorization: `Bearer ${token}` });
  const leaving = new AbortController();
  const open: Response[] = [];
  const statuses: Record<string, number> = {};
  const listen = async (id: number): Promise<void> => {
    const reply = await client("ALICE").modern(id, "subscriptions/listen", {
      notifications: { toolsListChanged: true },
    }, leaving.signal);
    if (reply.status === 200) {
      open.push(reply);
      return;
    }
    const { error } = await reply.json();
    const said = `${reply.status} ${error.code}`;
    statuses[said] = (statuses[said] ?? 0) + 1;
  };
  // As many as there is room for, each acknowledged by the server so that its stream begins.
  for (let i = 0; i < most; i++) {
    const opening = listen(i);
    const server = await stage.upstream.accept();
    await server.count(1);
    const { id } = server.received[0]!.json;
    const _meta = { "io.modelcontextprotocol/subscriptionId": id };
    server.send(JSON.stringify({
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { toolsListChanged: true }, _meta },
    }));
    await opening;
  }
  if (open.length !== most) wrong.push(`${open.length} subscriptions of ${most} began`);
  for (let i = most; i < n; i++) await listen(i);
  // All places being taken is an overload, whoever took them; a rate limit says something else.
  const refused = statuses["503 -31503"] ?? 0;
  if (refused !== n - most || open.length !== most) {
    wrong.push(`${open.length} began, the rest got ${brief(statuses)}`);
  }
  if (stage.upstream.connections.length !== most) wrong.push("the server got more connections");
  const call = async (token: string): Promise<number> => {
    stage.upstream.answering = true;
    const reply = await client(token).modern("n", "tools/call", { name: "read_file" });
    await reply.body?.cancel();
    return reply.status;
  };
  const bob = await call("BOB");
  if (bob !== 200) wrong.push(`another's call got ${bob}`);
  const ends = stage.upstream.connections.slice(0, most).map(({ closed }) => closed);
  leaving.abort();
  await Promise.all(ends);
  const alice = await call("ALICE");
  if (alice !== 200) wrong.push(`a call after the subscriptions got ${alice}`);
  return wrong;
}
