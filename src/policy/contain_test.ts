import { expect } from "expect";
import fc from "fast-check";
import { canonicalizeUri, compileNameList, compileUriList } from "../match/mod.ts";
import { reachesHost } from "./lint_patterns.ts";
import { covers, nameTokens, uriTokens } from "./contain.ts";

function name(wide: string, narrow: string, deny = false): boolean {
  const [a, b] = [nameTokens(wide, deny), nameTokens(narrow, deny)];
  return a !== null && b !== null && covers(a, b);
}

function uri(wide: string, narrow: string): boolean {
  const [a, b] = [uriTokens(wide), uriTokens(narrow)];
  return a !== null && b !== null && covers(a, b);
}

Deno.test("covers() proves that a name pattern holds all of another", () => {
  const yes = [
    ["*", "a"],
    ["*", "a*b?c"],
    ["a*", "a"],
    ["a*", "ab*"],
    ["a*", "a?"],
    ["*b", "a*b"],
    ["a*c", "abc"],
    ["a*c", "a*b*c"],
    ["a/*", "a.b"],
    ["a**", "a*"],
    ["?", "a"],
  ];
  for (const [wide, narrow] of yes) {
    expect([wide, narrow, name(wide as string, narrow as string)]).toEqual([wide, narrow, true]);
  }
});

Deno.test("covers() claims nothing where a text of the narrow pattern escapes", () => {
  const no = [
    ["a", "b"],
    ["a", "a*"],
    ["a*", "*"],
    ["a*", "b*"],
    ["a?", "a*"],
    ["?", "ab"],
    ["a*c", "a*"],
    ["a*b", "a*c"],
    ["A*", "a*"],
    ["a-*", "a_*"],
    ["", "a"],
  ];
  for (const [wide, narrow] of no) {
    expect([wide, narrow, name(wide as string, narrow as string)]).toEqual([wide, narrow, false]);
  }
});

Deno.test("nameTokens() of a deny list looks through case and separators, ASCII only", () => {
  expect(name("ADMIN/*", "admin_x*", true)).toBe(true);
  expect(name("a.b", "A-B", true)).toBe(true);
  expect(nameTokens("\u0430dmin", true)).toBeNull();
  expect(nameTokens("re:^a", false)).toBeNull();
});

Deno.test("covers() keeps a star of a URI within its segment", () => {
  const yes = [
    ["file:///a/**", "file:///a/*"],
    ["file:///a/**", "file:///a/b/**/c"],
    ["file:///**/x", "file:///x"],
    ["file:///**/x", "file:///a/b/x"],
    ["file:///**/x", "file:///a/**/x"],
    ["file:///**/*.md", "file:///docs/*.md"],
    ["file:///a/**", "file:///a/"],
    ["file:///a/**", "file:///a"],
    ["file:///*/**", "file:///a/**"],
    ["https://h/*", "https://h/a"],
    ["https://h/*", "https://h/?"],
  ];
  for (const [wide, narrow] of yes) {
    expect([wide, narrow, uri(wide as string, narrow as string)]).toEqual([wide, narrow, true]);
  }
  const no = [
    ["file:///a/*", "file:///a/**"],
    ["file:///a/*", "file:///a/b/c"],
    ["file:///*/x", "file:///**/x"],
    ["file:///**/x", "file:///ax"],
    ["file:///**/x", "file:///a**x"],
    ["file:///a?b", "file:///a/b"],
    ["file:///a/*", "file:///a/"],
    ["file:///a/**/**", "file:///a/**"],
  ];
  for (const [wide, narrow] of no) {
    expect([wide, narrow, uri(wide as string, narrow as string)]).toEqual([wide, narrow, false]);
  }
});

/** A pattern and texts it matches, from pieces: a literal, or a wildcard with the text it stands for. */
function patternWithText(
  literals: readonly string[],
  wildcards: readonly (readonly [string, readonly string[]])[],
): fc.Arbitrary<{ pattern: string; text: string }> {
  const literal = fc.constantFrom(...literals).map((c) => ({ pattern: c, text: c }));
  const wildcard = fc.constantFrom(...wildcards).chain(([pattern, texts]) =>
    fc.constantFrom(...texts).map((text) => ({ pattern, text }))
  );
  return fc.array(fc.oneof(literal, wildcard), { minLength: 1, maxLength: 6 }).map((pieces) => ({
    pattern: pieces.map((p) => p.pattern).join(""),
    text: pieces.map((p) => p.text).join(""),
  }));
}

const NAME = patternWithText(["a", "B", "/", ".", "_", "-"], [
  ["*", ["", "a", "ab", "a.b", "B/", "_", "//"]],
  ["?", ["a", "b", "-"]],
]);

Deno.test("covers() is sound for names: the matchers agree, narrow and wide", () => {
  const seen = { covered: 0 };
  fc.assert(
    fc.property(NAME, NAME, (wide, narrow) => {
      if (name(wide.pattern, narrow.pattern)) {
        seen.covered++;
        const own = compileNameList([narrow.pattern]).firstExact(narrow.text);
        if (own === 0) expect(compileNameList([wide.pattern]).firstExact(narrow.text)).toBe(0);
      }
      if (name(wide.pattern, narrow.pattern, true)) {
        const own = compileNameList([narrow.pattern]).firstExact(narrow.text);
        if (own === 0) expect(compileNameList([wide.pattern]).firstFolded(narrow.text)).toBe(0);
      }
    }),
    { numRuns: 10_000 },
  );
  expect(seen.covered).toBeGreaterThan(50);
});

const HEADS = ["file:///", "file:///", "https://h.example/", "http://127.0.0.1/", "https://*/", ""];
const SEGMENTS = fc.tuple(
  fc.constantFrom(...HEADS),
  fc.array(fc.constantFrom("a", "*", "**", "a*", "?", "*b"), {
    minLength: 1,
    maxLength: 3,
  }),
).map(([head, segments]) => (head === "" ? "**/" : head) + segments.join("/"));
const PATHS = fc.tuple(
  fc.constantFrom("file:///", "https://h.example/", "http://127.0.0.1/"),
  fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 }),
  fc.constantFrom("", "", "?q=1"),
).map(([head, segments, query]) => head + segments.join("/") + query);

Deno.test("covers() is sound for URIs: what the narrow list matches, the wide one does", () => {
  const seen = { allowed: 0, denied: 0 };
  fc.assert(
    fc.property(
      SEGMENTS,
      SEGMENTS,
      fc.array(PATHS, { minLength: 8, maxLength: 8 }),
      (p, q, texts) => {
        if (p === q || !uri(p, q)) return;
        const [wide, narrow] = [compileUriList([p]), compileUriList([q])];
        for (const text of texts) {
          const canonical = canonicalizeUri(text);
          if (narrow.firstExact(canonical) !== 0) continue;
          seen.denied++;
          expect([p, q, text, wide.firstFolded(canonical)]).toEqual([p, q, text, 0]);
          if (!reachesHost(p, q)) continue;
          seen.allowed++;
          expect([p, q, text, wide.firstExact(canonical)]).toEqual([p, q, text, 0]);
        }
      },
    ),
    { numRuns: 10_000 },
  );
  expect(seen.allowed).toBeGreaterThan(200);
  expect(seen.denied).toBeGreaterThan(seen.allowed);
});

Deno.test("reachesHost() knows that only a spelled pattern reaches a private host", () => {
  expect(reachesHost("http://*/**", "http://127.0.0.1/**")).toBe(false);
  expect(reachesHost("**", "http://127.0.0.1/a")).toBe(false);
  expect(reachesHost("http://127.0.0.1/**", "http://127.0.0.1/a")).toBe(true);
  expect(reachesHost("file:///**", "file:///a/*")).toBe(true);
  expect(reachesHost("https://*/**", "https://*/a")).toBe(true);
});
