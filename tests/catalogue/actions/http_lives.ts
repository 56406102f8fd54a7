// Class http: sessions and connections over time: credentials that end, streams taken up again, slow and idle
// connections, bodies without an end, other protocols on the port, and clients that leave.

import { rawHttp, rawHttpAll, rawRequest } from "../../kit/http_raw.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import { RawSocket } from "../../kit/ws_raw.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";
import { messagesOf, mustRefuse, onDoors } from "../scene.ts";
import { ALICE, connect, type Stage, startStage, withAudit } from "../stage.ts";
import { replace, told } from "./reload.ts";

const READ = { name: "read_file", arguments: {} };

function legacy(stage: Stage, who = "ALICE"): HttpMcp {
  return new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, { Authorization: `Bearer ${who}` });
}

/** HTTP-010: a session is no credential, and ends with the one that it was opened by. */
const revoked: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  const alice = await legacy(stage).open();
  const stream = await alice.listen();
  const bare = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`);
  bare.session = alice.session;
  const none = await bare.send({ id: 1, method: "ping" });
  await none.body?.cancel();
  if (none.status !== 401) wrong.push(`without a credential: ${none.status}`);
  const next = FIXTURE.replace("{key: ALICE, identity: alice, roles: [user]}, ", "");
  await replace(stage, withAudit(next, stage.audit.path));
  if (await told(stage, "policy.reloaded") === undefined) wrong.push("the policy was not taken");
  const before = stage.upstream.forwarded;
  const message = JSON.parse(one.steps[1]!.http!.body!);
  const reply = await alice.send(message);
  await reply.body?.cancel();
  if (reply.status !== 401) wrong.push(`after the revocation: ${reply.status}`);
  if (stage.upstream.forwarded !== before) wrong.push("it was forwarded");
  // The open stream ends, too.
  await stream.text().catch(() => {});
  const bob = await legacy(stage, "BOB").open();
  const answer = await bob.ask(2, "tools/call", READ);
  if (answer?.result?.content === undefined) wrong.push(`bob: ${brief(answer)}`);
  return wrong;
};

/** Reads a stream up to an event that the test wants; returns its id and the data of all before it. */
async function until(stream: Response, text: string): Promise<{ id: string; seen: string }> {
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  for (;;) {
    const { value, done } = await reader.read();
    seen += value ?? "";
    const at = seen.indexOf(text);
    if (at >= 0 && seen.indexOf("\n\n", at) >= 0) {
      const ids = [...seen.slice(0, at).matchAll(/^id: (.*)$/gm)];
      await reader.cancel();
      return { id: ids.at(-1)?.[1] ?? "", seen };
    }
    if (done) return { id: "", seen };
  }
}

/** HTTP-012: what waited for its client under another policy is not sent after the change. */
const replayed: Action = async () => {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  const alice = await legacy(stage).open();
  const server = stage.upstream.connections.at(-1)!;
  const note = (data: string): void =>
    server.send(JSON.stringify({
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data },
    }));
  const stream = await alice.listen();
  note("first");
  const { id } = await until(stream, "first");
  // Nobody listens: this one waits in the session's log.
  note("of the old policy");
  await alice.ask(1, "ping");
  await alice.ask(2, "ping");
  const again = await until(await alice.listen(id), "of the old policy");
  if (again.id === "") wrong.push(`nothing is replayed at all: ${brief(again.seen)}`);
  await replace(stage, withAudit(FIXTURE.replace("echo, ", ""), stage.audit.path));
  if (await told(stage, "policy.reloaded") === undefined) wrong.push("the policy was not taken");
  const resumed = await alice.listen(id);
  note("of the new policy");
  const { seen } = await until(resumed, "of the new policy");
  if (seen.includes("of the old policy")) wrong.push("the old event was replayed");
  if (!seen.includes("of the new policy")) wrong.push(`the new one was lost: ${brief(seen)}`);
  return wrong;
};

/** HTTP-015: heads and bodies that come slowly or never. */
const slowloris: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const head = rawRequest("POST", "/mcp", [
    ["Host", `127.0.0.1:${stage.port}`],
    ["Content-Type", "application/json"],
    ["Accept", "application/json, text/event-stream"],
    ...ALICE,
  ]).replace("\r\n\r\n", "\r\nContent-Length: 99\r\n\r\n");
  const slow = [head.slice(0, 40), `${head}{"jsonrpc"`].map((text) => rawHttp(stage.port, text));
  // No bytes at all are no request to answer: the connection is closed.
  const silent = await RawSocket.connect(stage.port);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  for (const reply of await Promise.all(slow)) {
    if (reply?.status !== 408) wrong.push(`answered by ${brief(reply)}, not 408`);
  }
  await silent.rest();
  silent.close();
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** HTTP-016: connections that ask nothing take nobody's place for good. */
const idle: Action = async (one, bench) => {
  const n = bench.full ? 1000 : 200;
  await using stage = await startStage(`${FIXTURE}limits: {connections: 20}\n`);
  const wrong: string[] = [];
  const pair = await connect(stage, ALICE);
  pair.server.answerAll();
  const sockets: RawSocket[] = [];
  for (let i = 0; i < n; i++) {
    const socket = await RawSocket.connect(stage.port).catch(() => null);
    if (socket !== null) sockets.push(socket);
  }
  const lines = await stage.audit.when((all) =>
    all.some((l) => JSON.stringify(l).includes("limits.connections"))
  );
  if (!lines.some((l) => JSON.stringify(l).includes("limits.connections"))) {
    wrong.push("no record says limits.connections");
  }
  const answer = await pair.client.ask({ id: 1, method: "tools/call", params: READ });
  if (answer?.result?.content === undefined) wrong.push(`meanwhile: ${brief(answer)}`);
  for (const socket of sockets) socket.close();
  await pair.client.close();
  await pair.server.closed;
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** HTTP-017: bodies beyond the limit, said beforehand or not. */
const hugeBody: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const headers: [string, string][] = [
    ["Host", `127.0.0.1:${stage.port}`],
    ["Content-Type", "application/json"],
    ["Accept", "application/json, text/event-stream"],
    ...ALICE,
  ];
  const bare = rawRequest("POST", "/mcp", headers);
  const add = (line: string): string => bare.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`);
  const megabyte = "x".repeat(1 << 20);
  const declared = await rawHttp(stage.port, add(`Content-Length: ${64 << 20}`));
  // Who asks first whether to go on is told to, and refused all the same.
  const waits = (await rawHttpAll(
    stage.port,
    add(`Content-Length: ${64 << 20}\r\nExpect: 100-continue`),
  )).at(-1);
  const chunk = `100000\r\n${megabyte}\r\n`;
  const endless = await rawHttp(stage.port, add("Transfer-Encoding: chunked") + chunk.repeat(20));
  for (const [what, reply] of Object.entries({ declared, waits, endless })) {
    if (reply?.status !== 413) wrong.push(`${what}: answered by ${brief(reply)}, not 413`);
  }
  if (stage.upstream.forwarded > 0) wrong.push("something was forwarded");
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** HTTP-028: nothing that would break out of a header's line gets as far as one. */
const lineBreaks: Action = async (one: Case, bench: Bench) => {
  const stage = await bench.stages.get(FIXTURE);
  const [message] = messagesOf(one);
  return await onDoors(stage, ["ws", "http"], async (s) => {
    const talker = await s.enter();
    for (const [i, end] of ["\r\nX-Evil: 1", "\u0000", "\n", "é\u0085"].entries()) {
      const params = { uri: `x:${end}` };
      mustRefuse(s, await talker.ask({ ...message, id: i, params }), [-32602, -31403]);
    }
    s.expect(s.reached("resources/read").length === 0, "it was forwarded");
  });
};

/** HTTP-030: the port speaks HTTP/1.1 alone. */
const http2: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
  const headers = [0, 0, 1, 1, 4, 0, 0, 0, 1, 0x82];
  const reset = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8];
  const continuation = [0, 0, 1, 9, 0, 0, 0, 0, 1, 0x82];
  const rapid = Array(1000).fill([...headers, ...reset]).flat();
  const flood = [...headers, ...Array(10_000).fill(continuation).flat()];
  for (const frames of [rapid, flood]) {
    const socket = await RawSocket.connect(stage.port);
    await socket.write(Uint8Array.from([...preface, ...settings, ...frames]));
    // It answers as HTTP/1.1, if at all, and closes.
    const answer = await socket.rest();
    socket.close();
    const text = new TextDecoder("latin1").decode(answer);
    if (text !== "" && !text.startsWith("HTTP/1.1 4")) wrong.push(`answered by ${brief(text)}`);
  }
  const upgrade = rawRequest("GET", "/healthz", [
    ["Host", `127.0.0.1:${stage.port}`],
    ["Connection", "close, Upgrade, HTTP2-Settings"],
    ["Upgrade", "h2c"],
    ["HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"],
  ]);
  const reply = await rawHttp(stage.port, upgrade);
  if (reply?.status === 101) wrong.push("it was upgraded to HTTP/2");
  if (stage.upstream.forwarded > 0) wrong.push("something was forwarded");
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** HTTP-037: a client that leaves has cancelled, and its answer is nobody else's. */
const leaves: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  stage.upstream.answering = false;
  await stage.audit.mark();
  const stop = new AbortController();
  const http = legacy(stage);
  const asking = http.modern(1, "tools/call", READ, stop.signal).catch(() => null);
  const server = await stage.upstream.accept();
  await server.count(1);
  stop.abort();
  await asking;
  await server.count(2);
  const [call, cancel] = server.received.map(({ json }) => json);
  if (cancel?.method !== "notifications/cancelled" || cancel.params.requestId !== call.id) {
    wrong.push(`the server was told ${brief(cancel)}`);
  }
  const lines = await stage.audit.when((all) => all.some((l) => l.event === "outcome"));
  const outcome = lines.find((l) => l.event === "outcome") as { status?: string } | undefined;
  if (!JSON.stringify(outcome ?? {}).includes("cancelled")) {
    wrong.push(`recorded ${brief(outcome)}`);
  }
  // The late answer reaches nobody; the next caller gets its own.
  server.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: { content: [], late: true } }));
  stage.upstream.answering = true;
  for (const c of stage.upstream.connections) c.answerAll();
  const next = await (await http.modern(1, "tools/call", READ)).json();
  if (next?.result?.late === true || next?.result?.content === undefined) {
    wrong.push(`the next one got ${brief(next)}`);
  }
  stage.upstream.answering = false;
  stage.upstream.forget();
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** HTTP-038: every revision over HTTP, plain JSON and streams, and a connection that is used again. */
const revisions: Action = async () => {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  for (const version of ["2025-03-26", "2025-06-18", "2025-11-25"]) {
    const http = await legacy(stage).open(version);
    const answer = await http.ask(1, "tools/call", READ);
    if (answer?.result?.content === undefined) wrong.push(`${version}: ${brief(answer)}`);
    const ended = await http.end();
    await ended.body?.cancel();
    if (ended.status >= 300) wrong.push(`${version}: DELETE got ${ended.status}`);
  }
  const modern = await (await legacy(stage).modern(1, "tools/call", READ)).json();
  if (modern?.result?.content === undefined) wrong.push(`2026-07-28: ${brief(modern)}`);
  // HTTP+SSE of 2024-11-05: the answer comes on the stream.
  const auth = Object.fromEntries(ALICE);
  const sse = await fetch(`http://127.0.0.1:${stage.port}/sse`, {
    headers: { ...auth, Accept: "text/event-stream" },
  });
  const reader = sse.body!.pipeThrough(new TextDecoderStream()).getReader();
  const endpoint = /data: (\S+)/.exec((await reader.read()).value ?? "")?.[1];
  const posted = await fetch(`http://127.0.0.1:${stage.port}${endpoint}`, {
    method: "POST",
    headers: { ...auth, "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 9, method: "ping" }),
  });
  await posted.body?.cancel();
  const event = (await reader.read()).value ?? "";
  if (!event.includes('"id":9')) wrong.push(`2024-11-05: ${brief(event)}`);
  await reader.cancel();
  const session = await legacy(stage).open();
  const ping = (id: number, connection: string): string =>
    rawRequest("POST", "/mcp", [
      ["Host", `127.0.0.1:${stage.port}`],
      ["Connection", connection],
      ["Content-Type", "application/json"],
      ["Accept", "application/json, text/event-stream"],
      ["Mcp-Session-Id", session.session],
      ...ALICE,
    ], `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
  const both = await rawHttpAll(stage.port, ping(1, "keep-alive") + ping(2, "close"));
  const ids = both.map((reply) => JSON.parse(reply.body).id).join();
  if (ids !== "1,2") wrong.push(`one connection, two requests: ${brief(both)}`);
  return wrong;
};

/** The cases of this file by id. */
export const LIVES: Readonly<Record<string, Action>> = {
  "HTTP-010": revoked,
  "HTTP-012": replayed,
  "HTTP-015": slowloris,
  "HTTP-016": idle,
  "HTTP-017": hugeBody,
  "HTTP-028": lineBreaks,
  "HTTP-030": http2,
  "HTTP-037": leaves,
  "HTTP-038": revisions,
};
