// `policy lint` beside a real server: what the server has, asked or pinned, is compared with the policy's rules.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { CACHE, ROOT, runProgram } from "../kit/program.ts";

const SERVER = [
  ...["--", Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`],
  ...["-A", `${ROOT}tests/fixtures/sdk_stdio_server.ts`],
];

const POLICY = `version: 1
default: deny
tools: { allow: ["calculator/*", "calculator.ad"] }
rules:
  - { id: big, tools: [calculator/add], when: 'args.a > 100', effect: deny }
  - { id: slip, tools: [calculator/add], when: 'args.amount > 100', effect: deny }
  - { id: other, tools: [payments/*], effect: approve }
approvals: { admin_keys: [{ key: "sha256:${"0".repeat(64)}", identity: carol }] }
pins: {}
`;

/** Warnings about tools that there are none of, and arguments that they do not have. */
async function lint(...args: string[]): Promise<{ tools: number | null; found: string[] }> {
  const exit = await runProgram(["policy", "lint", "--json", ...args]);
  expect([exit.code, exit.stderr]).toEqual([0, ""]);
  const { tools, remarks } = JSON.parse(exit.stdout);
  return {
    tools,
    found: remarks.filter(({ code }: { code: string }) => code.startsWith("unknown_"))
      .map((r: Record<string, string>) => `${r.line}:${r.column} ${r.path} ${r.code}`),
  };
}

const FOUND = [
  "3:34 tools.allow[1] unknown_tool",
  "6:48 rules[1].when unknown_argument",
  "7:25 rules[2].tools unknown_tool",
];

Deno.test("policy lint asks a server for its tools, or takes those that are pinned", async () => {
  await using file = await policyFile(POLICY);
  expect(await lint(file.path)).toEqual({ tools: null, found: [] });
  expect(await lint(file.path, ...CACHE, ...SERVER)).toEqual({ tools: 5, found: FOUND });
  const pinned = await runProgram(["pin", "--policy", file.path, ...CACHE, ...SERVER]);
  expect(pinned).toMatchObject({ code: 0 });
  expect(await lint(file.path)).toEqual({ tools: 5, found: FOUND });
  const words = await runProgram(["policy", "lint", file.path]);
  expect(words.stdout).toContain(
    `policy.yaml:6:48: warning: rules[1].when: rules.slip reads the argument "amount", which its tool ` +
      `"calculator.add" does not have\n`,
  );
  expect(words.stdout).toMatch(/\ncompared with 5 tools of .*mcpguard\.lock\n/);
  // A lock file that was changed by hand says nothing.
  const lock = `${file.folder}/mcpguard.lock`;
  const text = await Deno.readTextFile(lock);
  await Deno.writeTextFile(lock, text.replace("Adds", "Subtracts"));
  const changed = await runProgram(["policy", "lint", file.path]);
  expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining("was changed")]);
});

Deno.test("policy lint refuses two sources of tools, and a server that cannot be asked", async () => {
  await using file = await policyFile(POLICY);
  const both = await runProgram(["policy", "lint", file.path, "--tools", "x.json", ...SERVER]);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("exclude each other")]);
  const none = await runProgram(["policy", "lint", file.path, "--", "sh", "-c", "exit 3"]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("cannot be asked")]);
  for (const args of [[], ["--", "sh"]]) {
    const { code, stderr } = await runProgram(["policy", "lint", ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("<file> is missing")]);
  }
  // A second file is no program to start.
  const two = await runProgram(["policy", "lint", file.path, "/bin/sh"]);
  expect([two.code, two.stderr]).toEqual([2, expect.stringContaining("unexpected argument")]);
});
