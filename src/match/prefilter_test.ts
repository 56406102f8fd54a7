// The search before the automaton: what a text must contain, and that it never hides a match.

import { expect } from "expect";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { mayHold, requiredText } from "./prefilter.ts";
import { compileRegexSet } from "./regex.ts";

Deno.test("requiredText() finds the longest text that every match contains", () => {
  const table: [source: string, piece: string | null][] = [
    ["(?i)ignore.*instructions", "instructions"],
    ["(?i)Exfiltrate", "exfiltrate"],
    ["colou?r", "colo"],
    ["abcd*", "abc"],
    ["abcd+e", "abcd"],
    ["abcd{0,3}", "abc"],
    ["abcd{2}", "abcd"],
    ["(secret)?token", "token"],
    ["a\\.env", "a.env"],
    ["\\bsudo\\b", "sudo"],
    ["[a-z]+-key", "-key"],
    ["[]x]yes", "yes"],
    ["key[^]]*=", "key"],
    ["(a|b)cde", "cde"],
    ["x(?:long(er)?) one", " one"],
    ["abcdé*f", "abcd"],
    ["abc{,2}", null],
    ["one|two", null],
    ["ab", null],
    ["(only inside)", null],
    ["\\Qa.b\\E*", null],
    ["\\pLabc", null],
    ["\\x{41}abc", null],
    ["[[:alpha:]]abc", null],
    ["\\d{3}-\\d{4}", null],
    [".*", null],
    ["(?i)(?s)token", "token"],
    ["[a](?i)?token", "token"],
    ["token(?i)?", null],
    ["token+(?i)(?-s){0}key", null],
  ];
  for (const [source, piece] of table) {
    RE2JS.compile(source);
    expect([source, requiredText(source)]).toEqual([source, piece]);
  }
});

Deno.test("mayHold() knows every spelling that an expression without case can match", () => {
  const needles = ["instructions", "skin"];
  for (
    const text of ["INSTRUCTIONS", "my inStructions", "\u212ain s\u212ain", "in\u017ftructions"]
  ) {
    expect([text, mayHold(text, needles)]).toEqual([text, true]);
  }
  for (const text of ["", "instruction", "in structions", "s kin"]) {
    expect([text, mayHold(text, needles)]).toEqual([text, false]);
  }
});

Deno.test("compileRegexSet() finds with its filter what each expression finds alone", () => {
  const atom = fc.oneof(
    {
      arbitrary: fc.constantFrom("abc", "key", "sin", "a", "k", "ABC", " ", "é", "\u212a"),
      weight: 4,
    },
    fc.constantFrom(
      ".",
      "\\w",
      "\\d",
      "\\s",
      "[a-k]",
      "[^a]",
      "[]k]",
      "\\.",
      "\\bk",
      "^",
      "$",
      "\\/",
    ),
    fc.constantFrom("(abc)", "(?:key|sin)", "(a(bc)?)", "(?i:key)", "(?i)", "([)k]+)", "(\\)abc)"),
    fc.constantFrom("(?i)", "(?-i)", "(?s)", "()", "(?:)", "(?:|abc)", "\\Babc", "(?:abc){2}"),
  );
  const repeat = fc.constantFrom("", "", "", "?", "*", "+", "+?", "{2}", "{0,2}", "{1,}");
  const source = fc.array(fc.tuple(atom, repeat).map(([a, r]) => a + r), {
    minLength: 1,
    maxLength: 5,
  }).map((parts) => parts.join("")).filter((text) => {
    try {
      return RE2JS.compile(text) !== null;
    } catch {
      return false;
    }
  });
  const text = fc.array(
    fc.constantFrom(
      "abc",
      "key",
      "sin",
      "ABC",
      "a",
      "bc",
      "k",
      "s",
      "\u017fin",
      "\u212aey",
      "é",
      " ",
      ".",
      "/",
      "9",
    ),
    { maxLength: 8 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.array(source, { minLength: 1, maxLength: 4 }),
      fc.array(text, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (sources, texts, ignoreCase) => {
        const set = compileRegexSet(sources, { ignoreCase });
        const flags = ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
        for (const each of texts) {
          const alone = sources.map((s, i) => RE2JS.compile(s, flags).matcher(each).find() ? i : -1)
            .filter((i) => i >= 0);
          expect([each, sources, set.matches(each)]).toEqual([each, sources, alone]);
        }
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("compileRegexSet() searches for many expressions without a filter", () => {
  const sources = Array.from({ length: 40 }, (_, i) => `word${i}x`);
  const set = compileRegexSet(sources);
  expect(set.matches("word39x and word7x")).toEqual([7, 39]);
  expect(set.matches("word40x")).toEqual([]);
});
