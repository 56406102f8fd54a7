// The class http, against the listener: slow heads, idle connections, bodies without end, HTTP/2, sessions whose key is
// gone, and the control that every revision works.

import { RawSocket } from "../../kit/ws_raw.ts";
import { eventsOf } from "../../kit/http_raw.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import type { Case } from "../case.ts";
import { handshake } from "../client.ts";
import { figure } from "../figures.ts";
import { brief } from "../judge.ts";
import { passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, type Stage, startStage, withAudit } from "../stage.ts";
import { of, open, send } from "./http_routes.ts";
import { replace, told } from "./reload.ts";

const PING = '{"jsonrpc":"2.0","id":ID,"method":"ping","params":{}}';

const mcp = (stage: Stage, token = "ALICE"): HttpMcp =>
  new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, { Authorization: `Bearer ${token}` });

/** HTTP-010: a session is nothing without its credential, and ends when that is revoked. */
export async function revokedSession(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const session = await open(stage);
  const body = one.steps.find((step) => step.http !== undefined)!.http!.body!;
  const bare = of("ALICE", session).filter(([name]) => name !== "Authorization");
  const without = await send(stage, "POST", "/mcp", bare, body);
  if (without.status !== one.expected.http) wrong.push(`without a key it got ${without.status}`);
  const client = mcp(stage);
  client.session = session;
  const stream = await client.listen();
  await stage.audit.mark();
  const revoked = FIXTURE.replace(/\{key: ALICE[^}]*\}, /, "");
  await replace(stage, withAudit(revoked, stage.audit.path));
  // Its open stream ends by itself.
  for await (const event of eventsOf(stream)) wrong.push(`it went on with ${event.data}`);
  const after = await send(stage, "POST", "/mcp", of("ALICE", session), body);
  if (after.status !== one.expected.http) wrong.push(`after that it got ${after.status}`);
  const lines = await stage.audit.when((all) => all.some((l) => l.rule === one.expected.audit));
  if (!lines.some((l) => l.rule === one.expected.audit)) wrong.push("no record of the revocation");
  wrong.push(...await passNeighbours(stage, [PING], [["Authorization", "Bearer BOB"]]));
  return wrong;
}

/** HTTP-012: what the policy in force would not let pass is not sent again to a client that comes back for it. */
export async function replayedEvents(_: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  for (const changed of [false, true]) {
    stage.upstream.answering = true;
    const client = await mcp(stage).open();
    const server = stage.upstream.connections.at(-1)!;
    server.answering = false;
    const before = server.received.length;
    const leaving = new AbortController();
    const asking = client.send({
      id: 5,
      method: "tools/call",
      params: { name: "read_file", arguments: {}, _meta: { progressToken: "p" } },
    }, leaving.signal);
    await server.count(before + 1);
    const { id } = server.received.at(-1)!.json;
    const progress = { progressToken: "p", progress: 1 };
    server.send(
      JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params: progress }),
    );
    // The stream has begun; the client loses it before the answer.
    const events = eventsOf(await asking);
    const { value: primer } = await events.next();
    leaving.abort();
    await events.next().catch(() => {});
    const result = { content: [{ type: "text", text: "of the old policy" }] };
    server.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    // Handled once another request is answered.
    server.answering = true;
    await client.ask(6, "ping");
    if (changed) {
      await stage.audit.mark();
      const stricter = FIXTURE.replace("deny: [", "deny: [read_file, ");
      await replace(stage, withAudit(stricter, stage.audit.path));
      if (await told(stage, "policy.reloaded") === undefined) wrong.push("no reload");
    }
    const got: string[] = [];
    for await (const { data } of eventsOf(await client.listen(primer?.id))) got.push(data);
    const text = got.join();
    const answer = got.map((data) => JSON.parse(data)).find((message) => message.id === 5);
    if (changed) {
      if (text.includes("old policy")) wrong.push("the old answer was sent again");
      if (answer?.error?.code !== -31403) wrong.push(`it was told ${brief(answer)}`);
    } else if (answer?.result === undefined) wrong.push(`its allowed neighbour got ${brief(got)}`);
  }
  return wrong;
}

/** HTTP-015: a head that does not come is given up in its time; a body, too, in full. */
export async function slowloris(_: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n`;
  const starts = ["", head.slice(0, 30), head];
  if (bench.full) {
    starts.push(`${head}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{`);
  }
  await Promise.all(starts.map(async (start) => {
    const socket = await RawSocket.connect(stage.port);
    await socket.write(start);
    const told = new TextDecoder().decode(await socket.rest());
    socket.close();
    // Nobody who has said nothing is told anything.
    if (start !== "" && told !== "" && !/^HTTP\/1\.1 (408|401)/.test(told)) {
      wrong.push(`${JSON.stringify(start.slice(0, 20))} was told ${told.slice(0, 40)}`);
    }
  }));
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  wrong.push(...await passNeighbours(stage, [PING]));
  return wrong;
}

/** HTTP-016: connections that say nothing are bounded; who is inside goes on, and room comes back. */
export async function idleConnections(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const most = 20;
  const n = bench.full ? Math.min(4000, Number(one.steps[0]!.n)) : 200;
  await using stage = await startStage(`${FIXTURE}limits: {connections: ${most}}\n`);
  const sockets: RawSocket[] = [];
  for (let i = 0; i < n; i++) {
    const socket = await RawSocket.connect(stage.port).catch(() => null);
    if (socket !== null) sockets.push(socket);
  }
  // Those beyond the bound are hung up on, which is counted.
  let dropped = 0;
  for (let look = 0; look < 400 && dropped < n - most - 100; look++) {
    dropped = await figure(stage, "mcpguard_connections_dropped_total") || 0;
  }
  if (dropped < n - most - 100) wrong.push(`${dropped} of ${n} idle connections were dropped`);
  for (const socket of sockets) socket.close();
  // Room is there once the listener has seen that they are gone.
  let status = 0;
  for (let tries = 0; tries < 500 && status !== 101; tries++) {
    status = await handshake(stage.port, ALICE).then((answer) => answer.status, () => 0);
  }
  if (status !== 101) wrong.push(`a client after that got ${status}`);
  return wrong;
}

/** HTTP-017: a body that says that it is too large is not read, one that does not say it is read only so far. */
export async function largeBodies(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const session = await open2(stage);
  const head = (more: string): string =>
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n` +
    of("ALICE", session).map(([name, value]) => `${name}: ${value}\r\n`).join("") +
    `Connection: close\r\n${more}\r\n\r\n`;
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const plays: Record<string, [string, string]> = {
    declared: [`Content-Length: ${Number(one.steps[0]!.mb) << 20}`, ""],
    chunked: ["Transfer-Encoding: chunked", chunk],
    expected: [`Content-Length: ${Number(one.steps[0]!.mb) << 20}\r\nExpect: 100-continue`, ""],
  };
  for (const [how, [more, endless]] of Object.entries(plays)) {
    const socket = await RawSocket.connect(stage.port);
    await socket.write(head(more));
    let sent = 0;
    let over = false;
    const reading = socket.rest().then((bytes) => {
      over = true;
      return new TextDecoder().decode(bytes);
    }, () => "");
    const most = Number(one.steps[1]!.mb) * 16;
    while (endless !== "" && !over && sent < most && await socket.write(endless)) sent++;
    const told = await reading;
    socket.close();
    const status = [.../^HTTP\/1\.1 ([0-9]{3})/gm[Symbol.matchAll](told)].at(-1)?.[1];
    if (status !== String(one.expected.http)) wrong.push(`${how} got ${told.slice(0, 60)}`);
    if (told.includes("100 Continue")) wrong.push(`${how} was asked to go on`);
    if (sent >= most) wrong.push(`${how} was read to its end`);
  }
  if (stage.upstream.forwarded > 1) wrong.push("something was forwarded");
  wrong.push(...await passNeighbours(stage, [PING]));
  return wrong;
}

async function open2(stage: Stage): Promise<string> {
  stage.upstream.answering = true;
  const session = await open(stage);
  stage.upstream.answering = false;
  stage.upstream.forget();
  return session;
}

/** HTTP-030: this listener speaks HTTP/1.1 alone: what speaks HTTP/2 unasked is refused, and floods change nothing. */
export async function http2(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const settings = "\0\0\0\x04\0\0\0\0\0";
  const headers = "\0\0\x01\x01\x05\0\0\0\x01\x82";
  const reset = "\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";
  const more = "\0\0\x01\x09\0\0\0\0\x01\x82";
  const n = bench.full ? Number(one.steps[0]!.n) : 2000;
  const plays = [(headers + reset).repeat(n), headers + more.repeat(n), ""];
  for (const flood of plays) {
    const socket = await RawSocket.connect(stage.port);
    await socket.write(preface + settings);
    await socket.write(flood);
    const told = new TextDecoder().decode(await socket.rest().catch(() => new Uint8Array()));
    socket.close();
    if (told !== "" && !told.startsWith("HTTP/1.1 4")) {
      wrong.push(`it was told ${told.slice(0, 40)}`);
    }
  }
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  wrong.push(...await passNeighbours(stage, [PING]));
  return wrong;
}

/** HTTP-038: every revision opens a session and calls, on connections that are used again, as JSON and as a stream. */
export async function everyRevision(): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call" };
  const params = { name: "read_file", arguments: { path: "/pub/a" } };
  for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]) {
    const client = mcp(stage);
    try {
      await client.open(version);
    } catch (error) {
      wrong.push(`${version}: ${(error as Error).message}`);
      continue;
    }
    const headers = {
      "Mcp-Session-Id": client.session,
      ...(version < "2025-06-18" ? {} : { "MCP-Protocol-Version": version }),
    };
    const note = { jsonrpc: "2.0", method: "notifications/initialized" };
    const taken = await client.post(note, headers);
    await taken.body?.cancel();
    if (taken.status !== 202) wrong.push(`${version}: a notification got ${taken.status}`);
    for (const method of ["tools/list", "ping", "tools/call"]) {
      const reply = await client.post({ ...call, method, params }, headers);
      const message = await reply.json();
      if (reply.status !== 200 || message.result === undefined || message.result.isError) {
        wrong.push(`${version}: ${method} got ${reply.status} ${brief(message)}`);
      }
    }
    const ended = await client.end();
    await ended.body?.cancel();
  }
  const modern = await mcp(stage).modern(1, "tools/call", params);
  const message = await modern.json();
  if (message.result?.content === undefined) wrong.push(`2026-07-28 got ${brief(message)}`);
  // As a stream: what belongs to a call comes before its answer.
  const client = await mcp(stage).open();
  const server = stage.upstream.connections.at(-1)!;
  server.answering = false;
  const before = server.received.length;
  const streaming = client.send({
    id: 5,
    method: "tools/call",
    params: { ...params, _meta: { progressToken: "p" } },
  });
  await server.count(before + 1);
  const { id } = server.received.at(-1)!.json;
  server.send(JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: "p", progress: 1 },
  }));
  server.send(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [] } }));
  const got: string[] = [];
  for await (const { data } of eventsOf(await streaming)) {
    if (data !== "") got.push(JSON.parse(data).method ?? "answer");
  }
  if (got.join() !== "notifications/progress,answer") wrong.push(`the stream was ${brief(got)}`);

  return wrong;
}
