import { expect } from "expect";
import fc from "fast-check";
import { matchesNothing } from "./hopeless.ts";
import { compileRegexSet } from "./regex.ts";

Deno.test("matchesNothing() finds expressions that no text satisfies, and only those", () => {
  const hopeless = [
    ...["$a", "a^b", "[^\\s\\S]", "x(?:$y|^z)", "\\z.", "(?:[^\\x00-\\x{10FFFF}])+", "(?s)$.^"],
  ];
  for (const source of hopeless) expect([source, matchesNothing(source)]).toEqual([source, true]);
  const fine = [
    ...[
      "",
      "^",
      "$",
      "^$",
      "a|$b",
      "(?m)a$\\n^b",
      "(?i)ignore.*instructions",
      "(?:$a)?b",
      "\\bx\\b",
    ],
  ];
  for (const source of fine) expect([source, matchesNothing(source)]).toEqual([source, false]);
});

Deno.test("matchesNothing() never says so of an expression that matches something", () => {
  const atom = fc.constantFrom("a", "b", ".", "^", "$", "[ab]", "[^a]", "\\b", "(?m:^)", "(?m:$)");
  const source = fc.array(fc.tuple(atom, fc.constantFrom("", "", "*", "?", "+", "|")), {
    minLength: 1,
    maxLength: 6,
  }).map((parts) => parts.map((part) => part.join("")).join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\n"), maxLength: 6 });
  let matched = 0;
  fc.assert(
    fc.property(source, text, (source, text) => {
      if (compileRegexSet([source]).matches(text).length === 0) return;
      matched++;
      expect([source, matchesNothing(source)]).toEqual([source, false]);
    }),
    { numRuns: 4000 },
  );
  expect(matched).toBeGreaterThan(1000);
});
