import { expect } from "expect";
import fc from "fast-check";
import { cap, escapeInvisible } from "./text.ts";

const any = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  // Lone surrogates too.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

/** A list of its own, so that a mistake in the escaper's class shows. */
function isHidden(character: string): boolean {
  const code = character.codePointAt(0)!;
  const ranges = [
    [0, 0x1f],
    [0x7f, 0xa0],
    [0xad, 0xad],
    [0x2000, 0x200f],
    [0x2028, 0x202f],
    [0x205f, 0x206f],
    [0xd800, 0xf8ff],
    [0xfe00, 0xfe0f],
    [0xfeff, 0xfeff],
    [0xe0000, 0x10ffff],
  ] as const;
  return ranges.some(([first, last]) => code >= first && code <= last);
}

Deno.test("escapeInvisible() keeps the value of any JSON and leaves no invisible character", () => {
  fc.assert(
    fc.property(any, any, (key, value) => {
      const escaped = escapeInvisible(JSON.stringify({ [key]: [value] }));
      expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify({ [key]: [value] })));
      expect([...escaped].filter(isHidden)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("escapeInvisible() escapes what ends lines, reorders, hides or is drawn as nothing", () => {
  const invisible = [
    ["\u007f", "\\u007f"],
    ["\u0085", "\\u0085"],
    ["\u00a0", "\\u00a0"],
    ["\u00ad", "\\u00ad"],
    ["\u061c", "\\u061c"],
    ["\u115f", "\\u115f"],
    ["\u200b", "\\u200b"],
    ["\u200e", "\\u200e"],
    ["\u2028", "\\u2028"],
    ["\u2029", "\\u2029"],
    ["\u202e", "\\u202e"],
    ["\u2066", "\\u2066"],
    ["\u2800", "\\u2800"],
    ["\u3164", "\\u3164"],
    ["\ufe0f", "\\ufe0f"],
    ["\ufeff", "\\ufeff"],
    ["\ue000", "\\ue000"],
    ["\uffff", "\\uffff"],
    ["\u{e0041}", "\\udb40\\udc41"],
    ["\u{10ffff}", "\\udbff\\udfff"],
  ] as const;
  for (const [character, escape] of invisible) {
    expect(escapeInvisible(`"a${character}b"`)).toBe(`"a${escape}b"`);
  }
});

Deno.test("escapeInvisible() leaves visible text of all scripts readable", () => {
  const text = JSON.stringify("Zürich naïve café, Αθήνα, Москва, 東京, 서울, ไทย, 😀 + plain text");
  expect(escapeInvisible(text)).toBe(text);
});

Deno.test("cap() cuts and says how much, without splitting a character", () => {
  expect(cap("", 4)).toBe("");
  expect(cap("abcd", 4)).toBe("abcd");
  expect(cap("abcde", 4)).toBe("abcd…[+1]");
  expect(cap("x".repeat(1_000_000), 256)).toBe("x".repeat(256) + "…[+999744]");
  expect(cap("abc😀", 4)).toBe("abc…[+2]");
  expect(cap("ab😀c", 4)).toBe("ab😀…[+1]");
  expect(cap("abc\ud83dx", 4)).toBe("abc\ud83d…[+1]");
});

Deno.test("cap() cannot be made to look like a cut text", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (text, max) => {
      const capped = cap(text, max);
      if (capped === text) expect(text.length <= max).toBe(true);
      else expect(capped.length).toBeGreaterThan(max);
    }),
  );
});
