import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import {
  inspectResult,
  JsonObject,
  methodSpec,
  parseJson,
  type Uses,
  writeJson,
} from "../wire/mod.ts";
import { filterLists } from "./stage_lists.ts";

const policy = parsePolicy(
  `version: 1
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
`,
  "p.yaml",
);

function listed(method: string, result: unknown): { uses: Uses; tree: JsonObject } {
  const tree = parseJson(JSON.stringify(result), { bytes: 1e8, tokens: 1e6 }) as JsonObject;
  return { uses: inspectResult(methodSpec(method, "c2s", "request")!, undefined, tree), tree };
}

const numbered = (n: number, item: (i: number) => unknown): unknown[] =>
  Array.from({ length: n }, (_, i) => item(i));

Deno.test("filterLists() takes out what the client may not use, and keeps the order of the rest", () => {
  const { uses, tree } = listed("tools/list", {
    tools: [{ name: "b" }, { name: "Admin.x" }, { name: 1 }, "c", { name: "a", x: 1.5 }],
    nextCursor: "n",
  });
  expect(filterLists(policy, uses.lists)).toBe(null);
  expect(writeJson(tree)).toBe('{"tools":[{"name":"b"},{"name":"a","x":1.5}],"nextCursor":"n"}');
});

// The guard stood still for up to a minute at one such answer.
for (
  const [method, result] of [
    ["tools/list", { tools: numbered(60_000, (i) => ({ name: `${"x/.".repeat(40)}${i}` })) }],
    ["resources/list", {
      resources: numbered(3000, (i) => ({ uri: `file:///${"\ufdfa".repeat(800)}${i}` })),
    }],
    ["resources/templates/list", {
      resourceTemplates: numbered(60_000, (i) => ({ uriTemplate: `file:///{x}/${i}` })),
    }],
  ] as const
) {
  Deno.test(`filterLists() refuses an endless answer to ${method}`, () => {
    expect(filterLists(policy, listed(method, result).uses.lists)).toMatchObject({
      reason: "LimitExceeded",
      rule: "limits.list",
    });
  });
}

Deno.test("filterLists() shows ten thousand tools, and a thousand resources and templates", () => {
  const tools = listed("tools/list", { tools: numbered(10_000, (i) => ({ name: `tool_${i}` })) });
  const resources = listed("resources/list", {
    resources: numbered(1000, (i) => ({ uri: `file:///docs/${"deep/".repeat(20)}${i}.md` })),
  });
  const templates = listed("resources/templates/list", {
    resourceTemplates: numbered(1000, (i) => ({ uriTemplate: `db://tables/t${i}/{row}{?limit}` })),
  });
  for (const { uses } of [tools, resources, templates]) {
    const before = uses.lists[0]!.items.length;
    expect(filterLists(policy, uses.lists)).toBe(null);
    expect(uses.lists[0]!.items.length).toBe(before);
  }
});
