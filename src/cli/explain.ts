// `mcpguard explain`: the path of one decision, stage by stage, and which of them decides.

import { askPolicy } from "./ask_policy.ts";
import { decisionLines } from "./decision_text.ts";
import { EXIT } from "./exit.ts";
import type { Output } from "./output.ts";
import type { Given } from "./spec.ts";

/** Runs the command and returns the exit code: 0 whatever is decided, 70 where the guard itself failed. */
export async function explain(given: Given, output: Output): Promise<number> {
  const decision = await askPolicy(given);
  if (given.flag("json")) output.line(JSON.stringify(decision));
  else for (const line of decisionLines(decision, output.colour)) output.line(line);
  return decision.reason === "InternalError" ? EXIT.INTERNAL : EXIT.OK;
}
