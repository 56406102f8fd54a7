// writeJson(): spelling and order kept, and always valid JSON in valid UTF-8.

import { expect } from "expect";
import { parseJson } from "./json.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";
import { writeJson } from "./write.ts";

Deno.test("writeJson() keeps member order and number spelling, and drops white space", () => {
  const text = ' { "2" : 1.0E+5 , "1" : [ -0 , 1e-0 , [ ] , { } ] , "b" : { "z":null,"a":true } } ';
  expect(writeJson(parseJson(text)))
    .toBe('{"2":1.0E+5,"1":[-0,1e-0,[],{}],"b":{"z":null,"a":true}}');
  const big = "[9007199254740993.0,1e400,100000000000000000000]";
  expect(writeJson(parseJson(big, { numbers: "preserve" }))).toBe(big);
});

Deno.test("writeJson() writes lone values", () => {
  const values: [JsonValue, string][] = [
    [null, "null"],
    [false, "false"],
    ["", '""'],
    [new JsonNumber("1.50"), "1.50"],
    [[], "[]"],
    [new JsonObject(), "{}"],
  ];
  for (const [value, text] of values) expect(writeJson(value)).toBe(text);
});

Deno.test("writeJson() escapes in keys and values just what must be escaped", () => {
  for (const pad of ["", "x".repeat(100)]) {
    for (let unit = 0; unit <= 0xffff; unit += unit < 0x300 ? 1 : 0x101) {
      const text = pad + String.fromCharCode(unit) + pad;
      const written = writeJson(new JsonObject([text], [text]));
      expect(JSON.parse(written)).toEqual({ [text]: text });
      expect(written.isWellFormed()).toBe(true);
      const isPlain = unit >= 0x20 && ![0x22, 0x5c, 0x85, 0x2028, 0x2029].includes(unit) &&
        text.isWellFormed();
      if (isPlain) expect(written).toBe(`{"${text}":"${text}"}`);
    }
  }
  expect(writeJson('\u0000\u001f\n"\\\ud800')).toBe('"\\u0000\\u001f\\n\\"\\\\\\ud800"');
});

Deno.test("writeJson() writes the tree as it is now", () => {
  const tree = parseJson('{"a":1,"b":[1,2],"c":3}') as JsonObject;
  tree.set("b", "new");
  tree.delete("a");
  tree.set("d", []);
  expect(writeJson(tree)).toBe('{"b":"new","c":3,"d":[]}');
});

Deno.test("writeJson() needs no stack for depth", () => {
  let tree: JsonValue = new JsonObject();
  for (let i = 0; i < 200_000; i++) tree = i % 2 ? [tree] : new JsonObject(["a"], [tree]);
  expect(writeJson(tree)).toBe('[{"a":'.repeat(100_000) + "{}" + "}]".repeat(100_000));
});

Deno.test("writeJson() leaves nothing that any reader takes for the end of a line (STD-002)", () => {
  const smuggled = '\u2028{"jsonrpc":"2.0","id":1,"method":"tools/call"}\u2029\u0085';
  for (const text of [smuggled, smuggled.repeat(20)]) {
    const written = writeJson(new JsonObject([text], [text]));
    expect(/[\n\r\u0085\u2028\u2029]/.test(written)).toBe(false);
    expect(JSON.parse(written)).toEqual({ [text]: text });
  }
  expect(writeJson("\u0085\u2028\u2029")).toBe('"\\u0085\\u2028\\u2029"');
});
