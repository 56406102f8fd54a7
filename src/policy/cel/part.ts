// Checked parts of expressions: a type, and a function that computes the value.

import { ExpressionError } from "./ast.ts";
import { fits, type Type, typeWords } from "./types.ts";
import { Failure, type Fuel, kindOf, type Value } from "./values.ts";

/** What an expression runs in. */
export interface Run {
  /** The value of a declared variable. */
  variable: (name: string) => Value;
  /** What is left to spend. */
  fuel: Fuel;
  /** The element that a comprehension looks at. */
  item: Value;
}

/** A part of an expression, checked. */
export interface Part {
  /** Its type. */
  type: Type;
  /** Computes its value. Throws {@linkcode Failure}. */
  run: (run: Run) => Value;
  /** Operations in it. */
  size: number;
  /** Set where it holds a comprehension: operations for each element of its lists, together. */
  loops: number;
}

/** What the checker knows while it goes down. */
export interface Checking {
  /** Declared variables. */
  variables: ReadonlyMap<string, Type>;
  /** The variable of the comprehension around, and its type. */
  item: { name: string; type: Type } | null;
  /** Takes the names of variables and of first-level fields that are read, as `args` and `args.amount`. */
  reads: Set<string>;
}

/** Puts a part together from those below it. */
export function part(type: Type, below: readonly Part[], run: Part["run"]): Part {
  return {
    type,
    run,
    size: below.reduce((sum, one) => sum + one.size, 1),
    loops: below.reduce((sum, one) => sum + one.loops, 0),
  };
}

/** A type that must be able to hold. */
export function demand(have: Type, want: Type, what: string, at: number): void {
  if (fits(have, want)) return;
  throw new ExpressionError(`${what} takes a ${typeWords(want)}, not a ${typeWords(have)}`, at);
}

/** A value that must be true or false. */
export function bool(value: Value, at: number): boolean {
  if (typeof value !== "boolean") throw new Failure(`a ${kindOf(value)} is no bool`, at);
  return value;
}
