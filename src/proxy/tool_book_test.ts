// What servers say of their tools reaches rules as hints, and rules that read what no tool has are told of.

import { expect } from "expect";
import { type JsonObject, parseJson } from "../wire/mod.ts";
import { ask, settled, startSession } from "./session_testkit.ts";
import { argumentNames, ToolBook } from "./tool_book.ts";

const tool = (name: string, more: object = {}): object => ({
  name,
  inputSchema: { type: "object", properties: { amount: {}, to: {} } },
  ...more,
});

/** The server's answer to the request that it got last. */
function answer(stage: ReturnType<typeof startSession>, result: object): void {
  const { id } = stage.server.sent.at(-1) as { id: number };
  stage.server.say(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

Deno.test("a rule may ask what the server says of its tool, once the client has seen the list", async () => {
  const stage = startSession({
    policy: `rules:
  - { id: unlisted, tools: ["*"], when: "!tool.known", effect: deny }
  - { id: careful, tools: ["*"], when: "tool.known && tool.untrusted.destructiveHint", effect: deny }
`,
  });
  await settled();
  const call = async (name: string): Promise<string | null> => {
    stage.client.say(ask("tools/call", `${name}${stage.records.length}`, { name }));
    await settled();
    const { rule } = stage.records.findLast((r) => r.event === "decision")!;
    return rule;
  };
  expect(await call("read")).toBe("rules.unlisted");
  stage.client.say(ask("tools/list", 1));
  await settled();
  answer(stage, {
    tools: [
      tool("read", { annotations: { destructiveHint: false } }),
      tool("wipe", { annotations: { destructiveHint: true, readOnlyHint: "yes" } }),
      tool("quiet"),
    ],
  });
  await settled();
  expect(await call("read")).toBe(null);
  expect(await call("wipe")).toBe("rules.careful");
  expect(await call("quiet")).toBe("rules.careful");
  expect(await call("other")).toBe("rules.unlisted");
  // Another spelling is another tool, of which nothing is known.
  expect(await call("READ")).toBe("rules.unlisted");
  expect(stage.errors).toEqual([]);
});

Deno.test("a rule that reads an argument which no tool of its has is told of, when the list is whole", async () => {
  const stage = startSession({
    policy: `rules:
  - { id: typo, tools: [pay], when: "args.amout > 100", effect: approve }
  - { id: fine, tools: [pay, move], when: "has(args.amount) && args.note == ''", effect: record }
  - { id: open, tools: [search], when: "args.anything == 1", effect: record }
  - { id: absent, tools: [gone], when: "args.anything == 1", effect: record }
  - { id: cards, tools: [pay], effect: redact, redact: [args.card] }
`,
  });
  await settled();
  stage.client.say(ask("tools/list", 1));
  await settled();
  answer(stage, { tools: [tool("pay")], nextCursor: "2" });
  await settled();
  expect(stage.notices).toEqual([]);
  stage.client.say(ask("tools/list", 2, { cursor: "2" }));
  await settled();
  const open = { inputSchema: { type: "object", additionalProperties: true } };
  const note = { inputSchema: { type: "object", properties: { note: {} } } };
  answer(stage, { tools: [tool("search", open), tool("move", note)] });
  await settled();
  expect(stage.notices).toEqual([
    'rules.typo reads the argument "amout", which its tool "pay" does not have',
    'rules.cards reads the argument "card", which its tool "pay" does not have',
  ]);
});

Deno.test("the book keeps a bounded number of tools, and only what it has asked for", () => {
  const book = new ToolBook();
  const many = JSON.stringify(
    Array.from({ length: 3000 }, (_, i) => tool(`t${i}`, { title: "x".repeat(5000) })),
  );
  const items = parseJson(many, { bytes: 1e8, tokens: 1e6 }) as JsonObject[];
  book.learn([{ kind: "tool", key: "name", items, where: "result.tools", marks: [] }]);
  expect(book.listed.length).toBe(2000);
  expect(book.facts("t1999")).toEqual({ title: "x".repeat(256) });
  expect([book.facts("t2000"), book.facts(null), book.facts("__proto__")])
    .toEqual([undefined, undefined, undefined]);
});

Deno.test("a schema that leaves its arguments open names none", () => {
  const names = (schema: unknown): string[] | null =>
    argumentNames(parseJson(JSON.stringify(schema), { bytes: 1e6, tokens: 1e5 }));
  expect(names({ properties: { a: {}, b: {} } })).toEqual(["a", "b"]);
  expect(names({ properties: { a: {} }, additionalProperties: false })).toEqual(["a"]);
  expect(names({ type: "object" })).toEqual([]);
  for (
    const schema of [
      null,
      7,
      { properties: { a: {} }, additionalProperties: true },
      { properties: { a: {} }, allOf: [] },
      { properties: [] },
      { $ref: "#/x" },
    ]
  ) expect(names(schema)).toBe(null);
});
