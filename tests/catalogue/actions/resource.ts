// Actions about bounds: connections, calls in flight, slow readers, file descriptors, figures.

import { closeCode, frame, openRaw, type RawSocket } from "../../kit/ws_raw.ts";
import { SOURCE } from "../../kit/program.ts";
import { type AuditLine, decisionsIn } from "../audit.ts";
import { callAll, hangUp, times } from "../calls.ts";
import type { Case } from "../case.ts";
import { handshake, postCall } from "../client.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended, runnerId } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import { figure, metrics, resident } from "../figures.ts";
import type { Bench } from "../runner.ts";
import { ALICE, BOB, connect, type Pair, startStage, withAudit } from "../stage.ts";
import { replace } from "./reload.ts";

/** `slow_reader`: a client that does not read holds the server back, and is closed after its time. */
export async function slowReader(one: Case, bench: Bench): Promise<string[]> {
  const megabytes = bench.full ? Math.min(200, Number(one.steps[0]!.mb)) : 48;
  await using stage = await startStage(
    `${FIXTURE}limits: {high_water_bytes: 262144, slow_reader_ms: 300}\n`,
  );
  const before = await resident(stage);
  await stage.audit.mark();
  const socket = await openRaw(stage.port, {
    drop: ["Host"],
    headers: [["Host", `127.0.0.1:${stage.port}`], ...ALICE],
  });
  const server = await stage.upstream.accept();
  const params = { level: "info", data: "x".repeat(256 << 10) };
  const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params });
  for (let i = 0; i < megabytes * 4; i++) server.send(note);
  await server.closed;
  const wrong: string[] = [];
  const read = await figure(stage, "mcpguard_server_bytes_total") / (1 << 20);
  // What the kernel holds on the way comes on top of the guard's own share.
  if (read > megabytes / 2) wrong.push(`the guard took ${Math.round(read)} of ${megabytes} MB`);
  if (await figure(stage, "mcpguard_slow_peers_total") !== 1) wrong.push("no figure tells of it");
  // Garbage of what passed comes on top, so only a large amount says something.
  const grown = (await resident(stage) - before) / (1 << 20);
  if (bench.full && grown > 0.8 * megabytes) wrong.push(`memory grew by ${Math.round(grown)} MB`);
  const last = (await socket.frames()).at(-1);
  socket.close();
  // The word can only arrive where room is left for it.
  const code = last?.op === 8 ? closeCode(last) : 1006;
  if (![1013, 1006].includes(code)) wrong.push(`closed by ${code}, not ${one.expected.ws_close}`);
  const told = (l: AuditLine): boolean => l.detail === "ws.slow_reader";
  const lines = await stage.audit.when((all) => all.some(told));
  if (lines.filter(told).length !== 1) {
    wrong.push("not exactly one record tells of it");
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `ws_idle`: many idle sessions stay, and the first and the last can still call. */
export async function idleSessions(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? Math.min(4000, Number(one.steps[0]!.n)) : 250;
  await using stage = await startStage(`${FIXTURE}limits: {connections: ${n + 10}}\n`);
  const pairs: Pair[] = [];
  for (let i = 0; i < n; i++) pairs.push(await connect(stage));
  const wrong: string[] = [];
  for (const pair of [pairs[0]!, pairs[n - 1]!]) {
    const { passed } = await callAll(pair, times(1));
    if (passed !== 1) wrong.push("a call of an idle session was refused");
  }
  if (await figure(stage, "mcpguard_connections") !== n) wrong.push("not all sessions stayed");
  const used = await resident(stage) / (1 << 20);
  if (used > 300 + n / 20) wrong.push(`${Math.round(used)} MB for ${n} sessions`);
  await Promise.all(pairs.map(hangUp));
  return wrong;
}

/** RES-005: sessions that nobody closes are bounded; the rest is refused, and room comes back. */
export async function sessionFlood(one: Case, bench: Bench): Promise<string[]> {
  const most = 40;
  const n = bench.full ? 2000 : 200;
  await using stage = await startStage(`${FIXTURE}limits: {connections: ${most}}\n`);
  const initialize = {
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "flood", version: "1" },
    },
  };
  const pairs: Pair[] = [];
  for (let i = 0; i < most; i++) {
    const pair = await connect(stage);
    pair.server.answerAll();
    await pair.client.ask({ id: runnerId(), ...initialize });
    pairs.push(pair);
  }
  await stage.audit.mark();
  const wrong: string[] = [];
  for (let i = 0; i < n; i++) {
    const { status } = await handshake(stage.port, ALICE);
    if (status !== 503) wrong.push(`session ${most + i + 1} got ${status}, not 503`);
  }
  if (stage.upstream.connections.length !== most) wrong.push("the server got more connections");
  const decisions = decisionsIn(await stage.audit.reach(n));
  if (decisions !== n) wrong.push(`${decisions} decisions for ${n} refused sessions`);
  await hangUp(pairs.pop()!);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  await Promise.all(pairs.map(hangUp));
  return wrong;
}

/** `rlimit`: without file descriptors nobody new comes in, the sessions there go on, and room comes back. */
export async function fewDescriptors(one: Case): Promise<string[]> {
  const nofile = Number(one.steps[0]!.nofile);
  const shape = ["prlimit", `--nofile=${nofile}:${nofile}`, ...SOURCE];
  await using stage = await startStage(FIXTURE, { shape });
  const wrong: string[] = [];
  const first = await connect(stage);
  const held: RawSocket[] = [];
  for (let i = 0; i < nofile + 50; i++) {
    const conn = await openRaw(stage.port, {
      drop: ["Host"],
      headers: [["Host", `127.0.0.1:${stage.port}`], ...ALICE],
    }).catch(() => null);
    if (conn !== null) held.push(conn);
  }
  if (held.length > nofile) wrong.push(`${held.length} sessions by ${nofile} descriptors`);
  const { passed } = await callAll(first, times(5));
  if (passed !== 5) wrong.push(`a session that was there had ${passed} of 5 calls`);
  for (const conn of held) {
    await conn.write(frame({ op: 8, payload: Uint8Array.of(3, 232) }));
    conn.close();
  }
  await hangUp(first);
  const gone = stage.upstream.connections.map((c) => c.closed);
  await Promise.all(gone);
  stage.upstream.forget();
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `big_message_under_load`: too large for either door, and others are served meanwhile. */
export async function bigMessage(one: Case): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  await stage.audit.mark();
  const other = await connect(stage, BOB);
  const pair = await connect(stage);
  const call = (id: number): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"read_file","arguments":{"a":[`;
  const big = `${call(1)}${'"x",'.repeat(1 << 20)}1]}}}`;
  const wrong: string[] = [];
  const sending = pair.client.send(big);
  const { passed } = await callAll(other, times(50));
  await sending;
  await ended(pair);
  if (passed !== 50) wrong.push(`${passed} of 50 calls of another client passed`);
  if (pair.client.closeCode !== 1009) wrong.push(`closed by ${pair.client.closeCode}, not 1009`);
  if (pair.server.received.length > 0) wrong.push("it was forwarded");
  const args = `{"a":[${'"x",'.repeat(1 << 20)}1]}`;
  const frame = `{"type":"tool_call","tool":"read_file","args":${args}}`;
  const posted = await postCall(stage.port, ALICE, frame);
  if (posted.status !== one.expected.http) wrong.push(`POST /call got ${posted.status}`);
  const decisions = decisionsIn(await stage.audit.reach(52)) - 50;
  if (decisions !== 2) wrong.push(`${decisions} decisions for 2 messages`);
  await hangUp(other);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** RES-009 `variants`: names of strangers never become figures. */
export async function figureNames(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? Number(one.steps[0]!.n) : 1000;
  await using stage = await startStage(FIXTURE);
  const pair = await connect(stage);
  await callAll(pair, ["delete_file", "nobody"]);
  // Both ways of being refused have a line now.
  await callAll(pair, times(300, "delete_file"));
  const before = (await metrics(stage)).split("\n").length;
  const { passed } = await callAll(pair, Array.from({ length: n }, (_, i) => `stranger_${i}`));
  const text = await metrics(stage);
  const wrong: string[] = [];
  if (passed > 0 || pair.server.received.length > 0) wrong.push("a denied call passed");
  if (text.split("\n").length > before + 1) wrong.push(`${text.split("\n").length} lines`);
  if (/stranger|alice/.test(text)) wrong.push("a stranger's name is a label");
  await hangUp(pair);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `heap_pressure`: near the bound of its memory the guard takes nothing, says so, and goes on when there is room. */
export async function heapPressure(one: Case): Promise<string[]> {
  // A bound below what the program needs anyway: the pressure is there from the start.
  await using stage = await startStage(`${FIXTURE}limits: {heap_bytes: 1000}\n`);
  await stage.audit.mark();
  const wrong: string[] = [];
  const { status } = await handshake(stage.port, ALICE);
  if (status !== one.expected.http) wrong.push(`a new session got ${status}`);
  const frame = '{"type":"tool_call","tool":"read_file"}';
  const posted = await postCall(stage.port, ALICE, frame);
  if (posted.status !== one.expected.http) wrong.push(`POST /call got ${posted.status}`);
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  const ready = await fetch(`http://127.0.0.1:${stage.adminPort}/readyz`);
  if (ready.status !== 503 || !(await ready.text()).includes('"memory":false')) {
    wrong.push("/readyz does not say it");
  }
  if (await figure(stage, "mcpguard_memory_full") !== 1) wrong.push("no figure tells of it");
  const told = (l: AuditLine): boolean => l.detail === "limits.memory";
  if (!(await stage.audit.when((all) => all.some(told))).some(told)) {
    wrong.push("no record tells of it");
  }
  await replace(stage, withAudit(FIXTURE, stage.audit.path));
  while (await figure(stage, "mcpguard_memory_full") !== 0);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}
