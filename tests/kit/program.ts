// Starts mcpguard itself as a real process, from the source tree or as any other built shape.

import { programFlags } from "../tools/flags.ts";
import { type Exit, type ProcessOptions, RunningProcess, runToEnd } from "./process.ts";

/** The root of the project, with a slash at the end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** How the program is run: the command before its own arguments. */
export type Shape = readonly string[];

/** From the source tree, with exactly the permissions that the shipped shapes have. */
export const SOURCE: Shape = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-check",
  "--config",
  `${ROOT}deno.json`,
  ...programFlags,
  `${ROOT}main.ts`,
];

/** How a test starts the program. */
export interface ProgramOptions extends ProcessOptions {
  /** How the program is run; {@linkcode SOURCE} unless given. */
  shape?: Shape;
}

/** A running program that has said that it is ready. */
export interface Program {
  /** The process. */
  process: RunningProcess;
  /** The address in the ready line, e.g. `ws://127.0.0.1:41234/ws`. */
  url: string;
}

/** The line on standard error that says that clients may come, and where. */
export const READY = /\blistening on (wss?:\/\/\S+)/;

/**
 * Starts a command of the program that keeps running (`proxy`) and waits until it is ready.
 *
 * @param args The program's arguments; use `--port 0` for a free port.
 * @param options See {@linkcode ProgramOptions}.
 * @returns The process and its address; stop the process at the end.
 */
export async function startProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Program> {
  const process = new RunningProcess([...(options.shape ?? SOURCE), ...args], options);
  try {
    const found = await process.line(READY, "stderr");
    return { process, url: found[1]! };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs a command of the program to its end.
 *
 * @param args The program's arguments.
 * @param options See {@linkcode ProgramOptions}.
 * @returns How it ended.
 */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Exit> {
  return runToEnd([...(options.shape ?? SOURCE), ...args], options);
}

/** Options by which a server in Deno, started by the guard, finds its packages where the cache is in another place. */
export const CACHE: readonly string[] = Deno.env.has("DENO_DIR") ? ["--env", "DENO_DIR"] : [];
