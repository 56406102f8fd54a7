// Units are those of the text, whatever was read before.

import { expect } from "expect";
import { UnitBuffer, UNITS } from "./units.ts";

Deno.test("UnitBuffer.of() gives the units of short, long and mixed texts, a line end and zeros", () => {
  const buffer = new UnitBuffer();
  const long = "a line of text\n".repeat(1000);
  const texts = [
    ...["", "a", "\ud800", "x".repeat(48), long, `${long}\u00e9${long}`, "\u{1f600}".repeat(3000)],
    ...[
      `${long}${"\u4e00".repeat(5000)}${long}${long}${long}`,
      "y".repeat(1_200_000),
      "end",
      "end",
      "emd",
    ],
  ];
  for (const text of texts) {
    const units = buffer.of(text);
    expect(Array.from(units.subarray(0, text.length + 8))).toEqual([
      ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)),
      ...[0x0a, 0, 0, 0, 0, 0, 0, 0],
    ]);
  }
});

Deno.test("UnitBuffer.of() gives a text's own units after an empty text and one that is too long to be kept", () => {
  const buffer = new UnitBuffer();
  // The room that is kept grows to twice what it was.
  buffer.of("z".repeat(300_000));
  const text = "x".repeat(400_000);
  buffer.of(text);
  for (const other of ["", "y".repeat(590_000)]) {
    buffer.of(other);
    const units = buffer.of(text);
    expect([units[0], units[399_999], units[400_000]]).toEqual([0x78, 0x78, 0x0a]);
  }
});

Deno.test("UNITS.of() gives a text's own units whatever was asked for before, and leaves the last two alone", () => {
  const long = Array.from({ length: 6 }, (_, k) => String.fromCharCode(0x61 + k).repeat(5000));
  const texts = [...long, ...Array.from({ length: 4 }, (_, k) => String(k).repeat(50))];
  let before: { text: string; units: Uint16Array } | null = null;
  let last = long[0]!;
  for (let n = 0; n < 300; n++) {
    const text = texts[n * 7 % 11 % texts.length]!;
    const units = UNITS.of(text);
    for (const seen of [{ text, units }, ...(before === null ? [] : [before])]) {
      expect([seen.units[0], seen.units[seen.text.length - 1], seen.units[seen.text.length]])
        .toEqual([seen.text.charCodeAt(0), seen.text.charCodeAt(0), 0x0a]);
    }
    before = { text, units };
    last = text;
  }
  // A copy of a text is the same text.
  expect(UNITS.of(last.slice(0, 1) + last.slice(1))).toBe(before?.units);
});

Deno.test("UnitBuffer.of() remembers no text of which it copied half", () => {
  const buffer = new UnitBuffer();
  const encode = TextEncoder.prototype.encodeInto;
  buffer.of("x".repeat(100));
  try {
    TextEncoder.prototype.encodeInto = () => {
      throw new RangeError("Array buffer allocation failed");
    };
    expect(() => buffer.of("y".repeat(100))).toThrow(RangeError);
  } finally {
    TextEncoder.prototype.encodeInto = encode;
  }
  expect(buffer.of("y".repeat(100))[0]).toBe(0x79);
});
