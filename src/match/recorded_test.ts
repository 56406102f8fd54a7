import { expect } from "expect";
import fc from "fast-check";
import { UriError } from "./errors.ts";
import { hideIn, literalPattern, recordedTemplate, recordedUri } from "./recorded.ts";
import { canonicalizeTemplate } from "./template.ts";
import type { CanonicalUri } from "./types.ts";
import { canonicalizeUri } from "./uri.ts";
import { compileUriList } from "./urilist.ts";

const shown = (text: string): string => recordedUri(canonicalizeUri(text));

Deno.test("recordedUri() leaves out queries, fragments and who is named before a host", () => {
  expect(shown("FILE:///pub/../a.md?token=s3cret#x")).toBe("file:///a.md");
  expect(shown("https://API.example.com:443/v1/x?key=abc")).toBe("https://api.example.com/v1/x");
  expect(shown("postgres://admin:hunter2@db/main")).toBe("postgres://*@db/main");
  expect(shown("demo://a*b/{x}")).toBe("demo://a%2Ab/%7Bx%7D");
});

Deno.test("recordedTemplate() tells gaps from what is written", () => {
  const of = (text: string): string => recordedTemplate(canonicalizeTemplate(text));
  expect(of("file:///docs/{name}.md{?key}")).toBe("file:///docs/{*}.md");
  expect(of("demo://x/{+path}")).toBe("demo://x/{**}");
  expect(literalPattern("file:///docs/{*}.md")).toBe("file:///docs/*.md");
});

Deno.test("literalPattern() makes no regular expression of a URI that looks like one", () => {
  for (const text of ["re:.+", "re:(.+)", "re:/.*", "re:a|b"]) {
    const list = compileUriList([literalPattern(shown(text))]);
    expect([text, list.firstExact(canonicalizeUri(text))]).toEqual([text, 0]);
    for (const other of ["file:///a", "re:a", "re:x", "re:/x", "bb://x"]) {
      expect([text, other, list.firstExact(canonicalizeUri(other))]).toEqual([text, other, -1]);
    }
  }
});

Deno.test("hideIn() hides overlapping spans as one, and those with a slash by two stars", () => {
  const text = "https://h/bot123/send/abc";
  expect(hideIn(text, [{ start: 10, end: 16 }, { start: 12, end: 14 }])).toBe(
    "https://h/*/send/abc",
  );
  expect(hideIn(text, [{ start: 14, end: 19 }])).toBe("https://h/bot1**nd/abc");
  expect(hideIn(text, [])).toBe(text);
});

Deno.test("literalPattern() matches what was recorded and its neighbours not", () => {
  const piece = fc.constantFrom(
    ..."a b.c * ( ) ! + @ [ ] { } | \\ ' ~ $ & , ; = %41 %2A %3F %25 %2e ü 日 e\u0301 é %C3%BC"
      .split(" "),
  );
  const path = fc.array(fc.array(piece, { minLength: 1, maxLength: 5 }).map((p) => p.join("")), {
    minLength: 1,
    maxLength: 4,
  }).map((segments) => segments.join("/"));
  const head = fc.constantFrom(
    ...[
      "file:///",
      "https://example.com/",
      "http://[::1]:8080/",
      "http://10.0.0.1/",
      "demo://u:p@x/",
    ],
    ...["note:/", "urn:x:", "sftp://10.1.1.1/"],
  );
  const tail = fc.constantFrom("", "?q=1", "#f", "?a/b*c#d");
  let tried = 0;
  let neighbours = 0;
  fc.assert(
    fc.property(head, path, tail, (head, path, tail) => {
      let uri: CanonicalUri;
      try {
        uri = canonicalizeUri(head + path + tail);
      } catch (error) {
        if (error instanceof UriError) return;
        throw error;
      }
      const list = compileUriList([literalPattern(recordedUri(uri))]);
      expect([uri.uri, list.firstExact(uri)]).toEqual([uri.uri, 0]);
      tried++;
      for (const other of [`${head}${path}x`, `${head}x${path}`, `${head}${path}/x`]) {
        const neighbour = canonicalizeUri(other);
        // Dot segments may take back what was added: x/../a is a.
        if (recordedUri(neighbour) === recordedUri(uri)) continue;
        neighbours++;
        expect([other, list.firstExact(neighbour)]).toEqual([other, -1]);
      }
    }),
    { numRuns: 3000 },
  );
  expect(tried).toBeGreaterThan(1000);
  // Each of the three is another URI, but for a few.
  expect(neighbours).toBeGreaterThan(2.9 * tried);
});
