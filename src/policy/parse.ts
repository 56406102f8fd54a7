// parsePolicy and lintPolicy: text in, policy or problems with line and column out. No file is read here.

import { BadPolicy } from "../errors.ts";
import type { PolicyProblem } from "../errors.ts";
import { compilePolicy } from "./compile.ts";
import type { PathProblem } from "./keys.ts";
import { findWarnings } from "./lint.ts";
import { printPath } from "./path.ts";
import { checkPatterns } from "./patterns.ts";
import { explainIssues, locate } from "./problems.ts";
import { OddScalar } from "./scalar.ts";
import { POLICY_FILE, policyJsonSchema } from "./schema.ts";
import type { PolicyFile } from "./schema.ts";
import { checkText, Lines } from "./text.ts";
import type { OffsetProblem } from "./text.ts";
import { parseTree } from "./tree.ts";
import type { MapNode, YamlNode } from "./tree.ts";
import type { ListedTool, Policy, PolicyWarning } from "./types.ts";

/** More problems than a reader wants; the rest is counted. */
const MAX_PROBLEMS = 500;

/** What {@linkcode lintPolicy} found. */
export interface PolicyReport {
  /** The policy, or null when there are problems. */
  policy: Policy | null;
  /** Errors in file order; empty when the policy loads. */
  problems: readonly PolicyProblem[];
  /** Warnings in file order; empty when there are problems. */
  warnings: readonly PolicyWarning[];
}

/**
 * Reads a policy. Unknown keys, wrong types, bad patterns and everything of YAML that readers disagree
 * about are errors; all of them are collected.
 *
 * @param text The file's text, YAML 1.2 or JSON, at most 1 MiB.
 * @param file The file's name for messages, e.g. `policy.yaml`.
 * @returns The policy, checked and compiled, with warnings.
 * @throws {BadPolicy} With every problem's line, column, expectation and suggestion.
 *
 * @example A typo is an error with a place
 * ```ts
 * import { parsePolicy } from "./parse.ts";
 * import { expect } from "expect";
 *
 * const policy = parsePolicy("version: 1\ntools: { deny: ['admin/*'] }\n", "policy.yaml");
 * expect(policy.tools.deny.firstFolded("Admin.reset")).toBe(0);
 * expect(() => parsePolicy("version: 1\ntool: {}\n", "policy.yaml")).toThrow(
 *   /^policy\.yaml:2:1: tool: unknown key "tool"; .* \(did you mean "tools"\?\)$/,
 * );
 * ```
 */
export function parsePolicy(text: string, file: string): Policy {
  const report = lintPolicy(text, file);
  if (!report.policy) throw new BadPolicy(file, report.problems);
  return report.policy;
}

/** Mappings whose keys the user chooses; the schema would skip `__proto__` there without a word. */
const NAMED: readonly (readonly string[])[] = [["roles"], ["detect", "judge", "headers"]];

/**
 * Looks a policy over: like {@linkcode parsePolicy}, but problems are returned.
 *
 * @param text The file's text, YAML 1.2 or JSON, at most 1 MiB.
 * @param file The file's name for messages.
 * @param tools What a server lists, to compare rules with; null where that is not known.
 * @returns The policy or its problems, and warnings.
 *
 * @example
 * ```ts
 * import { lintPolicy } from "./parse.ts";
 * import { expect } from "expect";
 *
 * const text = "version: 1\ntools: { allow: [admin/reset], deny: ['admin/*'] }\n";
 * expect(lintPolicy(text, "policy.yaml").warnings.map((w) => `${w.line}:${w.column} ${w.code}`))
 *   .toContain("2:18 swallowed");
 * ```
 */
export function lintPolicy(
  text: string,
  file: string,
  tools: readonly ListedTool[] | null = null,
): PolicyReport {
  const lines = new Lines(text);
  const fail = (problems: OffsetProblem[]): PolicyReport => ({
    policy: null,
    problems: place(problems, lines),
    warnings: [],
  });
  const wrongText = checkText(text);
  if (wrongText) return fail([wrongText]);
  const { root, problems } = parseTree(text);
  if (problems.length > 0 && root === null) return fail(problems);
  if (root?.kind !== "map") return fail([...problems, notAMapping(root)]);
  const found: PathProblem[] = [];
  const values = check(root, problems, found);
  // The schema's library passes over this key without a word, so a role of this name would narrow nothing.
  for (const path of NAMED) {
    const proto = [...path, "__proto__"];
    if (locate(root, proto).node) {
      found.push({ message: "`__proto__` cannot be a name", path: proto });
    }
  }
  const end = root.entries.findIndex(({ key }) => key === "policy_end");
  if (end >= 0 && end < root.entries.length - 1) {
    found.push({ message: "nothing may follow the mark of the end", path: ["policy_end"] });
  }
  const compiled = compilePolicy(values, file, found);
  for (const problem of found) problems.push(atNode(problem, root));
  if (problems.length > 0) return fail(problems);
  const warnings = findWarnings(values, compiled, tools).map((warning) => ({
    code: warning.code,
    message: warning.message,
    path: printPath(warning.path),
    ...lines.at(locate(root, warning.path).start),
  })).sort((a, b) => a.line - b.line || a.column - b.column);
  return { policy: { ...compiled, warnings }, problems: [], warnings };
}

function notAMapping(root: YamlNode | null): OffsetProblem {
  const expected = "expected a mapping that begins with `version: 1`";
  if (root === null) return { message: `the file is empty; ${expected}`, path: "", offset: 0 };
  const found = root.kind === "seq"
    ? "a list"
    : root.kind === "alias"
    ? "an alias"
    : root.kind === "scalar" && root.value === null
    ? "nothing (null)"
    : "a single value";
  return { message: `${expected}, found ${found}`, path: "", offset: root.start };
}

/** Adds the schema's problems; returns the values of the sections that have none. */
function check(root: MapNode, problems: OffsetProblem[], found: PathProblem[]): PolicyFile {
  const plain = toPlain(root) as Record<string, unknown>;
  // One parse per process does not repay compiling the schema to a function.
  const result = POLICY_FILE.safeParse(plain, { jitless: true });
  if (result.success) return result.data;
  problems.push(...explainIssues(result.error.issues, root, policyJsonSchema()));
  const bad = new Set(
    result.error.issues.flatMap((issue) =>
      issue.path.length === 0 && issue.code === "unrecognized_keys" ? issue.keys : [issue.path[0]]
    ),
  );
  checkPatterns(plain, bad, found);
  const rest = Object.fromEntries(Object.entries(plain).filter(([key]) => !bad.has(key)));
  return POLICY_FILE.parse({ ...rest, version: 1 }, { jitless: true });
}

/** The document as plain values. Depth is bounded by the parser. */
/** A tree as plain values, mappings without a prototype. */
export function toPlain(node: YamlNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "alias") return new OddScalar("*", "an alias");
  if (node.kind === "seq") return node.items.map(toPlain);
  const out: Record<string, unknown> = Object.create(null);
  for (const { key, value } of node.entries) out[key] = toPlain(value);
  return out;
}

function atNode(problem: PathProblem, root: YamlNode): OffsetProblem {
  const { node, start } = locate(root, problem.path);
  const inside = node?.kind === "scalar" && node.textStart !== undefined &&
      problem.inside !== undefined
    ? node.textStart + problem.inside
    : start;
  return {
    message: problem.message,
    path: printPath(problem.path),
    offset: inside,
    ...(problem.suggestion ? { suggestion: problem.suggestion } : {}),
  };
}

/** Offsets as lines and columns, in file order. */
export function place(problems: OffsetProblem[], lines: Lines): PolicyProblem[] {
  const sorted = problems.toSorted((a, b) => a.offset - b.offset);
  const shown = sorted.slice(0, MAX_PROBLEMS).map(({ offset, ...rest }) => ({
    ...rest,
    ...lines.at(offset),
  }));
  const more = sorted[MAX_PROBLEMS];
  if (more) {
    const message = `${sorted.length - MAX_PROBLEMS} further problems from here on`;
    shown.push({ message, path: "", ...lines.at(more.offset) });
  }
  return shown;
}
