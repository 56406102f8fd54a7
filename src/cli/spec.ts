// What a command is, as data: help, parsing and "did you mean" all read the same table.

import type { Output } from "./output.ts";

/** One option of a command. */
export interface OptionSpec {
  /** Name without dashes. */
  name: string;
  /** What stands for the value in the help, e.g. `file`; absent for a flag. */
  value?: string;
  /** What it is, one line. */
  text: string;
  /** The command cannot do without it. */
  required?: boolean;
  /** It may be given several times. */
  repeatable?: boolean;
  /** What counts when it is not given, for the help. */
  fallback?: string;
}

/** A command. */
export interface CommandSpec {
  /** Its words, e.g. `policy lint`. */
  name: string;
  /** What it does, one sentence. */
  summary: string;
  /**
   * What it takes besides options, in order. The last may take one word or `many`, or the `rest` after `--`, and then
   * may be left out where an option, or something in a file, stands in for it.
   */
  operands: readonly {
    name: string;
    text: string;
    many?: true;
    rest?: true;
    instead?: string;
  }[];
  /** Its options, in the order of the help. */
  options: readonly OptionSpec[];
  /** Paragraphs below the options. */
  notes: readonly string[];
  /** Whether it starts a program; every other command gives that permission up first. */
  spawns?: true;
  /** Runs it and returns the exit code. */
  run: (given: Given, output: Output) => Promise<number>;
}

/** What the user gave to a command. */
export interface Given {
  /** The value of an option. */
  text(name: string): string | undefined;
  /** The values of a repeatable option. */
  all(name: string): string[];
  /** Whether a flag is given. */
  flag(name: string): boolean;
  /** The operands, as many as the command takes; more where the last takes many or the rest. */
  operands: readonly string[];
}
