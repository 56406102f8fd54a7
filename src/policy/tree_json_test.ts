// JSON text of a YAML tree: every value as it is spelled, and nothing that has two readings.

import { expect } from "expect";
import fc from "fast-check";
import { parseJson, writeJson } from "../wire/mod.ts";
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

Deno.test("jsonTextOf() gives JSON back as it is, whatever stands in it", () => {
  const odd = [
    "no",
    "<<",
    "=",
    "~",
    "1e5",
    "- x",
    ": ",
    "#",
    "&a",
    "*a",
    "!t",
    "\t",
    "\u2028",
    "😀",
  ];
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...odd, "\u0000", "\u007f", "\u0085", '"', "\\", "'", "\n"), {
      maxLength: 4,
    }).map((parts) => parts.join("")),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", maxDepth: 6 },
      text,
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(text, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => {
    const json = JSON.stringify([value]);
    // What only escapes can say in a file is escaped here as well; `__proto__` is the strict reader's to refuse.
    const written = json.replace(
      /[\u007f-\u009f\u2028]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    if (written.includes("__proto__")) return;
    const { root, problems } = parseTree(written, 100);
    expect([written, problems]).toEqual([written, []]);
    expect(writeJson(parseJson(jsonTextOf(root!)))).toBe(writeJson(parseJson(json)));
  }));
});
