// Checks an expression's types and makes a function of it. What can be known when a policy is loaded is refused then,
// with its place; what only a message shows is a Failure, and a Failure denies.

import { nearest } from "../suggest.ts";
import { ExpressionError, type Node } from "./ast.ts";
import { call } from "./calls.ts";
import { comprehension, isMacro } from "./macros.ts";
import { binary } from "./operators.ts";
import { bool, type Checking, demand, type Part, part } from "./part.ts";
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
  int64,
  isList,
  isMap,
  isNumber,
  kindOf,
  type Raw,
  read,
  type Value,
} from "./values.ts";

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
