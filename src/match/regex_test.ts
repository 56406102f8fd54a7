import { expect } from "expect";
import fc from "fast-check";
import { PatternError } from "./errors.ts";
import { compileRegexSet } from "./regex.ts";

Deno.test("compileRegexSet() finds every expression anywhere in the text", () => {
  const set = compileRegexSet(["(?i)ignore.*instructions", "x(?P<digits>[0-9]+)", "^never$"]);
  expect(set.size).toBe(3);
  expect(set.matches("x1 and IGNORE all instructions")).toEqual([0, 1]);
  expect(set.matches("nothing")).toEqual([]);
});

Deno.test("compileRegexSet() keeps no position between calls (PAT-010)", () => {
  const set = compileRegexSet(["AKIA[0-9A-Z]{16}"]);
  for (let i = 0; i < 4; i++) expect(set.matches("AKIAIOSFODNN7EXAMPLE")).toEqual([0]);
});

Deno.test("compileRegexSet() binds both ends of every branch when whole (PAT-009)", () => {
  const set = compileRegexSet(["read_file|list"], { whole: true });
  expect(set.matches("list")).toEqual([0]);
  expect(set.matches("wipe_list")).toEqual([]);
  expect(set.matches("list\n")).toEqual([]);
  expect(set.matches("read_file2")).toEqual([]);
});

Deno.test("compileRegexSet() of nothing finds nothing", () => {
  expect(compileRegexSet([]).matches("x")).toEqual([]);
});

Deno.test("compileRegexSet() finishes on a text that stalls backtracking engines (PAT-001)", () => {
  const set = compileRegexSet(["^(a+)+$", "(.*a){12}b"]);
  expect(set.matches("a".repeat(100_000) + "!")).toEqual([]);
  expect(set.matches("a".repeat(100_000))).toEqual([0]);
});

for (
  const [source, offset, words] of [
    ["(?=a)b", 0, "lookaround"],
    ["ab(?!c)", 2, "lookaround"],
    ["(?<=a)b", 0, "lookaround"],
    ["(a)\\1", 3, "backreference"],
    ["a{1001}", 1, "too large"],
    ["(a{100}){100}", 2, "too large"],
    ["(a", 0, "missing closing"],
    ["a**", 1, "repetition"],
    ["(?:a|b)*a(?:a|b){200}d", 16, "automaton state"],
    ["[a-z]{1,1000}@", 5, "instructions"],
    ["", 0, "empty"],
    ["a".repeat(1001), 1000, "longer than 1000"],
  ] as const
) {
  Deno.test(`compileRegexSet() refuses ${source.slice(0, 30)} and says why and where`, () => {
    let error: unknown;
    try {
      compileRegexSet(["fine", source]);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(PatternError);
    expect((error as PatternError).message).toContain(words);
    expect((error as PatternError).offset).toBe(offset);
    expect((error as PatternError).index).toBe(1);
  });
}

for (
  const source of [
    "AKIA[0-9A-Z]{16}",
    "eyJ[\\w-]{10,200}\\.[\\w-]{10,200}",
    "[ab]*a[ab]{20}d",
    "\\bsk-[A-Za-z0-9]{48}\\b",
  ]
) {
  Deno.test(`compileRegexSet() takes ${source}, which is cheap enough`, () => {
    expect(compileRegexSet([source]).size).toBe(1);
  });
}

Deno.test("compileRegexSet() throws nothing but PatternError", () => {
  const piece = fc.constantFrom(
    "a",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "2,3",
    "*",
    "+",
    "?",
    "|",
    "\\",
    "^",
    "$",
    "(?i)",
    "(?=",
    "\\p{",
    "é",
    "\ud800",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.string(), (pieces, text) => {
    try {
      expect(Array.isArray(compileRegexSet([pieces.join("")]).matches(text))).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(PatternError);
    }
  }));
});
