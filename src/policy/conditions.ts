// The conditions of rules (`when`): which variables there are, and what a condition may cost.

import {
  BOOL,
  compileCondition,
  DYN,
  type Expression,
  ExpressionError,
  listOf,
  mapOf,
  objectOf,
  STRING,
  TIMESTAMP,
  type Type,
  URI_TYPE,
} from "./cel/mod.ts";
import type { PathProblem } from "./keys.ts";
import type { Path } from "./path.ts";

/** Steps that one condition may take on the largest message that the policy lets in. */
const MOST_STEPS = 3_000_000;

/** What conditions may read. */
export const VARIABLES: ReadonlyMap<string, Type> = new Map([
  ["args", mapOf(DYN)],
  ["identity", objectOf("identity", { id: STRING, roles: listOf(STRING), method: STRING })],
  ["session", objectOf("session", { id: STRING, transport: STRING })],
  [
    "tool",
    objectOf("tool", {
      name: STRING,
      known: BOOL,
      untrusted: objectOf("tool.untrusted", {
        title: STRING,
        readOnlyHint: BOOL,
        destructiveHint: BOOL,
        idempotentHint: BOOL,
        openWorldHint: BOOL,
      }),
    }),
  ],
  ["resource", URI_TYPE],
  ["method", STRING],
  ["now", TIMESTAMP],
]);

/**
 * Compiles one condition.
 *
 * @param text The expression.
 * @param path Where it stands.
 * @param tokens The policy's `limits.tokens`: the most values that one message holds.
 * @param problems Takes what is wrong.
 * @returns The condition, or null when something is wrong.
 */
export function readCondition(
  text: string,
  path: Path,
  tokens: number,
  problems: PathProblem[],
): Expression | null {
  try {
    const expression = compileCondition(text, VARIABLES);
    const steps = expression.loops * tokens;
    if (steps <= MOST_STEPS) return expression;
    problems.push({
      message: `may take ${steps} steps on a message of ${tokens} values (limits.tokens), ` +
        `at most ${MOST_STEPS} are allowed; look at fewer lists, do less for each element, or lower limits.tokens`,
      path,
    });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { offset, suggestion } = error;
    // A text of several lines is not placed by its offset alone.
    const before = text.slice(0, offset).split("\n");
    const lines = text.includes("\n")
      ? ` (line ${before.length}, column ${before.at(-1)!.length + 1} of the expression)`
      : "";
    problems.push({
      message: `${error.message}${lines}`,
      path,
      inside: offset,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }
  return null;
}
