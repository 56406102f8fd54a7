// A file of policy tests (`*_test.yaml`): which policy, and what it should decide about which messages.

import * as z from "zod";
import { BadPolicy } from "../errors.ts";
import { place, toPlain } from "./parse.ts";
import { printPath } from "./path.ts";
import type { Path } from "./path.ts";
import { explainIssues, locate } from "./problems.ts";
import type { SchemaNode } from "./schema.ts";
import { type CaseValues, TESTS } from "./test_schema.ts";
import { checkText, Lines, type OffsetProblem } from "./text.ts";
import { type MapNode, parseTree } from "./tree.ts";
import { jsonTextOf, OddValue } from "./tree_json.ts";

/** Most levels of the YAML: a case's arguments may be as deep as a policy's `limits.depth` lets a message be, and more. */
const MAX_DEPTH = 100;

/** What the JSON text of a case replaces. */
type Json = "args" | "params" | "becomes" | "result" | "before";

/** A message as a case gives it. */
export type PolicyMessage =
  & Pick<
    CaseValues,
    | "tool"
    | "prompt"
    | "resources"
    | "annotations"
    | "prompt_name"
    | "resource"
    | "method"
    | "direction"
  >
  & {
    /** Arguments, JSON text of an object. */
    args?: string;
    /** Parameters of `method`, JSON text of an object. */
    params?: string;
    /** What is answered: a text, or JSON text of the whole result. */
    result?: { text?: string | undefined; value?: string };
  };

/** One case, with its place. Values that travel are JSON text, numbers as the file spells them. */
export type PolicyCase = Omit<CaseValues, Json> & {
  /** Line of the case, from 1. */
  line: number;
  /** Column, from 1. */
  column: number;
  /** Messages of the same caller before this one. */
  before?: readonly PolicyMessage[];
  /** Arguments, JSON text of an object. */
  args?: string;
  /** Parameters of `method`, JSON text of an object. */
  params?: string;
  /** Expected arguments, JSON text of an object. */
  becomes?: string;
  /** What is answered. */
  result?: Omit<NonNullable<CaseValues["result"]>, "value" | "becomes"> & {
    /** The whole result, JSON text of an object. */
    value?: string;
    /** The expected text or result, JSON text. */
    becomes?: string;
  };
};

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
  const { root, problems } = parseTree(text, MAX_DEPTH);
  if (root?.kind !== "map") {
    const message = "expected a mapping with `policy` and `cases`";
    return refuse(problems.length > 0 ? problems : [{ message, path: "", offset: 0 }]);
  }
  const read = TESTS.safeParse(toPlain(root), { jitless: true });
  if (!read.success) problems.push(...explainIssues(read.error.issues, root, testsJsonSchema()));
  if (problems.length > 0 || !read.success) return refuse(problems);
  const names = new Map<string, number>();
  const cases = read.data.cases.map((values, i): PolicyCase => {
    const path = ["cases", i];
    const { line, column } = lines.at(locate(root, path).start);
    const first = names.get(values.name);
    if (first === undefined) names.set(values.name, line);
    else {
      problems.push(
        at(root, [...path, "name"], `two cases of one name; the other is in line ${first}`),
      );
    }
    problems.push(...contradictions(values, root, path));
    values.before?.forEach((step, j) =>
      problems.push(...contradictions(step, root, [...path, "before", j]))
    );
    return { ...travelling(values, root, path, problems), line, column };
  });
  if (problems.length > 0) refuse(problems);
  return { policy: read.data.policy, cases };
}

/** The JSON Schema of a file of tests: for editors, for messages and for the README's table. */
export function testsJsonSchema(): SchemaNode {
  return z.toJSONSchema(TESTS, { io: "input" }) as SchemaNode;
}

const ASKS = ["tool", "prompt_name", "resource", "method"] as const;

/** What a case and a message before it have in common. */
type Checked = Omit<Partial<CaseValues>, "result"> & {
  result?: Partial<CaseValues["result"]> | undefined;
};

/** Keys that need another one beside them. */
const BELONGS: readonly (readonly [keyof Checked, readonly (typeof ASKS[number])[]])[] = [
  ["args", ["tool", "prompt_name"]],
  ["becomes", ["tool", "prompt_name"]],
  ["prompt", ["tool"]],
  ["resources", ["tool"]],
  ["annotations", ["tool"]],
  ["params", ["method"]],
  ["direction", ["method"]],
];

/** What the schema cannot say: which keys go together. */
function* contradictions(values: Checked, root: MapNode, path: Path): Iterable<OffsetProblem> {
  const asks = ASKS.filter((key) => values[key] !== undefined);
  if (asks.length !== 1) {
    const found = asks.length === 0
      ? "none of them"
      : asks.map((key) => `\`${key}\``).join(" and ");
    yield at(
      root,
      path,
      `a case is about one of \`tool\`, \`prompt_name\`, \`resource\` and \`method\`; found ${found}`,
    );
  }
  for (const [key, owners] of BELONGS) {
    if (values[key] === undefined || owners.some((owner) => values[owner] !== undefined)) continue;
    yield at(
      root,
      [...path, key],
      `\`${key}\` belongs beside ${owners.map((owner) => `\`${owner}\``).join(" or ")}`,
    );
  }
  const { result, now } = values;
  for (const [side, below] of [[values, []], [result, ["result"]]] as const) {
    if (side?.becomes === undefined || side.expect !== "deny") continue;
    yield at(root, [...path, ...below, "becomes"], "what is denied becomes nothing");
  }
  if (result !== undefined && (result.text === undefined) === (result.value === undefined)) {
    yield at(root, [...path, "result"], "one of `text` and `value` is needed, and not both");
  }
  if (result?.text !== undefined && values.method !== undefined) {
    yield at(
      root,
      [...path, "result", "text"],
      "what a method answers is no one text; use `value`",
    );
  }
  for (const key of ["rule", "reason"] as const) {
    if (result?.[key] === undefined || result.expect === "deny") continue;
    yield at(
      root,
      [...path, "result", key],
      `\`${key}\` is about a result that is withheld (deny)`,
    );
  }
  if (now !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(now)) {
    yield at(
      root,
      [...path, "now"],
      'expected a time with its zone in quotes, e.g. "2026-11-27T21:00:00Z"',
    );
  }
}

/** A case with the values that travel as JSON text. */
function travelling(
  values: CaseValues,
  root: MapNode,
  path: Path,
  problems: OffsetProblem[],
): Omit<PolicyCase, "line" | "column"> {
  const texts = <K extends string>(keys: readonly K[], ...below: Path): { [key in K]?: string } =>
    Object.fromEntries(keys.flatMap((key) => {
      const full = [...path, ...below, key];
      const { node } = locate(root, full);
      if (node === undefined) return [];
      try {
        return [[key, jsonTextOf(node)]];
      } catch (error) {
        if (!(error instanceof OddValue)) throw error;
        problems.push({ ...error.problem, path: printPath(full) });
        return [];
      }
    })) as { [key in K]?: string };
  const { args: _, params: __, becomes: ___, result, before, ...rest } = values;
  const out: Omit<PolicyCase, "line" | "column"> = {
    ...rest,
    ...texts(["args", "params", "becomes"]),
  };
  if (result !== undefined) {
    const { value: _, becomes: __, ...said } = result;
    out.result = { ...said, ...texts(["value", "becomes"], "result") };
  }
  if (before !== undefined) {
    out.before = before.map(({ args: _, params: __, result, ...step }, j) => ({
      ...step,
      ...texts(["args", "params"], "before", j),
      ...(result === undefined
        ? {}
        : { result: { text: result.text, ...texts(["value"], "before", j, "result") } }),
    }));
  }
  return out;
}

function at(root: MapNode, path: Path, message: string): OffsetProblem {
  return { message, path: printPath(path), offset: locate(root, path).start };
}
