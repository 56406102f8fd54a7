// Class http: what hostile servers over HTTP answer, and what of a client's request they get.

import { type PlayedHttp, playHttp, type Turn } from "../../fixtures/http_played_server.ts";
import { startStage } from "../../fixtures/proxy_stage.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import { rawHttp, rawRequest } from "../../kit/http_raw.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const POLICY = `${FIXTURE}limits: {result_bytes: 100000, call_timeout_ms: 5000}\n`;
const AUTH = { Authorization: "Bearer ALICE" };

/** Zeros that fit into a thousandth of their size, built without holding them. */
async function bomb(megabytes: number): Promise<Uint8Array<ArrayBuffer>> {
  let left = megabytes * 16;
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (left-- === 0) controller.close();
      else controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  return await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).bytes();
}

type Play = (turn: Turn, one: Case, server: PlayedHttp, bench: Bench) => unknown;

/** The server's first answer fails its call in words, the record says why, and the next call passes. */
function fails(rule: string, play: Play): Action {
  return async (one, bench) => {
    await using server = playHttp();
    await using stage = await startStage(`${server.origin}/mcp`, POLICY);
    const client = await stage.client(AUTH);
    const wrong: string[] = [];
    const id = client.call("read_file");
    await play(await server.turns.next(), one, server, bench);
    const answer = await client.next();
    if (answer.id !== id || answer.error?.code !== -31502) {
      wrong.push(`answered by ${brief(answer)}`);
    }
    if (/169\.254|evil/.test(JSON.stringify(answer))) wrong.push(`it repeats: ${brief(answer)}`);
    await stage.record({ detail: `upstream.${rule}` });
    const next = client.call("read_file");
    const turn = await server.turns.next();
    turn.json200({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
    if ((await client.next()).id !== next) wrong.push("the next call fails, too");
    if (server.turns.all.some((seen) => seen.path !== "/mcp")) {
      wrong.push("another path was asked for");
    }
    client.close();
    await client.closed;
    return wrong;
  };
}

/** HTTP-022: of what a client sends as its own nothing gets to the server. */
const passThrough: Action = async (one) => {
  await using server = playHttp();
  await using stage = await startStage(`${server.origin}/mcp`, POLICY);
  const wrong: string[] = [];
  const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, AUTH);
  const opening = http.open();
  const hello = await server.turns.next();
  const { protocolVersion } = hello.json.params;
  hello.json200({
    jsonrpc: "2.0",
    id: hello.json.id,
    result: {
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "x", version: "1" },
    },
  });
  await opening;
  const step = one.steps[0]!.http!;
  const text = rawRequest("POST", "/mcp", [
    ["Host", `127.0.0.1:${stage.port}`],
    ["Mcp-Session-Id", http.session],
    ...step.headers,
  ], step.body);
  const asked = rawHttp(stage.port, text);
  let turn = await server.turns.next();
  while (turn.json?.method !== "tools/call") {
    turn.reply(turn.method === "POST" ? 202 : 405);
    turn = await server.turns.next();
  }
  const got = [...turn.headers.entries()];
  for (const [name, value] of step.headers) {
    if (/^(content-type|accept)$/i.test(name)) continue;
    if (
      got.some(([key, text]) =>
        key === name.toLowerCase() || (value.length > 1 && text.includes(value))
      )
    ) {
      wrong.push(`the server got ${name}`);
    }
  }
  turn.json200({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
  const reply = await asked;
  if (JSON.parse(reply.body).result === undefined) wrong.push(`answered by ${brief(reply)}`);
  return wrong;
};

/** HTTP-032: an event that is no message is dropped; nobody posts elsewhere because of one. */
const oddEvents: Action = async (one) => {
  await using server = playHttp();
  await using stage = await startStage(`${server.origin}/mcp`, POLICY);
  const client = await stage.client(AUTH);
  const wrong: string[] = [];
  const id = client.call("read_file");
  const turn = await server.turns.next();
  const stream = turn.stream();
  await stream.write(Uint8Array.fromBase64(one.steps[0]!.server_b64!));
  await stream.event({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
  await stream.end();
  const answer = await client.next();
  if (answer.id !== id || answer.result === undefined) wrong.push(`answered by ${brief(answer)}`);
  await stage.record({ detail: one.expected.audit });
  client.call("read_file");
  const next = await server.turns.next();
  if (next.path !== "/mcp") wrong.push(`the next one was sent to ${next.path}`);
  next.json200({ jsonrpc: "2.0", id: next.json.id, result: { content: [] } });
  await client.next();
  client.close();
  await client.closed;
  return wrong;
};

/** HTTP-034: a server's own headers stay with the guard. */
const serverHeaders: Action = async (one) => {
  await using server = playHttp();
  await using stage = await startStage(`${server.origin}/mcp`, POLICY);
  const wrong: string[] = [];
  const own = one.steps[0]!.headers as [string, string][];
  const all = [...own, ["Mcp-Session-Id", "the-servers"], ["Location", "http://evil.example/"]];
  const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, AUTH);
  for (const status of [200, 401]) {
    const asked = http.modern(1, "tools/call", { name: "read_file", arguments: {} });
    const turn = await server.turns.next();
    const body = JSON.stringify({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
    turn.reply(status, body, [...all as [string, string][], ["Content-Type", "application/json"]]);
    const reply = await asked;
    await reply.body?.cancel();
    if (reply.status !== 200) wrong.push(`${status} came as ${reply.status}`);
    for (const [name, value] of all) {
      if ([...reply.headers].some(([key, text]) => key === name!.toLowerCase() || text === value)) {
        wrong.push(`the client got ${name}`);
      }
    }
  }
  return wrong;
};

/** The cases of this file by id. */
export const UPSTREAM: Readonly<Record<string, Action>> = {
  "HTTP-019": fails("encoding", async (turn, one, _server, { full }) => {
    const bytes = await bomb(full ? Number(one.steps[0]!.mb) : 64);
    turn.reply(200, bytes, { ...JSON_TYPE, "Content-Encoding": "gzip" });
  }),
  "HTTP-020": fails("redirect", (turn, one) => {
    const { code, location } = one.steps[0]! as { code?: number; location?: string };
    turn.reply(code!, null, { Location: location! });
  }),
  "HTTP-022": passThrough,
  "HTTP-032": oddEvents,
  "HTTP-033": fails("content_type", (turn, one) => {
    const { ct, body } = one.steps[0]! as { ct?: string; body?: string };
    turn.reply(200, body!.replace('"id":1', `"id":${turn.json.id}`), { "Content-Type": ct! });
  }),
  "HTTP-034": serverHeaders,
};
