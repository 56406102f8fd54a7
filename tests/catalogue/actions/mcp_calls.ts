// Class mcp, what clients send: names behind filters, side doors, other people's handles, flows, and equal ids.

import type { Case } from "../case.ts";
import type { Message } from "../client.ts";
import { brief, refuses } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";
import {
  type Door,
  HELLO,
  messagesOf,
  mustPass,
  mustRefuse,
  onDoors,
  type Scene,
  type Talker,
} from "../scene.ts";

const EVERY: readonly Door[] = ["ws", "http", "sse", "modern"];
const LEGACY: readonly Door[] = ["ws", "http", "sse"];
const DENIED = [-31403];
const POSSIBLE = [-31403, -32601, -32602];

/** An action that plays one scene on each door. */
function scene(
  doors: readonly Door[],
  play: (scene: Scene, one: Case) => Promise<void>,
  policy: string = FIXTURE,
): Action {
  return async (one: Case, bench: Bench) => {
    const stage = await bench.stages.get(policy);
    return await onDoors(stage, doors, (s) => play(s, one), undefined);
  };
}

/** Sends the case's messages one after the other; ids are made different where one waits. */
async function send(talker: Talker, one: Case): Promise<(Message | null)[]> {
  const answers = [];
  for (const [i, { id: _, ...message }] of messagesOf(one).entries()) {
    answers.push(await talker.ask({ id: 100 + i, ...message }));
  }
  return answers;
}

/** A neighbour that must pass: the fixture's plainest call. */
async function neighbour(s: Scene, talker: Talker): Promise<void> {
  const params = { name: "read_file", arguments: { path: "/pub/a" } };
  mustPass(s, await talker.ask({ id: "neighbour", method: "tools/call", params }), "its neighbour");
}

/** MCP-002: one handshake is all that a session has. */
export const secondInitialize: Action = scene(LEGACY, async (s) => {
  const talker = await s.enter();
  const before = s.reached("initialize").length;
  const again = await talker.ask({ id: 1, method: "initialize", params: { ...HELLO } });
  mustRefuse(s, again, [-32600]);
  s.expect(s.reached("initialize").length === before, "the server was initialized again");
  await neighbour(s, talker);
});

/** MCP-003: a session that was opened by a handshake stays in its era. */
export const mixedEras: Action = scene(["ws"], async (s, one) => {
  const talker = await s.enter();
  const { id: _, ...call } = messagesOf(one)[1]!;
  for (const name of ["delete_file", "read_file"]) {
    const params = { ...call.params, name };
    const answer = await talker.ask({ ...call, id: `era ${name}`, params });
    s.expect(answer?.error?.code === -32600, `${name} was answered by ${brief(answer)}`);
  }
  s.expect(s.reached("tools/call").length === 0, "a call of the other era was forwarded");
  await neighbour(s, talker);
});

/** MCP-005, MCP-030: what a list does not show is not callable, whoever asks by whatever name. */
export const hiddenTool: Action = scene(EVERY, async (s, one) => {
  const talker = await s.enter();
  for (const [i, { id: _, ...message }] of messagesOf(one).entries()) {
    const answer = await talker.ask({ id: 100 + i, ...message });
    if (message.method === "tools/list") {
      const names = answer?.result?.tools.map((tool: { name: string }) => tool.name) ?? [];
      s.expect(!names.includes("delete_file") && names.includes("read_file"), `list: ${names}`);
    } else mustRefuse(s, answer, DENIED);
  }
  s.expect(s.reached("tools/call").length === 0, "the call was forwarded");
  await neighbour(s, talker);
});

/** MCP-011: hints of the server's grant nothing. */
export const lyingHints: Action = scene(EVERY, async (s, one) => {
  s.answers.set("tools/list", () => ({
    tools: [
      {
        name: "wipe",
        annotations: one.steps[0]!.annotations,
        inputSchema: { type: "object" },
      },
      { name: "read_file", inputSchema: { type: "object" } },
    ],
  }));
  const talker = await s.enter();
  const listed = await talker.ask({ id: 1, method: "tools/list" });
  s.expect(listed?.result?.tools.length === 1, `the list shows ${brief(listed)}`);
  for (const answer of await send(talker, one)) mustRefuse(s, answer, DENIED);
  s.expect(s.reached("tools/call").length === 0, "the call was forwarded");
  await neighbour(s, talker);
});

/** MCP-014, MCP-015: completion and expanded templates ask for what the lists deny. */
export const sideDoors: Action = scene(EVERY, async (s, one) => {
  const talker = await s.enter();
  for (const [i, { id: _, ...message }] of messagesOf(one).entries()) {
    const answer = await talker.ask({ id: 100 + i, ...message });
    if (message.method === "resources/templates/list") mustPass(s, answer, message.method);
    else mustRefuse(s, answer, POSSIBLE, message.method);
  }
  s.expect(
    s.reached("completion/complete", "resources/read").length === 0,
    "something was forwarded",
  );
  const read = { uri: "file:///pub/a.txt" };
  mustPass(s, await talker.ask({ id: "near", method: "resources/read", params: read }));
  const ref = { ref: { type: "ref/prompt", name: "greet" }, argument: { name: "q", value: "" } };
  mustPass(s, await talker.ask({ id: "ref", method: "completion/complete", params: ref }));
});

/** MCP-007: a cursor is good for who was given it. */
export const foreignCursor: Action = scene(EVERY, async (s, one) => {
  s.answers.set("tools/list", (params) => ({
    tools: [{ name: params?.cursor === undefined ? "read_file" : "echo", inputSchema: {} }],
    ...(params?.cursor === undefined ? { nextCursor: "BOBS-CURSOR" } : {}),
  }));
  const alice = await s.enter("ALICE");
  mustRefuse(s, (await send(alice, one))[0]!, [-32602], "a cursor of nobody's");
  const bob = await s.enter("BOB");
  const page = await bob.ask({ id: 1, method: "tools/list", params: {} });
  const cursor = page?.result?.nextCursor;
  const theft = await alice.ask({ id: 2, method: "tools/list", params: { cursor } });
  mustRefuse(s, theft, [-32602], "bob's cursor");
  const other = await bob.ask({ id: 3, method: "prompts/list", params: { cursor } });
  mustRefuse(s, other, [-32602], "a cursor of another list");
  s.expect(
    s.reached("tools/list", "prompts/list").every(({ json }) => json.params?.cursor === undefined),
    "a foreign cursor was forwarded",
  );
  const own = await bob.ask({ id: 4, method: "tools/list", params: { cursor } });
  s.expect(own?.result?.tools?.[0]?.name === "echo", `his own: ${brief(own)}`);
});

/** MCP-027: bob cannot cancel what alice has asked. */
export const foreignCancel: Action = scene(LEGACY, async (s, one) => {
  const alice = await s.enter("ALICE");
  s.server().answering = false;
  const params = { name: "read_file", arguments: {} };
  const answer = alice.ask({ id: 1, method: "tools/call", params });
  const server = s.server();
  while (s.reached("tools/call").length === 0) await server.count(server.received.length + 1);
  const bob = await s.enter("BOB");
  const { jsonrpc: _, ...cancel } = messagesOf(one)[0]!;
  await bob.tell(cancel);
  await bob.settle();
  s.expect(s.reached("notifications/cancelled").length === 0, "the cancellation was forwarded");
  server.answerAll();
  mustPass(s, await answer, "alice's call");
});

/** MCP-029: what rides in `_meta` under names that are the protocol's, or nobody's, goes no further. */
export const smuggledMeta: Action = scene(EVERY, async (s, one) => {
  const talker = await s.enter();
  const { id: _, ...call } = messagesOf(one)[0]!;
  const kept = {
    "com.example/trace": "x",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    progressToken: "mine",
  };
  const params = { ...call.params, _meta: { ...call.params._meta, ...kept } };
  mustPass(s, await talker.ask({ ...call, id: "meta", params }));
  const meta = s.reached("tools/call").at(-1)?.json.params._meta ?? {};
  for (const name of ["tool", "com.mcp.internal/route"]) {
    s.expect(!(name in meta), `_meta.${name} was forwarded`);
  }
  for (const [name, value] of Object.entries(kept)) {
    if (name !== "progressToken") s.expect(meta[name] === value, `_meta.${name} was lost`);
  }
});

/** MCP-021: a request state is good for who was given it, and for the request it was given for. */
export const foreignState: Action = scene(["modern"], async (s, one) => {
  s.answers.set("tools/call", (params) =>
    params.requestState === undefined
      ? {
        resultType: "input_required",
        inputRequests: {
          q: { method: "elicitation/create", params: { message: "?", requestedSchema: {} } },
        },
        requestState: "ALICE-STATE",
      }
      : { resultType: "complete", content: [{ type: "text", text: "ok" }] });
  const alice = await s.enter("ALICE");
  const bob = await s.enter("BOB");
  const { id: _, ...retry } = messagesOf(one)[0]!;
  const codes = [-31403, -32602];
  mustRefuse(s, await bob.ask({ ...retry, id: 1 }), codes, "a state of nobody's");
  const { requestState: __, inputResponses: ___, ...first } = retry.params;
  const asked = await alice.ask({ id: 2, method: "tools/call", params: first });
  const state = asked?.result?.requestState;
  s.expect(typeof state === "string", `alice got ${brief(asked)}`);
  const again = { ...retry.params, requestState: state };
  mustRefuse(s, await bob.ask({ ...retry, id: 3, params: again }), codes, "alice's state");
  const calls = s.reached("tools/call").length;
  s.expect(calls === 1, `${calls} forwarded, not only alice's own`);
  const elsewhere = { ...again, name: "echo" };
  mustRefuse(s, await alice.ask({ ...retry, id: 4, params: elsewhere }), codes, "another tool");
  const inputResponses = { q: { action: "accept", content: {} } };
  const own = { ...again, inputResponses };
  mustPass(s, await alice.ask({ ...retry, id: 5, params: own }), "alice's own answer");
});

const TASKS = ["tasks/result", "tasks/get", "tasks/cancel", "tasks/update"];

/** MCP-038: a task is its owner's. */
export const foreignTask: Action = scene(["ws", "http", "sse"], async (s, one) => {
  const task = {
    taskId: "ALICE-TASK",
    status: "working",
    ttl: 60_000,
    createdAt: "",
    lastUpdatedAt: "",
  };
  s.answers.set("initialize", (params) => ({
    protocolVersion: params.protocolVersion,
    capabilities: { tools: {}, tasks: { requests: { tools: { call: {} } }, cancel: {}, list: {} } },
    serverInfo: { name: "fixture", version: "1" },
  }));
  s.answers.set("tools/call", () => ({ task }));
  s.answers.set("tasks/get", () => task);
  s.answers.set("tasks/list", () => ({ tasks: [task, { ...task, taskId: "NOBODYS" }] }));
  const alice = await s.enter("ALICE");
  const bob = await s.enter("BOB");
  const params = { name: "read_file", arguments: {}, task: { ttl: 60_000 } };
  const begun = await alice.ask({ id: 1, method: "tools/call", params });
  s.expect(begun?.result?.task?.taskId === "ALICE-TASK", `alice got ${brief(begun)}`);
  for (const answer of await send(bob, one)) mustRefuse(s, answer, POSSIBLE);
  s.expect(s.reached(...TASKS).length === 0, "bob's request was forwarded");
  const listed = await bob.ask({ id: 9, method: "tasks/list" });
  s.expect(!JSON.stringify(listed).includes("ALICE-TASK"), `bob's list: ${brief(listed)}`);
  const own = await alice.ask({ id: 3, method: "tasks/get", params: { taskId: "ALICE-TASK" } });
  mustPass(s, own, "alice's own");
  const hers = await alice.ask({ id: 4, method: "tasks/list" });
  s.expect(
    JSON.stringify(hers?.result?.tasks?.map((t: Message) => t.taskId)) === '["ALICE-TASK"]',
    `alice's list: ${brief(hers)}`,
  );
});

/** MCP-041: what one may see says nothing of what another may; nothing is kept between them. */
export const separateViews: Action = scene(
  EVERY,
  async (s) => {
    const seen = [];
    for (const who of ["ALICE", "BOB"] as const) {
      const talker = await s.enter(who);
      const listed = await talker.ask({ id: 1, method: "tools/list" });
      seen.push(listed?.result?.tools.map((tool: { name: string }) => tool.name).join());
    }
    const expected = ["read_file,echo,http_post,search", "echo"];
    s.expect(JSON.stringify(seen) === JSON.stringify(expected), `seen: ${brief(seen)}`);
    s.expect(s.reached("tools/list").length === 2, "the second list was not asked for");
  },
  `${
    FIXTURE.replace("identity: bob, roles: [user]", "identity: bob, roles: [guest]")
  }roles: { guest: { tools: { allow: [echo] } } }\n`,
);

/** MCP-049: equal ids of two clients, answered in the other order. */
export const equalIds: Action = scene(EVERY, async (s, one) => {
  const step = one.steps[0]!;
  const [a, b] = [step.a, step.b].map((text) => JSON.parse(String(text)));
  s.answers.set("tools/call", ({ arguments: args }) => ({
    content: [{ type: "text", text: args.path }],
  }));
  const [alice, bob] = [await s.enter("ALICE"), await s.enter("BOB")];
  for (let round = 0; round < 20; round++) {
    const asked = [alice.ask({ ...a, id: round }), bob.ask({ ...b, id: round })];
    const texts = (await Promise.all(asked)).map((m) => m?.result?.content?.[0]?.text);
    s.expect(texts.join() === "/pub/a,/pub/b", `round ${round}: ${texts}`);
    if (texts.join() !== "/pub/a,/pub/b") break;
  }
  s.expect(!refuses(await alice.ask({ ...a, id: "last" })), "the last one was refused");
});
