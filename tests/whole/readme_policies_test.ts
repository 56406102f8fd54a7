// Every policy that the README shows is one.

import { expect } from "expect";
import { lintPolicy } from "../../src/policy/mod.ts";
import { ROOT } from "../kit/program.ts";

Deno.test("every policy in the README loads", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const blocks = [...text.matchAll(/```yaml\n([^`]*)```/g)].map((match) => match[1]!);
  const policies = blocks.filter((block) => /^version: 1$/m.test(block));
  expect(policies.length).toBeGreaterThan(0);
  for (const policy of policies) {
    expect([policy, lintPolicy(policy, "README.md").problems]).toEqual([policy, []]);
  }
});
