// What a server may ask of the client: by requests of its own, inside results and tasks, by errors that name URLs.

import { expect } from "expect";
import { ADMIN, CAROL, legacy } from "./held_testkit.ts";
import { ask, type SessionStage, settled, startSession } from "./session_testkit.ts";

const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, sampling: {}, roots: {} },
};
const SAMPLING = {
  messages: [{ role: "user", content: { type: "text", text: "hi" } }],
  maxTokens: 5,
};
const FORM = { message: "Name?", requestedSchema: { type: "object", properties: {} } };
const ASKS = {
  "sampling/createMessage": SAMPLING,
  "elicitation/create": FORM,
  "roots/list": {},
} as const;

/** What a server's own request comes to: what it is answered, and what the client sees. */
async function asked(policy: string, method: string, params: object): Promise<SessionStage> {
  const stage = await legacy(policy);
  stage.server.say(ask(method, "s1", params));
  await settled();
  return stage;
}

/** A modern tool call that the server answers so. */
async function answered(
  policy: string,
  answer: object,
  more: object = {},
  from?: SessionStage,
): Promise<SessionStage> {
  const stage = from ?? startSession({ policy });
  const id = `c${stage.client.sent.length}`;
  stage.client.say(ask("tools/call", id, { name: "t", _meta: MODERN, ...more }));
  await settled();
  stage.server.say({ jsonrpc: "2.0", id: stage.server.sent.at(-1).id, ...answer });
  await settled();
  return stage;
}

const inside = (inputRequests: object): object => ({
  result: { resultType: "input_required", inputRequests, requestState: "s" },
});

Deno.test("a legacy request of a server is refused in the manner of its method", async () => {
  const policy = "server_requests: { sampling: deny, elicitation: deny, roots: deny }";
  const told = {
    "sampling/createMessage": { error: { code: -1 } },
    "elicitation/create": { result: { action: "decline" } },
    "roots/list": { error: { code: -32601 } },
  };
  for (const [method, params] of Object.entries(ASKS)) {
    const stage = await asked(policy, method, params);
    expect(stage.client.sent).toEqual([]);
    expect(stage.server.sent).toMatchObject([
      { id: "s1", ...told[method as keyof typeof told] },
    ]);
    expect(stage.records.at(-1)).toMatchObject({
      decision: "deny",
      reason: "RuleDenied",
      direction: "s2c",
      rule: expect.stringContaining("server_requests."),
    });
    // Each key is its own: what another says does not matter.
    const other = await asked("server_requests: {}", method, params);
    expect(other.client.sent).toMatchObject([{ method }]);
  }
});

Deno.test("a server's request is shown to the user first, and passes after a yes", async () => {
  for (const [method, params] of Object.entries(ASKS)) {
    const policy = "server_requests: { sampling: confirm, elicitation: confirm, roots: confirm }";
    for (const yes of [true, false]) {
      const stage = await asked(policy, method, params);
      expect(stage.client.sent).toMatchObject([
        { method: "elicitation/create", params: { message: expect.stringContaining("mcpguard") } },
      ]);
      const { id } = stage.client.sent[0];
      stage.client.say({
        jsonrpc: "2.0",
        id,
        result: { action: "accept", content: { confirm: yes } },
      });
      await settled();
      if (yes) expect(stage.client.sent.slice(1)).toMatchObject([{ method, params }]);
      else {
        expect(stage.client.sent.length).toBe(1);
        expect(stage.server.sent.length).toBe(1);
      }
    }
  }
});

Deno.test("a server's request waits for somebody else's approval, or its withdrawal", async () => {
  const policy = `${ADMIN}server_requests: { sampling: approve }`;
  const stage = await asked(policy, "sampling/createMessage", SAMPLING);
  stage.server.say(ask("sampling/createMessage", "s2", { ...SAMPLING, maxTokens: 6 }));
  await settled();
  expect(stage.client.sent).toEqual([]);
  stage.server.say({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: "s2" },
  });
  await settled();
  const { approvals } = stage.session.options.guard;
  for (const { id } of await approvals.list()) await approvals.settle(id, "granted", CAROL);
  await settled();
  expect(stage.client.sent).toMatchObject([{ method: "sampling/createMessage", params: SAMPLING }]);
  stage.client.end();
  await settled();
  expect(stage.budget.used).toBe(0);
});

Deno.test("URLs may only be opened on allowed hosts, by https, however they are spelled", async () => {
  const policy = "server_requests: { elicitation: { form: deny, url: " +
    '{ allow_hosts: [auth.example.com, "*.example.org"] } } }';
  const url = (url: string, mode: string | undefined = "url"): object => ({
    message: "Please",
    url,
    elicitationId: "e",
    ...(mode === undefined ? {} : { mode }),
  });
  const good = [
    "https://auth.example.com/login?x=1",
    "https://AUTH.example.com:443/",
    "https://a.b.example.org/",
  ];
  const bad = [
    "http://auth.example.com/",
    "https://example.org/",
    "https://auth.example.com.evil.example/",
    "https://evil.example/?auth.example.com",
    "https://auth.example.com@evil.example/",
    "https://evil.example\\@auth.example.com/",
    "https://evilexample.org/",
    "https://xn--uth-7cd.example.com/",
    "javascript:alert(1)//auth.example.com",
    "data:text/html,x",
    "//auth.example.com/",
    "",
  ];
  for (const text of good) {
    const stage = await asked(policy, "elicitation/create", url(text));
    expect([text, stage.client.sent.length]).toEqual([text, 1]);
  }
  for (const text of bad) {
    const stage = await asked(policy, "elicitation/create", url(text));
    expect([text, stage.client.sent]).toEqual([text, []]);
  }
  // A form that carries an address is judged as one, an unknown mode not at all.
  const stage = await asked(policy, "elicitation/create", url("https://evil.example/", "form"));
  expect(stage.client.sent).toEqual([]);
  for (const mode of ["voice", 7]) {
    const odd = await asked("", "elicitation/create", { ...FORM, mode });
    expect(odd.client.sent).toEqual([]);
  }
  // Without any section no page runs a script in the guard's name.
  const script = await asked("", "elicitation/create", url("javascript:alert(1)"));
  expect(script.client.sent).toEqual([]);
});

Deno.test("modern: a result that asks for what is denied becomes a tool error", async () => {
  const policy = "server_requests: { sampling: deny }";
  const ok = { who: { method: "elicitation/create", params: FORM } };
  const passed = await answered(policy, inside(ok));
  expect(passed.client.sent).toMatchObject([{ result: { inputRequests: ok, requestState: "s" } }]);
  const asks = { ...ok, llm: { method: "sampling/createMessage", params: SAMPLING } };
  const stage = await answered(policy, inside(asks));
  expect(stage.client.sent).toMatchObject([
    { result: { isError: true, resultType: "complete" } },
  ]);
  expect(stage.client.sent[0].result.content[0].text).toContain("server_requests.sampling");
  expect(JSON.stringify(stage.client.sent)).not.toContain("Name?");
  expect(stage.budget.used).toBe(0);
  for (
    const odd of [
      [{ method: "sampling/createMessage" }],
      { a: "text" },
      { a: { params: SAMPLING } },
      { a: { method: "tools/call", params: {} } },
      { a: { method: "elicitation/create", params: "x" } },
    ]
  ) {
    const refused = await answered("", inside(odd));
    expect([odd, refused.client.sent]).toMatchObject([odd, [{ result: { isError: true } }]]);
  }
});

Deno.test("modern: what a result asks is confirmed once for all of it, and the server is asked again", async () => {
  const policy = "server_requests: { sampling: confirm, roots: confirm }";
  const asks = {
    llm: { method: "sampling/createMessage", params: SAMPLING },
    dirs: { method: "roots/list" },
    who: { method: "elicitation/create", params: FORM },
  };
  const stage = await answered(policy, inside(asks));
  const question = stage.client.sent[0].result;
  expect(Object.keys(question.inputRequests)).toEqual(["mcpguard_confirm"]);
  expect(question.inputRequests.mcpguard_confirm.params.message).toContain("roots/list");
  const yes = { mcpguard_confirm: { action: "accept", content: { confirm: true } } };
  const retry = { inputResponses: yes, requestState: question.requestState };
  await answered(policy, inside(asks), retry, stage);
  expect(stage.client.sent[1].result).toMatchObject({ inputRequests: asks, requestState: "s" });
  expect(stage.server.sent[1].params).toEqual({ name: "t", _meta: MODERN });
  // Confirmed once: another call is asked about again, and other requests in any case.
  await answered(policy, inside(asks), {}, stage);
  expect(Object.keys(stage.client.sent[2].result.inputRequests)).toEqual(["mcpguard_confirm"]);
  expect(stage.budget.used).toBe(0);
});

Deno.test("modern: what a result asks passes after an approval, on the next try", async () => {
  const policy = `${ADMIN}server_requests: { elicitation: approve, sampling: confirm }`;
  const asks = {
    who: { method: "elicitation/create", params: FORM },
    llm: { method: "sampling/createMessage", params: SAMPLING },
  };
  const stage = await answered(policy, inside(asks));
  expect(stage.client.sent).toMatchObject([{ result: { isError: true } }]);
  const { approvals } = stage.session.options.guard;
  const [ticket] = await approvals.list();
  expect(stage.client.sent[0].result.content[0].text).toContain(ticket!.id);
  expect(ticket!.preview).toContain("Name?");
  await approvals.settle(ticket!.id, "granted", CAROL);
  await answered(policy, inside({ ...asks, more: asks.who }), {}, stage);
  expect(stage.client.sent[1]).toMatchObject({ result: { isError: true } });
  await answered(policy, inside(asks), {}, stage);
  expect(stage.client.sent[2]).toMatchObject({ result: { inputRequests: asks } });
});

Deno.test("an error that names URLs passes only with allowed ones", async () => {
  const policy = "server_requests: { elicitation: { url: { allow_hosts: [ok.example] } } }";
  const error = (...urls: unknown[]): object => ({
    error: {
      code: -32042,
      message: "Please log in",
      data: {
        elicitations: urls.map((url) => ({ mode: "url", url, elicitationId: "e", message: "m" })),
      },
    },
  });
  const passed = await answered(policy, error("https://ok.example/a", "https://ok.example/b"));
  expect(passed.client.sent).toMatchObject([{ error: { code: -32042 } }]);
  for (const urls of [["https://ok.example/", "https://evil.example/"], ["javascript:x"], [7]]) {
    const stage = await answered(policy, error(...urls));
    expect(stage.client.sent).toMatchObject([{ result: { isError: true } }]);
    expect(stage.records.some((r) => r.decision === "deny" && r.direction === "s2c")).toBe(true);
  }
  const odd = await answered(policy, { error: { code: -32042, message: "m", data: { url: "x" } } });
  expect(odd.client.sent).toMatchObject([{ result: { isError: true } }]);
});

Deno.test("tasks cannot carry what is denied either", async () => {
  const policy = "server_requests: { sampling: deny }";
  const tasks = { extensions: { "io.modelcontextprotocol/tasks": {} } };
  const meta = { ...MODERN, "io.modelcontextprotocol/clientCapabilities": tasks };
  const stage = startSession({ policy });
  stage.client.say(ask("server/discover", 1, { _meta: meta }));
  await settled();
  stage.server.say({ jsonrpc: "2.0", id: 1, result: { capabilities: tasks } });
  await settled();
  const asks = { llm: { method: "sampling/createMessage", params: SAMPLING } };
  const state = { taskId: "t", status: "input_required", inputRequests: asks };
  stage.client.say(ask("tasks/get", 2, { taskId: "t", _meta: meta }));
  await settled();
  stage.server.say({ jsonrpc: "2.0", id: 2, result: state });
  stage.server.say({ jsonrpc: "2.0", method: "notifications/tasks", params: state });
  await settled();
  expect(stage.client.sent.slice(1)).toMatchObject([{ id: 2, error: { code: -31403 } }]);
  const harmless = {
    ...state,
    inputRequests: { who: { method: "elicitation/create", params: FORM } },
  };
  stage.server.say({ jsonrpc: "2.0", method: "notifications/tasks", params: harmless });
  await settled();
  expect(stage.client.sent.at(-1)).toMatchObject({ method: "notifications/tasks" });
});

Deno.test("modern: no server asks in the guard's name, so a yes to it cannot count for another call", async () => {
  const policy = "rules: [{ id: user, tools: [pay], effect: confirm }]";
  const stage = startSession({ policy });
  stage.client.say(ask("tools/call", "p", { name: "pay", _meta: MODERN }));
  await settled();
  const { requestState } = stage.client.sent[0].result;
  const cookie = { method: "elicitation/create", params: { ...FORM, message: "A cookie?" } };
  const poses = [
    { resultType: "input_required", inputRequests: { mcpguard_confirm: cookie }, requestState },
    { resultType: "input_required", inputRequests: { other: cookie }, requestState },
    { resultType: "input_required", requestState },
    { resultType: "input_required", inputRequests: { mcpguard_confirm: cookie } },
  ];
  for (const result of poses) {
    await answered(policy, { result }, {}, stage);
    expect(stage.client.sent.at(-1)).toMatchObject({ result: { isError: true } });
    expect(JSON.stringify(stage.client.sent.at(-1))).not.toContain("cookie");
  }
});
