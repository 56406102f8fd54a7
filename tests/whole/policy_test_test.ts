// `mcpguard test`: cases that hold and cases that do not, coverage, reports, folders, and files that do not load.

import { expect } from "expect";
import { runProgram } from "../kit/program.ts";

const POLICY = `version: 1
tools: { deny: ["delete_*"] }
detect: { secrets: { action: redact } }
rules:
  - { id: big, tools: [pay], roles: [clerk], when: "args.amount > 100", effect: deny }
  - { id: ask, tools: [mail], effect: approve }
  - { id: never, tools: [nothing], effect: deny }
`;

const HOLDS = `policy: pay.yaml
cases:
  - { name: big, tool: pay, roles: [clerk], args: { amount: 500 }, expect: deny, rule: rules.big }
  - { name: small, tool: pay, roles: [clerk], args: { amount: 5 }, expect: allow }
  - { name: mail, tool: mail, expect: approve }
  - { name: key, tool: note, args: { text: AKIAIOSFODNN7EXAMPLE }, expect: redact }
`;

const FAILS = `policy: pay.yaml
cases:
  - name: "<wrong & odd>"
    tool: delete_all
    expect: allow
  - { name: other rule, tool: delete_all, expect: deny, rule: "tools.deny[7]" }
`;

Deno.test("mcpguard test tries cases, names rules that no case met, and reports for people and machines", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/pay.yaml`, POLICY);
    await Deno.writeTextFile(`${dir}/a_test.yaml`, HOLDS);
    const good = await runProgram(["test", dir]);
    expect([good.code, good.stdout]).toEqual([
      0,
      `not met by any case: ${dir}/pay.yaml: rules.never\n4 passed, 0 failed; 2 of 3 rules met\n`,
    ]);
    await Deno.writeTextFile(`${dir}/b_test.yaml`, FAILS);
    const bad = await runProgram(["test", dir, "--junit", `${dir}/report.xml`]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(
      `${dir}/b_test.yaml:3:5: failed: <wrong & odd>: expected allow, found deny by tools.deny[0]\n`,
    );
    expect(bad.stdout).toContain("expected deny by tools.deny[7], found deny by tools.deny[0]\n");
    expect(bad.stdout).toContain("4 passed, 2 failed; 2 of 3 rules met\n");
    const report = await Deno.readTextFile(`${dir}/report.xml`);
    expect(report).toContain('tests="6" failures="2"');
    expect(report).toContain('name="&#60;wrong &#38; odd&#62;"');
    const json = await runProgram(["test", `${dir}/b_test.yaml`, "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ passed: 0, failed: 2 },
      rules: { total: 3, covered: 0 },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("mcpguard test refuses files that say something else than they seem to, with their places", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/pay.yaml`, POLICY);
    const cases: [string, string][] = [
      ["- x\n", ":1:1: expected a mapping"],
      ["policy: pay.yaml\ncases: []\n", ":2:8: cases:"],
      ["policy: pay.yaml\ncases:\n  - { nme: x, tool: t, expect: deny }\n", 'did you mean "name"?'],
      [
        "policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: yes }\n",
        ":3:33: cases[0].expect",
      ],
      [
        "policy: pay.yaml\ncases:\n  - { name: x, tool: t, expect: deny, args: { a: 1e999 } }\n",
        ":3:5: ",
      ],
      ["policy: pay.yaml\ncases: &a\n  - { name: x, tool: t, expect: deny }\n", "anchors"],
      ["policy: none.yaml\ncases:\n  - { name: x, tool: t, expect: deny }\n", "none.yaml"],
    ];
    for (const [text, words] of cases) {
      await Deno.writeTextFile(`${dir}/x_test.yaml`, text);
      const { code, stderr } = await runProgram(["test", `${dir}/x_test.yaml`]);
      expect([text, code, stderr]).toEqual([text, 2, expect.stringContaining(words)]);
    }
    expect((await runProgram(["test", `${dir}/none`])).code).toBe(2);
    await Deno.remove(`${dir}/x_test.yaml`);
    expect((await runProgram(["test", dir])).code).toBe(2);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
