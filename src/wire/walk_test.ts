// The shape language by itself: surfaces, choices and lists as the table may come to use them.

import { expect } from "expect";
import { parseJson } from "./json.ts";
import { choose, list, object, type Shape, text } from "./shapes.ts";
import type { Uses } from "./uses.ts";
import { type Mode, Walk } from "./walk.ts";

function walk(shape: Shape, tree: string, mode: Mode = "result"): Uses {
  const walk = new Walk(mode);
  walk.run(parseJson(tree), shape, "other", "root");
  return walk.uses;
}

Deno.test("Walk gives texts the nearest surface", () => {
  const shape = object({ a: text("log"), b: object({ c: text("error") }) }, { surface: "result" });
  const { texts } = walk(shape, '{"a":{"x-1":["1"]},"b":{"c":"2","x-2":"3"},"x-3":"4"}');
  expect(texts.map((use) => [use.text, use.surface])).toEqual([
    ["x-1", "log"],
    ["1", "log"],
    ["2", "error"],
    ["x-2", "result"],
    ["3", "result"],
    ["x-3", "result"],
    ["4", "result"],
  ]);
});

Deno.test("Walk gives a chosen shape's surface to what is below", () => {
  const shape = choose("type", { a: text("log"), b: text("error") });
  const { texts } = walk(shape, '[{"type":"a","text":"1"},{"text":"2","type":"b"},{"type":"c"}]');
  expect(texts.map((use) => [use.text, use.surface])).toEqual([
    ["1", "log"],
    ["2", "error"],
    ["c", "other"],
  ]);
});

Deno.test("Walk offers a list once, where it is named", () => {
  const shape = object({ items: list("tool", "name") });
  const { lists } = walk(shape, '{"items":[{"name":"a"},["b"]],"more":{"items":[]}}');
  expect(lists.map((use) => [use.where, use.items.length])).toEqual([["root.items", 2]]);
});

Deno.test("Walk offers each member name once for each surface", () => {
  const { texts } = walk(text("log"), '[{"k-1":1},{"k-1":2},{"k-2":3}]');
  expect(texts.map(({ text, surface, where }) => ({ text, surface, where }))).toEqual([
    { text: "k-1", surface: "log", where: "root[0].#0 (name)" },
    { text: "k-2", surface: "log", where: "root[2].#0 (name)" },
  ]);
});

Deno.test("Walk demands types of parameters only", () => {
  const shape = object({ a: { only: "string" } });
  expect(() => walk(shape, '{"a":1}', "params")).toThrow("no string");
  expect(walk(shape, '{"a":1}').texts).toEqual([]);
});

Deno.test("Walk says how many texts come before each item of a list", () => {
  const shape = object({ items: list("tool", "name") });
  const { lists, texts } = walk(
    shape,
    '{"x":"before","items":[{"name":"a","title":"b"},{},{"name":"c"}],"y":"after"}',
  );
  const { marks } = lists[0];
  const of = (item: number): string[] =>
    texts.slice(marks[item], marks[item + 1]).map((use) => use.text);
  expect([0, 1, 2].map(of)).toEqual([["a", "b"], [], ["c"]]);
  expect(marks.length).toBe(4);
});

Deno.test("Walk offers long numbers in their spelling, with the place to replace them", () => {
  const { texts } = walk(text("log"), '{"card":[4111111111111111,1.5]}');
  const number = texts.find((use) => use.kind === "number");
  expect(number).toMatchObject({ text: "4111111111111111", where: "root.card[0]", index: 0 });
  expect(texts.filter((use) => use.kind === "number").length).toBe(1);
  // However it is spelled.
  const spelled = walk(text("log"), "[4111111111111111.0,4.111111111111111e15,0.1234567890123]");
  expect(spelled.texts.map((use) => use.text)).toEqual([
    ...["4111111111111111", "4111111111111111", "0.1234567890123"],
  ]);
});

Deno.test("Walk tells no name in a path that may be somebody's key or number", () => {
  const whereOf = (key: string): string =>
    walk(text("log"), `{"${key}":{"a":"x"}}`).texts.at(-1)!.where;
  for (const key of ["AKIAIOSFODNN7EXAMPLE", "4111111111111111", "x".repeat(33), "a.b"]) {
    expect(whereOf(key)).toBe("root.#0.a");
  }
  for (const key of ["address2", "line1OfAddr", "inputSchema", "github-enterprise-2", "2026"]) {
    expect(whereOf(key)).toBe(`root.${key}.a`);
  }
});
