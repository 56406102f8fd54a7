import fc from "fast-check";
import { expect } from "expect";
import { compileNameIndex } from "./nameindex.ts";
import { compileNameList } from "./names.ts";

const word = fc.constantFrom("read", "Del", "file", "fs", "a", "Ａ", "é", "");
const separator = fc.constantFrom("/", ".", ":", "_", "-", "__", "%2e", ";v=1", " ");
const name = fc.array(fc.tuple(word, separator), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join("")).filter((text) => text !== "" && text.trim() === text);
const pattern = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom("read", "del", "file", "a", "/", "_", "*", "?", "."), word), {
    minLength: 1,
    maxLength: 5,
  }).map((parts) => parts.join("")).filter((text) => text !== "" && text.trim() === text),
  fc.constantFrom("re:fs.*", "re:del|read", "re:.*file$"),
);

Deno.test("the index finds exactly the lists that match one by one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(pattern, { maxLength: 3 }), { maxLength: 8 }),
      name,
      (lists, text) => {
        const alone = lists.flatMap((patterns, owner) =>
          compileNameList(patterns).firstFolded(text) >= 0 ? [owner] : []
        );
        expect(compileNameIndex(lists).owners(text)).toEqual(alone);
      },
    ),
    { numRuns: 1500 },
  );
});

Deno.test("the index remembers names without mixing them up", () => {
  const index = compileNameIndex([["a*"], ["b*"]]);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 300; i++) {
      expect(index.owners(`a${i}`)).toEqual([0]);
      expect(index.owners(`b${i}`)).toEqual([1]);
    }
  }
});
