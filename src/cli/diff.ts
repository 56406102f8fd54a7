// `mcpguard diff`: which recorded messages another policy would decide otherwise. Records hold who, which method and which
// tool, and of arguments a hash only: what a rule would say of them is told to be unknown, never guessed.

import { type Decision, GuardCore } from "../guard/mod.ts";
import { parsePolicy, type Policy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { inspectFrame, JsonObject, methodSpec, readFrame, type Uses } from "../wire/mod.ts";
import { shown } from "./arguments.ts";
import { readDecisions } from "./audit_file.ts";
import { clientName } from "./client_name.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, printable } from "./output.ts";
import type { Given } from "./spec.ts";

/** Most messages that are kept apart. */
const MAX_CALLS = 100_000;
/** Methods whose records name a tool. */
const CALLS: ReadonlySet<string> = new Set(["tools/call", "tool_call", "check"]);

/** A recorded message, as often as it was sent. */
interface Call {
  tool: string | null;
  method: string;
  identity: string;
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
    const [was, is] = [decide(before, call), decide(after, call)];
    const one: Changed = { ...call, before: said(was), after: said(is) };
    if (sameSaid(one.before, one.after, true)) continue;
    // A condition that wants arguments says nothing of a call whose arguments nobody knows any more.
    if (wantsArguments(was) || wantsArguments(is)) unknown.push(one);
    else if (sameSaid(one.before, one.after, false)) renamed++;
    else changed.push(one);
  }
  const total = calls.reduce((sum, { count }) => sum + count, 0);
  if (given.flag("json")) {
    output.line(JSON.stringify({ messages: total, changed, unknown, otherRule: renamed, skipped }));
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
  const skipped = await readDecisions(replay, ({ tool, method, identity, count }) => {
    // What could not be read has no method.
    if (tool === null && (method === "-" || CALLS.has(method))) return;
    const key = JSON.stringify([tool, method, identity]);
    const known = calls.get(key);
    if (known !== undefined) known.count += count;
    else if (calls.size >= MAX_CALLS) {
      throw new UsageError(`more than ${MAX_CALLS} different messages: replay a part of the file`);
    } else calls.set(key, { tool, method, identity, count });
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

function decide({ guard, roles }: Loaded, { tool, method, identity }: Call): Decision {
  const name = tool === null ? null : clientName(tool, guard.policy);
  const uses = usesOf(name);
  const { mode } = guard.policy.auth;
  return guard.evaluate({
    identity: {
      id: identity,
      roles: roles.get(identity) ?? [],
      method: identity === "anonymous" ? "none" : mode === "none" ? "local" : mode,
    },
    ...{ direction: "c2s", method, tool: name, metered: name !== null },
    known: CALLS.has(method) || methodSpec(method, "c2s", "request") !== undefined ||
      methodSpec(method, "c2s", "notification") !== undefined,
    ...{ names: uses?.names ?? [], uris: [], texts: [], context: { transport: "replay" } },
  });
}

function usesOf(tool: string | null): Uses | null {
  if (tool === null) return null;
  return inspectFrame(readFrame(new JsonObject(["type", "tool"], ["tool_call", tool])));
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

function lineOf({ tool, method, identity, count, before, after }: Changed): string {
  const what = tool === null ? method : JSON.stringify(tool);
  return `${what} by ${identity}, ${count} times: ${words(before)} -> ${words(after)}`;
}

function words({ effect, rule, wouldBe }: Said): string {
  const would = wouldBe === undefined ? "" : `, would be ${words(wouldBe)}`;
  return `${effect} (${rule ?? "no rule"})${would}`;
}
