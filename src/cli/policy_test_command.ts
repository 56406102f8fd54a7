// `mcpguard test`: tries the cases of `*_test.yaml` files on their policies.

import { dirname, join } from "node:path";
import { CallGuard, type Decision } from "../guard/mod.ts";
import { parsePolicy, parsePolicyTests, type PolicyCase } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { shown } from "./arguments.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, paint, printable } from "./output.ts";
import type { Given } from "./spec.ts";

/** A case that was tried. */
interface Tried {
  file: string;
  line: number;
  column: number;
  name: string;
  ok: boolean;
  expected: { effect: string; rule?: string };
  found: { effect: string; rule: string | null };
}

/** Runs the command and returns the exit code: 0 when every case is as expected, 1 when one is not. */
export async function policyTest(
  paths: readonly string[],
  given: Given,
  output: Output,
): Promise<number> {
  const files = (await Promise.all(paths.map(testFiles))).flat();
  const tried: Tried[] = [];
  const covered = new Map<string, boolean>();
  for (const file of files) {
    const { policy: named, cases } = parsePolicyTests(await readPolicyText(file), file);
    const path = join(dirname(file), named);
    const policy = parsePolicy(await readPolicyText(path), path);
    const guard = new CallGuard(policy, idlePorts());
    const key = (rule: string): string => `${path}: ${rule}`;
    for (const { id } of policy.rules.rules) {
      covered.set(key(`rules.${id}`), covered.get(key(`rules.${id}`)) ?? false);
    }
    for (const one of cases) {
      const decision = decide(guard, one, file);
      for (const rule of rulesOf(decision)) {
        if (covered.has(key(rule))) covered.set(key(rule), true);
      }
      tried.push(judged(one, decision, file));
    }
  }
  const failed = tried.filter(({ ok }) => !ok);
  const uncovered = [...covered].filter(([, met]) => !met).map(([rule]) => rule);
  const junit = given.text("junit");
  if (junit !== undefined) await writeReport(junit, junitOf(tried));
  const rules = { total: covered.size, covered: covered.size - uncovered.length, uncovered };
  if (given.flag("json")) {
    output.line(
      JSON.stringify({
        passed: tried.length - failed.length,
        failed: failed.length,
        rules,
        cases: tried,
      }),
    );
  } else {
    for (const { file, line, column, name, expected, found } of failed) {
      output.line(
        `${printable(`${file}:${line}:${column}`)}: ${paint(output.colour, "red", "failed")}: ` +
          printable(`${name}: expected ${words(expected)}, found ${words(found)}`),
      );
    }
    for (const rule of uncovered) output.line(printable(`not met by any case: ${rule}`));
    output.line(
      `${
        tried.length - failed.length
      } passed, ${failed.length} failed; ${rules.covered} of ${rules.total} rules met`,
    );
  }
  return failed.length === 0 ? EXIT.OK : EXIT.DENIED;
}

/** The file itself, or every `*_test.yaml` of a folder. */
async function testFiles(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch(() => {
    throw new UsageError(`${shown(path)} cannot be found`);
  });
  if (!info.isDirectory) return [path];
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  const tests = names.filter((name) => name.endsWith("_test.yaml")).sort();
  if (tests.length === 0) throw new UsageError(`${shown(path)} holds no file *_test.yaml`);
  return tests.map((name) => join(path, name));
}

function decide(guard: CallGuard, one: PolicyCase, file: string): Decision {
  const { tool, args, identity, roles, resources, prompt } = one;
  try {
    return guard.explain({
      tool,
      ...(identity === undefined && roles === undefined
        ? {}
        : { identity: identity ?? "anonymous", roles: roles ?? [] }),
      ...(args === undefined ? {} : { arguments: args }),
      ...(resources === undefined ? {} : { resources }),
      ...(prompt === undefined ? {} : { prompt }),
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${file}:${one.line}:${one.column}: ${error.message}`);
  }
}

function* rulesOf(decision: Decision): Iterable<string> {
  if (decision.rule !== null) yield decision.rule;
  for (const { rule } of decision.stages ?? []) if (rule !== null) yield rule;
  for (const { rule_id } of decision.findings) yield rule_id;
}

function judged(one: PolicyCase, { effect, rule }: Decision, file: string): Tried {
  const { name, line, column, expect } = one;
  return {
    ...{ file, line, column, name },
    ok: effect === expect && (one.rule === undefined || one.rule === rule),
    expected: { effect: expect, ...(one.rule === undefined ? {} : { rule: one.rule }) },
    found: { effect, rule },
  };
}

function words({ effect, rule }: { effect: string; rule?: string | null }): string {
  return rule === undefined || rule === null ? effect : `${effect} by ${rule}`;
}

/** The report in JUnit's XML, which CI systems read. */
function junitOf(tried: readonly Tried[]): string {
  const text = (value: string): string =>
    printable(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const failures = tried.filter(({ ok }) => !ok).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="mcpguard test" tests="${tried.length}" failures="${failures}">`,
    ...tried.map(({ file, line, name, ok, expected, found }) =>
      `  <testcase classname="${text(file)}" name="${text(name)}" file="${
        text(file)
      }" line="${line}">` +
      (ok
        ? ""
        : `<failure message="expected ${text(words(expected))}, found ${text(words(found))}"/>`) +
      "</testcase>"
    ),
    "</testsuite>",
    "",
  ].join("\n");
}

async function writeReport(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, text).catch(() => {
    throw new UsageError(`${shown(file)} cannot be written`);
  });
}
