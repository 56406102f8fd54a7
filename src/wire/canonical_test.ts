// canonicalJson(): the vectors of RFC 8785, and that the order of members never matters.

import { expect } from "expect";
import { canonicalJson } from "./canonical.ts";
import { parseJson } from "./json.ts";
import { JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";

const canonical = (text: string): string => canonicalJson(parseJson(text));

Deno.test("canonicalJson() writes RFC 8785's example (sections 3.2.2 to 3.2.4)", () => {
  const input = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  const text = canonical(input);
  expect(text).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  // Section 3.2.4: the same as UTF-8.
  expect(new TextEncoder().encode(text).toHex()).toBe(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333" +
      "333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472" +
      "696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d",
  );
});

Deno.test("canonicalJson() sorts members by UTF-16 code units (section 3.2.3)", () => {
  const input = String.raw`{
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`;
  const values = (parseJson(canonical(input)) as JsonObject).values;
  expect(values).toEqual([
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

Deno.test("canonicalJson() sorts at every depth, keeps arrays, and leaves the tree as it was", () => {
  const tree = parseJson('{"b":[{"z":1,"a":[3,1,2]}],"a":{},"":[]}') as JsonObject;
  expect(canonicalJson(tree)).toBe('{"":[],"a":{},"b":[{"a":[3,1,2],"z":1}]}');
  expect(tree.keys).toEqual(["b", "a", ""]);
  const many = Array.from({ length: 100 }, (_, i) => `"k${(i * 37) % 100}":${(i * 37) % 100}`);
  expect(canonical(`{${many}}`)).toBe(canonical(`{${many.toReversed()}}`));
});

Deno.test("canonicalJson() tells numbers apart that doubles do not", () => {
  const preserved = (text: string): string =>
    canonicalJson(parseJson(text, { numbers: "preserve" }));
  expect(preserved("[9007199254740993,9007199254740992,1e400]"))
    .toBe("[9.007199254740993e+15,9007199254740992,1e+400]");
});

Deno.test("canonicalJson() writes half a surrogate pair of a tree from code as its escape", () => {
  expect(canonicalJson(["\ud800", "😀"])).toBe('["\\ud800","😀"]');
});

Deno.test("canonicalJson() needs no stack for depth", () => {
  let tree: JsonValue = [];
  for (let i = 0; i < 200_000; i++) tree = i % 2 ? [tree] : new JsonObject(["a"], [tree]);
  expect(canonicalJson(tree)).toBe('[{"a":'.repeat(100_000) + "[]" + "}]".repeat(100_000));
});
