// Operators with two operands: comparison, arithmetic, `in`.

import { codePointIn } from "../../match/code_point.ts";
import { type BinaryOperator, ExpressionError, type Node } from "./ast.ts";
import { type Part, part } from "./part.ts";
import { inRange, spanOf } from "./time.ts";
import {
  BOOL,
  comparable,
  DOUBLE,
  DURATION,
  DYN,
  either,
  fits,
  INT,
  listOf,
  mayBeNumber,
  STRING,
  TIMESTAMP,
  type Type,
  typeWords,
} from "./types.ts";
import {
  Duration,
  entryOf,
  equal,
  Failure,
  type Fuel,
  int64,
  isList,
  isMap,
  isNumber,
  kindOf,
  read,
  Timestamp,
  type Value,
} from "./values.ts";

const ORDERED: readonly Type[] = [STRING, BOOL, TIMESTAMP, DURATION];

/** Checks an operation and makes a function of it. */
export function binary(
  { operator, at }: Node & { kind: "binary" },
  left: Part,
  right: Part,
): Part {
  const type = resultOf(operator, left.type, right.type, at);
  const compute = COMPUTE[operator];
  return part(type, [left, right], (run) => {
    const a = left.run(run);
    return compute(a, right.run(run), run.fuel, at);
  });
}

function resultOf(operator: BinaryOperator, a: Type, b: Type, at: number): Type {
  const wrong = (): ExpressionError =>
    new ExpressionError(`\`${operator}\` of a ${typeWords(a)} and a ${typeWords(b)}`, at);
  switch (operator) {
    case "==":
    case "!=":
      if (!comparable(a, b)) throw wrong();
      return BOOL;
    case "<":
    case "<=":
    case ">":
    case ">=":
      if (mayBeNumber(a) && mayBeNumber(b)) return BOOL;
      if (!ORDERED.some((type) => fits(a, type) && fits(b, type))) throw wrong();
      return BOOL;
    case "in": {
      const inside = b.kind === "list"
        ? comparable(a, b.item)
        : b.kind === "map"
        ? comparable(a, b.key)
        : b.kind === "dyn" || (b.kind === "object" && fits(a, STRING));
      if (!inside) throw wrong();
      return BOOL;
    }
    default:
      return arithmetic(operator, a, b, wrong);
  }
}

function arithmetic(
  operator: BinaryOperator,
  a: Type,
  b: Type,
  wrong: () => ExpressionError,
): Type {
  const both = (type: Type): boolean => fits(a, type) && fits(b, type);
  const results: Type[] = [];
  if (both(INT)) results.push(INT);
  if (operator !== "%" && both(DOUBLE)) results.push(DOUBLE);
  if (operator === "+") {
    if (both(STRING)) results.push(STRING);
    if (fits(a, listOf(DYN)) && fits(b, listOf(DYN))) results.push(listOf(DYN));
  }
  if (operator === "+" || operator === "-") {
    if (both(DURATION)) results.push(DURATION);
    if (fits(a, TIMESTAMP) && fits(b, DURATION)) results.push(TIMESTAMP);
    if (operator === "+" && fits(a, DURATION) && fits(b, TIMESTAMP)) results.push(TIMESTAMP);
    if (operator === "-" && both(TIMESTAMP)) results.push(DURATION);
  }
  if (results.length === 0) throw wrong();
  return results.reduce(either);
}

type Compute = (a: Value, b: Value, fuel: Fuel, at: number) => Value;

/** The order of two values of a kind. */
function order(a: Value, b: Value, fuel: Fuel, at: number): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : NaN;
  if (typeof a === "string" && typeof b === "string") {
    fuel.burn(1 + (Math.min(a.length, b.length) >> 4), at);
    return byCodePoint(a, b);
  }
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  const times = (a instanceof Timestamp && b instanceof Timestamp) ||
    (a instanceof Duration && b instanceof Duration);
  if (times) return a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0;
  throw new Failure(`a ${kindOf(a)} compared with a ${kindOf(b)}`, at);
}

/** Code points, not UTF-16 units, as the language definition has it. */
function byCodePoint(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === end) return a.length - b.length;
  // A low surrogate that differs belongs to a pair that begins before it; pairs with one beginning keep its order.
  const [x, y] = [codePointIn(a, i), codePointIn(b, i)];
  const [low, other] = [x >= 0xdc00 && x < 0xe000, y >= 0xdc00 && y < 0xe000];
  return low !== other ? (low ? 1 : -1) : x - y;
}

function isIn(a: Value, b: Value, fuel: Fuel, at: number): boolean {
  if (isList(b)) {
    let failed: Failure | null = null;
    fuel.burn(1 + 2 * b.length, at);
    for (const raw of b) {
      try {
        if (equal(read(raw, at), a, fuel, at)) return true;
      } catch (error) {
        if (!(error instanceof Failure) || error.final) throw error;
        failed ??= error;
      }
    }
    if (failed !== null) throw failed;
    return false;
  }
  if (isMap(b)) return entryOf(b, a) !== undefined;
  throw new Failure(`\`in\` of a ${kindOf(b)}`, at);
}

/** Two numbers of the same kind, or two values of the other cases. */
function calculate(
  sign: string,
  ints: (a: bigint, b: bigint, at: number) => bigint,
  doubles: ((a: number, b: number) => number) | null,
  others: Compute | null = null,
): Compute {
  return (a, b, fuel, at) => {
    if (typeof a === "bigint" && typeof b === "bigint") return int64(ints(a, b, at), at);
    if (doubles !== null && typeof a === "number" && typeof b === "number") return doubles(a, b);
    const value = others?.(a, b, fuel, at);
    if (value !== undefined && value !== null) return value;
    const hint = isNumber(a) && isNumber(b) ? "; `double()` makes both doubles" : "";
    throw new Failure(`\`${sign}\` of a ${kindOf(a)} and a ${kindOf(b)}${hint}`, at);
  };
}

function plus(a: Value, b: Value, fuel: Fuel, at: number): Value {
  if (typeof a === "string" && typeof b === "string") {
    fuel.burn(1 + a.length + b.length, at);
    return a + b;
  }
  if (isList(a) && isList(b)) {
    fuel.burn(1 + a.length + b.length, at);
    return [...a, ...b];
  }
  if (a instanceof Duration && b instanceof Duration) return spanOf(a.ns + b.ns, at);
  if (a instanceof Timestamp && b instanceof Duration) return inRange(a.ns + b.ns, at);
  if (a instanceof Duration && b instanceof Timestamp) return inRange(a.ns + b.ns, at);
  return null;
}

function minus(a: Value, b: Value, _fuel: Fuel, at: number): Value {
  if (a instanceof Timestamp && b instanceof Timestamp) return spanOf(a.ns - b.ns, at);
  if (a instanceof Timestamp && b instanceof Duration) return inRange(a.ns - b.ns, at);
  if (a instanceof Duration && b instanceof Duration) return spanOf(a.ns - b.ns, at);
  return null;
}

function nonZero(value: bigint, at: number): bigint {
  if (value === 0n) throw new Failure("division by zero", at);
  return value;
}

const COMPUTE: Readonly<Record<BinaryOperator, Compute>> = {
  "==": equal,
  "!=": (a, b, fuel, at) => !equal(a, b, fuel, at),
  "<": (a, b, fuel, at) => order(a, b, fuel, at) < 0,
  "<=": (a, b, fuel, at) => order(a, b, fuel, at) <= 0,
  ">": (a, b, fuel, at) => order(a, b, fuel, at) > 0,
  ">=": (a, b, fuel, at) => order(a, b, fuel, at) >= 0,
  in: isIn,
  "+": calculate("+", (a, b) => a + b, (a, b) => a + b, plus),
  "-": calculate("-", (a, b) => a - b, (a, b) => a - b, minus),
  "*": calculate("*", (a, b) => a * b, (a, b) => a * b),
  "/": calculate("/", (a, b, at) => a / nonZero(b, at), (a, b) => a / b),
  "%": calculate("%", (a, b, at) => a % nonZero(b, at), null),
};
