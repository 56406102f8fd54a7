// The macros: `has`, and comprehensions over the elements of a list or the keys of a map. They may not nest, so that
// what one message costs grows with its size and never with a power of it.

import { ExpressionError, type Node } from "./ast.ts";
import { check, fieldType, noteField } from "./compile.ts";
import { bool, type Checking, demand, type Part, part } from "./part.ts";
import { BOOL, DYN, listOf, STRING, type Type, typeWords } from "./types.ts";
import {
  entryOf,
  Failure,
  isList,
  isMap,
  keysOf,
  kindOf,
  type Raw,
  read,
  type Value,
} from "./values.ts";

const LOOPS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);

/** Whether a call is one of the macros. */
export function isMacro({ name, target }: Node & { kind: "call" }): boolean {
  return target === null ? name === "has" : LOOPS.has(name);
}

/** Checks a macro and makes a function of it. */
export function comprehension(node: Node & { kind: "call" }, known: Checking): Part {
  return node.target === null ? has(node, known) : loop(node, node.target, known);
}

function has(node: Node & { kind: "call" }, known: Checking): Part {
  const [arg] = node.args;
  if (node.args.length !== 1 || arg?.kind !== "select") {
    throw new ExpressionError("`has` takes a field, e.g. `has(args.amount)`", node.at);
  }
  const of = check(arg.of, known);
  fieldType(of.type, arg.field, arg.at);
  noteField(arg.of, arg.field, known);
  return part(BOOL, [of], (run) => {
    const owner = of.run(run);
    if (!isMap(owner)) throw new Failure(`no field in a ${kindOf(owner)}`, arg.at);
    return entryOf(owner, arg.field) !== undefined;
  });
}

function loop(node: Node & { kind: "call" }, target: Node, known: Checking): Part {
  const { name, args, at } = node;
  const [variable] = args;
  if (variable?.kind !== "name" || args.length < 2 || args.length > (name === "map" ? 3 : 2)) {
    throw new ExpressionError(`\`${name}\` takes a name and an expression`, at);
  }
  if (known.item !== null) {
    throw new ExpressionError(
      `\`${name}\` inside of another one's expression; they may not nest`,
      at,
    );
  }
  if (known.variables.has(variable.name)) {
    throw new ExpressionError(`\`${variable.name}\` means something else already`, variable.at);
  }
  const range = check(target, known);
  const inner: Checking = {
    ...known,
    item: { name: variable.name, type: itemType(range.type, name, at) },
  };
  const bodies = args.slice(1).map((arg) => check(arg, inner));
  const last = bodies.at(-1)!;
  const test = name === "map" ? (bodies.length === 2 ? bodies[0]! : null) : last;
  if (test !== null) demand(test.type, BOOL, `\`${name}\``, at);
  const each = bodies.reduce((sum, body) => sum + body.size, 1);
  const type = name === "map"
    ? listOf(last.type)
    : name === "filter"
    ? listOf(inner.item!.type)
    : BOOL;
  const finish = FINISH[name]!;
  const made = part(type, [range], (run) => {
    const items = elements(range.run(run), name, at);
    const step = (body: Part, item: Value): Value => {
      run.item = item;
      return body.run(run);
    };
    run.fuel.burn(items.length * each, at);
    return finish(items, {
      at,
      test: (item) => test === null || bool(step(test, item), at),
      value: (item) => step(last, item),
    });
  });
  return { ...made, size: made.size + each, loops: made.loops + each };
}

function itemType(range: Type, name: string, at: number): Type {
  if (range.kind === "list") return range.item;
  if (range.kind === "map") return range.key;
  if (range.kind === "object") return STRING;
  if (range.kind === "dyn") return DYN;
  throw new ExpressionError(
    `\`${name}\` goes through a list or map, not a ${typeWords(range)}`,
    at,
  );
}

function elements(range: Value, name: string, at: number): readonly Raw[] {
  if (isList(range)) return range;
  if (isMap(range)) return keysOf(range);
  throw new Failure(`\`${name}\` of a ${kindOf(range)}`, at);
}

/** How a comprehension goes through its elements. */
interface Steps {
  at: number;
  test: (item: Value) => boolean;
  value: (item: Value) => Value;
}

type Finish = (items: readonly Raw[], steps: Steps) => Value;

/** One element that decides is enough, whatever failed before it. */
function decided(by: boolean): Finish {
  return (items, { at, test }) => {
    let failed: Failure | null = null;
    for (const raw of items) {
      try {
        if (test(read(raw, at)) === by) return by;
      } catch (error) {
        if (!(error instanceof Failure) || error.final) throw error;
        failed ??= error;
      }
    }
    if (failed !== null) throw failed;
    return !by;
  };
}

const FINISH: Readonly<Record<string, Finish>> = {
  all: decided(false),
  exists: decided(true),
  exists_one: (items, { at, test }) => {
    let count = 0;
    for (const raw of items) if (test(read(raw, at))) count++;
    return count === 1;
  },
  filter: (items, { at, test }) => items.filter((raw) => test(read(raw, at))),
  map: (items, { at, test, value }) => {
    const out: Raw[] = [];
    for (const raw of items) {
      const item = read(raw, at);
      if (test(item)) out.push(value(item));
    }
    return out;
  },
};
