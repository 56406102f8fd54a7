// The program's door: finds the command, and tells failures in honest lines.

import denoJson from "../../deno.json" with { type: "json" };
import { BadPolicy, McpGuardError } from "../errors.ts";
import { nearest } from "../policy/suggest.ts";
import { readArguments, shown } from "./arguments.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import { EXIT, OutputFailed, UsageError } from "./exit.ts";
import { commandHelp, programHelp } from "./help.ts";
import { type Output, paint, printable, processOutput } from "./output.ts";
import type { CommandSpec } from "./spec.ts";

/** The program's version. */
export const VERSION: string = denoJson.version;

const ABOUT = "Security and policy middleware for MCP servers.";

/**
 * Runs the program.
 *
 * @param args Command line arguments, without the program's name.
 * @param output Where it writes.
 * @returns The exit code: 0 fine or allowed, 1 denied, 2 bad usage or policy, 3 a human is needed, 70 internal.
 */
export async function run(args: string[], output: Output = processOutput()): Promise<number> {
  try {
    return await dispatch(args, output);
  } catch (error) {
    return tell(error, output);
  }
}

async function dispatch(args: readonly string[], output: Output): Promise<number> {
  const [first, second] = args;
  if (first === undefined) {
    output.problem(helpOf([]));
    return EXIT.USAGE;
  }
  if (first === "help") return help(args.slice(1), output);
  if (first === "-h" || first === "--help") return help([], output);
  if (first === "-V" || first === "--version") {
    output.line(VERSION);
    return EXIT.OK;
  }
  if (first.startsWith("-")) {
    throw new UsageError(
      `unknown option ${shown(first.split("=", 1)[0]!)}; a command comes first. ${SEE}`,
    );
  }
  const group = Object.hasOwn(GROUPS, first);
  if (group && second === undefined) {
    output.problem(helpOf([first]));
    return EXIT.USAGE;
  }
  if (group && (second === "-h" || second === "--help")) return help([first], output);
  // `pin` is a command, and `pin diff` another one.
  const two = group || find(args.slice(0, 2)) !== undefined;
  const words = args.slice(0, two ? 2 : 1);
  const command = find(words);
  if (command === undefined) throw new UsageError(unknownCommand(words));
  const given = readArguments(command, args.slice(words.length));
  if (given === "help") return help(words, output);
  if (command.spawns !== true) Deno.permissions.revokeSync({ name: "run" });
  return await command.run(given, output);
}

const SEE = "See: mcpguard --help";

function find(words: readonly string[]): CommandSpec | undefined {
  const name = words.join(" ");
  return COMMANDS.find((c) => c.name === name);
}

function help(words: readonly string[], output: Output): number {
  output.line(helpOf(words));
  return EXIT.OK;
}

function helpOf(words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return programHelp(COMMANDS, null, ABOUT);
  if (words.length === 1 && Object.hasOwn(GROUPS, first)) {
    const commands = COMMANDS.filter((c) => c.name.startsWith(`${first} `));
    return programHelp(commands, first, GROUPS[first]!);
  }
  const command = find(words);
  if (command === undefined) throw new UsageError(unknownCommand(words));
  return commandHelp(command);
}

function unknownCommand(words: readonly string[]): string {
  const [first, second] = words;
  const inGroup = Object.hasOwn(GROUPS, first!);
  // What could have been written, and the command it leads to: "lint" leads to "policy lint".
  const meant = new Map<string, string>(inGroup ? [] : [["help", "help"]]);
  for (const { name } of COMMANDS) {
    const [head, tail] = name.split(" ");
    if (!inGroup) meant.set(head!, head!);
    if (tail !== undefined && (!inGroup || head === first)) meant.set(tail, name);
  }
  const near = nearest(inGroup ? second! : first!, meant.keys());
  const hint = near === undefined ? "" : ` (did you mean "mcpguard ${meant.get(near)}"?)`;
  return `unknown command ${shown(words.join(" "))}${hint}. ${SEE}`;
}

/** Turns a failure into honest lines, never a stack trace. */
function tell(error: unknown, output: Output): number {
  const label = paint(output.problemColour, "red", "mcpguard:");
  const say = (text: string): void => output.problem(`${label} ${printable(text)}`);
  if (error instanceof OutputFailed) {
    // Standard output is gone, but standard error may still reach somebody.
    say(error.message);
    return EXIT.INTERNAL;
  }
  if (error instanceof BadPolicy || error instanceof UsageError) {
    for (const line of error.message.split("\n")) say(line);
    return EXIT.USAGE;
  }
  if (error instanceof McpGuardError) {
    say(error.message);
    return EXIT.USAGE;
  }
  if (error instanceof Deno.errors.NotCapable) {
    say(`the program lacks a permission: ${error.message.split("\n", 1)[0]}`);
    return EXIT.USAGE;
  }
  // Only the kind: the message of an unexpected error may hold anything.
  const name = error instanceof Error ? error.name : "unknown";
  say(`internal failure (${name}); please report what you did`);
  return EXIT.INTERNAL;
}
