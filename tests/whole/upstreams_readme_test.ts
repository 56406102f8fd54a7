// The README's section on several servers: its policy loads, and its commands say what stands beside them.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { ROOT, runProgram } from "../kit/program.ts";

Deno.test("README: the policy with several servers loads, and check says what is written", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const section = text.slice(text.indexOf("### Several servers"));
  const [, policy] = /```yaml\n([^`]*)```/.exec(section)!;
  const [, commands] = /```sh\n([^`]*)```/.exec(section)!;
  await using file = await policyFile(policy!);
  const lint = await runProgram(["policy", "lint", file.path]);
  expect([lint.code, lint.stdout]).toEqual([0, expect.stringContaining("0 errors")]);
  const lines = commands!.trim().split("\n").map((line) => /^mcpguard (.*?) +# (.*)$/.exec(line)!);
  expect(lines.length).toBeGreaterThan(3);
  for (const [, words, says] of lines) {
    const args = words!.split(" ").map((word) => word === "team.yaml" ? file.path : word);
    const { code, stdout } = await runProgram([...args, "--json"]);
    const { allowed, rule, message } = JSON.parse(stdout);
    const [, verdict, why] = /^(allowed|denied)(?: by|:)? ?(.*)$/.exec(says!)!;
    expect([words, allowed, code]).toEqual([words, verdict === "allowed", allowed ? 0 : 1]);
    expect(`${rule} ${message}`).toContain(why);
  }
});
