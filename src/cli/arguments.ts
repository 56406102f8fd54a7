// Reads a command's arguments by its table. Strict, because a guard that guesses what was meant is none:
// unknown options, options given twice and stray words are refused, and a value is always taken as it is.

import { nearest } from "../policy/suggest.ts";
import { UsageError } from "./exit.ts";
import { printable } from "./output.ts";
import type { CommandSpec, Given, OptionSpec } from "./spec.ts";

/**
 * Reads the arguments of a command.
 *
 * The word after an option that takes a value is its value, even when it begins with a dash: text that
 * a script passes on (`--prompt "$TEXT"`) can never become an option. After `--` all are operands.
 *
 * @param spec The command.
 * @param args What follows its name.
 * @returns What is given, or `help` when help is asked for.
 * @throws {UsageError} For the first thing that is wrong.
 */
export function readArguments(spec: CommandSpec, args: readonly string[]): Given | "help" {
  const options = new Map<string, string[]>();
  const operands: string[] = [];
  let plain: number | null = null;
  let wrong: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === "--") {
      plain = operands.length;
      operands.push(...args.slice(i + 1));
      break;
    }
    if (word === "-h" || word === "--help") return "help";
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const mark = word.indexOf("=");
    const name = mark < 0 ? word : word.slice(0, mark);
    const option = spec.options.find((o) => `--${o.name}` === name);
    if (option === undefined) {
      wrong ??= unknownOption(spec, name);
      continue;
    }
    const known = options.get(option.name);
    if (known !== undefined && option.repeatable !== true) wrong ??= `${name} is given twice`;
    const values = known ?? [];
    options.set(option.name, values);
    if (option.value === undefined) {
      if (mark >= 0) wrong ??= `${name} takes no value`;
    } else if (mark >= 0) {
      values.push(word.slice(mark + 1));
    } else if (i + 1 < args.length) {
      values.push(args[++i]!);
    } else {
      wrong ??= `${name} needs a value: ${name} <${option.value}>`;
    }
  }
  wrong ??= missing(spec, options, operands, plain ?? operands.length);
  if (wrong !== null) throw new UsageError(`${wrong}. See: mcpguard ${spec.name} --help`);
  return {
    text: (name) => options.get(name)?.[0],
    all: (name) => options.get(name) ?? [],
    flag: (name) => options.has(name),
    operands,
  };
}

function missing(
  spec: CommandSpec,
  options: ReadonlyMap<string, string[]>,
  operands: readonly string[],
  plain: number,
): string | null {
  const option = spec.options.find((o) => o.required === true && !options.has(o.name));
  if (option !== undefined) return `${usageOf(option)} is missing`;
  // A command to start comes after `--`, where something else comes before it: a second file is none.
  const last = spec.operands.at(-1);
  const most = spec.operands.length - (last?.rest === true ? 1 : 0);
  const mixed = last?.rest === true && most > 0;
  if (mixed && plain < most) return `<${spec.operands[plain]!.name}> is missing`;
  const extra = mixed ? operands.slice(0, plain)[most] : operands[most];
  if (extra !== undefined && (mixed || last?.rest !== true && last?.many !== true)) {
    // Most often a text without quotes.
    return `unexpected argument ${shown(extra)}; put quotes around a text of several words`;
  }
  if (last?.instead !== undefined) {
    const given = operands.length >= spec.operands.length;
    if (given && options.has(last.instead)) {
      return `--${last.instead} and -- <${last.name}...> exclude each other`;
    }
    // Whether one of the two is needed, the policy tells.
    if (!given) return null;
  }
  const operand = spec.operands[operands.length];
  return operand === undefined ? null : `<${operand.name}> is missing`;
}

/** `--policy <file>` */
export function usageOf(option: OptionSpec): string {
  return `--${option.name}${option.value === undefined ? "" : ` <${option.value}>`}`;
}

function unknownOption(spec: CommandSpec, name: string): string {
  const names = [...spec.options.map((o) => o.name), "help"];
  const near = nearest(name.startsWith("--") ? name.slice(2) : name.slice(1), names);
  return `unknown option ${shown(name)}${near === undefined ? "" : ` (did you mean --${near}?)`}`;
}

/** A word of the user's, bounded and without what terminals act on. */
export function shown(word: string): string {
  return printable(JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}...` : word));
}
