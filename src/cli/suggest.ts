// `mcpguard audit suggest`: a policy that allows what an audit file shows, and nothing else.

import { CallGuard } from "../guard/mod.ts";
import { isPlainToolName } from "../match/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { shown } from "./arguments.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, printable } from "./output.ts";
import { PLAINLY, replayed } from "./replay.ts";
import type { Given } from "./spec.ts";
import { suggestedPolicy } from "./suggest_policy.ts";
import { readTraffic, type Seen, type Traffic } from "./traffic.ts";

/** Runs the command and returns the exit code: 0 when the policy allows all that was recorded, else 1. */
export async function auditSuggest(file: string, given: Given, output: Output): Promise<number> {
  const most = groupOf(given.text("group") ?? "20");
  const traffic = await readTraffic(file);
  const text = suggestedPolicy(traffic, file, most);
  const guard = new CallGuard(parsePolicy(text, "the suggested policy"), idlePorts());
  const tried = (["tool", "resource", "prompt"] as const).map((kind) =>
    tryAll(guard, traffic, kind)
  );
  const out = given.text("out") ?? "-";
  if (out === "-") output.line(text.trimEnd());
  else {
    try {
      await Deno.writeTextFile(out, text, { createNew: true });
    } catch {
      throw new UsageError(`${shown(out)} cannot be written, or is there already`);
    }
  }
  const say = (line: string): void => output.problem(printable(line));
  for (const { kind, names, uses, refused } of tried) {
    if (names === 0) continue;
    say(
      `${counted(names, kind)}, used ${counted(uses, "time")}, tried on it: ` +
        `${names - refused.length} allowed, ${refused.length} not`,
    );
    for (const name of refused) say(`  not allowed: ${JSON.stringify(name)}`);
  }
  for (const line of remarks(traffic)) say(line);
  return tried.every(({ refused }) => refused.length === 0) && traffic.lost === 0
    ? EXIT.OK
    : EXIT.DENIED;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function groupOf(text: string): number {
  const most = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(most)) throw new UsageError("--group must be a number from 1 to 99999");
  return most;
}

/** What the policy makes of everything of one kind. */
function tryAll(
  guard: CallGuard,
  traffic: Traffic,
  kind: keyof typeof PLAINLY,
): { kind: string; names: number; uses: number; refused: string[] } {
  const seen: Map<string, Seen> = traffic[`${kind}s`];
  const allowed = (name: string): boolean =>
    ownersOf(traffic, kind, name).every((upstream) =>
      replayed(guard, { kind, name, method: PLAINLY[kind], identity: "anonymous", upstream })
        .allowed
    );
  return {
    kind,
    names: seen.size,
    uses: [...seen.values()].reduce((sum, { count }) => sum + count, 0),
    refused: [...seen.keys()].sort().filter((name) =>
      kind === "tool" && !isPlainToolName(name) || !allowed(name)
    ),
  };
}

/** The servers that something was asked of: for names the one in front, for a resource of nobody in particular all. */
function ownersOf(
  traffic: Traffic,
  kind: keyof typeof PLAINLY,
  name: string,
): readonly (string | null)[] {
  if (traffic.upstreams.size === 0) return [null];
  const all = [...traffic.upstreams];
  if (kind !== "resource") return [all.find((one) => name.startsWith(`${one}/`)) ?? null];
  return [...traffic.owners.get(name) ?? all];
}

/** What the reader of the policy should know about the records. */
function remarks(traffic: Traffic): string[] {
  const { unnamed, lost, refused, skipped, upstreams } = traffic;
  const out: string[] = [];
  const watched = [traffic.tools, traffic.resources, traffic.prompts]
    .flatMap((names) => [...names.values()]).filter((seen) => seen.refusedBy !== undefined);
  if (watched.length > 0) {
    out.push(
      `${watched.length} of them passed only because the guard was watching: a deny list or a rule would have ` +
        "refused them (LOOK in the policy)",
    );
  }
  for (const kind of ["resources", "prompts"] as const) {
    if (unnamed[kind] === 0) continue;
    out.push(
      `${counted(unnamed[kind], "message")} without a record of which ${kind} (older records, or ` +
        `logging.resources is off): the policy allows all ${kind}, so put the ones you mean there`,
    );
  }
  const say = (count: number, what: string, more: string): void => {
    if (count > 0) out.push(`${counted(count, what)} ${more}`);
  };
  say(upstreams.size, "server", "in upstreams: put the real targets there");
  say(lost, "name", "not in the records, being too long or too many: not allowed");
  say(refused, "refused message", "left out");
  say(skipped, "line", "no audit records");
  return out;
}
