// parseJson(): its codes, offsets, limits, and the id that an error carries.

import { expect } from "expect";
import { DEFAULT_JSON_LIMITS, JsonError, parseJson } from "./json.ts";
import type { JsonLimits } from "./json.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";

function refusal(input: Uint8Array | string, limits?: Partial<JsonLimits>): JsonError {
  try {
    parseJson(input, limits);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error("accepted");
}

function codeAt(input: Uint8Array | string, limits?: Partial<JsonLimits>): string {
  const { code, offset } = refusal(input, limits);
  return `${code}@${offset}`;
}

const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits);
const one = new JsonNumber("1");

Deno.test("parseJson() builds the tree with members in order and numbers in their spelling", () => {
  const tree = parseJson(' {"2":1.0E+5,"1":[true,false,null,""],"__proto":{},"\\u0061":-0} ');
  expect(tree).toEqual(
    new JsonObject(["2", "1", "__proto", "a"], [
      new JsonNumber("1.0E+5"),
      [true, false, null, ""],
      new JsonObject(),
      new JsonNumber("-0"),
    ]),
  );
});

Deno.test("parseJson() resolves every escape and keeps all other text", () => {
  expect(parseJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u0000\u007f\u2028é😀"'))
    .toBe('"\\/\b\f\n\r\té😀\0\u007f\u2028é😀');
  // Longer than any batch, with runs of every length between the escapes.
  let text = "";
  let value = "";
  for (let i = 0; i < 3000; i++) {
    text += "x".repeat(i % 40) + (i % 2 ? "\\n" : "\\u20ac");
    value += "x".repeat(i % 40) + (i % 2 ? "\n" : "€");
  }
  expect(parseJson(`"${text}"`)).toBe(value);
});

Deno.test("parseJson() reads long strings like short ones, wherever the odd unit stands", () => {
  for (const odd of ["", "\\n", '\\"', "\\u00e9", "é", "計", "\u007f", "😀", "\n", "\0"]) {
    for (const before of [0, 1, 63, 64, 65, 200]) {
      for (const behind of [0, 1, 70]) {
        const text = `["${"a".repeat(before)}${odd}${"b".repeat(behind)}","c"]`;
        if (odd === "\n" || odd === "\0") {
          expect(codeAt(text)).toBe(`json.control_char@${2 + before}`);
        } else expect(parseJson(text)).toEqual(JSON.parse(text));
      }
    }
  }
  const long = "a".repeat(100);
  expect(codeAt(`["${long}`)).toBe("json.syntax@102");
  expect(codeAt(`["${long}\ud800"]`)).toBe("json.surrogate@102");
});

Deno.test("parseJson() refuses what is no UTF-8, and says where it begins", () => {
  expect(codeAt(hex("22ff22"))).toBe("json.utf8@1");
  expect(codeAt(hex("22c0af22"))).toBe("json.utf8@1"); // overlong
  expect(codeAt(hex("22e0809f22"))).toBe("json.utf8@1"); // overlong
  expect(codeAt(hex("22f0808080" + "22"))).toBe("json.utf8@1"); // overlong
  expect(codeAt(hex("22c3a9eda08022"))).toBe("json.utf8@3"); // surrogate
  expect(codeAt(hex("22f09f988022f4908080"))).toBe("json.utf8@6"); // above U+10FFFF
  expect(codeAt(hex("22e282ac22e282"))).toBe("json.utf8@5"); // truncated
  expect(codeAt(hex("2280"))).toBe("json.utf8@1"); // stray
  expect(codeAt(hex("fffe5b005d00"))).toBe("json.utf8@0"); // UTF-16
  expect(parseJson(hex("22ed9fbfee8080f48fbfbfc28022"))).toBe("\ud7ff\ue000\u{10ffff}\u0080");
});

Deno.test("parseJson() refuses a byte order mark in front, and only there", () => {
  expect(codeAt(hex("efbbbf7b7d"))).toBe("json.bom@0");
  expect(codeAt("\ufeff{}")).toBe("json.bom@0");
  expect(parseJson(hex("22efbbbf22"))).toBe("\ufeff");
  expect(codeAt("{}\ufeff")).toBe("json.trailing@2");
});

Deno.test("parseJson() refuses what is no JSON, and says where", () => {
  const wrong: [string, string][] = [
    ["", "json.syntax@0"],
    [" \n", "json.syntax@2"],
    ["[1,]", "json.syntax@3"],
    ["[,1]", "json.syntax@1"],
    ["[1 2]", "json.syntax@3"],
    ["[1}", "json.syntax@2"],
    ['{"a":1]', "json.syntax@6"],
    ['{"a" 1}', "json.syntax@5"],
    ['{"a":1,}', "json.syntax@7"],
    ["{a:1}", "json.syntax@1"],
    ["{", "json.syntax@1"],
    ['{"a"', "json.syntax@4"],
    ["'a'", "json.syntax@0"],
    ["tru", "json.syntax@0"],
    ["True", "json.syntax@0"],
    ["NaN", "json.syntax@0"],
    ["-Infinity", "json.syntax@1"],
    ["+1", "json.syntax@0"],
    ["01", "json.syntax@1"],
    ["[01]", "json.syntax@2"],
    ["[-]", "json.syntax@2"],
    ["[1.]", "json.syntax@3"],
    ["[.5]", "json.syntax@1"],
    ["[1e+]", "json.syntax@4"],
    ["1e", "json.syntax@2"],
    ["0x1", "json.syntax@1"],
    ["2\u0000", "json.control_char@1"],
    ['"a', "json.syntax@2"],
    ['"\\', "json.syntax@2"],
    ['"\\x"', "json.syntax@2"],
    ['"\\u12g4"', "json.syntax@5"],
    ['"\\u12', "json.syntax@5"],
    ["/**/1", "json.syntax@0"],
    ["\u00a01", "json.syntax@0"],
    ["1 2", "json.trailing@2"],
    ["{}{}", "json.trailing@2"],
    ["\u0000", "json.control_char@0"],
    ["[\f1]", "json.control_char@1"],
    ['"a\u0000b"', "json.control_char@2"],
    ['"a\nb"', "json.control_char@2"],
    ['"\\n\tb"', "json.control_char@3"],
    ['{"a\u001f":1}', "json.control_char@3"],
  ];
  expect(wrong.map(([text]) => [text, codeAt(text)])).toEqual(wrong);
});

Deno.test("parseJson() refuses a key twice in one object, compared after unescaping", () => {
  expect(codeAt('{"a":1,"a":1}')).toBe("json.duplicate_key@7");
  expect(codeAt('{"name":1,"x":{},"n\\u0061me":2}')).toBe("json.duplicate_key@17");
  expect(codeAt('[{"":0,"":0}]')).toBe("json.duplicate_key@7");
  expect(parseJson('{"a":{"a":[{"a":1},{"a":2}]},"A":1}')).toBeInstanceOf(JsonObject);
  for (const n of [2, 7, 8, 9, 10, 300]) {
    const keys = Array.from({ length: n }, (_, i) => `"k${i}":0`);
    expect((parseJson(`{${keys}}`) as JsonObject).keys.length).toBe(n);
    for (const twice of [0, n - 1]) {
      expect(refusal(`{${keys},"k${twice}":0}`).code).toBe("json.duplicate_key");
    }
  }
  // A nested object between the members of a large one.
  const inner = Array.from({ length: 20 }, (_, i) => `"k${i}":{"k0":0}`);
  expect(refusal(`{${inner},"k3":0}`).code).toBe("json.duplicate_key");
});

Deno.test("parseJson() refuses __proto__ as a key, however spelled, and takes its relatives", () => {
  expect(codeAt('{"a":[{"__proto__":1}]}')).toBe("json.proto_key@7");
  expect(codeAt('{"_\\u005fproto__":1}')).toBe("json.proto_key@1");
  const tree = parseJson('{"constructor":{"prototype":"__proto__"},"toString":1}') as JsonObject;
  expect(tree.has("hasOwnProperty")).toBe(false);
  expect(tree.get("valueOf")).toBe(undefined);
  expect((tree.get("constructor") as JsonObject).get("prototype")).toBe("__proto__");
});

Deno.test("parseJson() refuses half a surrogate pair in escapes and in text", () => {
  for (
    const text of [
      "\\ud800",
      "\\udc00",
      "\\udc00\\ud800",
      "\\ud800x\\udc00",
      "\\ud800\\ud800\\udc00",
    ]
  ) {
    expect(refusal(`["${text}"]`).code).toBe("json.surrogate");
    expect(refusal(`{"${text}":1}`).code).toBe("json.surrogate");
  }
  expect(codeAt('["\ud800"]')).toBe("json.surrogate@2");
  expect(codeAt('["😀\ude00"]')).toBe("json.surrogate@4");
  expect(codeAt('["\ud83d\\ude00"]')).toBe("json.surrogate@2");
  expect(parseJson('"\\ud83d\\ude00\\uDBFF\\uDFFF"')).toBe("😀\u{10ffff}");
});

Deno.test("parseJson() counts depth, values, members and bytes exactly", () => {
  const nested = (n: number): string => "[".repeat(n) + "]".repeat(n);
  expect(parseJson(nested(64))).toBeInstanceOf(Array);
  expect(codeAt(nested(65))).toBe("json.depth@64");
  expect(parseJson("1", { depth: 0 })).toEqual(one);
  expect(codeAt('{"a":{}}', { depth: 1 })).toBe("json.depth@5");

  expect(parseJson('[1,{"a":2}]', { tokens: 4 })).toBeInstanceOf(Array);
  expect(codeAt('[1,{"a":2}]', { tokens: 3 })).toBe("json.tokens@8");
  const many = (n: number): string => `[${new Array(n).fill("0").join()}]`;
  expect((parseJson(many(99_999)) as JsonValue[]).length).toBe(99_999);
  expect(refusal(many(100_000)).code).toBe("json.tokens");

  expect(parseJson('{"a":1,"b":{"c":1,"d":1}}', { keys: 2 })).toBeInstanceOf(JsonObject);
  expect(codeAt('{"a":1,"b":1,"c":1}', { keys: 2 })).toBe("json.keys@13");

  expect(parseJson('"é😀"', { bytes: 8 })).toBe("é😀");
  expect(codeAt('"é😀"', { bytes: 7 })).toBe("json.size@7");
  expect(codeAt(new TextEncoder().encode('"é😀"'), { bytes: 7 })).toBe("json.size@7");
  expect(refusal(" ".repeat(DEFAULT_JSON_LIMITS.bytes) + "1").code).toBe("json.size");
});

Deno.test("parseJson() refuses numbers that a double cannot hold, unless they are preserved", () => {
  expect(codeAt("[9007199254740992]")).toBe("json.unsafe_number@1");
  expect(codeAt('{"a":1e400}')).toBe("json.unsafe_number@5");
  expect(parseJson("[9007199254740993.0,1e400]", { numbers: "preserve" }))
    .toEqual([new JsonNumber("9007199254740993.0"), new JsonNumber("1e400")]);
});

Deno.test("JsonError's message quotes at most one character of the document", () => {
  const secret = "zq7wx";
  const texts = [
    `{"${secret}":1,"${secret}":2}`,
    `{"a":"${secret}"} ${secret}`,
    `["${secret}" ${secret}]`,
    `["${secret}\n"]`,
    `{"id":"${secret}","__proto__":"${secret}"}`,
    `["${secret}\\ud800"]`,
    `"${secret}`,
  ];
  for (const text of texts) expect(refusal(text).message).not.toMatch(/zq|q7|7w|wx/);
  expect(refusal("[}").message).toBe('Unexpected "}" at offset 1');
  expect(refusal('["\u0007"]').message).toBe("Control character U+0007 at offset 2");
  expect(refusal('[\u202e"]').message).toBe("Unexpected U+202E at offset 1");
});

Deno.test("parseJson() ends on documents made to exhaust it", () => {
  const limits: Partial<JsonLimits> = {
    bytes: 20_000_000,
    depth: 2_000_000,
    tokens: 3_000_000,
    keys: 2_000_000,
  };
  const nested = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  let depth = 0;
  for (let v = parseJson(nested, limits); Array.isArray(v) && v.length > 0; v = v[0]!) depth++;
  expect(depth).toBe(999_999);
  expect(refusal(nested).code).toBe("json.size");
  expect(refusal(nested, { bytes: 20_000_000 }).code).toBe("json.depth");
  expect(refusal("[".repeat(1_000_000), { bytes: 20_000_000, tokens: 2_000_000 }).code)
    .toBe("json.syntax");
  const wide = `{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join()}}`;
  const tree = parseJson(wide, limits) as JsonObject;
  expect(tree.get("999999")).toEqual(new JsonNumber("0"));
  expect(refusal(wide, { bytes: 20_000_000 }).code).toBe("json.keys");
});
