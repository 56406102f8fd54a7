// Calls of functions and methods: which overload a call means, regular expressions, and times in a zone.

import { compileRegexSet, PatternError } from "../../match/mod.ts";
import { nearest } from "../suggest.ts";
import { ExpressionError, type Node } from "./ast.ts";
import { check } from "./compile.ts";
import { type Checking, demand, type Part, part } from "./part.ts";
import { CLOCK_FIELDS, clockField, FUNCTIONS, isOf, type Overload } from "./functions.ts";
import { zoneOf } from "./time.ts";
import { BOOL, either, fits, INT, STRING, type Type, typeWords } from "./types.ts";
import { Failure, kindOf } from "./values.ts";

/** Checks a call of a function or method. */
export function call(node: Node & { kind: "call" }, known: Checking): Part {
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
