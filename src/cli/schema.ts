// `mcpguard schema`: the JSON Schema of policies, or of files with tests of them, for editors and CI.

import { policyJsonSchema, testsJsonSchema } from "../policy/mod.ts";
import type { Output } from "./output.ts";
import type { Given } from "./spec.ts";

/** Runs `schema` and returns the exit code. */
export function schema(given: Given, output: Output): number {
  const found = given.flag("tests") ? testsJsonSchema() : policyJsonSchema();
  output.line(JSON.stringify(found, null, 2));
  return 0;
}
