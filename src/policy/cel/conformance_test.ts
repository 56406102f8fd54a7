// The official conformance cases of CEL: what is accepted must mean what they say, and what is refused must be a
// part of the language that rules do not have.

import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";
import { expect } from "expect";
import { ExpressionError } from "./ast.ts";
import { check } from "./compile.ts";
import { parseExpression } from "./parser.ts";
import { DYN, type Type } from "./types.ts";
import {
  Duration,
  equal,
  Failure,
  Fuel,
  isList,
  isMap,
  mapSize,
  type Raw,
  read,
  Timestamp,
  type Value,
} from "./values.ts";

/** One case, as far as it is looked at. */
interface Case {
  name?: string;
  expr: string;
  value?: Expected;
  evalError?: unknown;
  bindings?: Record<string, { value: Expected }>;
  container?: string;
}

type Expected = Record<string, unknown>;
type Suite = { name: string; suites?: Suite[]; tests?: { original: Case }[] };

/** Suites about parts of the language that rules do not have. */
const OTHER_SUITES: ReadonlySet<string> = new Set([
  ...["block_ext", "bindings_ext", "encoders_ext", "math_ext", "network_ext", "optionals"],
  ...[
    "proto2",
    "proto2_ext",
    "proto3",
    "enums",
    "wrappers",
    "unknowns",
    "dynamic",
    "type_deductions",
  ],
  ...["macros2", "string_ext", "namespace"],
]);

/** Parts of the language that rules do not have, by what they look like. */
const UNSUPPORTED =
  /\b\d+u\b|0x[0-9a-f]+u|\b[rR]?[bB][rR]?["']|\buint\b|\bbytes\b|\btype\(|\{[^}]*\b\w+: *\w*\}|google\.|TestAllTypes|\btype\b|\.\(|null_type|\{\.?\?|\[\?|\.\?|\bb\.c\b|x\.y\b|\bx\.|\b[xy]\b|`/;

function valueOf(expected: Expected): Raw | undefined {
  const [[kind, raw]] = Object.entries(expected) as [[string, unknown]];
  switch (kind) {
    case "int64Value":
      return BigInt(raw as string);
    case "doubleValue":
      return Number(raw === "Infinity" || raw === "-Infinity" || raw === "NaN" ? raw : raw);
    case "stringValue":
    case "boolValue":
      return raw as string | boolean;
    case "nullValue":
      return null;
    case "listValue":
      return ((raw as { values?: Expected[] }).values ?? []).map((v) => valueOf(v)!);
    case "mapValue":
      return new Map<Value, Raw>(
        ((raw as { entries?: { key: Expected; value: Expected }[] }).entries ?? [])
          .map(({ key, value }) => [valueOf(key) as Value, valueOf(value)!]),
      );
    case "objectValue": {
      const { "@type": type, value } = raw as { "@type": string; value: string };
      const kinds: Record<string, string> = { Timestamp: "timestamp", Duration: "duration" };
      const make = kinds[type.split(".").at(-1)!];
      return make === undefined ? undefined : evaluate(`${make}("${value}")`, {});
    }
    default:
      return undefined;
  }
}

function evaluate(text: string, bindings: Record<string, Value>): Value {
  const variables = new Map<string, Type>(Object.keys(bindings).map((name) => [name, DYN]));
  const whole = check(parseExpression(text), { variables, item: null, reads: new Set() });
  return whole.run({ variable: (name) => bindings[name]!, fuel: new Fuel(1e6), item: null });
}

/** Why an expression is refused on purpose when it is loaded, though others may run it. */
const STRICTER =
  /may not nest|unknown function|takes a bool, not|`==` of a list|empty regular expression/;

/** Cases in which rules are exact where CEL compares an integer by the nearest double. */
const EXACT =
  /^(not_lt_dyn_int_big_lossy_double|not_gt_dyn_big_double_int|[lg]te_dyn_(int_big_lossy_double|big_double_int))$/;

/** Equal, and of the same kind of number, with NaN as itself. */
function same(a: Value, b: Value): boolean {
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((x, i) => same(read(x, 0), read(b[i]!, 0)));
  }
  if (isMap(a) && isMap(b)) return mapSize(a) === mapSize(b) && equal(a, b, new Fuel(1e6), 0);
  if (a instanceof Timestamp || a instanceof Duration) return equal(a, b, new Fuel(10), 0);
  return Object.is(a, b) || (typeof a === typeof b && a === b);
}

Deno.test("expressions mean what the official conformance cases say", () => {
  const wrong: string[] = [];
  let right = 0;
  let refused = 0;
  const visit = (suite: Suite): void => {
    if (OTHER_SUITES.has(suite.name)) return;
    for (const inner of suite.suites ?? []) visit(inner);
    for (const { original } of suite.tests ?? []) {
      const { name, expr, value, evalError, bindings = {}, container } = original;
      if (container !== undefined) continue;
      const given = Object.entries(bindings).map(([key, bound]) =>
        [key, bound.value === undefined ? undefined : valueOf(bound.value)] as const
      );
      const expected = value === undefined ? true : valueOf(value);
      if (given.some(([, v]) => v === undefined) || (expected === undefined)) continue;
      let got: string;
      try {
        const result = evaluate(expr, Object.fromEntries(given) as Record<string, Value>);
        if (evalError === undefined && same(result, expected as Value)) {
          right++;
          continue;
        }
        if (EXACT.test(name ?? "")) continue;
        got = String(result);
      } catch (error) {
        if (error instanceof Failure) {
          if (evalError !== undefined) {
            right++;
            continue;
          }
          got = `failure: ${error.message}`;
        } else if (error instanceof ExpressionError) {
          if (evalError !== undefined || UNSUPPORTED.test(expr) || STRICTER.test(error.message)) {
            refused++;
            continue;
          }
          got = `refused: ${error.message}`;
        } else throw error;
      }
      wrong.push(`${suite.name}/${name}: ${expr} -> ${got}`);
    }
  };
  visit(tests as Suite);
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(600);
});
