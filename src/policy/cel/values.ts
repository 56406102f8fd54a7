// Values of expressions. Arguments are read straight from the message's tree: nothing is copied, and a number is
// judged when a rule reads it.

import { isUnsafeNumber, JsonNumber, JsonObject, type JsonValue } from "../../wire/mod.ts";

/** A point in time. */
export class Timestamp {
  /** Nanoseconds since 1970. */
  readonly ns: bigint;

  /**
   * Keeps a time.
   *
   * @param ns Nanoseconds since 1970.
   */
  constructor(ns: bigint) {
    this.ns = ns;
  }
}

/** A span of time. */
export class Duration {
  /** Nanoseconds. */
  readonly ns: bigint;

  /**
   * Keeps a span.
   *
   * @param ns Nanoseconds.
   */
  constructor(ns: bigint) {
    this.ns = ns;
  }
}

/** A value as expressions compute with it. Integers are bigint, doubles are number. */
export type Value =
  | null
  | boolean
  | string
  | bigint
  | number
  | Timestamp
  | Duration
  | readonly Raw[]
  | JsonObject
  | ReadonlyMap<Value, Raw>;

/** A value as it lies in a list or map: numbers of the message still in their spelling. */
export type Raw = Value | JsonNumber | JsonValue;

/** Why an evaluation has no value. Thrown; no Error, since `&&` and `||` may catch one for every element of a list. */
export class Failure {
  /** For people; repeats no value of the message. */
  readonly message: string;
  /** Where in the expression. */
  readonly at: number;
  /** True where the message costs too much: then nothing absorbs it. */
  readonly final: boolean;

  /**
   * Names the trouble.
   *
   * @param message For people; repeats no value of the message.
   * @param at UTF-16 offset in the expression.
   * @param final Whether nothing may absorb it.
   */
  constructor(message: string, at: number, final = false) {
    this.message = message;
    this.at = at;
    this.final = final;
  }
}

/** What is left for one message: steps that its rules may still take together. */
export class Fuel {
  #left: number;

  /**
   * Fills up.
   *
   * @param steps Steps: an operation in a comprehension, or a character that is compared or searched, each is one.
   */
  constructor(steps: number) {
    this.#left = steps;
  }

  /**
   * Takes steps.
   *
   * @param steps How many.
   * @param at Where in the expression.
   * @throws {Failure} A final one, when none are left.
   */
  burn(steps: number, at: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Failure("the message costs more than rules may", at, true);
  }
}

const INT_LEAST = -(2n ** 63n);
const INT_MOST = 2n ** 63n - 1n;
/** Decimals of this many digits all survive a double (C's DBL_DIG). */
const SURE_DIGITS = 15;
const LEAST_NORMAL = 2.2250738585072014e-308;

/**
 * An integer that fits 64 bits.
 *
 * @param value The integer.
 * @param at Where in the expression.
 * @returns The same.
 * @throws {Failure} On overflow.
 */
export function int64(value: bigint, at: number): bigint {
  if (value < INT_LEAST || value > INT_MOST) throw new Failure("integer overflow", at);
  return value;
}

/**
 * Reads what lies in a list or map.
 *
 * @param raw What lies there.
 * @param at Where in the expression.
 * @returns Its value.
 * @throws {Failure} For a number that doubles and 64-bit integers do not hold exactly: a server may read another one.
 */
export function read(raw: Raw, at: number): Value {
  return raw instanceof JsonNumber ? numberOf(raw.raw, at) : raw as Value;
}

function numberOf(raw: string, at: number): bigint | number {
  const inexact = (): Failure =>
    new Failure("a number that doubles do not hold exactly, so servers may read it otherwise", at);
  if (isUnsafeNumber(raw)) throw inexact();
  if (!/[.eE]/.test(raw)) return BigInt(raw);
  const double = Number(raw);
  if (significantDigits(raw) <= SURE_DIGITS) {
    if (Math.abs(double) >= LEAST_NORMAL) return double;
    if (double === 0 && significantDigits(raw) === 0) return 0;
    throw inexact();
  }
  // The shortest spelling of a double, as programs print it.
  if (String(double) !== raw) throw inexact();
  return double;
}

/** Digits without the zeros at either end; a message's numbers are short, or refused before. */
function significantDigits(raw: string): number {
  const mark = Math.max(raw.indexOf("e"), raw.indexOf("E"));
  const digits = (mark < 0 ? raw : raw.slice(0, mark)).replace(/[-.]/g, "");
  let first = 0;
  while (first < digits.length && digits[first] === "0") first++;
  let last = digits.length;
  while (last > first && digits[last - 1] === "0") last--;
  return last - first;
}

/** Whether a value is a list. */
export function isList(value: Raw): value is readonly Raw[] {
  return Array.isArray(value);
}

/** Whether a value is a map: an object of the message, or one that the expression made. */
export function isMap(value: Raw): value is JsonObject | ReadonlyMap<Value, Raw> {
  return value instanceof JsonObject || value instanceof Map;
}

/** How many entries a map has. */
export function mapSize(map: JsonObject | ReadonlyMap<Value, Raw>): number {
  return map instanceof JsonObject ? map.keys.length : map.size;
}

/** A map's keys. */
export function keysOf(map: JsonObject | ReadonlyMap<Value, Raw>): readonly Value[] {
  return map instanceof JsonObject ? map.keys : [...map.keys()];
}

/**
 * A map's entry.
 *
 * @param map The map.
 * @param key The key; whole doubles name integers.
 * @returns What lies there, or undefined.
 */
export function entryOf(map: JsonObject | ReadonlyMap<Value, Raw>, key: Value): Raw | undefined {
  if (map instanceof JsonObject) return typeof key === "string" ? map.get(key) : undefined;
  return map.get(typeof key === "number" && Number.isInteger(key) ? BigInt(key) : key);
}

/**
 * Whether two values are equal, to any depth; numbers are compared by what they mean.
 *
 * @param a One value.
 * @param b The other.
 * @param fuel Pays for every pair that is looked at.
 * @param at Where in the expression.
 * @returns True when they are.
 */
export function equal(a: Value, b: Value, fuel: Fuel, at: number): boolean {
  const waiting: [Value, Value][] = [[a, b]];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [x, y] = pair;
    if (typeof x === "string" && typeof y === "string") {
      if (x.length !== y.length) return false;
      fuel.burn(1 + (x.length >> 4), at);
      if (x !== y) return false;
    } else if (isList(x) && isList(y)) {
      if (x.length !== y.length) return false;
      fuel.burn(1 + x.length, at);
      x.forEach((item, i) => waiting.push([read(item, at), read(y[i]!, at)]));
    } else if (isMap(x) && isMap(y)) {
      if (mapSize(x) !== mapSize(y)) return false;
      fuel.burn(1 + mapSize(x), at);
      for (const key of keysOf(x)) {
        const [mine, other] = [entryOf(x, key)!, entryOf(y, key)];
        if (other === undefined) return false;
        waiting.push([read(mine, at), read(other, at)]);
      }
    } else if (isNumber(x) && isNumber(y)) {
      // Loose, so that a bigint equals the double that means the same; both are numbers here.
      if (x != y) return false;
    } else if (x instanceof Timestamp && y instanceof Timestamp) {
      if (x.ns !== y.ns) return false;
    } else if (x instanceof Duration && y instanceof Duration) {
      if (x.ns !== y.ns) return false;
    } else if (x !== y) return false;
  }
  return true;
}

/** Whether a value is a number of either kind. */
export function isNumber(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** What kind a value is, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  return isList(value) ? "list" : "map";
}
