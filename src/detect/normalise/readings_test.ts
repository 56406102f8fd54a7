// The other readings of a text: what is undone, that each leads back to where it stands, and that they stay small.

import { expect } from "expect";
import fc from "fast-check";
import { inlineView } from "./inline.ts";
import { plainView } from "./plain.ts";
import { Readings } from "./readings.ts";
import { outlineOf } from "../outline.ts";
import { innerTexts } from "./runs.ts";

/** Every reading with what it covers. */
const read = (text: string): [kind: string, reading: string, covers: string][] =>
  new Readings(text).all.map((reading) => {
    const { start, end } = reading.locate(0, reading.text.length);
    return [reading.kind, reading.text, text.slice(start, end)];
  });

Deno.test("plainView() writes ASCII for what looks like it, keeps case, and leaves other scripts alone", () => {
  const cases: [string, string | null][] = [
    ["plain", null],
    ["мир и Größe – “ja” ❤️ שָׁלוֹם", null],
    ["ＡＢｃ１２", "ABc12"],
    ["a\u200bb\u00adc\u{e0041}d", "abcd"],
    ["А1 Аb", "A1 Ab"],
    ["ОАb", "OAb"],
    ["x\u0301y", "xy"],
    ["10\u00a0000–20", "10 000-20"],
    ["٤١", "41"],
    ["𝐀𝟏", "A1"],
  ];
  for (const [text, expected] of cases) {
    expect([text, plainView(text)?.text ?? null]).toEqual([text, expected]);
  }
});

Deno.test("under() leads from the last text to the first", () => {
  const first = "x%26#65;\u200bB y";
  const one = inlineView(first);
  const two = inlineView(one.text);
  expect([one.text, two.text]).toEqual(["x&#65;\u200bB y", "xA\u200bB y"]);
  const three = plainView(two.text)!;
  expect(three.text).toBe("xAB y");
  const map = one.map!.under(two.map!, two.text.length).under(three.map, 5);
  const back = [..."xAB y"].map((_, i) => map.find(i)).map(({ start, end }) =>
    first.slice(start, end)
  );
  expect(back).toEqual(["x", "%26#65;", "B", " ", "y"]);
});

const base64Of = (text: string): string => new TextEncoder().encode(text).toBase64();
/** UTF-8 as bytes, one character each: what is found is ASCII. */
const latin1 = (text: string): string => atob(base64Of(text));

Deno.test("innerTexts() finds base64, hex, groups and invisible ASCII, and nothing in words and numbers", () => {
  const long = "a longer text, which has more than one line of base64 in it";
  const cases: [string, [string, string][]][] = [
    [`(${btoa("hello, world")})`, [["base64", "hello, world"]]],
    [`https://x/p/${btoa("hello, world")}`, [["base64", "hello, world"]]],
    [btoa(long).replace(/(.{20})/g, "$1\r\n  "), [["base64", long]]],
    [base64Of("Zürich, hello"), [["base64", latin1("Zürich, hello")]]],
    [base64Of("\ufeffhello, world"), [["base64", latin1("\ufeffhello, world")]]],
    ["68656c6c6f2c20776f726c64", [["hex", "hello, world"]]],
    ["AB12 CD34 EF56 GH78 I", [["groups", "AB12CD34EF56GH78I"]]],
    [[..."hidden"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join(""), [
      ["hidden", "hidden"],
    ]],
    ["3f786850e387550fdab836ed7e6dc881de23001b", []],
    ["internationalization ConfigurationManagerFactory 12345678901234567890", []],
    ["some with four word rows only here that read very fast", []],
  ];
  for (const [text, expected] of cases) {
    const seen = innerTexts(text, outlineOf(text).runs).map((i) => [i.kind, i.text.split("\n")[0]]);
    expect([text, seen]).toEqual([text, expected]);
  }
});

Deno.test("innerTexts() finds an encoded value at every offset, and a row of groups", () => {
  const value = btoa("hello, world");
  for (let pad = 0; pad < 30; pad++) {
    for (
      const [word, kind] of [[value, "base64"], ["A1 B2 C3 D4 E5 F6 G7", "groups"], [
        "A B C D E 6 7 8 9",
        null,
      ]] as const
    ) {
      const text = `${"x".repeat(pad)}, ${word}, ${"y ".repeat(pad)}`;
      expect([pad, word, innerTexts(text, outlineOf(text).runs)[0]?.kind ?? null]).toEqual([
        pad,
        word,
        kind,
      ]);
    }
    const letters = [..."AKIAIOSFODNN7"].join(" ");
    const text = `${"#".repeat(pad)} ${letters}`;
    expect([pad, innerTexts(text, outlineOf(text).runs).map((i) => i.text)]).toEqual([pad, [
      "AKIAIOSFODNN7",
    ]]);
  }
});

Deno.test("Readings: clean text has none, layers are followed, each leads back", () => {
  expect(read("Just a text, 100 % clean & short.")).toEqual([]);
  const inner = btoa("hello, world");
  expect(read(`see ${btoa(`x ${inner} y`)} there`).map(([kind, text]) => [kind, text])).toEqual([
    ["base64", `x ${inner} y`],
    ["base64", "hello, world"],
  ]);
  const [[kind, text, covers]] = read(
    `${"far away\n".repeat(50)}p&#97;ss w\u200bord\n${"z".repeat(9)}`,
  );
  expect([kind, text, covers]).toEqual([
    "plain",
    "pass word\nzzzzzzzzz\n",
    "p&#97;ss w\u200bord\nzzzzzzzzz",
  ]);
});

const PIECES = [
  ...[
    "%41",
    "%2541",
    "&#65;",
    "&amp;",
    "\\u0041",
    "\u200b",
    "\u0410",
    "A",
    "\uff21",
    "\u{e0041}",
    " ",
    "\n",
  ],
  ...[
    "QUtJQUlPU0ZPRE5O",
    "414b4941494f5346",
    "AB12 ",
    "<!---->",
    "\u001b[0m",
    "é",
    "\ud800",
    "=",
    "/",
    ".",
  ],
];

Deno.test("Readings of any text lead to places inside it, and are together a few times as long at most", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 200 }), (pieces) => {
    const text = pieces.join("");
    let size = 0;
    for (const reading of new Readings(text).all) {
      size += reading.text.length;
      for (let i = 0; i + 1 < reading.text.length; i += 7) {
        const { start, end } = reading.locate(i, i + 1);
        expect(0 <= start && start < end && end <= text.length).toBe(true);
      }
    }
    expect(size).toBeLessThanOrEqual(12 * text.length + 100);
  }));
});

Deno.test("Readings of half a megabyte of beginnings: what is not linear would not end", () => {
  const units = [
    "414b4941494f-414b4941494f00/",
    "QUtJQUlP/",
    "QUtJQUlPAAEC/_8A/\n",
    "\u001b[0m\u200b",
  ];
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(500_000 / unit.length)) + btoa("hello, world");
    const found = new Readings(text).all;
    expect([unit, found.some((reading) => reading.text.includes("hello, world"))]).toEqual([
      unit,
      true,
    ]);
  }
});
