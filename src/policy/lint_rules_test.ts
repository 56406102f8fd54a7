import { expect } from "expect";
import { lintPolicy } from "./parse.ts";
import type { ListedTool } from "./types.ts";

/** Warnings about rules, as `path code`. */
function warnings(text: string, tools: readonly ListedTool[] | null = null): string[] {
  const report = lintPolicy(`version: 1\n${text}`, "p.yaml", tools);
  expect(report.problems).toEqual([]);
  // Who approves is another section's affair, and tested there.
  return report.warnings.filter((w) => /^(rules|mode)/.test(w.path) && w.code !== "no_approver")
    .map((w) => `${w.path} ${w.code}`);
}

Deno.test("lint tells of rules that can never decide", () => {
  const rules = (...texts: string[]): string => `rules: [${texts.join(", ")}]`;
  for (
    const [text, found] of [
      ["rules: [{id: a, tools: [pay], effect: deny}]", []],
      // The deny list is asked first.
      [
        "tools: {deny: ['pay*']}\nrules: [{id: a, tools: [Pay-now], effect: approve}]",
        ["rules[0].tools unreachable"],
      ],
      ["tools: {deny: ['pay*']}\nrules: [{id: a, tools: [pay-now, x], effect: approve}]", []],
      // The allow list lists none of them.
      [
        "tools: {allow: [read]}\nrules: [{id: a, tools: [pay], effect: approve}]",
        ["rules[0].tools unreachable"],
      ],
      ["tools: {allow: [shop/pay]}\nrules: [{id: a, tools: [pay], effect: approve}]", []],
      ["tools: {allow: ['r*']}\nrules: [{id: a, tools: [pay], effect: approve}]", []],
      [
        "default: deny\nrules: [{id: a, tools: [pay], effect: approve}]",
        ["rules[0].tools unreachable"],
      ],
      // Methods and directions that do not go together.
      [
        "rules: [{id: a, tools: [pay], methods: [tools/list], effect: deny}]",
        ["rules[0].methods unreachable"],
      ],
      ["rules: [{id: a, tools: [pay], methods: ['tools/*'], effect: deny}]", []],
      [
        "rules: [{id: a, methods: [sampling/createMessage], direction: c2s, effect: deny}]",
        ["rules[0].direction unreachable"],
      ],
      ["rules: [{id: a, methods: [sampling/createMessage], direction: s2c, effect: deny}]", []],
      // Roles that nobody has.
      ["rules: [{id: a, tools: [pay], roles: [ops], effect: deny}]", [
        "rules[0].roles unreachable",
      ]],
      [
        "auth: {mode: api_key, allowed_keys: [{key: 'env:K', roles: [dev]}]}\n" +
        "rules: [{id: a, tools: [pay], roles: [dev, ops], effect: deny}]",
        ["rules[0].roles[1] unknown_role"],
      ],
      // Another rule always decides.
      [
        rules(
          "{id: a, tools: [pay_now], effect: approve}",
          "{id: b, tools: ['pay*'], effect: deny}",
        ),
        ["rules[0].tools shadowed"],
      ],
      [
        rules("{id: a, tools: ['*'], effect: confirm}", "{id: b, tools: [pay], effect: confirm}"),
        ["rules[1].tools shadowed"],
      ],
      [rules("{id: a, tools: [pay], effect: deny}", "{id: b, tools: [pay*], effect: approve}"), []],
      [
        rules(
          "{id: a, tools: [pay], effect: confirm, when: 'args.x == 1'}",
          "{id: b, tools: [pay], effect: approve}",
        ),
        [],
      ],
      [
        rules(
          "{id: a, tools: [pay], effect: redact, redact: [args.x]}",
          "{id: b, tools: [pay], effect: approve}",
        ),
        [],
      ],
      [
        rules(
          "{id: a, tools: [pay], effect: confirm}",
          "{id: b, tools: [pay], effect: deny, mode: monitor}",
        ),
        ["rules[1].mode monitor"],
      ],
    ] as const
  ) expect([text, warnings(text)]).toEqual([text, found]);
});

Deno.test("lint looks at rules beside one whose patterns cannot be compared", () => {
  // Such a pair of rules once failed inside, and with it every policy that had one.
  for (const odd of ["re:x", "pay me", "p\u00e4y"]) {
    const text =
      `rules: [{id: a, tools: ["${odd}"], effect: deny}, {id: b, tools: [y], effect: record}]`;
    expect([odd, warnings(text)]).toEqual([
      odd,
      odd === "pay me" ? ["rules[0].tools[0] unmatchable"] : [],
    ]);
  }
});

Deno.test("lint tells of patterns of rules that match nothing or add nothing, and of constant conditions", () => {
  const rule = (more: string): string[] => warnings(`rules: [{id: a, ${more}, effect: deny}]`);
  expect(rule('tools: ["a b", "re:$x", ok, ok]')).toEqual([
    "rules[0].tools[0] unmatchable",
    "rules[0].tools[1] unmatchable",
    "rules[0].tools[3] shadowed",
  ]);
  expect(rule('tools: [x], when: "1 > 2"')).toEqual(["rules[0].when constant"]);
  expect(rule('tools: [x], when: "args.n > 2"')).toEqual([]);
});

Deno.test("lint tells of what only looks like protection", () => {
  expect(warnings("mode: monitor")).toEqual(["mode monitor"]);
  expect(warnings("rules: [{id: a, tools: [pay], effect: allow}]")).toEqual([
    "rules[0].effect no_effect",
  ]);
  expect(warnings(
    "resources: {in_arguments: ignore}\nrules: [{id: a, tools: [pay], resources: ['file:///x/**'], effect: deny}]",
  )).toEqual(["rules[0].resources unchecked_arguments"]);
});

Deno.test("lint compares rules with what a server lists, when that is given", () => {
  const text = "rules: [{id: a, tools: [pay], when: 'args.amout > 1', effect: deny}]";
  expect(warnings(text)).toEqual([]);
  expect(warnings(text, [{ name: "pay", arguments: ["amount"] }])).toEqual([
    "rules[0].when unknown_argument",
  ]);
  expect(warnings(text, [{ name: "shop.Pay", arguments: ["amout"] }])).toEqual([]);
  expect(warnings(text, [{ name: "pay", arguments: null }])).toEqual([]);
});

Deno.test("problems of rules are placed inside the document, also inside of an expression", () => {
  const text = `version: 1
rules:
  - id: one
    tools: [pay]
    when: 'args.amount > 100 && identity.rolls == []'
    effect: deny
  - id: one
    tools: ["p[a]y"]
    methods: [tools/cal]
    when: |
      args.a == 1 &&
      args.b ==
    effect: redact
  - { id: "a b", tools: [x], prompts: [y], direction: s2c, effect: deny, redact: [args] }
`;
  const found = lintPolicy(text, "p.yaml").problems.map((p) =>
    `${p.line}:${p.column} ${p.path}: ${p.message}${p.suggestion ? ` [${p.suggestion}]` : ""}`
  );
  expect(found).toEqual([
    "5:42 rules[0].when: identity has no field `rolls`; expected id, roles, method [roles]",
    "7:9 rules[1].id: the same id as rule 0",
    expect.stringMatching(/^8:15 rules\[1\]\.tools\[0\]: .*character classes are not supported/),
    '9:15 rules[1].methods[0]: no method that mcpguard knows: "tools/cal" [tools/call]',
    expect.stringMatching(
      /^11:1 rules\[1\]\.when: expected a value, found the end \(line 3, column 1 of the expression\)$/,
    ),
    "13:13 rules[1].effect: `effect: redact` needs `redact`, the arguments to be replaced",
    "14:11 rules[2].id: expected letters, digits, `_`, `.` and `-`, a letter or digit first",
    "14:39 rules[2].prompts: no message names both a tool and a prompt; write two rules",
    "14:55 rules[2].direction: only clients call tools and fetch prompts: `c2s`",
    "14:82 rules[2].redact: `effect: deny` does not look at `redact`",
    expect.stringMatching(/^14:83 rules\[2\]\.redact\[0\]: expected a path such as/),
  ]);
});

Deno.test("a condition that may cost too much on the largest message is refused when it is loaded", () => {
  const all = "args.a.all(x, x > 1 && x > 2 && x > 3 && x > 4 && x > 5 && x > 6 && x > 7 && x > 8)";
  const policy = (tokens: number): string =>
    `version: 1\nlimits: { tokens: ${tokens} }\nrules: [{id: a, tools: [x], when: '${all}', effect: deny}]\n`;
  expect(lintPolicy(policy(10_000), "p").problems).toEqual([]);
  expect(lintPolicy(policy(100_000), "p").problems[0]?.message).toMatch(
    /^may take 3200000 steps on a message of 100000 values \(limits\.tokens\), at most 3000000/,
  );
});

Deno.test("lint tells of tools that a server does not have, when it is known which it has", () => {
  const text = "tools: {allow: ['shop/*', pay]}\nrules: [{id: a, tools: [pay], effect: deny}]";
  const found = (...names: string[]): string[] =>
    lintPolicy(`version: 1\n${text}`, "p.yaml", names.map((name) => ({ name, arguments: [] })))
      .warnings.filter(({ code }) => code === "unknown_tool").map(({ path }) => path);
  expect(found("pay", "shop.buy")).toEqual([]);
  expect(found("other")).toEqual(["tools.allow[0]", "tools.allow[1]", "rules[0].tools"]);
  expect(found("shop.Pay")).toEqual(["tools.allow[1]"]);
  expect(found()).toEqual([]);
});
