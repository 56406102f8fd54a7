// What a shared server asks reaches the one client whose call runs, or nobody: never a client that may be the wrong one.

import { expect } from "expect";
import { ask, settled } from "../session_testkit.ts";
import { answer, note, startShared } from "./shared_testkit.ts";

const ELICIT = { message: "Who?", requestedSchema: { type: "object", properties: {} } };
const ABLE = { elicitation: {}, sampling: {}, roots: {} };

Deno.test("a question during one client's call reaches that client, and its answer the server", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(ABLE), await stage.joined(ABLE)];
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  stage.heard();
  program!.say(ask("elicitation/create", 1, { ...ELICIT, _meta: { progressToken: "q" } }));
  await settled();
  const [asked] = a.got();
  expect(asked).toMatchObject({ method: "elicitation/create", params: ELICIT });
  expect(b.got()).toEqual([]);
  // Another client cannot answer it, nor tell of it.
  b.client.say(note("progress", { progressToken: "q", progress: 1 }));
  b.client.say({ jsonrpc: "2.0", id: asked.id, result: { action: "accept", content: {} } });
  await settled();
  expect(stage.heard()).toEqual([]);
  a.client.say(note("progress", { progressToken: "q", progress: 2 }));
  a.client.say({ jsonrpc: "2.0", id: asked.id, result: { action: "decline" } });
  await settled();
  expect(stage.heard()).toEqual([
    note("progress", { progressToken: "q", progress: 2 }),
    { jsonrpc: "2.0", id: 1, result: { action: "decline" } },
  ]);
});

Deno.test("a question while calls of two clients run is refused in words, and on record", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(ABLE), await stage.joined(ABLE)];
  const [program] = stage.programs;
  for (const one of [a, b]) one.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  const of_b = program!.sent.at(-1).id;
  stage.heard();
  program!.say(ask("sampling/createMessage", 5, { messages: [], maxTokens: 1 }));
  await settled();
  expect(stage.heard()).toMatchObject([
    { id: 5, error: { code: -31403, message: expect.stringContaining("several clients") } },
  ]);
  expect([...a.got(), ...b.got()]).toEqual([]);
  expect(stage.odd).toMatchObject([
    { rule: "shared.ambiguous_request", method: "sampling/createMessage" },
  ]);
  await answer(program!, of_b, { content: [] });
  program!.say(ask("elicitation/create", 6, ELICIT));
  await settled();
  expect(a.got()).toMatchObject([{ method: "elicitation/create" }]);
  expect(b.got()).toMatchObject([{ id: 1, result: {} }]);
});

Deno.test("a call that was withdrawn may still ask, so nobody else is asked for a while", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(ABLE), await stage.joined(ABLE)];
  const [program] = stage.programs;
  const asked = async (id: number): Promise<unknown> => {
    program!.say(ask("elicitation/create", id, ELICIT));
    await settled();
    return stage.heard().at(-1);
  };
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  a.client.say(note("cancelled", { requestId: 1 }));
  b.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  expect(await asked(1)).toMatchObject({ id: 1, error: { code: -31403 } });
  // Nor is the one asked that has left.
  a.client.end();
  await settled();
  stage.at(999);
  expect(await asked(2)).toMatchObject({ id: 2, error: { code: -31403 } });
  stage.at(1001);
  await asked(3);
  expect(b.got()).toMatchObject([{ method: "elicitation/create" }]);
});

Deno.test("a question while nobody's call runs is refused", async () => {
  const stage = startShared();
  const a = await stage.joined(ABLE);
  const [program] = stage.programs;
  stage.heard();
  program!.say(ask("elicitation/create", 1, ELICIT));
  await settled();
  expect(stage.heard()).toMatchObject([{ id: 1, error: { code: -31403 } }]);
  expect(a.got()).toEqual([]);
});

Deno.test("roots, tasks and what the client does not offer are refused; a ping is answered", async () => {
  const stage = startShared();
  const a = await stage.joined({ roots: {}, elicitation: { url: {} } });
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  stage.heard();
  program!.say(ask("ping", 0));
  program!.say(ask("roots/list", 1));
  program!.say(ask("tasks/get", 2, { taskId: "x" }));
  program!.say(ask("sampling/createMessage", 3, { messages: [], maxTokens: 1 }));
  program!.say(ask("elicitation/create", 4, ELICIT));
  program!.say(ask("elicitation/create", 5, { mode: "url", url: "https://x.test", message: "m" }));
  await settled();
  const [pong, ...refused] = stage.heard();
  expect(pong).toMatchObject({ id: 0, result: {} });
  expect(refused.map(({ id, error }) => [id, error.code])).toEqual(
    [1, 2, 3, 4, 5].map((id) => [id, -32601]),
  );
  expect(a.got()).toEqual([]);
});

Deno.test("two questions under one id are one question", async () => {
  const stage = startShared();
  const a = await stage.joined(ABLE);
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  program!.say(ask("elicitation/create", 1, ELICIT));
  program!.say(ask("elicitation/create", 1, ELICIT));
  await settled();
  expect(a.got()).toHaveLength(1);
  expect(stage.odd).toMatchObject([{ rule: "shared.id_reuse" }]);
  program!.say(note("cancelled", { requestId: 1 }));
  program!.say(note("cancelled", { requestId: 1 }));
  await settled();
  expect(a.got()).toMatchObject([{ method: "notifications/cancelled" }]);
  expect(stage.odd.at(-1)).toMatchObject({ rule: "shared.unknown_request" });
});

Deno.test("a client that leaves midway withdraws what it asked and answers what it was asked", async () => {
  const stage = startShared();
  const [a, b] = [await stage.joined(ABLE), await stage.joined(ABLE)];
  const [program] = stage.programs;
  a.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  const { id } = program!.sent.at(-1);
  program!.say(ask("elicitation/create", 1, ELICIT));
  await settled();
  b.client.say(ask("tools/call", 1, { name: "t" }));
  await settled();
  stage.heard();
  a.client.end();
  await settled();
  expect(stage.heard()).toMatchObject([
    { method: "notifications/cancelled", params: { requestId: id } },
    { id: 1, error: { message: "mcpguard: the client has left" } },
  ]);
  // Its late answer reaches nobody.
  await answer(program!, id, { content: [{ type: "text", text: "of a" }] });
  expect(b.got()).toEqual([]);
  expect(b.session.inFlight).toBe(1);
});
