// `mcpguard check`: asks the policy about one call; the exit code says what it decides, and --explain the way to it.

import { askPolicy } from "./ask_policy.ts";
import { decisionLines, exitOf } from "./decision_text.ts";
import type { Output } from "./output.ts";
import type { Given } from "./spec.ts";

/** Runs the command and returns the exit code. */
export async function check(given: Given, output: Output): Promise<number> {
  const { stages, ...rest } = await askPolicy(given);
  const decision = given.flag("explain") && stages !== undefined ? { ...rest, stages } : rest;
  if (given.flag("json")) output.line(JSON.stringify(decision));
  else for (const line of decisionLines(decision, output.colour)) output.line(line);
  return exitOf(decision);
}
