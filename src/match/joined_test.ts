import { expect } from "expect";
import fc from "fast-check";
import {
  isUpstreamName,
  joinName,
  joinUri,
  MAX_UPSTREAM_NAME,
  splitName,
  splitSpelling,
  splitUri,
} from "./joined.ts";

const upstream = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,10}){0,2}$/)
  .filter(isUpstreamName);
/** Names as odd as a server may choose them, separators at every place among them. */
const bare = fc.oneof(
  fc.string({ minLength: 1, unit: fc.constantFrom("_", "a", "/", ".", ":", "-", "+", "é") }),
  fc.string({ minLength: 1, unit: "binary" }),
);
const uri = fc.tuple(fc.constantFrom("file", "a+b", "git+ssh", "X", "ui"), fc.string())
  .map(([scheme, rest]) => `${scheme}:${rest}`);

Deno.test("joinName() is reversible and injective, whatever servers call their tools (NAME-021)", () => {
  fc.assert(
    fc.property(upstream, bare, upstream, bare, (a, x, b, y) => {
      expect(splitName(joinName(a, x))).toEqual({ upstream: a, bare: x });
      expect(joinName(a, x) === joinName(b, y)).toBe(a === b && x === y);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("joinUri() is reversible and injective, whatever servers call their resources", () => {
  fc.assert(
    fc.property(upstream, uri, upstream, uri, (a, x, b, y) => {
      expect(splitUri(joinUri(a, x)!)).toEqual({ upstream: a, bare: x });
      expect(joinUri(a, x) === joinUri(b, y)).toBe(a === b && x === y);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("splitName() and splitUri() are exact: what comes apart goes together again", () => {
  const text = fc.string({ unit: fc.constantFrom("_", "a", "-", "+", ":", "/", "A", "9") });
  fc.assert(
    fc.property(text, (one) => {
      const name = splitName(one);
      if (name !== null) expect(joinName(name.upstream, name.bare)).toBe(one);
      const address = splitUri(one);
      if (address !== null) expect(joinUri(address.upstream, address.bare)).toBe(one);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("splitName() knows no other spelling than the one that clients get", () => {
  for (const name of ["github/x", "github.x", "github:x", "GitHub__x", "github_x", "__x", "a__"]) {
    expect([name, splitName(name)]).toEqual([name, null]);
  }
  expect(splitName("github___x")).toEqual({ upstream: "github", bare: "_x" });
  for (const text of ["file:///a", "A+file:///a", "a+", "a+b", "a+:", "a+1:x", "a b+file:///x"]) {
    expect([text, splitUri(text)]).toEqual([text, null]);
  }
});

Deno.test("splitSpelling() takes what policies and people write", () => {
  for (const name of ["github/x_y", "github.x_y", "github:x_y", "github__x_y"]) {
    expect(splitSpelling(name)).toEqual({ upstream: "github", bare: "x_y" });
  }
  expect(splitSpelling("github__a/b")).toEqual({ upstream: "github", bare: "a/b" });
  expect(splitSpelling("github/a__b")).toEqual({ upstream: "github", bare: "a__b" });
  for (const name of ["x_y", "", "/x", "Git/x", "a-/x"]) expect(splitSpelling(name)).toBe(null);
});

Deno.test("isUpstreamName() leaves no room for a separator", () => {
  for (const name of ["a", "github", "my-server-2", "a".repeat(MAX_UPSTREAM_NAME)]) {
    expect([name, isUpstreamName(name)]).toEqual([name, true]);
  }
  for (
    const name of [
      "",
      "A",
      "1a",
      "-a",
      "a-",
      "a--b",
      "a_b",
      "a.b",
      "a+b",
      "a\n",
      "а",
      "a".repeat(33),
    ]
  ) expect([name, isUpstreamName(name)]).toEqual([name, false]);
});
