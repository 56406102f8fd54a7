// Streams of the HTTP routes through the real program: who gets what, what survives a broken connection, and what a
// client that leaves or does not read means in either era.

import { expect } from "expect";
import { type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { startStage } from "../fixtures/proxy_stage.ts";
import { HttpMcp } from "../kit/http_mcp.ts";
import { eventsOf, type RawEvent } from "../kit/http_raw.ts";

const ALICE = "a-key-of-alice-that-is-long-enough";
const BOB = "a-key-of-bob-that-is-long-enough-too";
const POLICY = `
version: 1
auth: { mode: api_key, allowed_keys: [{ key: ${ALICE}, identity: alice }, { key: ${BOB}, identity: bob }] }
limits: { high_water_bytes: 65536, slow_reader_ms: 300 }
`;

const at = (port: number, key = ALICE): HttpMcp =>
  new HttpMcp(`http://127.0.0.1:${port}/mcp`, { "X-API-Key": key });

/** The next event, which must be there. */
async function next(events: AsyncGenerator<RawEvent>): Promise<RawEvent> {
  const { value, done } = await events.next();
  if (done === true) throw new Error("the stream has ended");
  return value;
}

/** The status of an answer whose body does not matter. */
async function statusOf(reply: Promise<Response>): Promise<number> {
  const { status, body } = await reply;
  await body?.cancel();
  return status;
}

/** The text of a tool's result with one block. */
const textOf = (message: Json): string => message.result.content[0].text;
const saying = (text: string): object => ({ content: [{ type: "text", text }] });

Deno.test("a legacy stream that breaks is taken up again, by its own client alone", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, POLICY);
  const opening = at(stage.port).open();
  const upstream = await server.connections.next();
  upstream.answer(await server.got.next(), { protocolVersion: "2025-11-25", capabilities: {} });
  const client = await opening;

  const leaving = new AbortController();
  const asked = client.send(
    { id: 5, method: "tools/call", params: { name: "slow", _meta: { progressToken: "p" } } },
    leaving.signal,
  );
  const call = await server.got.next();
  const progress = (n: number): void =>
    upstream.notify("notifications/progress", { progressToken: "p", progress: n });
  progress(1);
  const response = await asked;
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events = eventsOf(response);
  const primer = await next(events);
  expect([primer.data, primer.retry, typeof primer.id]).toEqual(["", 1000, "string"]);
  const first = await next(events);
  expect(JSON.parse(first.data).params.progress).toBe(1);
  leaving.abort();
  await events.next().catch(() => {});

  progress(2);
  upstream.answer(call, saying("late"));
  // Whoever comes from elsewhere with this id finds nothing (CVE-2026-33946).
  const others: [HttpMcp, string][] = [[at(stage.port), "alice"], [at(stage.port, BOB), "bob"]];
  for (const [other] of others) {
    const opened = other.open();
    const connection = await server.connections.next();
    connection.answer(await server.got.next(), { protocolVersion: "2025-11-25" });
    await opened;
    const reply = await other.listen(first.id);
    expect([reply.status, (await reply.json()).error.data.rule]).toEqual([
      404,
      "session.event_owner",
    ]);
    other.session = client.session;
  }
  expect(await statusOf(others[1]![0].listen(first.id))).toBe(404);

  // Twice, since an answer may be lost on its way more than once.
  for (let round = 0; round < 2; round++) {
    const rest: Json[] = [];
    for await (const event of eventsOf(await client.listen(first.id))) {
      rest.push(JSON.parse(event.data));
    }
    expect(rest.map((one) => one.params?.progress ?? textOf(one))).toEqual([2, "late"]);
    expect(rest[1].id).toBe(5);
  }
  // The disconnect was no cancellation.
  expect(server.got.all.filter((one) => one.method === "notifications/cancelled")).toEqual([]);
});

Deno.test("the stream of a GET gets what belongs to no request, also what came before it", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, POLICY);
  const client = await at(stage.port).open();
  const upstream = await server.connections.next();
  upstream.notify("notifications/tools/list_changed");
  await client.ask(1, "ping");
  const stream = await client.listen();
  const events = eventsOf(stream);
  expect(JSON.parse((await next(events)).data).method).toBe("notifications/tools/list_changed");
  expect(await statusOf(client.listen())).toBe(409);

  upstream.notify("notifications/resources/updated", { uri: "file:///a" });
  const updated = await next(events);
  expect(JSON.parse(updated.data).params.uri).toBe("file:///a");
  // A client that lost its stream takes it over before the guard has noticed.
  upstream.notify("notifications/resources/updated", { uri: "file:///b" });
  const second = eventsOf(await client.listen(updated.id));
  // The lost stream ends; it may have carried the event too, which the new one gives again.
  const ended = (): Promise<boolean | undefined> =>
    events.next().then(({ done }) => done, () => true);
  while (await ended() !== true);
  expect(JSON.parse((await next(second)).data).params.uri).toBe("file:///b");

  const question = { jsonrpc: "2.0", id: "q", method: "elicitation/create" };
  upstream.send({ ...question, params: { message: "?", requestedSchema: { type: "object" } } });
  const asked = JSON.parse((await next(second)).data);
  expect(asked.method).toBe("elicitation/create");
  const accepted = await client.send({ id: asked.id, result: { action: "decline" } });
  expect([accepted.status, await accepted.text()]).toEqual([202, ""]);
  while ((await server.got.next()).result?.action !== "decline");

  expect((await client.end()).status).toBe(204);
  expect((await second.next()).done).toBe(true);
  expect(await statusOf(client.listen())).toBe(404);
  await upstream.closed;
});

Deno.test("a modern client that closes its stream cancels, one that is answered does not", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, POLICY);
  const client = at(stage.port);
  const answered = client.modern(1, "tools/call", { name: "quick" });
  const upstream = await server.connections.next();
  upstream.answer(await server.got.next(), { ...saying("quick"), resultType: "complete" });
  expect(textOf(await (await answered).json())).toBe("quick");

  for (const begun of [false, true]) {
    const leaving = new AbortController();
    const asked = client.modern(
      1,
      "tools/call",
      { name: "slow", _meta: { progressToken: 9 } },
      leaving.signal,
    ).catch(() => null);
    const call = await server.got.next();
    expect(call.params.name).toBe("slow");
    if (begun) {
      server.connections.all.at(-1)!
        .notify("notifications/progress", { progressToken: 9, progress: 1 });
      expect((await asked)!.headers.get("content-type")).toBe("text/event-stream");
    }
    leaving.abort();
    const cancelled = await server.got.next();
    expect([cancelled.method, cancelled.params.requestId]).toEqual([
      "notifications/cancelled",
      call.id,
    ]);
  }
  await stage.record({ method: "notifications/cancelled", decision: "allow" });
});

Deno.test("a modern subscription is known to its client by its own id", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, POLICY);
  const leaving = new AbortController();
  const listening = at(stage.port).modern(
    "mine",
    "subscriptions/listen",
    { notifications: { toolsListChanged: true } },
    leaving.signal,
  );
  const upstream = await server.connections.next();
  const request = await server.got.next();
  const tell = (method: string, id: unknown): void =>
    upstream.notify(method, { _meta: { "io.modelcontextprotocol/subscriptionId": id } });
  tell("notifications/subscriptions/acknowledged", request.id);
  const events = eventsOf(await listening);
  const idOf = async (): Promise<unknown> =>
    JSON.parse((await next(events)).data).params._meta["io.modelcontextprotocol/subscriptionId"];
  expect(await idOf()).toBe("mine");
  tell("notifications/tools/list_changed", 4711);
  tell("notifications/tools/list_changed", request.id);
  expect(await idOf()).toBe("mine");
  await stage.record({ detail: "rpc.unknown_subscription" });
  leaving.abort();
  expect((await server.got.next()).method).toBe("notifications/cancelled");
});

Deno.test("equal ids of many clients and eras are never confused", async () => {
  // Answers come in the order of a wheel, so that hardly any is the next one due.
  const held: (() => void)[] = [];
  await using server = playServer((message, peer) => {
    if (message.id === undefined || message.method === undefined) return;
    if (message.method === "initialize") return peer.answer(message, { protocolVersion: "x" });
    held.push(() => peer.answer(message, saying(message.params.arguments.mine)));
    if (held.length % 40 === 0) {
      for (const [i] of held.entries()) held[(i * 7) % held.length]!();
      held.length = 0;
    }
  });
  await using stage = await startStage(server.url, POLICY);
  const clients = await Promise.all(
    Array.from({ length: 10 }, (_, i) => at(stage.port, i % 2 === 0 ? ALICE : BOB).open()),
  );
  const wanted: string[] = [];
  const asked: Promise<Json>[] = [];
  for (let id = 1; id <= 10; id++) {
    for (const [i, client] of clients.entries()) {
      for (const modern of [false, true]) {
        const mine = `${modern} ${i} ${id}`;
        const params = { name: "echo", arguments: { mine } };
        wanted.push(`${id} ${mine}`);
        asked.push(
          (modern
            ? client.modern(id, "tools/call", params)
            : client.send({ id, method: "tools/call", params })).then((reply) => reply.json()),
        );
      }
    }
  }
  const answers = await Promise.all(asked);
  expect(answers.map((answer) => `${answer.id} ${textOf(answer)}`)).toEqual(wanted);
});

Deno.test("a client that does not read its stream loses it, and keeps its session", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, POLICY);
  const client = await at(stage.port).open();
  const upstream = await server.connections.next();
  const stream = await client.listen();
  const data = "x".repeat(60_000);
  // Far more than the sockets on the way and the guard's own bounds hold.
  for (let i = 0; i < 400; i++) upstream.notify("notifications/message", { level: "info", data });
  await stage.record({ detail: "http.slow_reader" });
  expect(await stage.metric("mcpguard_slow_peers_total")).toBe(1);
  expect((await client.ask(1, "ping")).id).toBe(1);
  await stream.body!.cancel();
});

Deno.test("limits.connections bounds sessions, and an identity's own idle one makes room", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(
    server.url,
    POLICY.replace("limits: {", "limits: { connections: 4,"),
  );
  const alice = [await at(stage.port).open(), await at(stage.port).open()];
  await alice[0]!.ask(1, "ping");
  // Half of the places are the most that one identity gets.
  const third = await at(stage.port).open();
  expect(await statusOf(alice[1]!.send({ id: 2, method: "ping" }))).toBe(404);
  expect((await alice[0]!.ask(2, "ping")).id).toBe(2);
  const streams = [await alice[0]!.listen(), await third.listen()];
  const bob = [await at(stage.port, BOB).open(), await at(stage.port, BOB).open()];
  const full = await at(stage.port).post({ jsonrpc: "2.0", id: 0, method: "initialize" });
  expect([full.status, full.headers.get("retry-after")]).toEqual([503, "1"]);
  expect((await full.json()).error.code).toBe(-31503);
  expect((await bob[1]!.ask(1, "ping")).id).toBe(1);
  for (const stream of streams) await stream.body!.cancel();
});

Deno.test("SIGTERM ends sessions and their streams in order", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, POLICY);
  const client = await at(stage.port).open();
  const events = eventsOf(await client.listen());
  const ended = events.next();
  expect((await stage.process.stop()).code).toBe(0);
  expect((await ended).done).toBe(true);
});

Deno.test("a throttled call is a readable tool error, and its answer says when to come back", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(
    server.url,
    `${POLICY}rate_limit: { capacity: 1, refill_rate_per_sec: 0.5 }\n`,
  );
  const client = at(stage.port);
  const call = (): Promise<Response> => client.modern(1, "tools/call", { name: "t" });
  const allowed = await call();
  expect([(await allowed.json()).result.isError, allowed.headers.has("retry-after")])
    .toEqual([undefined, false]);
  const throttled = await call();
  expect([throttled.status, (await throttled.json()).result.isError]).toEqual([200, true]);
  expect(["1", "2"]).toContain(throttled.headers.get("retry-after"));
});
