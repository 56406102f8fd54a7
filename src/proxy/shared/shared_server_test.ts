// Several clients at one program with sessions: each gets its own answers, and news that it is entitled to.

import { expect } from "expect";
import { UpstreamError } from "../transports/mod.ts";
import { ask, settled } from "../session_testkit.ts";
import { answer, HELLO, initialize, note, startShared } from "./shared_testkit.ts";

Deno.test("the program is initialised once, in the guard's name, and every client gets its answer", async () => {
  const stage = startShared();
  const [a, b] = [stage.join(), stage.join()];
  expect(stage.programs).toHaveLength(0);
  a.client.say(initialize({ roots: {}, sampling: {} }));
  b.client.say(initialize());
  await settled();
  expect(stage.programs).toHaveLength(1);
  const [asked, ...more] = stage.heard();
  expect(more).toEqual([]);
  expect(asked).toMatchObject({
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: { sampling: {}, elicitation: {} },
      clientInfo: { name: "mcpguard" },
    },
  });
  expect(Object.keys(asked.params.capabilities)).toEqual(["sampling", "elicitation"]);
  await answer(stage.programs[0]!, asked.id, HELLO);
  expect(stage.heard()).toMatchObject([{ method: "notifications/initialized" }]);
  const c = stage.join();
  c.client.say(initialize());
  await settled();
  for (const client of [a, b, c]) {
    client.client.say({ jsonrpc: "2.0", method: "notifications/initialized" });
    const [said] = client.got();
    expect(said).toMatchObject({ id: "init", result: { serverInfo: { name: "played" } } });
    // What cannot be kept apart for several clients is not offered.
    expect(Object.keys(said.result.capabilities)).toEqual(["tools", "resources"]);
  }
  await settled();
  expect(stage.heard()).toEqual([]);
});

Deno.test("a handshake that fails is told to who waits, and the next client's begins anew", async () => {
  let dead = true;
  const stage = startShared(
    undefined,
    (program) =>
      dead
        ? Promise.reject(new UpstreamError("refused", "no such program"))
        : Promise.resolve(program),
  );
  const a = stage.join();
  a.client.say(initialize());
  await settled();
  expect(a.got()).toMatchObject([{ id: "init", error: { code: -31502 } }]);
  dead = false;
  const b = stage.join();
  b.client.say(initialize());
  await settled();
  const program = stage.programs[1]!;
  await answer(program, program.sent[0].id, { ...HELLO, protocolVersion: "2026-07-28" });
  expect(b.got()).toMatchObject([{ id: "init", error: { code: -31502 } }]);
  const c = stage.join();
  c.client.say(initialize());
  await settled();
  program.say({ jsonrpc: "2.0", id: program.sent[1].id, error: { code: -32000, message: "no" } });
  await settled();
  expect(c.got()).toMatchObject([{ id: "init", error: { code: -32000 } }]);
  await stage.joined();
  stage.close();
});

Deno.test("a client without a handshake is told to begin with it, and a ping needs none", async () => {
  const stage = startShared();
  const a = stage.join();
  a.client.say(ask("tools/list", 1));
  a.client.say(ask("ping", 2));
  await settled();
  expect(a.got()).toMatchObject([
    { id: 2, result: {} },
    { id: 1, error: { message: "mcpguard: initialize first" } },
  ].reverse());
  expect(stage.programs).toHaveLength(0);
});

Deno.test("equal ids and progress tokens of two clients stay apart", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  stage.heard();
  const call = (text: string): string =>
    ask("tools/call", 1, { name: "t", arguments: { text }, _meta: { progressToken: 7 } });
  a.client.say(call("a"));
  b.client.say(call("b"));
  await settled();
  const [of_a, of_b] = stage.heard();
  expect(of_a.id).not.toBe(of_b.id);
  const token = (one: typeof of_a): number => one.params._meta.progressToken;
  expect(token(of_a)).not.toBe(token(of_b));
  const [program] = stage.programs;
  program!.say(note("progress", { progressToken: token(of_b), progress: 1 }));
  // The tokens that the clients gave mean nothing to the server.
  program!.say(note("progress", { progressToken: 7777, progress: 2 }));
  program!.say(note("progress", { progressToken: String(token(of_a)), progress: 3 }));
  await settled();
  expect(a.got()).toEqual([]);
  expect(b.got()).toMatchObject([{ params: { progressToken: 7, progress: 1 } }]);
  expect(stage.odd.map(({ rule }) => rule)).toEqual([
    "shared.unknown_progress_token",
    "shared.unknown_progress_token",
  ]);
  await answer(program!, of_b.id, { content: [{ type: "text", text: "for b" }] });
  await answer(program!, of_a.id, { content: [{ type: "text", text: "for a" }] });
  expect(a.got()).toMatchObject([{ id: 1, result: { content: [{ text: "for a" }] } }]);
  expect(b.got()).toMatchObject([{ id: 1, result: { content: [{ text: "for b" }] } }]);
  // Progress after the answer is progress of nothing.
  program!.say(note("progress", { progressToken: token(of_a), progress: 4 }));
  await settled();
  expect(a.got()).toEqual([]);
});

Deno.test("a client withdraws its own calls only", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  stage.heard();
  b.client.say(note("cancelled", { requestId: 1 }));
  await settled();
  expect(stage.heard()).toEqual([]);
  b.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  const [of_b] = stage.heard();
  b.client.say(note("cancelled", { requestId: 1, reason: "enough" }));
  await settled();
  expect(stage.heard()).toMatchObject([
    { method: "notifications/cancelled", params: { requestId: of_b.id, reason: "enough" } },
  ]);
  expect(a.session.inFlight).toBe(1);
  expect(b.session.inFlight).toBe(0);
});

Deno.test("an answer that nobody waits for reaches nobody", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  const { id } = program!.sent.at(-1);
  for (const wrong of [id + 1, id - 1, String(id), "init"]) {
    await answer(program!, wrong, { content: [] });
  }
  expect(stage.odd).toHaveLength(4);
  expect(stage.odd.every(({ rule }) => rule === "shared.unsolicited_response")).toBe(true);
  // Another spelling of the same number is no id of the guard's.
  program!.say(`{"jsonrpc":"2.0","id":${id}.0,"result":{"content":[]}}`);
  await settled();
  expect([...a.got(), ...b.got()]).toEqual([]);
  expect(stage.odd).toHaveLength(5);
  await answer(program!, id, { content: [] });
  await answer(program!, id, { content: [] });
  expect(a.got()).toHaveLength(1);
});

Deno.test("an answer that cannot be read fails its own call alone", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  for (const one of [a, b]) one.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  const [of_a] = program!.sent.slice(-2);
  program!.say(`{"jsonrpc":"2.0","id":${of_a.id},"result":{},"result":{}}`);
  program!.say("not json");
  await settled();
  expect(a.got()).toMatchObject([{ id: 1, error: { code: -31502 } }]);
  expect(b.got()).toEqual([]);
  expect(b.session.inFlight).toBe(1);
});

Deno.test("news reach who is entitled to them; log lines nobody", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const early = stage.join();
  const [program] = stage.programs;
  program!.say(note("tools/list_changed"));
  program!.say(note("message", { level: "info", data: "of somebody's call" }));
  program!.say(note("unheard/of"));
  await settled();
  for (const one of [a, b]) {
    expect(one.got()).toMatchObject([{ method: "notifications/tools/list_changed" }]);
  }
  expect(early.got()).toEqual([]);
  const uri = "file:///pub/a";
  a.client.say(ask("resources/subscribe", 1, { uri }));
  b.client.say(ask("resources/subscribe", 1, { uri }));
  await settled();
  const [of_a, of_b] = program!.sent.slice(-2);
  await answer(program!, of_a.id, {});
  // Who was refused has not subscribed.
  program!.say({ jsonrpc: "2.0", id: of_b.id, error: { code: -32602, message: "no" } });
  program!.say(note("resources/updated", { uri }));
  program!.say(note("resources/updated", { uri: `${uri}/part` }));
  program!.say(note("resources/updated", { uri: `${uri}bc` }));
  await settled();
  expect(a.got().slice(1)).toMatchObject([{ params: { uri } }, { params: { uri: `${uri}/part` } }]);
  expect(b.got().slice(1)).toEqual([]);
});

Deno.test("a subscription ends for the server when its last client ends it or leaves", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  const uri = "file:///pub/a";
  for (const one of [a, b]) {
    one.client.say(ask("resources/subscribe", 1, { uri }));
    await settled();
    await answer(program!, program!.sent.at(-1).id, {});
  }
  stage.heard();
  a.client.say(ask("resources/unsubscribe", 2, { uri }));
  await settled();
  expect(stage.heard()).toEqual([]);
  expect(a.got().at(-1)).toMatchObject({ id: 2, result: {} });
  b.client.end();
  await settled();
  expect(stage.heard()).toMatchObject([{ method: "resources/unsubscribe", params: { uri } }]);
  await answer(program!, program!.sent.at(-1).id, {});
  expect(stage.odd).toEqual([]);
});

Deno.test("a subscription that has just been asked for is not ended by another client's end", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(), await stage.joined()];
  const [program] = stage.programs;
  const uri = "file:///pub/a";
  a.client.say(ask("resources/subscribe", 1, { uri }));
  await settled();
  await answer(program!, program!.sent.at(-1).id, {});
  b.client.say(ask("resources/subscribe", 1, { uri }));
  await settled();
  const { id } = program!.sent.at(-1);
  stage.heard();
  a.client.end();
  await settled();
  expect(stage.heard()).toEqual([]);
  await answer(program!, id, {});
  b.got();
  program!.say(note("resources/updated", { uri }));
  await settled();
  expect(b.got()).toMatchObject([{ params: { uri } }]);
  // A client that changes its mind before the answer has not subscribed.
  b.client.say(ask("resources/subscribe", 2, { uri: `${uri}2` }));
  await settled();
  const late = program!.sent.at(-1).id;
  b.client.say(ask("resources/unsubscribe", 3, { uri: `${uri}2` }));
  await settled();
  await answer(program!, late, {});
  await answer(program!, program!.sent.at(-1).id, {});
  b.got();
  program!.say(note("resources/updated", { uri: `${uri}2` }));
  await settled();
  expect(b.got()).toEqual([]);
});

Deno.test("a session subscribes to so many resources and no more", async () => {
  const stage = startShared();
  const a = await stage.joined();
  const [program] = stage.programs;
  for (let i = 0; i <= 256; i++) {
    a.client.say(ask("resources/subscribe", i, { uri: `file:///pub/${i}` }));
    await settled();
    if (i < 256) await answer(program!, program!.sent.at(-1).id, {});
  }
  expect(a.got().at(-1)).toMatchObject({
    id: 256,
    error: { message: expect.stringContaining("too many subscriptions") },
  });
});

Deno.test("logging and tasks are not there, and a call is none of a task", async () => {
  const stage = startShared();
  const a = await stage.joined();
  stage.heard();
  a.client.say(ask("logging/setLevel", 1, { level: "debug" }));
  a.client.say(ask("tasks/list", 2));
  a.client.say(ask("tools/call", 3, { name: "t", task: { ttl: 1 } }));
  await settled();
  const heard = stage.heard();
  expect(heard).toHaveLength(1);
  expect(heard[0].params).toEqual({ name: "t" });
  expect(a.got()).toMatchObject(
    [{ id: 2, error: {} }, { id: 1, error: { code: -32601 } }].reverse(),
  );
});

Deno.test("small frames are refused in words", async () => {
  const stage = startShared();
  const a = stage.join();
  a.client.say({ type: "tool_call", tool: "t", args: {} });
  await settled();
  expect(a.got()).toMatchObject([
    { type: "error", message: expect.stringContaining("takes MCP messages only") },
  ]);
  expect(stage.programs).toHaveLength(0);
});
