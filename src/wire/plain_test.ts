// toPlain() and fromPlain(): nothing inherited, nothing skipped, nothing endless.

import { expect } from "expect";
import { parseJson } from "./json.ts";
import { fromPlain, toPlain } from "./plain.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue, Plain } from "./value.ts";
import { writeJson } from "./write.ts";

// What callers without types may hand over.
const from = (thing: unknown): JsonValue => fromPlain(thing as Plain);

Deno.test("toPlain() gives plain values with numbers as doubles", () => {
  const tree = parseJson('{"a":[1.50,-2e3,"x",null,true,[]],"b":{"c":{}}}');
  expect(toPlain(tree)).toEqual({ a: [1.5, -2000, "x", null, true, []], b: { c: {} } });
  expect(toPlain("x")).toBe("x");
  expect(toPlain(parseJson("[1e400]", { numbers: "preserve" }))).toEqual([Infinity]);
});

Deno.test("toPlain() makes objects that inherit nothing", () => {
  const tree = new JsonObject(["__proto__", "constructor"], [new JsonObject(["x"], [true]), "c"]);
  const plain = toPlain([tree]) as { [key: string]: Plain }[];
  expect(Object.getPrototypeOf(plain[0])).toBe(null);
  expect(Object.keys(plain[0]!)).toEqual(["__proto__", "constructor"]);
  expect("toString" in plain[0]!).toBe(false);
  expect("x" in plain[0]!).toBe(false);
  expect(({} as Record<string, unknown>).x).toBe(undefined);
});

Deno.test("toPlain() needs no stack for depth", () => {
  let tree: JsonValue = [];
  for (let i = 0; i < 200_000; i++) tree = [tree];
  let depth = 0;
  for (let v = toPlain(tree) as Plain[]; v.length > 0; v = v[0] as Plain[]) depth++;
  expect(depth).toBe(200_000);
});

Deno.test("fromPlain() builds the tree of plain values", () => {
  const plain = { b: [1.5, -0, 1e21, "x", null, true], a: {}, [""]: [] };
  expect(fromPlain(plain)).toEqual(
    new JsonObject(["b", "a", ""], [
      [new JsonNumber("1.5"), new JsonNumber("0"), new JsonNumber("1e+21"), "x", null, true],
      new JsonObject(),
      [],
    ]),
  );
  const bare = Object.create(null);
  bare.constructor = 1;
  expect(writeJson(fromPlain([bare, false]))).toBe('[{"constructor":1},false]');
});

Deno.test("fromPlain() refuses what has no JSON form, and names it without its content", () => {
  class Card {
    number = "4111";
  }
  const things: [unknown, string][] = [
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [undefined, "undefined"],
    [() => 1, "a function"],
    [Symbol("s"), "a symbol"],
    [10n, "a bigint"],
    [new Date(0), "an object with a prototype of its own"],
    [new Map(), "an object with a prototype of its own"],
    [new Uint8Array(2), "an object with a prototype of its own"],
    [new Card(), "an object with a prototype of its own"],
    [new JsonNumber("1"), "an object with a prototype of its own"],
  ];
  for (const [thing, kind] of things) {
    expect(() => from(thing)).toThrow(new TypeError(`fromPlain: ${kind} at $ has no JSON form`));
    expect(() => from({ a: [0, { b: thing }] }))
      .toThrow(new TypeError(`fromPlain: ${kind} at $.a[1].b has no JSON form`));
  }
  expect(() => from(new Array(3))).toThrow(TypeError);
  expect(() => from(JSON.parse('{"__proto__":{"admin":true}}'))).toThrow("key __proto__");
});

Deno.test("fromPlain() does not ask toJSON, and ignores inherited and symbol members", () => {
  expect(() => from({ a: 1, toJSON: () => "other" })).toThrow("a function at $.toJSON");
  expect(writeJson(from({ a: 1, [Symbol("s")]: 2 }))).toBe('{"a":1}');
});

Deno.test("fromPlain() ends on values that contain themselves and on graphs that explode", () => {
  const loop: unknown[] = [];
  loop.push({ loop });
  expect(() => from(loop)).toThrow("nested deeper than 512");
  let twice: unknown = 0;
  for (let i = 0; i < 100; i++) twice = [twice, twice];
  expect(() => from(twice)).toThrow("more than 1000000 values");
  let deep: unknown = 0;
  for (let i = 0; i < 512; i++) deep = [deep];
  expect(writeJson(from(deep))).toBe("[".repeat(512) + "0" + "]".repeat(512));
  expect(() => from([deep])).toThrow("nested deeper than 512");
  // Depth counts nesting, not containers.
  expect(from(new Array(2000).fill([]))).toHaveLength(2000);
});
