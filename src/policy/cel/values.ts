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
  // Most numbers are short integers: those need no further look.
  if (raw.length <= SURE_DIGITS && isInteger(raw)) return BigInt(raw);
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

function isInteger(raw: string): boolean {
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 0x39 || (code < 0x30 && code !== 0x2d)) return false;
  }
  return true;
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
  const waiting: Container[] = [];
  if (!alike(a, b, waiting, fuel, at)) return false;
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [x, y] = pair;
    if (isList(x)) {
      const other = y as readonly Raw[];
      fuel.burn(1 + 4 * x.length, at);
      for (let i = 0; i < x.length; i++) {
        if (!alike(read(x[i]!, at), read(other[i]!, at), waiting, fuel, at)) return false;
      }
      continue;
    }
    const [map, other] = [x as Mapping, y as Mapping];
    fuel.burn(1 + 8 * mapSize(map), at);
    for (const key of keysOf(map)) {
      const theirs = entryOf(other, key);
      if (theirs === undefined) return false;
      if (!alike(read(entryOf(map, key)!, at), read(theirs, at), waiting, fuel, at)) return false;
    }
  }
  return true;
}

type Mapping = JsonObject | ReadonlyMap<Value, Raw>;
/** Two lists of one length, or two maps of one size. */
type Container = [Value, Value];

/** Compares two values; what they hold, if anything, is left for later. */
function alike(x: Value, y: Value, later: Container[], fuel: Fuel, at: number): boolean {
  if (typeof x === "string" && typeof y === "string") {
    if (x.length !== y.length) return false;
    fuel.burn(1 + (x.length >> 4), at);
    return x === y;
  }
  // Loose, so that a bigint equals the double that means the same; both are numbers here.
  if (isNumber(x) && isNumber(y)) return x == y;
  if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) return x === y;
  if (x instanceof Timestamp && y instanceof Timestamp) return x.ns === y.ns;
  if (x instanceof Duration && y instanceof Duration) return x.ns === y.ns;
  const lists = isList(x) && isList(y) && x.length === y.length;
  const maps = isMap(x) && isMap(y) && mapSize(x) === mapSize(y);
  if (lists || maps) later.push([x, y]);
  return lists || maps;
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
