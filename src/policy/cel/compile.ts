// Checks an expression's types and makes a function of it. What can be known when a policy is loaded is refused then,
// with its place; what only a message shows is a Failure, and a Failure denies.

import { compileRegexSet, PatternError } from "../../match/mod.ts";
import { nearest } from "../suggest.ts";
import { ExpressionError, type Node } from "./ast.ts";
import { CLOCK_FIELDS, clockField, FUNCTIONS, isOf, type Overload } from "./functions.ts";
import { comprehension, isMacro } from "./macros.ts";
import { binary } from "./operators.ts";
import { zoneOf } from "./time.ts";
import {
  BOOL,
  DOUBLE,
  DYN,
  either,
  fits,
  INT,
  listOf,
  mapOf,
  NULL,
  STRING,
  type Type,
  typeWords,
} from "./types.ts";
import {
  entryOf,
  Failure,
  type Fuel,
  int64,
  isList,
  isMap,
  isNumber,
  kindOf,
  type Raw,
  read,
  type Value,
} from "./values.ts";

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

/** Checks a node and all below it. */
export function check(node: Node, known: Checking): Part {
  switch (node.kind) {
    case "constant":
      return constant(node.value);
    case "name":
      return named(node, known);
    case "select":
      return select(node, known);
    case "index":
      return index(node, known);
    case "call":
      return isMacro(node) ? comprehension(node, known) : call(node, known);
    case "not":
    case "negate":
      return unary(node, known);
    case "binary":
      return binary(node, check(node.left, known), check(node.right, known));
    case "and":
    case "or":
      return logic(node, known);
    case "choose":
      return choose(node, known);
    case "list": {
      const items = node.items.map((item) => check(item, known));
      const type = items.map((item) => item.type).reduce(either, items[0]?.type ?? DYN);
      return part(listOf(type), items, (run) => items.map((item) => item.run(run)));
    }
    case "map":
      return map(node, known);
  }
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

function constant(value: null | boolean | string | bigint | number): Part {
  const type = value === null
    ? NULL
    : typeof value === "string"
    ? STRING
    : typeof value === "boolean"
    ? BOOL
    : typeof value === "bigint"
    ? INT
    : DOUBLE;
  return part(type, [], () => value);
}

function named({ name, at }: Node & { kind: "name" }, known: Checking): Part {
  if (known.item?.name === name) return part(known.item.type, [], (run) => run.item);
  const type = known.variables.get(name);
  if (type === undefined) {
    throw new ExpressionError(
      `unknown name \`${name}\`; expected ${[...known.variables.keys()].join(", ")}`,
      at,
      nearest(name, known.variables.keys()),
    );
  }
  known.reads.add(name);
  return part(type, [], (run) => run.variable(name));
}

/** Notes `args.amount` beside `args`, for warnings about arguments that no tool has. */
export function noteField(of: Node, field: string, known: Checking): void {
  if (of.kind === "name" && known.item?.name !== of.name) known.reads.add(`${of.name}.${field}`);
}

function select(node: Node & { kind: "select" }, known: Checking): Part {
  const of = check(node.of, known);
  const { field, at } = node;
  noteField(node.of, field, known);
  const type = fieldType(of.type, field, at);
  return part(type, [of], (run) => {
    const owner = of.run(run);
    if (!isMap(owner)) throw new Failure(`no field \`${field}\` in a ${kindOf(owner)}`, at);
    return found(entryOf(owner, field), field, at);
  });
}

/** The type of a field, or an error where there can be none. */
export function fieldType(type: Type, field: string, at: number): Type {
  if (type.kind === "dyn") return DYN;
  if (type.kind === "map") return type.value;
  if (type.kind === "object") {
    const known = type.fields.get(field);
    if (known !== undefined) return known;
    throw new ExpressionError(
      `${type.name} has no field \`${field}\`; expected ${[...type.fields.keys()].join(", ")}`,
      at,
      nearest(field, type.fields.keys()),
    );
  }
  throw new ExpressionError(`a ${typeWords(type)} has no fields`, at);
}

function found(raw: Raw | undefined, field: string, at: number): Value {
  if (raw === undefined) throw new Failure(`no such key: \`${field}\``, at);
  return read(raw, at);
}

function index(node: Node & { kind: "index" }, known: Checking): Part {
  const of = check(node.of, known);
  const key = check(node.index, known);
  const { at } = node;
  const literal = node.index.kind === "constant" ? node.index.value : undefined;
  if (typeof literal === "string") noteField(node.of, literal, known);
  let type: Type = DYN;
  if (of.type.kind === "list") {
    if (!fits(key.type, INT) && !fits(key.type, DOUBLE)) throw wrongIndex(of.type, key.type, at);
    type = of.type.item;
  } else if (of.type.kind === "map") type = of.type.value;
  else if (of.type.kind === "object") {
    if (typeof literal !== "string") {
      throw new ExpressionError(`a field of ${of.type.name} is named by a text`, at);
    }
    type = fieldType(of.type, literal, at);
  } else if (of.type.kind !== "dyn") throw wrongIndex(of.type, key.type, at);
  return part(type, [of, key], (run) => {
    const owner = of.run(run);
    const which = key.run(run);
    if (isList(owner)) {
      const place = isNumber(which) ? Number(which) : NaN;
      if (!Number.isInteger(place)) throw new Failure("a list's index is no integer", at);
      const raw = place >= 0 && place < owner.length ? owner[place] : undefined;
      if (raw === undefined) throw new Failure("an index beyond the list", at);
      return read(raw, at);
    }
    if (!isMap(owner)) throw new Failure(`a ${kindOf(owner)} has no elements`, at);
    return found(entryOf(owner, which), typeof literal === "string" ? literal : "...", at);
  });
}

function wrongIndex(of: Type, key: Type, at: number): ExpressionError {
  return new ExpressionError(`a ${typeWords(of)} has no element for a ${typeWords(key)}`, at);
}

function unary(node: Node & { kind: "not" | "negate" }, known: Checking): Part {
  const of = check(node.of, known);
  const { at, kind } = node;
  if (kind === "not") {
    demand(of.type, BOOL, "`!`", at);
    return part(BOOL, [of], (run) => !bool(of.run(run), at));
  }
  if (!fits(of.type, INT) && !fits(of.type, DOUBLE)) {
    throw new ExpressionError(`\`-\` takes a number, not a ${typeWords(of.type)}`, at);
  }
  return part(of.type, [of], (run) => {
    const value = of.run(run);
    if (typeof value === "bigint") return int64(-value, at);
    if (typeof value === "number") return -value;
    throw new Failure(`\`-\` of a ${kindOf(value)}`, at);
  });
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

/** Either side decides alone when it can: an error on one side counts only where the other leaves it open. */
function logic(node: Node & { kind: "and" | "or" }, known: Checking): Part {
  const left = check(node.left, known);
  const right = check(node.right, known);
  const { at } = node;
  const decides = node.kind === "or";
  const sign = node.kind === "and" ? "`&&`" : "`||`";
  demand(left.type, BOOL, sign, at);
  demand(right.type, BOOL, sign, at);
  return part(BOOL, [left, right], (run) => {
    let failed: Failure;
    try {
      const first = bool(left.run(run), at);
      if (first === decides) return decides;
      return bool(right.run(run), at);
    } catch (error) {
      if (!(error instanceof Failure) || error.final) throw error;
      failed = error;
    }
    if (bool(right.run(run), at) === decides) return decides;
    throw failed;
  });
}

function choose(node: Node & { kind: "choose" }, known: Checking): Part {
  const [test, yes, no] = [node.test, node.yes, node.no].map((n) => check(n, known)) as [
    Part,
    Part,
    Part,
  ];
  demand(test.type, BOOL, "`?`", node.at);
  return part(
    either(yes.type, no.type),
    [test, yes, no],
    (run) => (bool(test.run(run), node.at) ? yes : no).run(run),
  );
}

function map(node: Node & { kind: "map" }, known: Checking): Part {
  const entries = node.entries.map(({ key, value }) => {
    if (key.kind === "constant" && (key.value === null || typeof key.value === "number")) {
      throw new ExpressionError("a map's key is a text, an integer or a bool", key.at);
    }
    return { key: check(key, known), value: check(value, known), at: key.at };
  });
  const type = entries.map((e) => e.value.type).reduce(either, entries[0]?.value.type ?? DYN);
  const keys = entries.map((e) => e.key.type).reduce(either, entries[0]?.key.type ?? DYN);
  return part(mapOf(type, keys), entries.flatMap((e) => [e.key, e.value]), (run) => {
    const made = new Map<Value, Raw>();
    for (const { key, value, at } of entries) {
      const name = key.run(run);
      if (!["string", "bigint", "boolean"].includes(typeof name)) {
        throw new Failure(`a ${kindOf(name)} is no key`, at);
      }
      if (made.has(name)) throw new Failure("a map with the same key twice", at);
      made.set(name, value.run(run));
    }
    return made;
  });
}

function call(node: Node & { kind: "call" }, known: Checking): Part {
  const { name, at } = node;
  const overloads = FUNCTIONS.get(name);
  if (name === "matches") return matches(node, known);
  if (overloads === undefined) {
    throw new ExpressionError(
      `unknown function \`${name}\``,
      at,
      nearest(name, [...FUNCTIONS.keys(), "matches", "has", "all", "exists"]),
    );
  }
  const target = node.target === null ? [] : [check(node.target, known)];
  const zone = node.args[0];
  if (name in CLOCK_FIELDS && node.args.length === 1 && zone !== undefined && target[0]) {
    return zoned(name, zone, target[0], at);
  }
  const parts = [...target, ...node.args.map((arg) => check(arg, known))];
  const fitting = overloads.filter((one) => {
    const wanted = wantedBy(one);
    return (one.target !== undefined) === (target.length > 0) && wanted.length === parts.length &&
      wanted.every((type, i) => fits(parts[i]!.type, type));
  });
  if (fitting.length === 0) {
    const given = parts.map((p) => typeWords(p.type)).join(", ");
    throw new ExpressionError(`\`${name}\` does not take (${given})`, at);
  }
  const result = fitting.map((one) => one.result).reduce(either);
  return part(result, parts, (run) => {
    const values = parts.map((p) => p.run(run));
    const one = fitting.find((o) => wantedBy(o).every((type, i) => isOf(values[i]!, type)));
    if (one === undefined) {
      throw new Failure(`\`${name}\` does not take (${values.map(kindOf).join(", ")})`, at);
    }
    return one.run(values, run.fuel, at);
  });
}

function wantedBy(one: Overload): readonly Type[] {
  return one.target === undefined ? one.args : [one.target, ...one.args];
}

/** A regular expression is a literal, so that it is compiled and capped when the policy is loaded. */
function matches(node: Node & { kind: "call" }, known: Checking): Part {
  const [target, pattern] = node.target === null ? node.args : [node.target, node.args[0]];
  const count = node.target === null ? 2 : 1;
  if (node.args.length !== count || target === undefined || pattern === undefined) {
    throw new ExpressionError("`matches` takes one regular expression", node.at);
  }
  if (pattern.kind !== "constant" || typeof pattern.value !== "string") {
    throw new ExpressionError("a regular expression is a literal text", pattern.at);
  }
  const text = check(target, known);
  demand(text.type, STRING, "`matches`", node.at);
  let found: (text: string) => boolean;
  try {
    const set = compileRegexSet([pattern.value]);
    found = (value) => set.matches(value).length > 0;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ExpressionError(error.message, pattern.at);
  }
  return part(BOOL, [text], (run) => {
    const value = text.run(run);
    if (typeof value !== "string") throw new Failure(`\`matches\` of a ${kindOf(value)}`, node.at);
    run.fuel.burn(1 + value.length, node.at);
    return found(value);
  });
}

/** A field of a time in a zone; the zone is a literal, so that an unknown one is refused when the policy is loaded. */
function zoned(name: string, node: Node, time: Part, at: number): Part {
  if (node.kind !== "constant" || typeof node.value !== "string") {
    throw new ExpressionError("a time zone is a literal text", node.at);
  }
  const zone = zoneOf(node.value);
  if (zone === null) throw new ExpressionError("no time zone of this name", node.at);
  demand(time.type, { kind: "timestamp" }, `\`${name}\``, at);
  const get = clockField(name, zone);
  return part(INT, [time], (run) => {
    const value = time.run(run);
    if (kindOf(value) !== "timestamp") throw new Failure(`\`${name}\` of a ${kindOf(value)}`, at);
    run.fuel.burn(100, at);
    return get([value], run.fuel, at);
  });
}
