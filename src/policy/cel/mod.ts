// Expressions of rules: the Common Expression Language as far as rules need it, checked when a policy is loaded.
//
// Why not a library: those that there are check no types, cannot be stopped, search texts in quadratic time, and give
// wrong hours where the machine's zone skips one. The official conformance cases are this one's oracle.

import { ExpressionError } from "./ast.ts";
import { check } from "./compile.ts";
import type { Run } from "./part.ts";
import { parseExpression } from "./parser.ts";
import { BOOL, fits, type Type, typeWords } from "./types.ts";
import type { Fuel, Value } from "./values.ts";

export { ExpressionError } from "./ast.ts";
export { URI_TYPE, uriValue } from "./uris.ts";
export * from "./types.ts";
export { Duration, Failure, Fuel, type Raw, Timestamp, type Value } from "./values.ts";

/** A compiled expression. */
export interface Expression {
  /** The names it reads: variables, and their first-level fields as `args.amount`. */
  reads: ReadonlySet<string>;
  /** Operations for each element of the lists that it goes through; 0 without a comprehension. */
  loops: number;
  /**
   * Evaluates it.
   *
   * @param variable The value of a declared variable.
   * @param fuel What may be spent.
   * @returns The value.
   * @throws {Failure} Where there is none.
   */
  evaluate(variable: (name: string) => Value, fuel: Fuel): Value;
}

/**
 * Compiles a condition.
 *
 * @param text The expression, at most 4,096 UTF-16 units.
 * @param variables Declared variables and their types.
 * @returns The expression, whose value is `true` or `false`, or known only when a message is there.
 * @throws {ExpressionError} With the place of what is wrong.
 *
 * @example
 * ```ts
 * import { compileCondition, DYN, Fuel } from "./mod.ts";
 * import { expect } from "expect";
 *
 * const { evaluate } = compileCondition("args.amount > 100", new Map([["args", DYN]]));
 * expect(evaluate(() => new Map([["amount", 250n]]), new Fuel(1000))).toBe(true);
 * ```
 */
export function compileCondition(text: string, variables: ReadonlyMap<string, Type>): Expression {
  const tree = parseExpression(text);
  const reads = new Set<string>();
  const whole = check(tree, { variables, item: null, reads });
  if (!fits(whole.type, BOOL)) {
    throw new ExpressionError(
      `expected a condition that is true or false, found a ${typeWords(whole.type)}`,
      tree.at,
    );
  }
  return {
    reads,
    loops: whole.loops,
    evaluate: (variable, fuel) => {
      const run: Run = { variable, fuel, item: null };
      fuel.burn(whole.size, 0);
      return whole.run(run);
    },
  };
}
