// `mcpguard diff`: which recorded calls another policy would decide otherwise.

import { CallGuard } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { readDecisions } from "./audit_file.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, printable } from "./output.ts";
import { replayed, type Used } from "./replay.ts";
import type { Given } from "./spec.ts";

/** Most calls that are kept apart. */
const MAX_CALLS = 100_000;

/** A recorded use of something, as often as it was made. */
interface Call extends Used {
  count: number;
}

/** Runs the command and returns the exit code: 0 when nothing changes, 1 when something does. */
export async function policyDiff(
  files: readonly [string, string],
  given: Given,
  output: Output,
): Promise<number> {
  const [before, after] = [await guardOf(files[0]), await guardOf(files[1])];
  const calls = new Map<string, Call>();
  await readDecisions(given.text("replay")!, (recorded) => {
    const { tool, resources, prompts, identity, upstream, count } = recorded;
    const take = (kind: Used["kind"], name: string): void => {
      const key = JSON.stringify([kind, name, identity, upstream]);
      const known = calls.get(key);
      if (known !== undefined) known.count += count;
      else if (calls.size >= MAX_CALLS) {
        throw new UsageError(`more than ${MAX_CALLS} different calls: replay a part of the file`);
      } else calls.set(key, { kind, name, identity, upstream, count });
    };
    if (tool !== null) take("tool", tool);
    for (const name of resources ?? []) take("resource", name);
    for (const name of prompts ?? []) take("prompt", name);
  });
  const changed = [...calls.values()].flatMap((call) => {
    const [was, is] = [before, after].map((guard) => replayed(guard, call));
    return was!.effect === is!.effect && was!.rule === is!.rule
      ? []
      : [{ ...call, before: said(was!), after: said(is!) }];
  });
  const total = [...calls.values()].reduce((sum, { count }) => sum + count, 0);
  if (given.flag("json")) {
    const told = changed.map(({ kind, name, upstream, ...rest }) => ({
      ...{ [kind]: name, ...rest },
      ...(upstream === null ? {} : { upstream }),
    }));
    output.line(JSON.stringify({ calls: total, changed: told }));
  } else {
    for (const { kind, name, identity, count, before, after } of changed) {
      const [was, is] = [before, after].map(({ effect, rule }) =>
        `${effect} (${rule ?? "no rule"})`
      );
      output.line(
        printable(
          `${kind} ${JSON.stringify(name)} by ${identity}, ${count} times: ${was} -> ${is}`,
        ),
      );
    }
    output.line(`${changed.length} of ${calls.size} different calls change (${total} recorded)`);
  }
  return changed.length === 0 ? EXIT.OK : EXIT.DENIED;
}

async function guardOf(file: string): Promise<CallGuard> {
  return new CallGuard(parsePolicy(await readPolicyText(file), file), idlePorts());
}

function said({ effect, rule }: { effect: string; rule: string | null }): {
  effect: string;
  rule: string | null;
} {
  return { effect, rule };
}
