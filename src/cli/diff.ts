// `mcpguard diff`: which recorded messages another policy would decide otherwise. Records hold who, which method, tool,
// resources and prompts, and of arguments a hash only: what a rule would say of them is told to be unknown, never guessed.

import { type Decision, GuardCore } from "../guard/mod.ts";
import { parsePolicy, type Policy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { shown } from "./arguments.ts";
import { readDecisions } from "./audit_file.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, printable } from "./output.ts";
import { replayed, type Used } from "./replay.ts";
import type { Given } from "./spec.ts";

/** Most messages that are kept apart. */
const MAX_CALLS = 100_000;
/** Methods whose records name a tool. */
const CALLS: ReadonlySet<string> = new Set(["tools/call", "tool_call", "check"]);

/** A recorded message, or what one names, as often as it was sent. */
interface Call extends Used {
  count: number;
}

/** What one policy says of it. */
interface Said {
  effect: string;
  rule: string | null;
  /** What would be decided if policy or rule did not only watch; absent where that is the same. */
  wouldBe?: { effect: string; rule: string | null };
}

/** A message that the policies decide otherwise. */
type Changed = Call & { before: Said; after: Said };

/** Runs the command and returns the exit code: 0 when nothing changes, 1 when something does or may. */
export async function policyDiff(
  files: readonly [string, string],
  given: Given,
  output: Output,
): Promise<number> {
  const [before, after] = [await load(files[0]), await load(files[1])];
  const replay = given.text("replay")!;
  const { calls, skipped } = await readCalls(replay);
  const changed: Changed[] = [];
  const unknown: Changed[] = [];
  let renamed = 0;
  for (const call of calls) {
    const [was, is] = [before, after].map(({ guard, roles }) =>
      replayed(guard, call, roles.get(call.identity))
    ) as [Decision, Decision];
    const one: Changed = { ...call, before: said(was), after: said(is) };
    if (sameSaid(one.before, one.after, true)) continue;
    // A condition that wants arguments says nothing of a call whose arguments nobody knows any more.
    if (wantsArguments(was) || wantsArguments(is)) unknown.push(one);
    else if (sameSaid(one.before, one.after, false)) renamed++;
    else changed.push(one);
  }
  const total = calls.reduce((sum, { count }) => sum + count, 0);
  if (given.flag("json")) {
    const told = { messages: total, changed: changed.map(toldOf), unknown: unknown.map(toldOf) };
    output.line(JSON.stringify({ ...told, otherRule: renamed, skipped }));
  } else {
    for (const one of changed) output.line(printable(lineOf(one)));
    for (const one of unknown) {
      output.line(printable(`cannot be told, by its arguments: ${lineOf(one)}`));
    }
    if (renamed > 0) output.line(`${renamed} are decided alike, by another rule`);
    output.line(
      `${changed.length} of ${calls.length} different messages change (${total} recorded)`,
    );
    if (skipped > 0) output.problem(`${skipped} lines are no audit records`);
  }
  return changed.length + unknown.length === 0 ? EXIT.OK : EXIT.DENIED;
}

async function readCalls(replay: string): Promise<{ calls: Call[]; skipped: number }> {
  const calls = new Map<string, Call>();
  const skipped = await readDecisions(replay, (recorded) => {
    const { tool, method, identity, upstream, count } = recorded;
    const take = (kind: Used["kind"], name: string): void => {
      const key = JSON.stringify([kind, name, method, identity, upstream]);
      const known = calls.get(key);
      if (known !== undefined) known.count += count;
      else if (calls.size >= MAX_CALLS) {
        throw new UsageError(
          `more than ${MAX_CALLS} different messages: replay a part of the file`,
        );
      } else calls.set(key, { kind, name, method, identity, upstream, count });
    };
    const [resources, prompts] = [recorded.resources ?? [], recorded.prompts ?? []];
    if (tool !== null) take("tool", tool);
    for (const name of resources) take("resource", name);
    for (const name of prompts) take("prompt", name);
    if (tool !== null || resources.length + prompts.length > 0) return;
    // What could not be read has no method.
    if (method !== "-" && !CALLS.has(method)) take("method", method);
  });
  if (calls.size === 0) {
    throw new UsageError(`${shown(replay)} holds no record of a message that could be tried`);
  }
  return { calls: [...calls.values()], skipped };
}

/** A policy, and the roles that it gives to identities. */
interface Loaded {
  guard: GuardCore;
  roles: ReadonlyMap<string, readonly string[]>;
}

async function load(file: string): Promise<Loaded> {
  const policy = parsePolicy(await readPolicyText(file), file);
  return { guard: new GuardCore(policy, idlePorts()), roles: rolesOf(policy) };
}

/** Records name no roles, but a policy with keys says whose roles they are. */
function rolesOf(policy: Policy): Map<string, readonly string[]> {
  const roles = new Map<string, readonly string[]>();
  for (const { identity, roles: own } of policy.auth.keys) {
    if (identity !== undefined) roles.set(identity, [...(roles.get(identity) ?? []), ...own]);
  }
  return roles;
}

function said({ effect, rule, wouldBe }: Decision): Said {
  return {
    ...{ effect, rule },
    ...(wouldBe === undefined ? {} : { wouldBe: { effect: wouldBe.effect, rule: wouldBe.rule } }),
  };
}

function sameSaid(one: Said, other: Said, rules: boolean): boolean {
  const key = ({ effect, rule, wouldBe }: Said): string =>
    JSON.stringify([
      ...[effect, wouldBe?.effect ?? null],
      ...(rules ? [rule, wouldBe?.rule ?? null] : []),
    ]);
  return key(one) === key(other);
}

/** Whether the rule that decides does so only because its condition could not be evaluated. */
function wantsArguments({ rule, wouldBe, stages = [] }: Decision): boolean {
  const deciding = [rule, wouldBe?.rule ?? null];
  return stages.some((stage) =>
    stage.code?.startsWith("rule_error:") === true && deciding.includes(stage.rule)
  );
}

/** A change as machines read it. */
function toldOf({ kind, name, upstream, ...rest }: Changed): Record<string, unknown> {
  return {
    ...(kind === "method" ? {} : { [kind]: name }),
    ...rest,
    ...(upstream === null ? {} : { upstream }),
  };
}

function lineOf({ kind, name, method, identity, count, before, after }: Changed): string {
  const named = kind === "tool" ? JSON.stringify(name) : `${kind} ${JSON.stringify(name)}`;
  const what = kind === "method" ? method : named;
  return `${what} by ${identity}, ${count} times: ${words(before)} -> ${words(after)}`;
}

function words({ effect, rule, wouldBe }: Said): string {
  const would = wouldBe === undefined ? "" : `, would be ${words(wouldBe)}`;
  return `${effect} (${rule ?? "no rule"})${would}`;
}
