// The class http, toward the server: what hostile answers come to, what of a client's headers reaches the server, and
// what a client that leaves means to it.

import { HttpMcp } from "../../kit/http_mcp.ts";
import { policyFile } from "../../kit/policy.ts";
import { SOURCE, startProgram } from "../../kit/program.ts";
import { programFlags } from "../../tools/flags.ts";
import { type PlayedHttp, playHttp, type Turn } from "../../fixtures/http_played_server.ts";
import { AuditFile } from "../audit.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { withAudit } from "../stage.ts";

/** A guard before a played server that speaks HTTP. */
interface Before extends AsyncDisposable {
  server: PlayedHttp;
  client: HttpMcp;
  audit: AuditFile;
}

async function before(more = "", prefix = "", path = "/mcp"): Promise<Before> {
  const server = playHttp();
  const file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  await Deno.writeTextFile(file.path, withAudit(FIXTURE + more, audit.path));
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--target", `${prefix}${server.origin}${path}`],
    ...["--port", "0", "--admin", "off"],
  ]);
  const headers = { Authorization: "Bearer ALICE" };
  return {
    server,
    audit,
    client: new HttpMcp(`http://${new URL(url).host}/mcp`, headers),
    [Symbol.asyncDispose]: async () => {
      await process[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** The next request that is one: the stream of a GET is not offered, notifications are taken. */
async function request(server: PlayedHttp): Promise<Turn> {
  for (;;) {
    const turn = await server.turns.next();
    if (turn.method !== "POST") turn.reply(405);
    else if (turn.json?.id === undefined) turn.reply(202);
    else return turn;
  }
}

const answer = (turn: Turn, result: unknown, headers: HeadersInit = {}): void =>
  turn.json200({ jsonrpc: "2.0", id: turn.json.id, result }, headers);

/** Opens a session on both sides. */
async function opened({ server, client }: Before): Promise<Turn> {
  const opening = client.open();
  const turn = await request(server);
  answer(turn, {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "p" },
  });
  await opening;
  await (await client.send({ method: "notifications/initialized" })).body?.cancel();
  return turn;
}

/** Zeros that are a thousand times smaller when they are packed. */
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

/** HTTP-019, HTTP-020, HTTP-033: one call fails in words, nothing else does, and no other address is asked. */
export async function hostileAnswers(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await before();
  await opened(at);
  const step = one.steps[0]! as Record<string, unknown>;
  const asking = at.client.ask(1, "tools/call", { name: "read_file", arguments: {} });
  const turn = await request(at.server);
  const json = { "Content-Type": "application/json" };
  if (step.do === "upstream_gzip_bomb") {
    const megabytes = bench.full ? Number(step.mb) : 64;
    turn.reply(200, await bomb(megabytes), { ...json, "Content-Encoding": "gzip" });
  } else if (step.do === "upstream_redirect") {
    turn.reply(Number(step.code), null, { Location: String(step.location) });
  } else {
    const body = String(step.body).replace('"id":1', `"id":${turn.json.id}`);
    turn.reply(200, body, { "Content-Type": String(step.ct) });
  }
  const told = await asking;
  if (told.error?.code !== one.expected.rpc_code) wrong.push(`answered by ${brief(told)}`);
  if (JSON.stringify(told).includes("169.254")) wrong.push("the address was told to the client");
  const lines = await at.audit.when((all) => all.some((l) => l.detail?.startsWith("upstream.")));
  if (!lines.some((l) => l.detail?.startsWith("upstream."))) wrong.push("no record says why");
  // The neighbour: the next call of the same session.
  const next = at.client.ask(2, "tools/call", { name: "read_file", arguments: {} });
  answer(await request(at.server), { content: [] });
  if ((await next).result === undefined) wrong.push("its allowed neighbour failed");
  if (at.server.turns.all.some(({ path }) => path !== "/mcp")) wrong.push("another path was asked");
  return wrong;
}

/** HTTP-022: what a client sends as who it is stays with the guard. */
export async function clientHeaders(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await before();
  await opened(at);
  const step = one.steps[0]!.http!;
  const sent = Object.fromEntries(step.headers);
  const reply = at.client.post(JSON.parse(step.body!), {
    ...sent,
    "Accept-Language": "tlh",
    "User-Agent": "client/1",
    "Mcp-Session-Id": at.client.session,
  });
  const turn = await request(at.server);
  answer(turn, { content: [] });
  await (await reply).body?.cancel();
  const known = ["content-type", "accept", "host", "content-length", "user-agent"];
  const more = [
    "mcp-protocol-version",
    "mcp-session-id",
    "connection",
    "accept-encoding",
    "accept-language",
  ];
  for (const [name, value] of turn.headers) {
    if (![...known, ...more].includes(name)) wrong.push(`the server got ${name}: ${value}`);
    if (["tlh", "client/1"].includes(value)) wrong.push(`the server got the client's ${name}`);
    if (value === at.client.session) wrong.push("the server got the client's session id");
  }
  return wrong;
}

/** HTTP-034: what a server says in headers is for the guard: no cookie, challenge or session id of its own goes on. */
export async function serverHeaders(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await before();
  await opened(at);
  const own = Object.fromEntries(one.steps[0]!.headers as [string, string][]);
  const asking = at.client.send({
    id: 1,
    method: "tools/call",
    params: { name: "read_file", arguments: {} },
  });
  const more = { Location: "http://169.254.169.254/", "Mcp-Session-Id": "of-the-server" };
  answer(await request(at.server), { content: [] }, { ...own, ...more });
  const reply = await asking;
  const message = await reply.json();
  if (message.result === undefined) wrong.push(`answered by ${brief(message)}`);
  for (const name of [...Object.keys(own), "Location"]) {
    if (reply.headers.has(name)) wrong.push(`the client got ${name}`);
  }
  if (reply.headers.get("mcp-session-id") === "of-the-server") wrong.push("its session id went on");
  // As a refusal, too: the client is not led to an issuer of the server's choice.
  const refused = at.client.send({ id: 2, method: "ping" });
  (await request(at.server)).reply(401, null, own);
  const told = await refused;
  const text = await told.text();
  if (told.status === 401 || told.headers.has("www-authenticate") || text.includes("169.254")) {
    wrong.push(`a server's challenge came to ${told.status} ${text}`);
  }
  return wrong;
}

/** HTTP-032: a server of HTTP+SSE names its address once; a second one, or another kind of event, moves nothing. */
export async function secondEndpoint(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await before("", "sse+", "/sse");
  const opening = at.client.open();
  const stream = (await at.server.turns.next()).stream();
  await stream.write("event: endpoint\ndata: /messages\n\n");
  const post = async (): Promise<Turn> => {
    const turn = await at.server.turns.next();
    turn.reply(202);
    return turn;
  };
  const first = await post();
  await stream.event({
    ...{ jsonrpc: "2.0", id: first.json.id },
    result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "p" } },
  });
  await opening;
  const evil = new TextDecoder().decode(Uint8Array.fromBase64(one.steps[0]!.server_b64!));
  await stream.write(evil);
  await stream.write(`event: odd\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n`);
  const asking = at.client.ask(1, "tools/call", { name: "read_file", arguments: {} });
  const turn = await post();
  if (turn.path !== "/messages") wrong.push(`the call went to ${turn.path}`);
  await stream.event({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
  const told = await asking;
  if (told.result === undefined) wrong.push(`its call was answered by ${brief(told)}`);
  await stream.end();
  return wrong;
}

/** HTTP-037: a modern client that closes its stream cancels, and the server is told. */
export async function leavesMidCall(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await before();
  const leaving = new AbortController();
  const asking = at.client.modern(1, "tools/call", { name: "read_file" }, leaving.signal)
    .then(() => wrong.push("it was answered"), () => {});
  const turn = await request(at.server);
  leaving.abort();
  await asking;
  // On the modern side closing its stream is the word for it.
  await turn.gone;
  const lines = await at.audit.when((all) => all.some((l) => l.event === "outcome"));
  const outcome = lines.find((l) => l.event === "outcome");
  if (outcome?.decision !== "cancelled") wrong.push(`recorded as ${brief(outcome)}`);
  const calls = at.server.turns.all.filter(({ json }) => json?.method === "tools/call");
  if (calls.length !== one.expected.forwarded) wrong.push(`${calls.length} forwarded`);
  return wrong;
}

/**
 * HTTP-021: addresses that are denied are denied after the resolution of names, so a name that comes to mean another
 * address reaches nobody. No name server answers here as a case wants: `localhost` stands for a name that has turned
 * to a denied address.
 */
export async function reboundName(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const second = String(one.steps[0]!.second);
  const denied = programFlags.find((flag) => flag.startsWith("--deny-net="));
  if (denied === undefined) return ["the program may connect to every address"];
  await using server = playHttp();
  const { port } = new URL(server.origin);
  await using file = await policyFile(FIXTURE);
  const loopback = SOURCE.map((flag) => flag === denied ? "--deny-net=127.0.0.0/8" : flag);
  const plays: [shape: readonly string[], target: string, reached: boolean][] = [
    [SOURCE, `http://${second}/mcp`, false],
    [loopback, `http://localhost:${port}/mcp`, false],
    [SOURCE, `http://localhost:${port}/mcp`, true],
  ];
  for (const [shape, target, reached] of plays) {
    const { process, url } = await startProgram([
      ...["proxy", "--policy", file.path, "--target", target],
      ...["--host", "0.0.0.0", "--port", "0", "--admin", "off"],
    ], { shape });
    const headers = { Authorization: "Bearer ALICE" };
    const client = new HttpMcp(`http://127.0.0.1:${new URL(url).port}/mcp`, headers);
    const asking = client.modern(1, "tools/call", { name: "read_file" });
    if (reached) answer(await request(server), { content: [] });
    const told = await (await asking).json();
    const code = told.error?.code;
    if (reached ? told.result === undefined : code !== one.expected.rpc_code) {
      wrong.push(`${target} came to ${brief(told)}`);
    }
    if (!reached && server.turns.all.length > 0) wrong.push(`${target} was connected to`);
    await process[Symbol.asyncDispose]();
  }
  return wrong;
}
