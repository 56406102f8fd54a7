// `mcpguard schema`: the policy's JSON Schema, for editors and CI.

import { policyJsonSchema } from "../policy/mod.ts";
import type { Output } from "./output.ts";

/** Runs `schema` and returns the exit code. */
export function schema(output: Output): number {
  output.line(JSON.stringify(policyJsonSchema(), null, 2));
  return 0;
}
