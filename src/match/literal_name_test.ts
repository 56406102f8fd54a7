import { expect } from "expect";
import fc from "fast-check";
import { literalNamePattern } from "./literal_name.ts";
import { compileNameList } from "./names.ts";

Deno.test("literalNamePattern() matches its name and no other", () => {
  const piece = fc.constantFrom(
    ..."a b . / : - _ __ * ? ( ) [ ] { } | \\ ^ $ + ! re: ü é 日 \u202e".split(" "),
    " ",
  );
  const name = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
  // An allow list takes `/` and `.` for one.
  const alike = (text: string): string => text.replaceAll("/", ".");
  let patterns = 0;
  fc.assert(
    fc.property(name, name, (one, other) => {
      const pattern = literalNamePattern(one);
      if (pattern === null) return;
      patterns++;
      const list = compileNameList([pattern]);
      expect([one, list.firstExact(one)]).toEqual([one, 0]);
      for (const text of [other, `${one}x`, `x${one}`, one.slice(1)]) {
        if (alike(text) !== alike(one)) {
          expect([one, text, list.firstExact(text)]).toEqual([one, text, -1]);
        }
      }
    }),
    { numRuns: 3000 },
  );
  expect(patterns).toBeGreaterThan(2500);
  expect(literalNamePattern("日".repeat(300))).toBe(null);
});
