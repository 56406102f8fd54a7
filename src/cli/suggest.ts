// `mcpguard audit suggest`: a policy that allows what an audit file shows, and nothing else.

import { CallGuard } from "../guard/mod.ts";
import { isPlainToolName } from "../match/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { shown } from "./arguments.ts";
import { readDecisions } from "./audit_file.ts";
import { EXIT, UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import { type Output, printable } from "./output.ts";
import type { Given } from "./spec.ts";

/** Most tools that are kept apart. */
const MAX_TOOLS = 10_000;
/** Methods whose messages name no tool, and the list that would refuse them. */
const LISTS: Readonly<Record<string, "resources" | "prompts">> = {
  "resources/read": "resources",
  "resources/subscribe": "resources",
  "prompts/get": "prompts",
};

/** What an audit file shows. */
interface Traffic {
  /** Calls that passed, by tool. */
  tools: Map<string, { calls: number; identities: Set<string> }>;
  /** Lists that something passed whose names the records do not hold. */
  lists: Set<"resources" | "prompts">;
  /** Records of messages that were refused: they are not suggested. */
  refused: number;
  /** Lines that are no audit records. */
  skipped: number;
}

/** Runs the command and returns the exit code: 0 when the policy allows all that was recorded, else 1. */
export async function auditSuggest(file: string, given: Given, output: Output): Promise<number> {
  const traffic = await readTraffic(file);
  const names = [...traffic.tools.keys()].sort();
  const plain = names.filter(isPlainToolName);
  const text = suggestion(traffic, plain, file);
  const policy = parsePolicy(text, "the suggested policy");
  const guard = new CallGuard(policy, idlePorts());
  const refusedNow = names.filter((tool) =>
    !isPlainToolName(tool) || !guard.explain({ tool }).allowed
  );
  const calls = [...traffic.tools.values()].reduce((sum, { calls }) => sum + calls, 0);
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
  say(
    `${calls} recorded calls of ${names.length} tools were tried on it: ` +
      `${names.length - refusedNow.length} tools are allowed, ${refusedNow.length} are not`,
  );
  for (const tool of refusedNow) say(`  not allowed: ${JSON.stringify(tool)}`);
  if (traffic.refused > 0) say(`${traffic.refused} refused messages are left out`);
  if (traffic.skipped > 0) say(`${traffic.skipped} lines are no audit records`);
  return refusedNow.length === 0 ? EXIT.OK : EXIT.DENIED;
}

async function readTraffic(file: string): Promise<Traffic> {
  const traffic: Traffic = { tools: new Map(), lists: new Set(), refused: 0, skipped: 0 };
  traffic.skipped = await readDecisions(file, (seen) => {
    if (seen.decision === "deny" || seen.decision === "throttle") traffic.refused += seen.count;
    else if (seen.tool !== null) {
      const known = traffic.tools.get(seen.tool) ?? { calls: 0, identities: new Set<string>() };
      known.calls += seen.count;
      if (known.identities.size < 100) known.identities.add(seen.identity);
      traffic.tools.set(seen.tool, known);
      if (traffic.tools.size > MAX_TOOLS) {
        throw new UsageError(`more than ${MAX_TOOLS} tools: that is no audit of one deployment`);
      }
    } else if (Object.hasOwn(LISTS, seen.method)) traffic.lists.add(LISTS[seen.method]!);
  });
  if (traffic.tools.size === 0 && traffic.lists.size === 0) {
    throw new UsageError(`${shown(file)} holds no record of a message that passed`);
  }
  return traffic;
}

function suggestion(traffic: Traffic, tools: readonly string[], file: string): string {
  const open = (list: "resources" | "prompts", pattern: string): string[] => [
    `${list}:`,
    ...(traffic.lists.has(list)
      ? [
        "  # Records do not hold which: put the ones you mean in the place of this.",
        `  allow: [${JSON.stringify(pattern)}]`,
      ]
      : ["  allow: []"]),
    "",
  ];
  return [
    `# Suggested from ${
      printable(JSON.stringify(file))
    }: what passed there is allowed, nothing else.`,
    "# Read it before you use it: a call that was an attack is in here as well.",
    "version: 1",
    "default: deny",
    "",
    ...(tools.length === 0 ? ["tools: { allow: [] }"] : [
      "tools:",
      "  allow:",
      ...tools.map((tool) => {
        const { calls, identities } = traffic.tools.get(tool)!;
        return `    - ${JSON.stringify(tool)} # ${calls} calls by ${identities.size} identities`;
      }),
    ]),
    "",
    ...open("resources", "**"),
    ...open("prompts", "*"),
  ].join("\n");
}
