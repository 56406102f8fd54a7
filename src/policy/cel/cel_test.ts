import { expect } from "expect";
import { parseJson } from "../../wire/mod.ts";
import { compileCondition, DYN, ExpressionError, Failure, Fuel, type Value } from "./mod.ts";
import { VARIABLES } from "../conditions.ts";

const LIMITS = {
  bytes: 1e8,
  depth: 64,
  tokens: 1e7,
  keys: 1e7,
  numbers: "preserve",
} as const;

/** What is wrong with an expression: its offset and message. */
function wrong(text: string): string {
  try {
    compileCondition(text, VARIABLES);
    return "fine";
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${error.offset} ${error.message}${error.suggestion ? ` [${error.suggestion}]` : ""}`;
  }
}

/** Evaluates over arguments. */
function run(text: string, args: string, fuel = 10_000_000): Value {
  const tree = parseJson(args, LIMITS) as Value;
  return compileCondition(text, new Map([["args", DYN]])).evaluate(() => tree, new Fuel(fuel));
}

Deno.test("what cannot parse is refused where it goes wrong", () => {
  for (
    const [text, says] of [
      ["", "0 expected a value, found the end"],
      ["args.x >", "8 expected a value, found the end"],
      ["args.x > 1 args.y", "11 expected an operator or the end, found `args`"],
      ["1 +\n  * 3 > 2", "6 expected a value, found `*`"],
      ['args.x == "a', "10 the text is not closed"],
      ["args.x = 1", "7 `=` is no operator; `==` compares"],
      ["args.x & args.y", "7 `&` is no operator; write `&&`"],
      ["f(1, 2", "6 expected `)`, found the end"],
      ["args.x == 1u", "11 unsigned numbers are not supported; leave the `u` out"],
      ["args.x == 9223372036854775808", "10 an integer beyond 64 bits"],
      ["args.x == 1e999", "10 a number beyond double precision"],
      ["args.x == b'a'", "10 bytes are not supported"],
      ["args.x == '\\q'", "11 this escape has no meaning"],
      ["args.x == '\\uD800'", "11 this escape names no character"],
      ["package.x", "0 expected a value, found the reserved word `package`"],
      ["é == 1", '0 "é" has no meaning here'],
      [`${"(".repeat(60)}true${")".repeat(60)}`, "40 nested more than 40 levels deep"],
      [`${"!".repeat(60)}true`, expect.stringContaining("nested more than 40 levels deep")],
      [Array(400).fill("true").join(" && "), expect.stringContaining("larger than 500 operations")],
      [`"${"x".repeat(5000)}" == ""`, "4096 longer than 4096 characters"],
    ] as const
  ) expect([text, wrong(text)]).toEqual([text, says]);
});

Deno.test("what cannot be of a fitting type is refused where it stands", () => {
  for (
    const [text, says] of [
      [
        "arg.x == 1",
        "0 unknown name `arg`; expected args, identity, session, tool, resource, method, now [args]",
      ],
      [
        "identity.rolls.size() > 0",
        "9 identity has no field `rolls`; expected id, roles, method [roles]",
      ],
      [
        "identity['rolls'] == []",
        "8 identity has no field `rolls`; expected id, roles, method [roles]",
      ],
      ["identity.id > 5", "12 `>` of a string and a int"],
      ["identity.id == 5", "12 `==` of a string and a int"],
      ["5 in identity.roles", "2 `in` of a int and a list(string)"],
      ["identity.roles", "9 expected a condition that is true or false, found a list(string)"],
      ["size(identity.id)", "0 expected a condition that is true or false, found a int"],
      ["'a'", "0 expected a condition that is true or false, found a string"],
      ["!identity.id", "0 `!` takes a bool, not a string"],
      ["true && 1", "5 `&&` takes a bool, not a int"],
      ["1 ? true : false", "2 `?` takes a bool, not a int"],
      ["1 + 1.0 == 2.0", "2 `+` of a int and a double"],
      ["now - 'a' > now", "4 `-` of a timestamp and a string"],
      ["identity.id.startWith('a')", "12 unknown function `startWith` [startsWith]"],
      ["identity.id.startsWith(1)", "12 `startsWith` does not take (string, int)"],
      ["startsWith(identity.id, 'a')", "0 `startsWith` does not take (string, string)"],
      ["args.x.matches(args.y)", "20 a regular expression is a literal text"],
      ["args.x.matches('(a')", expect.stringContaining("15 ")],
      [
        "args.x.matches('(?:a|b)*a(?:a|b){900}d')",
        expect.stringContaining("15 regular expression needs"),
      ],
      ["args.x.matches('(?=a)')", expect.stringContaining("15 ")],
      ["now.getHours('Mars/Olympus') > 1", "13 no time zone of this name"],
      ["now.getHours(identity.id) > 1", "22 a time zone is a literal text"],
      ["has(args)", "0 `has` takes a field, e.g. `has(args.amount)`"],
      [
        "has(identity.rolls)",
        "13 identity has no field `rolls`; expected id, roles, method [roles]",
      ],
      ["identity.id.all(x, true)", "12 `all` goes through a list or map, not a string"],
      ["identity.roles.all(args, true)", "19 `args` means something else already"],
      ["identity.roles.all(x, x > 1)", "24 `>` of a string and a int"],
      ["identity.roles.all(x)", "15 `all` takes a name and an expression"],
      [
        "args.a.all(x, x.b.exists(y, y))",
        "18 `exists` inside of another one's expression; they may not nest",
      ],
      ["args.a.all(x, args.b.map(y, y) == x)", expect.stringContaining("may not nest")],
      [
        "true == x",
        "8 unknown name `x`; expected args, identity, session, tool, resource, method, now",
      ],
    ] as const
  ) expect([text, wrong(text)]).toEqual([text, says]);
});

Deno.test("chains of comprehensions are no nests", () => {
  const text = "args.rows.filter(r, r.on).map(r, r.sum).all(s, s < 10)";
  expect(run(text, '{"rows": [{"on": true, "sum": 1}, {"on": false, "sum": 99}]}')).toBe(true);
  expect(run(text, '{"rows": [{"on": true, "sum": 10}]}')).toBe(false);
  expect(run("args.rows.exists_one(r, r == 2)", '{"rows": [1, 2, 3]}')).toBe(true);
  expect(run("args.m.all(k, args.m[k] > 0)", '{"m": {"a": 1, "b": 2}}')).toBe(true);
});

/** What must not finish: the message costs too much. */
function tooDear(text: string, args: string): void {
  try {
    run(text, args);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).final).toBe(true);
    return;
  }
  throw new Error(`${text} came to an end`);
}

Deno.test("what grows faster than the message ends early, and nothing absorbs that", () => {
  const n = 20_000;
  const list = JSON.stringify(Array.from({ length: n }, (_, i) => i));
  const long = "a".repeat(400_000);
  tooDear("args.a.all(x, !(x in args.b))", `{"a": ${list}, "b": [${Array(n).fill(-1)}]}`);
  tooDear("args.a.all(x, args.t.contains('b') || true)", `{"a": ${list}, "t": "${long}"}`);
  tooDear("args.a.map(x, args.t + 'x').size() > 0", `{"a": ${list}, "t": "${long}"}`);
  tooDear("args.a.all(x, !args.t.matches('^b'))", `{"a": ${list}, "t": "${long}"}`);
  tooDear("args.a.all(x, args.t != args.u)", `{"a": ${list}, "t": "${long}b", "u": "${long}c"}`);
  tooDear("args.a.all(x, args.a != args.c)", `{"a": ${list}, "c": ${list.replace("0", "1")}}`);
  tooDear(
    "args.a.map(x, args.a + args.a).size() > 0 || true",
    `{"a": ${list}}`,
  );
});

Deno.test("a needle of the message's own is searched for in linear time", () => {
  // In V8's own search these take minutes: this test would not end.
  const half = "a".repeat(250_000);
  expect(run("args.t.contains(args.n)", `{"t": "${half}${half}", "n": "${half.slice(1)}b${half}"}`))
    .toBe(false);
  const needle = `${"ab".repeat(100_000)}aa${"ab".repeat(99_000)}`;
  expect(run("args.t.contains(args.n)", `{"t": "${"ab".repeat(300_000)}", "n": "${needle}"}`))
    .toBe(false);
  expect(
    run("args.t.contains(args.n)", `{"t": "x${needle}y", "n": "${needle}"}`),
  ).toBe(true);
});

Deno.test("a deep message does not exhaust the stack", () => {
  const deep = `${'{"x":'.repeat(60)}1${"}".repeat(60)}`;
  expect(run("args.a == args.b", `{"a": ${deep}, "b": ${deep}}`)).toBe(true);
});

Deno.test("an expression tells what it reads", () => {
  const { reads } = compileCondition(
    'args.amount > 1 && has(args.to) && args["odd name"] == 1 && "x" in args && identity.id == ""',
    VARIABLES,
  );
  expect([...reads].sort()).toEqual([
    "args",
    "args.amount",
    "args.odd name",
    "args.to",
    "identity",
    "identity.id",
  ]);
});
