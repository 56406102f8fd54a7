// Ends: the program's, a client's that does not read, and the whole of the modern era, which has no sessions.

import { expect } from "expect";
import { ask, settled } from "../session_testkit.ts";
import { UpstreamError } from "../transports/mod.ts";
import { answer, initialize, modern, note, startShared } from "./shared_testkit.ts";

Deno.test("the program's end answers every call of every client, and the next client finds a new one", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  b.client.say(ask("tools/call", "x", { name: "t" }));
  b.client.say(ask("tools/list", 2));
  await settled();
  program!.end({ code: 1006 });
  await settled();
  expect(a.got()).toMatchObject([{ id: 1, error: { code: -31502 } }]);
  expect(b.got()).toMatchObject([{ id: "x", error: {} }, { id: 2, error: {} }]);
  expect([a.client.closing?.code, b.client.closing?.code]).toEqual([1011, 1011]);
  expect(a.session.inFlight + b.session.inFlight).toBe(0);
  const c = await stage.joined();
  expect(stage.programs).toHaveLength(2);
  c.client.say(ask("tools/list", 1));
  await settled();
  await answer(stage.programs[1]!, stage.programs[1]!.sent.at(-1).id, { tools: [] });
  expect(c.got()).toMatchObject([{ id: 1, result: { tools: [] } }]);
});

Deno.test("a program that ends during the handshake fails it for all who wait", async () => {
  const stage = startShared();
  const [a, b] = [stage.join(), stage.join()];
  for (const one of [a, b]) one.client.say(initialize());
  await settled();
  stage.programs[0]!.end({ code: 1006 });
  await settled();
  for (const one of [a, b]) expect(one.got()).toMatchObject([{ id: "init", error: {} }]);
  await stage.joined();
  expect(stage.programs).toHaveLength(2);
});

Deno.test("a client that does not read is ended with a record, and the others are served", async () => {
  const stage = startShared(2000);
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  a.client.reading = false;
  for (const one of [a, b]) {
    one.client.say(ask("resources/subscribe", 0, { uri: "file:///a/" }));
    await settled();
    await answer(program!, program!.sent.at(-1).id, {});
  }
  for (let i = 0; i < 200 && a.client.closing === null; i++) {
    program!.say(note("resources/updated", { uri: `file:///a/${i}${"x".repeat(100)}` }));
    await settled();
  }
  expect(a.client.closing).not.toBeNull();
  expect(a.records.at(-1)).toMatchObject({
    direction: "c2s",
    rule: "shared.slow_reader",
    reason: "LimitExceeded",
  });
  expect(program!.paused).toBe(false);
  expect(b.client.closing).toBeNull();
  b.client.say(ask("tools/list", 1));
  await settled();
  await answer(program!, program!.sent.at(-1).id, { tools: [] });
  expect(b.got().at(-1)).toMatchObject({ id: 1, result: {} });
});

Deno.test("of many clients that do not read, the one for which most waits is ended first", async () => {
  const stage = startShared(1 << 20, undefined, 50_000);
  const [a, b, c] = [await stage.joined(), await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  a.client.say(ask("resources/subscribe", 1, { uri: "file:///a/" }));
  await settled();
  await answer(program!, program!.sent.at(-1).id, {});
  for (const one of [a, b]) one.client.reading = false;
  const fill = { _meta: { filling: "x".repeat(100) } };
  b.client.say(ask("resources/subscribe", 1, { uri: "file:///a/1" }));
  await settled();
  await answer(program!, program!.sent.at(-1).id, {});
  for (let i = 0; i < 1000 && a.client.closing === null; i++) {
    program!.say(note("resources/updated", { uri: `file:///a/1/${i}`, ...fill }));
    program!.say(note("resources/updated", { uri: `file:///a/2/${i}`, ...fill }));
    await settled();
  }
  expect(a.client.closing).not.toBeNull();
  expect([b.client.closing, c.client.closing]).toEqual([null, null]);
  b.client.drain();
  await settled();
  expect(b.client.sent.at(-1).method).toBe("notifications/resources/updated");
});

Deno.test("the same news are not said again while they wait, so that a flood of them ends nobody", async () => {
  const stage = startShared(2000);
  const a = await stage.joined();
  const [program] = stage.programs;
  a.client.reading = false;
  for (let i = 0; i < 2000; i++) {
    program!.say(note("tools/list_changed"));
    program!.say(note("prompts/list_changed"));
  }
  await settled();
  expect(a.client.closing).toBeNull();
  a.client.drain();
  for (let i = 0; i < 10; i++) await settled();
  const said = a.client.sent.length;
  expect(said).toBeLessThan(500);
  program!.say(note("tools/list_changed"));
  await settled();
  expect(a.client.sent).toHaveLength(said + 1);
});

Deno.test("a client that reads again gets everything in order", async () => {
  const stage = startShared(1 << 20);
  const a = await stage.joined();
  const [program] = stage.programs;
  a.client.reading = false;
  const uri = (i: number): string => `file:///pub/${i}`;
  a.client.say(ask("resources/subscribe", 1, { uri: "file:///pub/" }));
  await settled();
  await answer(program!, program!.sent.at(-1).id, {});
  for (let i = 0; i < 500; i++) program!.say(note("resources/updated", { uri: uri(i) }));
  await settled();
  expect(a.client.sent.length).toBeLessThan(400);
  a.client.drain();
  while (a.client.sent.length < 502) await settled();
  const uris = a.client.sent.slice(2).map(({ params }) => params.uri);
  expect(uris).toEqual(Array.from({ length: 500 }, (_, i) => uri(i)));
});

Deno.test("while a program does not read, clients wait in turns, and who sends too much is told", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  program!.reading = false;
  const call = (id: number, owner: string): string =>
    ask("tools/call", id, { name: "t", arguments: { owner, fill: "x".repeat(200) } });
  a.client.say(call(1, "a1"));
  await settled();
  stage.heard();
  for (const id of [2, 3, 4, 5, 6, 7]) a.client.say(call(id, `a${id}`));
  a.client.say(note("cancelled", { requestId: 2 }));
  b.client.say(call(1, "b1"));
  await settled();
  expect(stage.heard()).toEqual([]);
  // Three fit; the others are refused in words that say what to do.
  expect(a.got().map(({ id, error }) => [id, error.message])).toEqual(
    [5, 6, 7].map((id) => [id, expect.stringContaining("try again later")]),
  );
  // Its client is held back meanwhile; the other, which has sent little, is not.
  expect([a.client.paused, b.client.paused]).toEqual([true, false]);
  program!.drain();
  await settled();
  expect(a.client.paused).toBe(false);
  const heard = stage.heard();
  expect(heard.map(({ method, params }) => params.arguments?.owner ?? method)).toEqual(
    ["a2", "b1", "a3", "a4", "notifications/cancelled"],
  );
  expect(heard.at(-1).params.requestId).toBe(heard[0].id);
  program!.reading = false;
  b.client.say(call(2, "b2"));
  b.client.say(call(3, "b3"));
  await settled();
  b.client.end();
  program!.drain();
  await settled();
  // What a client had sent that has left is not sent any more.
  expect(stage.heard().map(({ params }) => params.arguments?.owner)).toEqual(
    ["b2", undefined, undefined],
  );
});

Deno.test("requests of the modern era need no handshake; a subscription hears what another's call changes", async () => {
  const stage = startShared();
  const [a, b] = [stage.join(), stage.join()];
  const tasks = { "io.modelcontextprotocol/tasks": {}, "other": {} };
  a.client.say(ask("subscriptions/listen", 1, {
    notifications: { toolsListChanged: true },
    _meta: modern({ extensions: tasks }),
  }));
  b.client.say(ask("tools/call", 1, { name: "change", _meta: modern() }));
  await settled();
  expect(stage.programs).toHaveLength(1);
  const [program] = stage.programs;
  const [listen, call] = stage.heard();
  expect(listen.params._meta["io.modelcontextprotocol/clientCapabilities"].extensions)
    .toEqual({ other: {} });
  const of = (id: unknown): object => ({ _meta: { "io.modelcontextprotocol/subscriptionId": id } });
  const acknowledged = { ...of(listen.id), notifications: { toolsListChanged: true } };
  program!.say(note("subscriptions/acknowledged", acknowledged));
  program!.say(note("tools/list_changed", of(listen.id)));
  // Of no subscription, of another's call, of nobody: it goes to nobody.
  program!.say(note("tools/list_changed"));
  program!.say(note("tools/list_changed", of(call.id)));
  program!.say(note("tools/list_changed", of(String(listen.id))));
  await answer(program!, call.id, { resultType: "complete", content: [] });
  expect(a.got()).toMatchObject([
    { method: "notifications/subscriptions/acknowledged", params: of(1) },
    { method: "notifications/tools/list_changed", params: of(1) },
  ]);
  expect(b.got()).toMatchObject([{ id: 1, result: {} }]);
  expect(stage.odd.map(({ rule }) => rule)).toEqual([
    "shared.notification",
    "shared.unknown_subscription",
    "shared.unknown_subscription",
  ]);
  program!.say(note("cancelled", { requestId: listen.id }));
  await settled();
  expect(a.got()).toMatchObject([{ id: 1, result: { resultType: "complete" } }]);
});

Deno.test("a modern program that ends is started anew by the next request of the same client", async () => {
  let dead = false;
  const stage = startShared(
    undefined,
    (program) =>
      dead ? Promise.reject(new UpstreamError("refused", "no")) : Promise.resolve(program),
  );
  const a = stage.join();
  const say = (id: number): void => a.client.say(ask("tools/list", id, { _meta: modern() }));
  say(1);
  await settled();
  stage.programs[0]!.end({ code: 1006 });
  await settled();
  expect(a.got()).toMatchObject([{ id: 1, error: { code: -31502 } }]);
  expect(a.client.closing).toBeNull();
  dead = true;
  say(2);
  await settled();
  expect(a.got()).toMatchObject([{ id: 2, error: { code: -31502 } }]);
  dead = false;
  say(3);
  await settled();
  const program = stage.programs[2]!;
  await answer(program, program.sent.at(-1).id, { resultType: "complete", tools: [] });
  expect(a.got()).toMatchObject([{ id: 3, result: { tools: [] } }]);
});

Deno.test("clients of both eras get a program each", async () => {
  const stage = startShared();
  const a = await stage.joined();
  const b = stage.join();
  b.client.say(ask("server/discover", 1, { _meta: modern() }));
  await settled();
  expect(stage.programs).toHaveLength(2);
  const capabilities = {
    tools: {},
    logging: {},
    extensions: { "io.modelcontextprotocol/tasks": {} },
  };
  await answer(stage.programs[1]!, stage.programs[1]!.sent[0].id, {
    ...{ resultType: "complete", supportedVersions: ["2026-07-28"], capabilities },
    serverInfo: { name: "played", version: "1" },
  });
  const [said] = b.got();
  expect(said.result.capabilities).toEqual({ tools: {}, extensions: {} });
  // The end of one era's program concerns nobody of the other.
  stage.programs[1]!.end({ code: 1006 });
  await settled();
  expect(a.client.closing).toBeNull();
});

Deno.test("a program that does not speak the modern era is asked once, and not kept", async () => {
  const stage = startShared();
  const a = await stage.joined();
  const probe = async (): Promise<unknown> => {
    const b = stage.join();
    b.client.say(ask("server/discover", 1, { _meta: modern() }));
    await settled();
    const program = stage.programs.at(-1)!;
    const asked = program.sent.at(-1);
    if (asked.method === "server/discover" && program.closing === null) {
      program.say({ jsonrpc: "2.0", id: asked.id, error: { code: -32601, message: "no such" } });
    }
    await settled();
    return b.got();
  };
  for (let i = 0; i < 3; i++) {
    expect(await probe()).toMatchObject([{ id: 1, error: { code: -32601, message: "no such" } }]);
    expect(stage.programs).toHaveLength(2);
  }
  expect(stage.programs.map(({ closing }) => closing !== null)).toEqual([false, true]);
  expect(a.client.closing).toBeNull();
  stage.programs[1]!.end();
  stage.at(60_001);
  await probe();
  expect(stage.programs).toHaveLength(3);
});
