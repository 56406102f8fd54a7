// A file of policy tests (`*_test.yaml`): which policy, and what it should decide about which calls.

import * as z from "zod";
import { BadPolicy } from "../errors.ts";
import { place, toPlain } from "./parse.ts";
import { explainIssues, locate } from "./problems.ts";
import { OddScalar } from "./scalar.ts";
import type { SchemaNode } from "./schema.ts";
import { checkText, Lines, type OffsetProblem } from "./text.ts";
import { parseTree } from "./tree.ts";

const EFFECTS = ["allow", "deny", "redact", "record", "confirm", "approve"] as const;
const NAMES = z.array(z.string().min(1).max(4096)).max(1000);

const CASE = z.strictObject({
  name: z.string().min(1).max(200).meta({ description: "what the case says" }),
  tool: z.string().min(1).max(256).meta({ description: "the tool that is called" }),
  args: z.record(z.string(), z.unknown()).optional().meta({ description: "its arguments" }),
  identity: z.string().min(1).max(256).optional().meta({ description: "who calls" }),
  roles: NAMES.optional().meta({ description: "the caller's roles" }),
  resources: NAMES.optional().meta({ description: "URIs that the call uses" }),
  prompt: z.string().optional().meta({ description: "the prompt that led to the call" }),
  expect: z.enum(EFFECTS).meta({ description: "what is decided" }),
  rule: z.string().min(1).max(300).optional().meta({
    description: "the rule that decides, e.g. `rules.big` or `tools.deny[0]`",
  }),
});

const TESTS = z.strictObject({
  policy: z.string().min(1).max(4096).meta({ description: "the policy, from this file's folder" }),
  cases: z.array(CASE).min(1).max(10_000).meta({ description: "the cases" }),
});

/** One case, with its place. */
export type PolicyCase = z.infer<typeof CASE> & { line: number; column: number };

/** A file of tests. */
export interface PolicyTests {
  /** The policy's path, as it is written. */
  policy: string;
  /** The cases in file order. */
  cases: readonly PolicyCase[];
}

/**
 * Reads a file of policy tests, as strictly as a policy is read.
 *
 * @param text The file's text, YAML 1.2 or JSON, at most 1 MiB.
 * @param file The file's name for messages.
 * @returns The tests.
 * @throws {BadPolicy} With every problem's line and column.
 *
 * @example
 * ```ts
 * import { parsePolicyTests } from "./test_file.ts";
 * import { expect } from "expect";
 *
 * const text = "policy: p.yaml\ncases:\n  - { name: none, tool: rm, expect: deny }\n";
 * expect(parsePolicyTests(text, "p_test.yaml").cases[0]).toMatchObject({ tool: "rm", line: 3 });
 * ```
 */
export function parsePolicyTests(text: string, file: string): PolicyTests {
  const lines = new Lines(text);
  const refuse = (problems: OffsetProblem[]): never => {
    throw new BadPolicy(file, place(problems, lines));
  };
  const wrong = checkText(text);
  if (wrong) refuse([wrong]);
  const { root, problems } = parseTree(text);
  if (root?.kind !== "map") {
    const message = "expected a mapping with `policy` and `cases`";
    return refuse(problems.length > 0 ? problems : [{ message, path: "", offset: 0 }]);
  }
  const read = TESTS.safeParse(toPlain(root), { jitless: true });
  if (!read.success) {
    const schema = z.toJSONSchema(TESTS, { io: "input" }) as SchemaNode;
    problems.push(...explainIssues(read.error.issues, root, schema));
  }
  if (problems.length > 0 || !read.success) return refuse(problems);
  const cases = read.data.cases.map((one, i) => {
    const { start } = locate(root, ["cases", i]);
    if (hasOdd(one.args)) {
      const message =
        "arguments hold plain texts, numbers, `true`, `false` and `null`; quote others";
      refuse([{ message, path: `cases[${i}].args`, offset: start }]);
    }
    return { ...one, ...lines.at(start) };
  });
  return { policy: read.data.policy, cases };
}

function hasOdd(value: unknown): boolean {
  if (value instanceof OddScalar) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasOdd);
}
