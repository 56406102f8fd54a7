import { expect } from "expect";
import fc from "fast-check";
import { decodePunycode } from "./punycode.ts";

Deno.test("decodePunycode() undoes what URL does", () => {
  const letter = fc.constantFrom(
    ..."abzäöüßéñłабвгдяελλην日本語例えテスト한국어🙂".replace("ß", ""),
  );
  fc.assert(fc.property(fc.array(letter, { minLength: 1, maxLength: 12 }), (letters) => {
    const host = new URL(`http://${letters.join("")}/`).hostname;
    if (host.startsWith("xn--")) {
      expect(decodePunycode(host.slice(4))).toBe(letters.join("").normalize("NFC"));
    }
  }));
});

Deno.test("decodePunycode() refuses what is no punycode, and throws nothing", () => {
  for (const text of ["a-!", "ü", "9", "a-9"]) {
    expect(decodePunycode(text)).toBe(null);
  }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "z", "0", "9", "-", "q"), maxLength: 59 }),
      (text) => {
        const label = decodePunycode(text);
        expect(label === null || label.length <= text.length * 2).toBe(true);
      },
    ),
  );
});
