// Which edits an output schema can stand. In tests/whole/redact_schema_test.ts real clients check real results.

import { expect } from "expect";
import { fromPlain, JsonObject, type JsonValue, type Plain } from "../wire/mod.ts";
import { inspectFrameAnswer } from "../wire/mod.ts";
import { type Edits, mask } from "./mask.ts";
import { keepsValid } from "./output_schema.ts";
import type { Sighting } from "./search.ts";

/** Masks every `SECRET...` and long number of a content. */
function edited(content: Plain): { content: JsonValue; edits: Edits } {
  const tree = fromPlain(content);
  const root = new JsonObject(["structuredContent"], [tree]);
  const seen: Sighting[] = [];
  inspectFrameAnswer(root, "t").texts.forEach((use, at) => {
    for (const found of use.text.matchAll(/SECRET[0-9]?|[0-9]{12}/g)) {
      const [start, end] = [found.index, found.index + found[0].length];
      const finding = { rule_id: "secret_x", severity: "high", reason: "", start, end } as const;
      seen.push({ use, at, family: "secrets", action: "redact", finding });
    }
  });
  // `SECRET` becomes `[redacted:x:00000000]`, 21 characters.
  const edits = mask(seen, root, () => "00000000");
  return { content: tree, edits };
}

const keeps = (schema: Plain, content: Plain): boolean => {
  const made = edited(content);
  return keepsValid(fromPlain(schema), made.content, made.edits);
};

const inObject = (a: Plain): Plain => ({
  type: "object",
  properties: { a, other: { type: "string", pattern: "^x$" } },
  required: ["a"],
  additionalProperties: false,
});

Deno.test("keepsValid(): strings that no rule gives a form may lose their secret", () => {
  const free: Plain[] = [
    ...[{}, true, { type: "string" }, { type: ["string", "null"] }, { type: "string", title: "A" }],
    ...[{ minLength: 1 }, { maxLength: 21 }, { anyOf: [{ type: "string" }, { type: "null" }] }],
    ...[{ enum: ["x"] }, { not: { const: "x" } }, { contentMediaType: "text/plain" }],
    ...[{ $ref: "#/properties/a/$defs/b", $defs: { b: { type: "string" } } }],
  ];
  for (const a of free) {
    expect([a, keeps(inObject(a), { a: "SECRET", other: "x" })]).toEqual([a, true]);
  }
});

Deno.test("keepsValid(): a rule that the placeholder may break is found wherever it applies from", () => {
  const fixed: Plain[] = [
    ...[{ pattern: "^SEC" }, { format: "email" }, { enum: ["SECRET"] }, { const: "SECRET" }],
    ...[{ maxLength: 20 }, { minLength: 7 }, { enum: ["[redacted:x:00000000]"] }],
    ...[{ allOf: [{ pattern: "S" }] }, { anyOf: [{ pattern: "S" }, { type: "string" }] }],
    ...[{ oneOf: [{ format: "uri" }] }, { not: { pattern: "red" } }],
    ...[{ if: { const: "SECRET" }, then: {}, else: false }],
    ...[{ $ref: "#/properties/other" }, { $ref: "#/properties/none" }, { $ref: "other.json" }],
    ...[{ $dynamicRef: "#a" }, { $id: "https://x.example/", type: "string" }],
  ];
  for (const a of fixed) {
    expect([a, keeps(inObject(a), { a: "SECRET", other: "x" })]).toEqual([a, false]);
    // Where nothing was cut out, nothing is broken.
    expect([a, keeps(inObject(a), { a: "public", other: "x" })]).toEqual([a, true]);
  }
});

Deno.test("keepsValid() follows members, items and patterns of names", () => {
  const email = { type: "string", format: "email" };
  const cases: [Plain, Plain, boolean][] = [
    [{ additionalProperties: email }, { a: "SECRET" }, false],
    [{ additionalProperties: email, properties: { a: {} } }, { a: "SECRET" }, true],
    [{ unevaluatedProperties: email, properties: { b: {} } }, { a: "SECRET" }, false],
    [{ patternProperties: { "^a": email } }, { a: "SECRET" }, false],
    [{ items: email }, ["x", "SECRET"], false],
    [{ prefixItems: [email], items: { type: "string" } }, ["x", "SECRET"], true],
    [{ prefixItems: [{}, email] }, ["x", "SECRET"], false],
    [{ items: [{}, email] }, ["x", "SECRET"], false],
    [{ items: [{}], additionalItems: email }, ["x", "SECRET"], false],
    [{ contains: email }, ["x", "SECRET"], false],
    [{ uniqueItems: true }, ["x", "SECRET"], false],
    [{ properties: { a: { const: { b: "SECRET" } } } }, { a: { b: "SECRET" } }, false],
    [{ properties: { a: { items: inObject(email) } } }, { a: [{ a: "SECRET" }] }, false],
    [{ properties: { a: { items: inObject({}) } } }, { a: [{ a: "SECRET" }] }, true],
  ];
  for (const [schema, content, expected] of cases) {
    expect([schema, keeps(schema, content)]).toEqual([schema, expected]);
  }
});

Deno.test("keepsValid(): numbers become 0, names of members something else", () => {
  const card = 123456789012;
  const cases: [Plain, Plain, boolean][] = [
    [{ properties: { n: { type: "integer" } } }, { n: card }, true],
    [{ properties: { n: { type: "integer", minimum: 1 } } }, { n: card }, false],
    [{ properties: { n: { enum: [card] } } }, { n: card }, false],
    [{ additionalProperties: { type: "number" } }, { SECRET: 1 }, true],
    [{ properties: { SECRET: {} } }, { SECRET: 1 }, false],
    [{ required: ["SECRET"] }, { SECRET: 1 }, false],
    [{ propertyNames: { maxLength: 9 } }, { SECRET: 1 }, false],
    [{ patternProperties: { "^S": {} }, additionalProperties: false }, { SECRET: 1 }, false],
    [
      { additionalProperties: { properties: { a: { maxLength: 6 } } } },
      { SECRET: { a: "SECRET" } },
      false,
    ],
  ];
  for (const [schema, content, expected] of cases) {
    expect([schema, keeps(schema, content)]).toEqual([schema, expected]);
  }
});

Deno.test("keepsValid() gives up on a schema that would take too long, and on none that refers to itself", () => {
  const tree = {
    properties: { a: { $ref: "#" } },
    anyOf: [{ $ref: "#" }],
    type: ["object", "string"],
  };
  expect(keeps(tree, { a: { a: { a: "SECRET" } } })).toBe(true);
  const wide = { additionalProperties: { allOf: Array(2000).fill({ type: "string" }) } };
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, "SECRET"]));
  expect(keeps(wide, many)).toBe(false);
  expect(keeps(wide, { a: "SECRET" })).toBe(true);
});
