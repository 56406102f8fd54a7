// `mcpguard test`: tries the cases of `*_test.yaml` files on their policies.

import { dirname, isAbsolute, join, resolve } from "node:path";
import { parsePolicy, parsePolicyTests, type Policy, type PolicyCase } from "../../policy/mod.ts";
import { nearest } from "../../policy/suggest.ts";
import { readPolicyText } from "../../policy_file.ts";
import { shown } from "../arguments.ts";
import { EXIT, UsageError } from "../exit.ts";
import type { Output } from "../output.ts";
import type { Given } from "../spec.ts";
import { Coverage } from "./coverage.ts";
import { testFiles } from "./files.ts";
import { isAnswered } from "./message.ts";
import { play, type Played } from "./play.ts";
import { isGood, jsonOf, junitOf, printReport, type Report, type Tried } from "./report.ts";
import { differences } from "./verdict.ts";

/** A policy and what the cases of all its test files meet of it. */
interface Tested {
  policy: Policy;
  coverage: Coverage;
}

/** Runs the command and returns the exit code: 0 when every case is as expected, 1 when one is not. */
export async function policyTest(
  paths: readonly string[],
  given: Given,
  output: Output,
): Promise<number> {
  const leastPercent = percentOf(given.text("min-coverage"));
  const policies = new Map<string, Tested>();
  const cases: Tried[] = [];
  for (const file of await testFiles(paths)) {
    const { policy: named, cases: own } = parsePolicyTests(await readPolicyText(file), file);
    const path = isAbsolute(named) ? named : join(dirname(file), named);
    const { policy, coverage } = policies.get(resolve(path)) ?? await load(path);
    policies.set(resolve(path), { policy, coverage });
    for (const one of own) {
      const played = await playCase(one, policy, file);
      coverage.take(played);
      cases.push(tried(one, played, { policy, file, explain: given.flag("explain") }));
    }
  }
  const report: Report = { cases, coverage: coverageOf(policies), leastPercent };
  const junit = given.text("junit");
  if (junit !== undefined) await writeReport(junit, junitOf(report));
  if (given.flag("json")) output.line(jsonOf(report));
  else printReport(report, output, given.flag("verbose"));
  return isGood(report) ? EXIT.OK : EXIT.DENIED;
}

async function load(path: string): Promise<Tested> {
  const policy = parsePolicy(await readPolicyText(path), path);
  return { policy, coverage: new Coverage(policy) };
}

/** Plays a case; what is wrong with the case itself is told with its place. */
async function playCase(one: PolicyCase, policy: Policy, file: string): Promise<Played> {
  const wrong = (why: string): UsageError =>
    new UsageError(`${file}:${one.line}:${one.column}: ${one.name}: ${why}`);
  const { upstream, now } = one;
  if (upstream !== undefined && !policy.upstreams.some(({ name }) => name === upstream)) {
    throw wrong(`the policy has no upstream ${shown(upstream)}`);
  }
  if (now !== undefined && Number.isNaN(Date.parse(now))) throw wrong(`there is no time ${now}`);
  const unanswered = [one, ...one.before ?? []].some((sent) =>
    sent.result !== undefined && !isAnswered(sent)
  );
  if (unanswered) throw wrong("such a message is not answered");
  try {
    return await play(one, policy);
  } catch (error) {
    if (error instanceof UsageError) throw wrong(error.message);
    throw error;
  }
}

function tried(
  one: PolicyCase,
  played: Played,
  { policy, file, explain }: { policy: Policy; file: string; explain: boolean },
): Tried {
  const { name, line, column } = one;
  const { decision, effect, detail, stages } = played;
  const problems = [...differences(one, played), ...unknownRules(one, policy)];
  const ok = problems.length === 0;
  return {
    ...{ file, line, column, name, ok, problems },
    found: { effect, rule: decision.rule, reason: decision.reason, detail },
    ...(explain && !ok ? { decision: { ...decision, stages } } : {}),
  };
}

/** Rules that a case expects and the policy does not have; most often misspelled. */
function unknownRules({ rule, would_be }: PolicyCase, policy: Policy): string[] {
  const known = [...policy.rules.rules, ...policy.flows].map(({ name }) => name);
  return [rule, would_be?.rule].flatMap((name) => {
    if (name === undefined || !/^(?:rules|flows)[.[]/.test(name) || known.includes(name)) return [];
    const near = nearest(name, known);
    return [`the policy has no ${name}${near === undefined ? "" : ` (did you mean ${near}?)`}`];
  });
}

function coverageOf(policies: ReadonlyMap<string, Tested>): Report["coverage"] {
  const entries = [...policies.values()].flatMap(({ policy, coverage }) =>
    [...coverage.entries()].map((entry) => ({ policy: policy.file, ...entry }))
  );
  const unmet = entries.filter(({ met }) => !met)
    .map(({ policy, rule, source }) => ({ policy, rule, source }));
  const [total, met] = [entries.length, entries.length - unmet.length];
  // Rounded down: 100 means all of them.
  return { total, met, percent: total === 0 ? 100 : Math.floor(100 * met / total), unmet };
}

function percentOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^(?:100|[1-9]?[0-9])$/.test(text)) {
    throw new UsageError(`--min-coverage ${shown(text)} is no share; write a number from 0 to 100`);
  }
  return Number(text);
}

async function writeReport(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, text).catch(() => {
    throw new UsageError(`${shown(file)} cannot be written`);
  });
}
