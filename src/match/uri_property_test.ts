// canonicalizeUri() on generated texts: a fixpoint or a UriError, and no other reading than URL has.

import { expect } from "expect";
import fc from "fast-check";
import { UriError } from "./errors.ts";
import type { CanonicalUri } from "./types.ts";
import { canonicalizeUri } from "./uri.ts";

const piece = fc.constantFrom(
  "a",
  "B",
  "é",
  "\uff0e",
  "\u2215",
  ".",
  "..",
  "/",
  "//",
  "\\",
  "%",
  "%2e",
  "%2F",
  "%5c",
  "%25",
  "%252e",
  "%00",
  "%c3%a9",
  "%c0%ae",
  ":",
  "@",
  "?",
  "#",
  ";",
  "[",
  "]",
  "::1",
  "0x7f",
  "127.1",
  "localhost",
  "C:",
  "|",
  " ",
  "{",
  "\u0430",
  "。",
  "xn--",
  "443",
  "0443",
  "65536",
  "\u200b",
  "\u00ad",
  "\ud800",
  "%40",
  "%3a",
  "%C2%A0",
  "u:p@",
  "[::ffff:127.0.0.1]",
  "^",
  "*",
);
const uriish = fc.tuple(
  fc.constantFrom(
    "file:",
    "file://",
    "file:///",
    "http://",
    "https://h.example/",
    "custom://",
    "custom://h/",
    "custom://h:",
    "custom://u@",
    "sftp://u:p@h:22",
    "ldap://",
    "ftp://h:21",
    "db:",
    "db:/",
    "view-source:http://",
    "a0:b0:c0:http://h",
    "jar:file:///",
    "jar:f%69le:///",
    "",
  ),
  fc.array(piece, { maxLength: 10 }),
).map(([head, rest]) => head + rest.join(""));

/** URIs built part by part: authorities that chance hardly spells in one piece. */
const built = fc.tuple(
  fc.constantFrom(
    "file",
    "http",
    "WSS",
    "ftp",
    "custom",
    "sftp",
    "ldap",
    "view-source:https",
    "jar:file",
  ),
  fc.constantFrom("", "", "u@", "u:p@", ":@", "@", "..@"),
  fc.constantFrom("h", "H.Example.", ".", "..", "...", "", "[::1]", "127.1", "é", "%2e", "C", "\\"),
  fc.constantFrom("", ":", ":0", ":080", ":443", ":x", ":65536", ":."),
  fc.constantFrom("", "/", "/a", "/..", "/./a/../b", "//", "?q", "#..", "/a?../b", "/./C|/.."),
).map(([scheme, user, host, port, rest]) => `${scheme}://${user}${host}${port}${rest}`);

/** Paths built segment by segment, of those that a check may look at alone. */
const climbing = fc.tuple(
  fc.constantFrom(
    "file://",
    "file:",
    "http://h.example",
    "custom://h",
    "jar:file://",
    "x0:http://h",
  ),
  fc.array(
    fc.constantFrom(
      ...[
        "",
        ".",
        "..",
        "a",
        "C:",
        "c%7c",
        "%2e",
        "%2E.",
        "%2F",
        "..;x",
        "%252e",
        "é",
        "．．",
        "*",
      ],
      ...["%20", "proc", "%66d", "...", ".a", "%2e%2e%2f", "a%2f..", "a%2fb", "root", "%3F%3F"],
    ),
    { minLength: 1, maxLength: 6 },
  ),
).map(([head, segments]) => `${head}/${segments.join("/")}`);

/** The text of a URI put together from the parts that are judged. */
function together({ scheme, userinfo, host, port, path, query, fragment }: CanonicalUri): string {
  const user = userinfo === null ? "" : `${userinfo}@`;
  const before = host !== null
    ? `//${user}${host}${port === null ? "" : `:${port}`}`
    : scheme === "file"
    ? "//"
    : "";
  const behind = (query === null ? "" : `?${query}`) + (fragment === null ? "" : `#${fragment}`);
  return `${scheme}:${before}${path}${behind}`;
}

Deno.test("canonicalizeUri() gives a fixpoint, or throws UriError and nothing else", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.oneof(uriish, built, climbing, fc.webUrl(), fc.string({ unit: "binary" })),
      (text) => {
        let first;
        try {
          first = canonicalizeUri(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UriError);
          return;
        }
        accepted++;
        expect(canonicalizeUri(first.uri)).toEqual(first);
        expect(together(first)).toBe(first.uri);
        if (first.inner !== null) expect(canonicalizeUri(first.inner.uri)).toEqual(first.inner);
        expect(first.uri).toMatch(/^[\x21-\x7e]+$/);
        if (first.scheme === "file" || first.host !== null) {
          expect(first.path.split("/").some((s) => s === "." || s === "..")).toBe(false);
        }
      },
    ),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

Deno.test("canonicalizeUri() agrees with URL on web URIs that both take", () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
      let ours;
      try {
        ours = canonicalizeUri(text);
      } catch (error) {
        expect(error).toBeInstanceOf(UriError);
        return;
      }
      const theirs = new URL(text);
      expect(ours.host).toBe(theirs.hostname);
      expect(new URL(ours.uri).pathname.length).toBe(ours.path.length);
      expect(ours.path.includes("..") ? ours.path : decodeURI(ours.path))
        .toBe(ours.path.includes("..") ? ours.path : decodeURI(theirs.pathname));
    }),
    { numRuns: 1000 },
  );
});
