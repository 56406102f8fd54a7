import { expect } from "expect";
import fc from "fast-check";
import { PatternError, UriError } from "./errors.ts";
import { canonicalizeUri } from "./uri.ts";
import { compileUriList } from "./urilist.ts";

const allows = (pattern: string, uri: string): boolean =>
  compileUriList([pattern]).firstExact(canonicalizeUri(uri)) === 0;
const denies = (pattern: string, uri: string): boolean =>
  compileUriList([pattern]).firstFolded(canonicalizeUri(uri)) === 0;

for (
  const [pattern, uri, yes] of [
    ["file://**/*.md", "file:///a/b.md", true],
    ["file://**/*.md", "file:///b.md", true],
    ["file://**/*.md", "file:///etc/passwd?x=/a.md", false],
    ["file://**/*.md", "file:///etc/passwd#/a.md", false],
    ["file:///pub/**", "file:///pub/a.txt", true],
    ["file:///pub/**", "file:///pub", true],
    ["file:///pub/**", "file:///public/a", false],
    ["file:///pub/**", "file:///PUB/a", false],
    ["file:///pub/*", "file:///pub/a/b", false],
    ["file:///pub/My Doc.md", "file:///pub/My%20Doc.md", true],
    ["file:///pub/My%20Doc.md", "file:///pub/My%20Doc.md", true],
    ["file:///pub/a%2Ab", "file:///pub/a*b", true],
    ["file:///pub/a%2Ab", "file:///pub/axb", false],
    ["file:///pub/résumé.md", "file:///pub/re\u0301sume\u0301.md", true],
    ["file:///pub/r?sum?.md", "file:///pub/résumé.md", true],
    ["file:/pub/**", "file:///pub/a", true],
    ["file://localhost/pub/../pub/**", "file:///pub/a", true],
    ["file:///c:/Users/**", "file:///C:/Users/x", true],
    [
      "https://allowed.example/**",
      "https://allowed.example/redirect?to=http://169.254.169.254/",
      true,
    ],
    ["https://allowed.example:443/**", "https://allowed.example/", true],
    ["https://allowed.example", "https://allowed.example/", true],
    ["https://allowed.example/**", "http://allowed.example/", false],
    ["https://allowed.example/**", "https://allowed.example:8443/", false],
    ["https://allowed.example/**", "https://allowed.example.evil.example/", false],
    ["https://allowed.example**", "https://allowed.example.evil.example/x", false],
    ["https://*.allowed.example/**", "https://a.allowed.example/x", true],
    ["https://**.allowed.example/**", "https://evil.example/x.allowed.example/", false],
    ["https://münchen.example/**", "https://xn--mnchen-3ya.example/", true],
    ["https://h.example/a%2Fb", "https://h.example/a%2fb", true],
    ["https://h.example/a/b", "https://h.example/a%2fb", false],
    ["db://table?x=1", "db://table?x=1", true],
    ["db://table?x=1", "db://table?x=2", false],
    ["db://table?x=1", "db://tableyx=1", true],
    ["**", "memo://x", true],
    ["**", "http://127.0.0.1/", false],
    ["http://**", "http://127.0.0.1/", false],
    ["http://*/**", "http://localhost/", false],
    ["http://127.0.0.1/**", "http://0x7f.1/x", true],
    ["http://127.0.0.1/**", "http://127.0.0.2/x", false],
    ["http://localhost:*/**", "http://localhost:8080/x", true],
    ["http://[::1]/**", "http://[0:0:0:0:0:0:0:1]/x", true],
    ["re:http://127\\.0\\.0\\.1/.*", "http://127.0.0.1/x", false],
    ["re:file:///pub/.*", "file:///pub/a?b", true],
    ["re:file:///.*\\.md", "file:///etc/passwd?a.md", false],
    ["re:file:///.*\\.md", "file:///etc/passwd#a.md", false],
    ["re:https://h\\.example/\\?q=[a-z]+", "https://h.example/?q=abc", true],
    ["re:a|file:///pub/x", "file:///pub/xy", false],
    ["postgres://h/**", "postgres://u@h/x", false],
    ["view-source:https://h.example/", "view-source:https://h.example/", true],
    ["**", "view-source:http://127.0.0.1/", false],
  ] as const
) {
  Deno.test(`firstExact() with ${pattern} ${yes ? "takes" : "leaves"} ${uri}`, () => {
    expect(allows(pattern, uri)).toBe(yes);
  });
}

for (
  const [pattern, uri] of [
    ["file:///priv/**", "file:///PRIV/B.TXT"],
    ["file:///priv/**", "file:///priv"],
    ["file:///priv/**", "file:///priv/"],
    ["file:///priv/**", "file:///pr\u0131v/b"],
    ["file:///priv/**", "file:///рriv/b"],
    ["file:///priv/**", "file:///ｐriv/b"],
    ["file:///priv/**", "file:///pri\u200bv/b"],
    ["file:///priv/**", "file:///%2570riv/b"],
    ["file:///priv/**", "file:///priv./b"],
    ["file:///priv/**", "file:///priv%20/b"],
    ["file:///priv/**", "file:///priv;x=1/b"],
    ["file:///priv/**", "file:///C:/priv/b"],
    ["file:///priv/**", "file:///System/Volumes/Data/priv/b"],
    ["file:///etc/**", "file:///private/etc/passwd"],
    ["file:///Priv/../Priv/**", "file:///priv/b"],
    ["file:///priv/b.txt", "file:///priv/b.txt/"],
    ["file:///priv/b.txt", "file:///priv/b.txt/."],
    ["file:///priv/b.txt", "file:///priv/b.txt?x"],
    ["file:///priv/b.txt", "file:///priv/b.txt#x"],
    ["file:///priv/b.txt", "file:///priv/b.txt::$DATA"],
    ["file:///priv/", "file:///priv"],
    ["file:///priv/*/", "file:///priv/x"],
    ["file:///priv**", "file:///priv/b.txt"],
    ["file://**/.env", "file:///a/.ENV"],
    ["file:///résumé/**", "file:///re\u0301sume\u0301/x"],
    ["file:///priv/résumé.txt", "file:///priv/RESUME.txt"],
    ["https://denied.example/**", "http://denied.example/"],
    ["https://denied.example/**", "wss://denied.example:8443/x"],
    ["https://denied.example/**", "https://DENIED.example./x?y#z"],
    ["https://denied.example", "https://denied.example/"],
    ["https://*.denied.example/**", "https://a.denied.example:1/x"],
    ["https://h.example/priv/**", "https://h.example//priv/x"],
    ["https://h.example/priv/**", "https://h.example/a/..//priv/x"],
    ["https://h.example/priv/**", "https://h.example/priv%2Fx"],
    ["https://h.example/priv/**", "https://h.example/;a/priv;b/x"],
    ["https://h.example/*?token=*", "https://h.example/a?token=b"],
    ["https://h.example/a%2Fb", "https://h.example/a/b"],
    ["http://127.0.0.1/**", "http://[::ffff:127.0.0.1]/x"],
    ["http://169.254.169.254/**", "http://[64:ff9b::a9fe:a9fe]/x"],
    ["postgres://h/**", "postgres://u:p@h:5432/x"],
    ["custom://h/priv/**", "custom://H//priv/x"],
    ["file:///priv/**", "view-source:file:///priv/b"],
    ["file:///priv/**", "jar:file:///priv/b.jar!/x"],
    ["file:///priv/**", "view-source:%66ile:///priv/b"],
    ["file:///priv/**", "view-source:jar:file:///priv/b.jar!/x"],
    ["https://denied.example/**", "view-source:view-source:http://denied.example/x"],
    ["file:///C:/priv/**", "file:///./C|/priv/b"],
    ["file:///C:/priv/**", "file:///a/../c%7C/priv/b"],
    ["re:file:///priv/.*", "file:///Priv/b"],
    ["re:file:///priv/b", "file:///priv/b?x"],
    ["re:file:///priv/b", "file:///priv/b/"],
    ["re:file:///Priv/.*", "file:///ｐriv/b"],
    ["re:https://denied\\.example/.*", "https://denied.example:8443/x"],
    ["re:file:///r%C3%A9.*", "file:///résumé"],
    ["re:file:///ré.*", "file:///résumé"],
    ["**", "http://127.0.0.1/"],
    ["**/.env", "file:///a/.env"],
    ["http*://x.example/**", "https://x.example/y"],
  ] as const
) {
  Deno.test(`firstFolded() with ${pattern} denies ${uri}`, () => {
    expect(denies(pattern, uri)).toBe(true);
  });
}

for (
  const [pattern, uri] of [
    ["file:///priv/**", "file:///pub/priv/b"],
    ["file:///priv/**", "file:///private/b"],
    ["file:///priv/**", "file:///pri/v/b"],
    ["file:///priv/b.txt", "file:///priv/b.txt.bak"],
    ["file:///priv/b.txt", "file:///priv/c.txt"],
    ["file://**/.env", "file:///a/.env.example"],
    ["file://**/.env", "file:///a/env"],
    ["https://denied.example/**", "https://allowed.example/?to=https://denied.example/"],
    ["https://denied.example/**", "https://notdenied.example/"],
    ["https://denied.example/**", "ftp://denied.example/"],
    ["https://h.example:8443/**", "https://h.example/"],
    ["http://127.0.0.1/**", "http://127.0.0.2/"],
    ["db:x", "db:xy"],
  ] as const
) {
  Deno.test(`firstFolded() with ${pattern} leaves ${uri}`, () => {
    expect(denies(pattern, uri)).toBe(false);
  });
}

Deno.test("firstExact() and firstFolded() name the first pattern that matches", () => {
  const list = compileUriList(["re:file:///x/.*", "file:///a/b", "file:///a/*", "**"]);
  expect(list.firstExact(canonicalizeUri("file:///x/y"))).toBe(0);
  expect(list.firstExact(canonicalizeUri("file:///a/b"))).toBe(1);
  expect(list.firstExact(canonicalizeUri("file:///a/c"))).toBe(2);
  expect(list.firstExact(canonicalizeUri("memo://x"))).toBe(3);
  expect(list.firstFolded(canonicalizeUri("file:///A/B/"))).toBe(1);
  expect(list.size).toBe(4);
  expect(list.sources[2]).toBe("file:///a/*");
});

for (
  const [pattern, offset] of [
    ["file:///{a,b}/**", 8],
    ["file:///[ab]", 8],
    ["!file:///x", 0],
    ["file:///!(x)", 8],
    ["file:///a\\b", 9],
    ["", 0],
    ["/etc/**", 0],
    ["~/x", 0],
    ["etc/passwd", 0],
    ["C:/x", 0],
    ["file://host/x", 0],
    ["file:x", 0],
    ["https:///x", 0],
    ["https://u@h.example/", 0],
    ["https://a..b/", 0],
    ["https://256.1.1.1/", 0],
    ["https://\u0430llowed.example/", 0],
    ["custom://h/../x", 0],
    ["file:///*/../x", 0],
    ["file:///a%zz", 9],
    ["file:///%ff", 8],
    ["re:(", 3],
    ["file:///" + "x".repeat(505), 512],
  ] as const
) {
  Deno.test(`compileUriList() refuses ${pattern.slice(0, 30)}`, () => {
    let error: unknown;
    try {
      compileUriList(["file:///fine", pattern]);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(PatternError);
    expect((error as PatternError).index).toBe(1);
    expect((error as PatternError).offset).toBe(offset);
  });
}

const wide = (c: string): string =>
  /[a-z]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c;
const disguised = (path: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom("plain", "upper", "wide", "zero", "percent"), {
    minLength: path.length,
    maxLength: path.length,
  })
    .map((ways) =>
      [...path].map((c, i) => {
        if (c === "/" || c === ".") return c;
        if (ways[i] === "upper") return c.toUpperCase();
        if (ways[i] === "wide") return wide(c);
        if (ways[i] === "zero") return c + "\u200d";
        if (ways[i] === "percent") return "%" + c.charCodeAt(0).toString(16);
        return c;
      }).join("")
    );

Deno.test("firstFolded() matches every disguise of a path that a pattern matches", () => {
  const segment = fc.string({
    unit: fc.constantFrom("a", "b", "x", "-"),
    minLength: 1,
    maxLength: 4,
  });
  const path = fc.array(segment, { minLength: 1, maxLength: 4 });
  const made = fc.tuple(
    path,
    fc.array(fc.constantFrom("keep", "*", "**"), { minLength: 4, maxLength: 4 }),
    fc.constantFrom("", "/", "?q", "#f", "/."),
  )
    .chain(([segments, kinds, tail]) => {
      const pattern = segments.map((s, i) => kinds[i] === "keep" ? s : kinds[i]!).join("/");
      return fc.tuple(
        fc.constant(pattern),
        fc.constant(segments.join("/")),
        disguised(segments.join("/")),
        fc.constant(tail),
      );
    });
  fc.assert(
    fc.property(made, ([pattern, plain, disguise, tail]) => {
      for (const head of ["file:///", "https://h.example/"]) {
        const list = compileUriList([head + pattern]);
        expect(list.firstExact(canonicalizeUri(head + plain))).toBe(0);
        expect(list.firstFolded(canonicalizeUri(head + plain))).toBe(0);
        expect(list.firstFolded(canonicalizeUri(head + disguise + tail))).toBe(0);
      }
    }),
    { numRuns: 1500 },
  );
});

Deno.test("firstFolded() matches all that firstExact() matches", () => {
  const piece = fc.constantFrom("a", "B", "/", "*", "**", "?", ".", "%20", "é", ";", ":");
  const uriPiece = fc.constantFrom("a", "B", "/", ".", "%20", "é", ";", ":", "?q");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.array(uriPiece, { maxLength: 8 }), (p, u) => {
      try {
        const list = compileUriList(["custom://h/" + p.join("")]);
        const uri = canonicalizeUri("custom://h/" + u.join(""));
        if (list.firstExact(uri) === 0) expect(list.firstFolded(uri)).toBe(0);
      } catch (error) {
        if (!(error instanceof UriError)) expect(error).toBeInstanceOf(PatternError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compileUriList() throws nothing but PatternError", () => {
  const piece = fc.constantFrom(
    "file:",
    "https:",
    "//",
    "/",
    "*",
    "**",
    "?",
    "a",
    "é",
    "%",
    "%2e",
    "..",
    "[",
    "{",
    "!",
    "(",
    ":",
    "@",
    "::1]",
    "re:",
    "\ud800",
    "C|",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      try {
        expect(compileUriList([pieces.join("")]).size).toBe(1);
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
      }
    }),
    { numRuns: 2000 },
  );
});
