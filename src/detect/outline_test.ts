// What the first look at a text says of characters that may be read as others.

import { expect } from "expect";
import fc from "fast-check";
import { findHidden } from "./injection/hidden.ts";
import { plainView } from "./normalise/plain.ts";
import { UnitBuffer } from "./normalise/units.ts";
import { CLEAN, MARKS, outlineOf, walk } from "./outline.ts";

Deno.test("outlineOf() takes lookalikes with little ASCII between them as one stretch, of one line", () => {
  expect(outlineOf("\u0456gn\u043er\u0435 it").odd).toEqual([0, 6]);
  expect(outlineOf("a\u0430\nb\u0430").odd).toEqual([1, 2, 4, 5]);
  expect(outlineOf(`a\u0430${"b".repeat(9)}\u0430`).odd).toEqual([1, 2, 11, 12]);
  // Other letters between them are looked at by nobody.
  expect(outlineOf("a\u0430 \u4e2d a\u0430").odd).toEqual([1, 2, 6, 7]);
});

Deno.test("outlineOf() tells of all that reads as something else, however it is cut into stretches", () => {
  const signs = ["a", " ", "\u0430", "\u200b", "\uff1d", "\u00a0", "\u4e2d", "\u2011", "7", "\n"];
  // Every text of five of them.
  for (let n = 0; n < 10 ** 5; n += 7) {
    const text = Array.from({ length: 5 }, (_, k) => signs[Math.floor(n / 10 ** k) % 10]).join("");
    expect(plainView(text, outlineOf(text).odd)?.text).toBe(plainView(text)?.text);
  }
});

Deno.test("outlineOf() marks the signs that forms of secrets have, and no other dash and colon", () => {
  const signs = (text: string): number[] => {
    const { places } = outlineOf(text);
    return places.filter((_, i) => i % 2 === 0 && (places[i + 1]! & MARKS.sign) !== 0);
  };
  expect(signs("-----BEGIN ")).toEqual([0]);
  expect(signs("x -------BEGIN ")).toEqual([4]);
  expect(signs("a://b 12:cd $2a$")).toEqual([1, 8, 12, 15]);
  for (
    const text of [
      "| --- | ---------- |",
      "it is so: a, b:c and :d",
      "----- -----",
      "a:/b",
      "--> \nB",
    ]
  ) {
    expect(outlineOf(text)).toBe(CLEAN);
  }
});

Deno.test("outlineOf() tells where something may be hidden: invisible characters, escapes, lookalikes", () => {
  for (const text of ["", "a b\tc\r\nd ~", "100 % \\ <b>"]) {
    expect(outlineOf(text).hidden).toEqual([]);
  }
  for (const text of ["\u200bok", "a\u001b[31mb", "a\u0430b", "\u001b"]) {
    expect([text, outlineOf(text).hidden.length]).toEqual([text, 2]);
  }
});

Deno.test("outlineOf() says of a text whether something in it stands for single characters", () => {
  const inline = (text: string): boolean => outlineOf(text).inline;
  const yes = ["%41", "%u0041", "&#65;", "&amp;", "\\u0041", "\\x41", "\\U00000041", "a<!-- -->b"];
  for (const text of [...yes, "a\u001b[1mb", "a\u001b]8;b"]) {
    expect([text, inline(text)]).toEqual([text, true]);
  }
  for (const text of ["100 %", "a & b", "C:\\new", "a < b", "<b>"]) {
    expect([text, inline(text)]).toEqual([text, false]);
  }
});

Deno.test("outlineOf() marks what may be a secret, a number or an address, and words that name a value", () => {
  const marks = (text: string): readonly number[] => outlineOf(text).places;
  expect(marks("see sig=x")).toEqual([4, MARKS.secret]);
  expect(marks("my token is")).toEqual([3, MARKS.secret]);
  expect(marks("a key")).toEqual([2, MARKS.secret]);
  expect(marks("in 12 days")).toEqual([3, MARKS.number]);
  expect(marks("me@home")).toEqual([2, MARKS.at]);
});

Deno.test("walk() gives a taker only what it has not taken yet", () => {
  const seen: string[] = [];
  const text = "ab-cdef gh.ij";
  // Takes three more than it is given of the first run, and one more than the sign behind the last but one.
  walk(new UnitBuffer().of(text), text.length, {
    run: (_hash, start, end) => {
      seen.push(text.slice(start, end));
      return start === 0 ? end + 3 : end;
    },
    sign: (_c, _next, at) => {
      seen.push(text[at]!);
      return at + 2;
    },
    folded: (at) => at + 1,
  }, false);
  expect(seen).toEqual(["ab", "ef", "gh", ".", "j"]);
});

Deno.test("outlineOf() tells of every stretch that may hide something, and findHidden() finds nothing elsewhere", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      "ab ",
      "\u0430",
      "\u0438",
      "\u0435\u0441",
      "\u00e9",
      "\u200b",
      "\u202e",
      "\ufe0f",
      "\u{e0041}",
    ],
    ...[
      "\u0430\u0430\u00e9 ".repeat(3),
      "\u{1f3f4}",
      "\u{e0101}",
      "\u001b[8m",
      "\u0001",
      "\u00ad",
      "\u0301",
      " ",
      "\n",
      "7",
      "-",
      "\u4e2d",
    ],
  );
  let found = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const { hidden } = outlineOf(text);
      const findings = findHidden(text, new Set());
      found += findings.length;
      if (hidden.length === 0) expect(findings).toEqual([]);
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(500);
  // Prose of other scripts is passed over.
  for (const text of ["\u0432\u0441\u0435 \u0438 \u0430", "\u4eca\u65e5", "caf\u00e9 \u0430"]) {
    expect(outlineOf(text).hidden).toEqual([]);
  }
});
