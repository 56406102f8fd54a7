// The warnings of a policy in force as lines of the program's own log.

import type { Policy } from "../policy/mod.ts";

/**
 * Says where each warning is about.
 *
 * @param file The policy file.
 * @param policy The compiled policy.
 * @returns One line for each warning.
 *
 * @example
 * ```ts
 * import { parsePolicy } from "../policy/mod.ts";
 * import { warningsOf } from "./policy_warnings.ts";
 * import { expect } from "expect";
 *
 * const [first] = warningsOf("p.yaml", parsePolicy("version: 1", "p.yaml"));
 * expect(first).toBe("p.yaml:1:1: nobody is asked for a key; everybody may call");
 * ```
 */
export function warningsOf(file: string, policy: Policy): string[] {
  return policy.warnings.map(({ line, column, path, message }) =>
    `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`
  );
}
