import { expect } from "expect";
import fc from "fast-check";
import { UriError } from "./errors.ts";
import { canonicalizeTemplate, templateVerdict } from "./template.ts";
import { compileUriList } from "./urilist.ts";

Deno.test("canonicalizeTemplate() takes literal texts and gaps apart", () => {
  expect(canonicalizeTemplate("FILE://localhost/a%62/{name}.md{?v}")).toEqual({
    template: "FILE://localhost/a%62/{name}.md{?v}",
    prefix: "file:///ab/",
    parts: ["file:///ab/", { wide: false }, ".md"],
  });
  expect(canonicalizeTemplate("demo://{+path}").parts).toEqual(["demo://", { wide: true }]);
  expect(canonicalizeTemplate("file://{path}").parts).toEqual(["file://", { wide: true }]);
  expect(canonicalizeTemplate("https://{host}/x").parts).toEqual([
    "https://",
    { wide: true },
    "/x",
  ]);
});

for (
  const [text, code] of [
    ["x://{/id*}{/id*}{/id*}{?a*,b*}", "uri.template"],
    ["x://{a", "uri.template"],
    ["x://a}", "uri.template"],
    ["x://{}", "uri.template"],
    ["x://{{a}}", "uri.template"],
    ["x://{a b}", "uri.template"],
    ["x://" + "{a}/".repeat(65), "uri.template"],
    ["file:///pub/../{x}", "uri.segments"],
    ["x://a/%2e%2e/{x}", "uri.template"],
    ["https://u@h.example/{x}", "uri.userinfo"],
    ["x".repeat(8193), "uri.length"],
  ] as const
) {
  Deno.test(`canonicalizeTemplate() refuses ${text.slice(0, 40)}`, () => {
    expect(() => canonicalizeTemplate(text)).toThrow(
      expect.objectContaining({ name: "UriError", code }),
    );
  });
}

for (
  const [template, allow, deny, visible] of [
    ["file:///{path}", [], [], true],
    ["file:///{path}", ["file:///pub/**"], [], true],
    ["file:///{+path}", ["file:///pub/a/b"], [], true],
    ["file:///{name}", ["file:///pub/a/b"], [], false],
    ["file:///priv/{x}", ["file:///pub/**"], [], false],
    ["file:///priv/{x}", [], ["file:///priv/**"], false],
    ["file:///PRIV/{x}", [], ["file:///priv/*"], false],
    ["file:///{x}", [], ["file:///priv/**"], true],
    ["file:///{dir}/.env", [], ["file://**/.env"], false],
    ["file:///{x}", [], ["file:///*"], false],
    ["file:///{+x}", [], ["file:///*"], true],
    ["demo://resource/dynamic/text/{id}", ["demo://**"], [], true],
    ["demo://resource/dynamic/text/{id}", ["re:demo://.*"], [], true],
    ["https://h.example/{x}", [], ["http://h.example/**"], false],
    ["https://h.example/a{?q}", ["https://h.example/a"], [], true],
    ["https://h.example/a{?q}", ["https://h.example/b"], [], false],
  ] as const
) {
  Deno.test(`templateVerdict() ${visible ? "shows" : "hides"} ${template} for allow [${allow}] deny [${deny}]`, () => {
    const verdict = templateVerdict(
      canonicalizeTemplate(template),
      compileUriList(allow),
      compileUriList(deny),
      true,
    );
    expect(verdict.visible).toBe(visible);
  });
}

Deno.test("templateVerdict() hides everything where an empty allow list allows nothing", () => {
  const none = compileUriList([]);
  expect(templateVerdict(canonicalizeTemplate("x://{a}"), none, none, false)).toEqual({
    visible: false,
    index: -1,
  });
});

Deno.test("canonicalizeTemplate() finishes on hostile templates, and throws nothing but UriError", () => {
  expect(canonicalizeTemplate("x://" + "{a}/".repeat(64)).parts.length).toBe(129);
  const piece = fc.constantFrom(
    "x:",
    "file://",
    "https://",
    "/",
    "{a}",
    "{+a}",
    "{/a*}",
    "{?q}",
    "{",
    "}",
    "..",
    "%2e",
    "%",
    "a",
    "é",
    "\\",
    " ",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
    try {
      expect(canonicalizeTemplate(pieces.join("")).parts.length).toBeGreaterThanOrEqual(0);
    } catch (error) {
      expect(error).toBeInstanceOf(UriError);
    }
  }));
});
