// Flow rules on the engine: order, races, scope, labels, both ends at once, and stores that fail.

import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import { memoryTaints } from "../state/mod.ts";
import {
  inspectRequest,
  inspectResult,
  type JsonObject,
  methodSpec,
  parseJson,
} from "../wire/mod.ts";
import { harness, inquiry } from "./guard_testkit.ts";
import type { GuardPorts, TaintStore } from "./ports.ts";
import type { Answered } from "./requests.ts";
import type { Decision, Identity, Inquiry } from "./types.ts";

const FLOW = `
version: 1
resources: { in_arguments: deny }
flows:
  - id: private-then-out
    after: { resources: ["file:///priv/**"] }
    deny: { tools: ["http_post"] }
`;

const ALICE: Identity = { id: "alice", roles: [], method: "api_key" };
const BOB: Identity = { id: "bob", roles: [], method: "api_key" };

/** A call of a tool, with paths or URIs in its arguments. */
function call(tool: string, paths: readonly string[] = [], identity = ALICE): Inquiry {
  return {
    ...inquiry(tool),
    identity,
    uris: paths.map((uri) => ({ uri, role: "argument", where: "params.arguments.path" })),
  };
}

/** A guard whose clock the test moves. */
function flowing(policy: string, ports: Partial<GuardPorts> = {}): {
  decide: (inquiry: Inquiry) => Promise<Decision>;
  guard: ReturnType<typeof harness>["guard"];
  clock: { now: number };
} {
  const clock = { now: 0 };
  const taints = memoryTaints({ monotonic: () => clock.now });
  const { guard } = harness({ limiter: null, taints, ...ports }, policy);
  return { decide: (one) => guard.decide(one), guard, clock };
}

/** A result of alice's that holds the content of a resource. */
function content(uri: string): Answered {
  return {
    ...{ identity: ALICE, direction: "s2c", method: "resources/read", tool: null, root: null },
    uses: {
      ...{ tool: null, names: [], texts: [], lists: [] },
      uris: [{ uri, role: "resource", where: "result.contents[0].uri", content: true }],
    },
    declared: true,
    context: { transport: "http" },
  };
}

const effects = (decisions: readonly Decision[]): string[] => decisions.map((d) => d.effect);

Deno.test("who has read private data may not carry data out, until its time is over", async () => {
  const { decide, clock } = flowing(FLOW);
  expect((await decide(call("http_post"))).allowed).toBe(true);
  expect((await decide(call("read_file", ["/pub/a"]))).allowed).toBe(true);
  expect((await decide(call("http_post"))).allowed).toBe(true);
  expect((await decide(call("read_file", ["/priv/b"]))).allowed).toBe(true);
  const denied = await decide(call("http_post"));
  expect(denied).toMatchObject({
    effect: "deny",
    reason: "FlowDenied",
    rule: "flows.private-then-out",
    message: expect.stringContaining("3600 s"),
  });
  // Every spelling of the tool is meant, and other tools are not.
  expect((await decide(call("HTTP-Post"))).reason).toBe("FlowDenied");
  expect((await decide(call("search"))).allowed).toBe(true);
  clock.now += 3_599_999;
  expect((await decide(call("http_post"))).allowed).toBe(false);
  clock.now += 1;
  expect((await decide(call("http_post"))).allowed).toBe(true);
});

Deno.test("MCP-047 a flow is the identity's, whatever its session; others are not concerned", async () => {
  const { decide } = flowing(FLOW);
  const at = (session: string, one: Inquiry): Inquiry => ({
    ...one,
    context: { transport: "http", session },
  });
  await decide(at("one", call("read_file", ["/priv/b"])));
  expect((await decide(at("two", call("http_post")))).reason).toBe("FlowDenied");
  expect((await decide(at("one", call("http_post", [], BOB)))).allowed).toBe(true);
});

Deno.test("without authentication all callers are one, whatever name they claim", async () => {
  const { decide } = flowing(FLOW);
  const claiming = (id: string): Identity => ({ id, roles: [], method: "none" });
  await decide(call("read_file", ["/priv/b"], claiming("anonymous")));
  expect((await decide(call("http_post", [], claiming("somebody")))).reason).toBe("FlowDenied");
});

Deno.test("MCP-048 of two calls at once the one that comes second is judged by the first", async () => {
  const { decide } = flowing(FLOW);
  expect(effects(
    await Promise.all([decide(call("read_file", ["/priv/b"])), decide(call("http_post"))]),
  )).toEqual(["allow", "deny"]);
});

Deno.test("a race never lets both through in the wrong order: what is decided is what is marked", async () => {
  const { guard } = flowing(FLOW);
  const order: string[] = [];
  const said = async (name: string, one: Inquiry): Promise<void> => {
    if ((await guard.decide(one)).allowed) order.push(name);
  };
  await Promise.all([
    said("out", call("http_post")),
    said("in", call("read_file", ["/priv/b"])),
    said("out", call("http_post")),
  ]);
  expect(order.lastIndexOf("out")).toBeLessThan(order.indexOf("in"));
});

Deno.test("a call that is refused, throttled or waits does not count", async () => {
  const { decide } = flowing(`${FLOW}
tools: { deny: ["read_secret"] }
rules: [{ id: ask, tools: ["read_asked"], effect: approve }]
`);
  expect((await decide(call("read_secret", ["/priv/b"]))).allowed).toBe(false);
  expect((await decide(call("read_asked", ["/priv/b"]))).allowed).toBe(false);
  expect((await decide(call("http_post"))).allowed).toBe(true);
});

Deno.test("one call that names the private resource and the tool is both ends at once", async () => {
  const { decide, guard } = flowing(FLOW);
  expect(await decide(call("http_post", ["/priv/b"]))).toMatchObject({
    reason: "FlowDenied",
    message: expect.stringContaining("at once"),
  });
  // It was refused, so nothing of it counts.
  expect((await decide(call("http_post"))).allowed).toBe(true);
  expect(guard.evaluate(call("http_post", ["/priv/b"])).reason).toBe("FlowDenied");
  expect(guard.evaluate(call("http_post")).stages).toContainEqual({
    stage: "flows",
    verdict: "skipped",
    rule: null,
    detail: "denied once its caller has done what flows.private-then-out names",
  });
});

Deno.test("a URI without a single meaning counts as what it may mean", async () => {
  const { decide } = flowing(FLOW);
  const read = await decide(call("read_file", ["file:///priv%2f..%2fpriv/b%00"]));
  const after = await decide(call("http_post"));
  expect(read.allowed && after.allowed).toBe(false);
});

Deno.test("labels: names in the policy, and what servers say of their tools", async () => {
  const { decide } = flowing(`
version: 1
labels:
  untrusted: { tools: ["web/*"] }
  sending: { tools: ["mail/send"], annotations: { openWorldHint: true, readOnlyHint: false } }
flows: [{ after: { labels: [untrusted] }, deny: { labels: [sending] } }]
`);
  const described = (tool: string, toolFacts?: Inquiry["toolFacts"]): Inquiry =>
    toolFacts === undefined ? call(tool) : { ...call(tool), toolFacts };
  await decide(call("web/fetch"));
  expect((await decide(call("mail/send"))).rule).toBe("flows[0]");
  // A hint never takes a label away again.
  expect((await decide(described("mail/send", { openWorldHint: false }))).allowed).toBe(false);
  expect((await decide(described("post", { openWorldHint: true }))).allowed).toBe(false);
  // What a server does not say is what MCP takes for granted.
  expect((await decide(described("post", {}))).allowed).toBe(false);
  expect((await decide(described("post"))).allowed).toBe(false);
  expect((await decide(described("add", { openWorldHint: false }))).allowed).toBe(true);
  expect((await decide(described("look", { readOnlyHint: true }))).allowed).toBe(true);
});

Deno.test("private data inside an answer counts before the client gets it; a mere link does not", async () => {
  const { decide, guard } = flowing(FLOW);
  const answer = (result: string): Parameters<typeof guard.screen>[0] => ({
    ...{ identity: ALICE, direction: "s2c", method: "tools/call", tool: "search", root: null },
    uses: inspectResult(
      methodSpec("tools/call", "c2s", "request")!,
      undefined,
      parseJson(result, {}),
    ),
    declared: false,
    context: { transport: "http" },
  });
  const link = '{"content":[{"type":"resource_link","uri":"file:///priv/b"}]}';
  await guard.screen(answer(link));
  expect((await decide(call("http_post"))).allowed).toBe(true);
  const held = '{"type":"resource","resource":{"uri":"file:///priv/b","text":"x"}}';
  // However deep it stands.
  const deep = '{"type":"tool_result","content":['.repeat(20) + held + "]}".repeat(20);
  // What has no single meaning may mean this.
  const odd = held.replace("/priv/b", "/x%2f..%2fpriv%00/b");
  for (const block of [held, deep, odd]) {
    const { guard: fresh } = flowing(FLOW);
    expect((await fresh.screen(answer(`{"content":[${block}]}`))).refusal).toBe(null);
    expect((await fresh.decide(call("http_post"))).reason).toBe("FlowDenied");
  }
});

Deno.test("private data inside what a server asks counts, too", async () => {
  const block = '{"type":"resource","resource":{"uri":"file:///priv/b","text":"x"}}';
  const params = parseJson(`{"messages":[{"role":"user","content":${block}}]}`, {}) as JsonObject;
  const asked: Inquiry = {
    ...inquiry(null),
    ...inspectRequest(methodSpec("sampling/createMessage", "s2c", "request")!, params),
    ...{ identity: ALICE, direction: "s2c", method: "sampling/createMessage" },
  };
  const { decide } = flowing(`${FLOW}server_requests: { sampling: allow }\n`);
  expect((await decide(call("http_post"))).allowed).toBe(true);
  expect((await decide(asked)).allowed).toBe(true);
  expect((await decide(call("http_post"))).reason).toBe("FlowDenied");
});

Deno.test("a server may be kept from asking for more once private data was read", async () => {
  const { decide } = flowing(`
version: 1
flows: [{ after: { tools: ["read_*"] }, deny: { methods: ["sampling/createMessage"] } }]
`);
  const sampling: Inquiry = {
    ...inquiry(null),
    ...{ identity: ALICE, direction: "s2c", method: "sampling/createMessage" },
  };
  expect((await decide(sampling)).allowed).toBe(true);
  await decide(call("read_file"));
  expect((await decide(sampling)).reason).toBe("FlowDenied");
});

Deno.test("monitor mode, of a flow or of the policy, records and lets pass", async () => {
  for (
    const policy of [
      FLOW.replace("deny: {", "mode: monitor\n    deny: {"),
      FLOW.replace("version: 1", "version: 1\nmode: monitor"),
    ]
  ) {
    const { decide } = flowing(policy);
    expect((await decide(call("http_post"))).wouldBe).toBe(undefined);
    await decide(call("read_file", ["/priv/b"]));
    const passed = await decide(call("http_post"));
    expect(passed).toMatchObject({ allowed: true, wouldBe: { reason: "FlowDenied" } });
    const both = await decide(call("http_post", ["/priv/b"]));
    expect(both).toMatchObject({ allowed: true, wouldBe: { reason: "FlowDenied" } });
  }
});

Deno.test("a memory that is full, fails or is not there refuses what flows are about, and nothing else", async () => {
  const full: TaintStore = { admit: () => ({ hit: -1, leftMs: 0, full: true }) };
  const lost: TaintStore = {
    admit: () => Promise.reject(new DependencyFailed("flows", "gone")),
  };
  const { decide } = flowing(FLOW, { taints: full });
  expect(await decide(call("read_file", ["/priv/b"]))).toMatchObject({
    reason: "LimitExceeded",
    rule: "flow_state",
  });
  expect((await decide(call("search"))).allowed).toBe(true);
  const { decide: losing, guard } = flowing(FLOW, { taints: lost });
  for (const one of [call("read_file", ["/priv/b"]), call("http_post")]) {
    expect((await losing(one)).reason).toBe("DependencyFailed");
  }
  expect((await losing(call("search"))).allowed).toBe(true);
  const screened = await guard.screen(content("file:///priv/b"));
  expect(screened.refusal?.reason).toBe("DependencyFailed");
});

Deno.test("a flow that only watches refuses nothing, also where its memory is full or does not answer", async () => {
  const full: TaintStore = { admit: () => ({ hit: -1, leftMs: 0, full: true }) };
  const lost: TaintStore = { admit: () => Promise.reject(new DependencyFailed("flows", "gone")) };
  const watching = [
    FLOW.replace("deny: {", "mode: monitor\n    deny: {"),
    FLOW.replace("version: 1", "version: 1\nmode: monitor"),
  ];
  for (const policy of watching) {
    for (const [taints, reason] of [[full, "LimitExceeded"], [lost, "DependencyFailed"]] as const) {
      const { decide, guard } = flowing(policy, { taints });
      expect(await decide(call("read_file", ["/priv/b"]))).toMatchObject({
        ...{ allowed: true, wouldBe: { reason } },
      });
      expect((await decide(call("http_post"))).allowed).toBe(true);
      expect((await guard.screen(content("file:///priv/b"))).refusal).toBe(null);
    }
  }
});

Deno.test("a full memory is told from a flow's denial in the record", async () => {
  const full: TaintStore = { admit: () => ({ hit: -1, leftMs: 0, full: true }) };
  const { guard, records } = harness({ limiter: null, taints: full }, FLOW);
  await guard.decide(call("read_file", ["/priv/b"]));
  expect(records.at(-1)).toMatchObject({ rule: "flow_state", detail: "flow.full" });
});

Deno.test("private data in an answer that is withheld counts for nothing: the client never got it", async () => {
  const { decide, guard } = flowing(`${FLOW}
resources: { deny: ["file:///priv/**"] }
`.replace("resources: { in_arguments: deny }\n", ""));
  expect((await guard.screen(content("file:///priv/b"))).refusal?.reason).toBe("ResourceDenied");
  expect((await decide(call("http_post"))).allowed).toBe(true);
});
