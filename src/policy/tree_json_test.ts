// JSON text of a YAML tree: every value as it is spelled, and nothing that has two readings.

import { expect } from "expect";
import { parseTree } from "./tree.ts";
import { jsonTextOf, OddValue } from "./tree_json.ts";

const textOf = (yaml: string): string => jsonTextOf(parseTree(yaml, 100).root!);

Deno.test("jsonTextOf() keeps the spelling of numbers and of keys", () => {
  const cases: [yaml: string, json: string][] = [
    [
      "{ a: 9007199254740993, b: -0, c: 1.50, d: 0.1000000000000000055511151231257827 }",
      '{"a":9007199254740993,"b":-0,"c":1.50,"d":0.1000000000000000055511151231257827}',
    ],
    [
      "[true, false, null, '1', text, \"a\\u0001\\u2028\"]",
      '[true,false,null,"1","text","a\\u0001\u2028"]',
    ],
    ['{ 1.50: a, 007x: b, "q\\"": c, true: d }', '{"1.50":"a","007x":"b","q\\"":"c","true":"d"}'],
    ["a:\n  - b: |\n      x\n      y\n  -\n", '{"a":[{"b":"x\\ny\\n"},null]}'],
    ['{ "__proto__": { x: 1 } }', '{"__proto__":{"x":1}}'],
    ['["\\ud800"]', '["\\ud800"]'],
  ];
  for (const [yaml, json] of cases) expect([yaml, textOf(yaml)]).toEqual([yaml, json]);
  const deep = `${"[".repeat(90)}1${"]".repeat(90)}`;
  expect(textOf(deep)).toBe(deep);
});

Deno.test("jsonTextOf() refuses words that readers take for different values, at their place", () => {
  for (const word of ["no", "1e5", "0x1f", "1_000", "2026-11-27", "12:30", ".inf", "1e999", "+1"]) {
    let found: unknown;
    try {
      textOf(`{ a: [x, ${word}] }`);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(OddValue);
    expect((found as OddValue).problem).toMatchObject({ offset: 9 });
    expect((found as OddValue).message).toContain(`\`${word}\``);
  }
});
