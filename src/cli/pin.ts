// `mcpguard pin` and `mcpguard pin diff`: what a server offers against what was pinned.

import { McpGuardError } from "../errors.ts";
import { parsePolicy, type Policy } from "../policy/mod.ts";
import { besidePolicy, readPolicyText } from "../policy_file.ts";
import { noPins, type Pins, readPins, replacePins } from "../state/mod.ts";
import { type JsonValue, writeJson } from "../wire/mod.ts";
import { askServer } from "./ask_server.ts";
import { namedServers } from "./connect_upstreams.ts";
import { EXIT, UsageError } from "./exit.ts";
import { changesOf, MOST_SHOWN, type PinChange, pinsOf } from "./offer_pins.ts";
import { type Output, paint, printable } from "./output.ts";
import { shownPair } from "./shown_pair.ts";
import { readServer, readServerIfAny } from "./server_options.ts";
import type { Given } from "./spec.ts";

/** Runs `pin` and returns the exit code: 0 when all is pinned as it is, 1 when something differs and stays so. */
export async function pin(given: Given, output: Output): Promise<number> {
  const { file, before, after, changes } = await compare(given, output);
  const update = given.flag("update");
  const open = update ? [] : changes.filter((c) => c.change !== "new");
  let kept = update ? after : merged(before ?? noPins(), after);
  if (before === null || changes.some((c) => update || c.change === "new")) {
    kept = save(file, () => update ? after : merged(readPins(file)?.pins ?? noPins(), after));
  }
  report(given, output, { file, changes, kept, pinned: true });
  return open.length === 0 ? EXIT.OK : EXIT.DENIED;
}

/** Runs `pin diff` and returns the exit code: 0 when nothing differs. */
export async function pinDiff(given: Given, output: Output): Promise<number> {
  const { file, before, changes } = await compare(given, output);
  if (before === null) {
    throw new UsageError(`${file} does not exist; \`mcpguard pin\` makes it`);
  }
  report(given, output, { file, changes, kept: before, pinned: false });
  return changes.length === 0 ? EXIT.OK : EXIT.DENIED;
}

async function compare(
  given: Given,
  output: Output,
): Promise<{ file: string; before: Pins | null; after: Pins; changes: PinChange[] }> {
  const { file, policy } = await lockFile(given);
  const before = readPins(file)?.pins ?? null;
  const after = noPins();
  if (policy === null || policy.upstreams.length === 0) {
    add(after, pinsOf(await askServer(readServer(given), output)));
  } else {
    if (readServerIfAny(given) !== null) {
      throw new UsageError(
        "the policy names the servers in `upstreams`, so none may be given here",
      );
    }
    for (const { name, server, headers } of namedServers(policy)) {
      add(after, pinsOf(await askServer(server, output, policy.limits, headers), name));
    }
  }
  return { file, before, after, changes: changesOf(before ?? noPins(), after) };
}

async function lockFile(given: Given): Promise<{ file: string; policy: Policy | null }> {
  const path = given.text("policy");
  const lock = given.text("lock");
  if (path === undefined) return { file: lock ?? "mcpguard.lock", policy: null };
  if (lock !== undefined) throw new UsageError("--policy and --lock both name the lock file");
  const policy = parsePolicy(await readPolicyText(path), path);
  const { pins } = policy;
  if (pins === null) throw new UsageError(`${path} has no section pins; add \`pins: {}\``);
  return { file: besidePolicy(pins.file, path), policy };
}

/** What is pinned stays, what is new comes to it. */
function merged(before: Pins, after: Pins): Pins {
  const pins = noPins();
  add(pins, after);
  add(pins, before);
  return pins;
}

function add(pins: Pins, more: Pins): void {
  for (const kind of ["tool", "prompt", "template", "instructions"] as const) {
    for (const [name, pin] of more[kind]) pins[kind].set(name, pin);
  }
}

/** Writes the pins; `kept` is asked while no guard can write. */
function save(file: string, kept: () => Pins): Pins {
  try {
    return replacePins(file, kept).pins;
  } catch (error) {
    if (error instanceof McpGuardError) throw error;
    const { code } = error as { code?: unknown };
    throw new UsageError(
      `${file} cannot be written${typeof code === "string" ? ` (${code})` : ""}`,
    );
  }
}

/** Characters of a change that are shown to people, and in JSON; of a longer one the beginning and the end. */
const SHOWN = 2000;
const SHOWN_JSON = 100_000;

const SIGNS = { new: "+", gone: "-", changed: "~" } as const;
const COLOURS = { new: "green", gone: "yellow", changed: "red" } as const;

function report(
  given: Given,
  output: Output,
  said: { file: string; changes: readonly PinChange[]; kept: Pins; pinned: boolean },
): void {
  const { file, changes, kept, pinned } = said;
  const count = kept.tool.size + kept.prompt.size + kept.template.size + kept.instructions.size;
  if (given.flag("json")) {
    output.line(JSON.stringify({
      file,
      pins: count,
      changes: changes.map(({ differences, ...rest }) => ({
        ...rest,
        differences: differences.map(({ path, before, after }) => ({
          path,
          ...shownPair(written(before), written(after), SHOWN_JSON),
        })),
      })),
    }));
    return;
  }
  for (const { kind, name, change, differences } of changes) {
    const what = kind === "instructions" ? kind : `${kind} ${JSON.stringify(name)}`;
    output.line(`${paint(output.colour, COLOURS[change], SIGNS[change])} ${printable(what)}`);
    for (const { path, ...values } of differences) {
      output.line(printable(`    ${path || "(all of it)"}`));
      const { before, after } = shownPair(written(values.before), written(values.after), SHOWN);
      if (before !== undefined) {
        output.line(`      ${paint(output.colour, "red", "-")} ${printable(before)}`);
      }
      if (after !== undefined) {
        output.line(`      ${paint(output.colour, "green", "+")} ${printable(after)}`);
      }
    }
    if (differences.length === MOST_SHOWN) output.line("    [there may be more]");
  }
  const differ = changes.filter((c) => c.change !== "new").length;
  const fresh = changes.length - differ;
  const told = [
    ...(fresh > 0 ? [`${fresh} ${pinned ? "new" : "not pinned"}`] : []),
    ...(differ > 0 ? [`${differ} ${given.flag("update") ? "updated" : "different"}`] : []),
  ];
  output.line(printable(`${count} pins in ${file}: ${told.join(", ") || "nothing differs"}`));
  if (pinned && differ > 0 && !given.flag("update")) {
    output.problem("accept the differences with --update, or ask the server's maker about them");
  }
}

function written(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : writeJson(value);
}
