// Which entries count as met: what matched and what spoke, in the policy's own lists, those of roles and of servers.

import { expect } from "expect";
import { parsePolicy, parsePolicyTests } from "../../policy/mod.ts";
import { Coverage } from "./coverage.ts";
import { play } from "./play.ts";

/** The entries that a case meets, and how many there are. */
async function met(sections: string, yaml: string): Promise<[string[], number]> {
  const policy = parsePolicy(`version: 1\n${sections}`, "p.yaml");
  const text = `policy: p.yaml\ncases:\n  - { name: x, expect: allow, ${yaml} }\n`;
  const coverage = new Coverage(policy);
  for (const one of parsePolicyTests(text, "t.yaml").cases) coverage.take(await play(one, policy));
  const entries = [...coverage.entries()];
  return [entries.filter(({ met }) => met).map(({ rule }) => rule), entries.length];
}

Deno.test("Coverage counts the entry of each list that matches first, also where another one decides", async () => {
  const lists = `
tools: { allow: [a, "b*"], deny: [bad, "b?"] }
resources: { allow: ["file:///docs/**"], deny: ["file://**/.env"] }
prompts: { allow: [greet], deny: [evil] }
`;
  expect(await met(lists, "tool: a")).toEqual([["tools.allow[0]"], 8]);
  expect((await met(lists, "tool: bad"))[0]).toEqual(["tools.allow[1]", "tools.deny[0]"]);
  expect((await met(lists, "tool: Ba"))[0]).toEqual(["tools.deny[1]"]);
  expect((await met(lists, "tool: none"))[0]).toEqual([]);
  expect((await met(lists, "prompt_name: greet"))[0]).toEqual(["prompts.allow[0]"]);
  expect((await met(lists, 'resource: "file:///docs/a"'))[0]).toEqual(["resources.allow[0]"]);
  expect((await met(lists, 'resource: "file:///docs/.env"'))[0]).toEqual([
    ...["resources.allow[0]", "resources.deny[0]"],
  ]);
  expect((await met(lists, 'resource: "no uri"'))[0]).toEqual([]);
  // In arguments the deny list alone judges, unless the policy says otherwise.
  const inside = 'tool: a, args: { path: "/docs/x/.env" }';
  expect((await met(lists, inside))[0]).toEqual(["tools.allow[0]", "resources.deny[0]"]);
  const enforced = lists.replace("resources: {", "resources: { in_arguments: enforce,");
  expect((await met(enforced, inside))[0]).toEqual([
    ...["tools.allow[0]", "resources.allow[0]", "resources.deny[0]"],
  ]);
  const ignored = lists.replace("resources: {", "resources: { in_arguments: ignore,");
  expect((await met(ignored, inside))[0]).toEqual(["tools.allow[0]"]);
});

Deno.test("Coverage counts the lists of the caller's roles, and of the server that is meant", async () => {
  const roles = `
roles:
  clerk: { tools: { allow: [pay], deny: [purge] } }
  boss: { tools: { deny: [pay] } }
  "*": { tools: { deny: ["*"] } }
`;
  expect(await met(roles, "tool: pay, roles: [clerk]")).toEqual([
    ["roles.clerk.tools.allow[0]"],
    4,
  ]);
  expect((await met(roles, "tool: pay, roles: [clerk, boss]"))[0]).toEqual([
    ...["roles.clerk.tools.allow[0]", "roles.boss.tools.deny[0]"],
  ]);
  expect((await met(roles, "tool: pay, roles: [other]"))[0]).toEqual(["roles.*.tools.deny[0]"]);
  const servers = `
upstreams:
  - { name: files, target: "http://127.0.0.1:1/mcp", tools: { allow: [read], deny: ["rm*"] } }
  - { name: mail, target: "http://127.0.0.1:2/mcp", tools: { allow: [read] }, resources: { deny: ["mail://x/**"] } }
`;
  for (const name of ["files__read", "files/read", "files.read"]) {
    expect((await met(servers, `tool: ${name}`))[0]).toEqual(["upstreams.files.tools.allow[0]"]);
  }
  expect((await met(servers, "tool: rm_all, upstream: files"))[0]).toEqual([
    "upstreams.files.tools.deny[0]",
  ]);
  expect((await met(servers, 'resource: "mail+mail://x/y"'))[0]).toEqual([
    "upstreams.mail.resources.deny[0]",
  ]);
  expect((await met(servers, "tool: read"))[0]).toEqual([]);
});

Deno.test("Coverage counts rules that speak, not those that cannot be evaluated", async () => {
  const rules = `
rules:
  - { id: big, tools: [pay], when: "args.amount > 100", effect: deny }
  - { id: watched, tools: [pay], effect: approve, mode: monitor }
  - { id: noted, tools: ["*"], effect: record }
`;
  expect(await met(rules, "tool: pay, args: { amount: 101 }")).toEqual([
    ...[["rules.big", "rules.watched", "rules.noted"], 3],
  ]);
  expect((await met(rules, "tool: pay, args: { amount: 1 }"))[0]).toEqual([
    ...["rules.watched", "rules.noted"],
  ]);
  expect((await met(rules, "tool: pay"))[0]).toEqual(["rules.watched", "rules.noted"]);
});

Deno.test("Coverage counts what is seen in texts and what servers ask, both ways", async () => {
  const texts = `
prompts: { deny_regex: [foo, bar], max_length: 10 }
detect: { secrets: {}, pii: {}, injection: {}, hidden_text: {} }
server_requests: { sampling: deny, elicitation: confirm }
`;
  const key = '"AKIAIOSFODNN7EXAMPLE"';
  expect(await met(texts, "tool: t")).toEqual([[], 10]);
  expect((await met(texts, "tool: t, args: { a: bar }"))[0]).toEqual(["prompts.deny_regex[1]"]);
  expect((await met(texts, "tool: t, prompt: a long prompt"))[0]).toEqual(["prompts.max_length"]);
  expect((await met(texts, `tool: t, args: { a: ${key} }`))[0]).toEqual(["detect.secrets"]);
  expect((await met(texts, `tool: t, result: { text: ${key}, expect: redact }`))[0]).toEqual([
    "detect.secrets",
  ]);
  const asks = "method: sampling/createMessage, direction: s2c, params: { messages: [] }";
  expect((await met(texts, asks))[0]).toEqual(["server_requests.sampling"]);
});
