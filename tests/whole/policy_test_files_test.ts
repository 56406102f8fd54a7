// Which files `mcpguard test` runs, and which it refuses because they say something else than they seem to.

import { expect } from "expect";
import { folder } from "../kit/folder.ts";
import { runProgram } from "../kit/program.ts";

Deno.test("mcpguard test takes files and folders, looks below them, and each file once", async () => {
  const one = "policy: p.yaml\ncases:\n  - { name: x, tool: t, expect: allow }\n";
  const deep = one.replace("p.yaml", "../../p.yaml");
  await using dir = await folder({
    "p.yaml": "version: 1\n",
    "a_test.yaml": one,
    "b_test.yml": one,
    "sub/deep/c_test.yaml": deep,
    "other/notes.yaml": "no: test\n",
    ".hidden/d_test.yaml": "broken",
    "node_modules/e_test.yaml": "broken",
    "given.yaml": one,
  });
  const { path } = dir;
  await Deno.writeTextFile(`${path}/given.yaml`, one.replace("p.yaml", `${path}/p.yaml`));
  const run = (...paths: string[]): ReturnType<typeof runProgram> =>
    runProgram(["test", ...paths.map((name) => `${path}/${name}`)]);
  expect((await run("")).stdout).toContain("3 passed, 0 failed; 0 of 0 entries met (100 %)\n");
  // One policy, however its path is written.
  await Deno.writeTextFile(`${path}/p.yaml`, "version: 1\ntools: { deny: [x] }\n");
  expect((await run("a_test.yaml", "b_test.yml", "given.yaml")).stdout).toBe(
    `not met by any case: ${path}/p.yaml: tools.deny[0] "x"\n` +
      "3 passed, 0 failed; 0 of 1 entries met (0 %)\n",
  );
  expect((await run("a_test.yaml", "", "sub", "./a_test.yaml")).stdout).toContain("3 passed");
  for (const empty of ["other", "none"]) {
    const { code, stdout, stderr } = await run("a_test.yaml", empty);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/holds no test file|cannot be found/);
  }
});

Deno.test("mcpguard test refuses files that say something else than they seem to, with their places", async () => {
  await using dir = await folder({ "pay.yaml": "version: 1\n" });
  const one = (rest: string): string =>
    `policy: pay.yaml\ncases:\n  - { name: x, expect: deny, ${rest} }\n`;
  const cases: [string, string][] = [
    ["- x\n", ":1:1: expected a mapping"],
    ["policy: pay.yaml\ncases: []\n", ":2:8: cases:"],
    ["policy: pay.yaml\ncases:\n  - { nme: x, tool: t, expect: deny }\n", 'did you mean "name"?'],
    ["policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: yes }\n", ":3:33: cases[0].expect"],
    [
      one("tool: t, args: { a: 1e999 }"),
      ":3:50: cases[0].args: `1e999` is a number with an exponent",
    ],
    [one("tool: t, args: { a: no }"), ":3:50: cases[0].args: `no` is a word"],
    [one("tool: t, args: [1]"), ": cases[0].args: expected a mapping"],
    [one("args: { a: 1 }"), "a case is about one of `tool`"],
    [one("tool: t, resource: x"), "found `tool` and `resource`"],
    [one("resource: x, args: {}"), "`args` belongs beside `tool` or `prompt_name`"],
    [one("tool: t, direction: s2c"), "`direction` belongs beside `method`"],
    [one("tool: t, before: [{ params: {} }]"), "cases[0].before[0]: a case is about one of"],
    [
      one("tool: t, before: [{ tool: u, args: { a: no } }]"),
      "cases[0].before[0].args: `no` is a word",
    ],
    [one("tool: t, result: { expect: allow }"), "one of `text` and `value` is needed"],
    [one("method: m, result: { text: x, expect: allow }"), "use `value`"],
    [one("tool: t, result: { text: x, expect: allow, rule: y }"), "a result that is withheld"],
    [one("tool: t, becomes: {}"), "cases[0].becomes: what is denied becomes nothing"],
    [
      "policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: allow, result: { text: x, expect: deny, becomes: y } }\n",
      "cases[0].result.becomes: what is denied becomes nothing",
    ],
    [one('tool: t, now: "2026-11-27"'), "expected a time with its zone"],
    [one('tool: t, now: "2026-13-27T12:00:00Z"'), ":3:5: x: there is no time 2026-13-27"],
    [one("tool: t, upstream: files"), ':3:5: x: the policy has no upstream "files"'],
    [
      one("method: notifications/cancelled, result: { value: {}, expect: allow }"),
      ":3:5: x: such a message is not answered",
    ],
    [
      "policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: allow, result: " +
      "{ expect: allow, value: { resultType: input_required, inputRequests: " +
      "{ a: { method: roots/list } } } } }\n",
      ":3:5: x: a result that asks the client",
    ],
    [
      "policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: deny }\n  - { name: x, tool: u, expect: deny }\n",
      ":4:13: cases[1].name: two cases of one name; the other is in line 3",
    ],
    ["policy: pay.yaml\ncases: &a\n  - { name: x, tool: t, expect: deny }\n", "anchors"],
    ["policy: none.yaml\ncases:\n  - { name: x, tool: t, expect: deny }\n", "none.yaml"],
  ];
  for (const [text, words] of cases) {
    await Deno.writeTextFile(`${dir.path}/x_test.yaml`, text);
    const { code, stdout, stderr } = await runProgram(["test", `${dir.path}/x_test.yaml`]);
    expect([text, code, stdout, stderr]).toEqual([text, 2, "", expect.stringContaining(words)]);
  }
});
