import { expect } from "expect";
import * as z from "zod";
import { policyJsonSchema } from "./schema.ts";
import type { SchemaNode } from "./schema.ts";
import { lintPolicy } from "./parse.ts";
import { MISSION } from "./_testkit.ts";
import { policyReference } from "./reference.ts";

/** Every schema in the tree with its path. */
function walk(node: SchemaNode, path = ""): [string, SchemaNode][] {
  const below: [string, SchemaNode][][] = [
    ...Object.entries(node.properties ?? {}).map(([k, v]) => walk(v, path ? `${path}.${k}` : k)),
    ...(node.items ? [walk(node.items, `${path}[]`)] : []),
    ...(typeof node.additionalProperties === "object"
      ? [walk(node.additionalProperties, `${path}.NAME`)]
      : []),
    ...(node.anyOf ?? []).map((n, i) => walk(n, `${path}|${i}`)),
  ];
  return [[path, node], ...below.flat()];
}

Deno.test("policyJsonSchema() is draft 2020-12 with title, description and a loading example", () => {
  const schema = policyJsonSchema();
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(schema.title).toBe("mcpguard policy");
  expect(schema.required).toEqual(["version"]);
  for (const example of schema.examples ?? []) {
    expect(lintPolicy(JSON.stringify(example), "example").problems).toEqual([]);
  }
  expect(schema.examples?.length).toBe(1);
});

Deno.test("policyJsonSchema() is closed, described and bounded at every level", () => {
  const all = walk(policyJsonSchema());
  expect(all.length).toBeGreaterThan(60);
  for (const [path, node] of all) {
    // Closed, but where the user chooses the names; then what stands below each of them is.
    if (node.type === "object" && node.propertyNames === undefined) {
      expect([path, node.additionalProperties]).toEqual([path, false]);
    }
    if (node.type === "array") expect([path, typeof node.maxItems]).toEqual([path, "number"]);
    if (node.type === "string" && !node.enum) {
      expect([path, typeof node.maxLength]).toEqual([path, "number"]);
    }
    if (node.type === "integer" || (node.type === "number" && node.const === undefined)) {
      expect([path, typeof node.minimum, typeof node.maximum]).toEqual([path, "number", "number"]);
    }
    const isKey = /[a-z_]$/.test(path) && path !== "";
    if (isKey) expect([path, (node.description ?? "").length > 10]).toEqual([path, true]);
  }
});

Deno.test("policyJsonSchema() judges like the parser on whole documents", () => {
  const schema = z.fromJSONSchema(
    policyJsonSchema() as Parameters<typeof z.fromJSONSchema>[0],
  );
  const documents: [unknown, boolean][] = [
    [{ version: 1 }, true],
    [{ version: 1, tools: { allow: ["a"] }, default: "deny" }, true],
    [{ version: 1, auth: { mode: "bearer", allowed_tokens: [{ key: "env:A", roles: [] }] } }, true],
    [{}, false],
    [{ version: 2 }, false],
    [{ version: 1, tool: {} }, false],
    [{ version: 1, tools: { allow: "a" } }, false],
    [{ version: 1, auth: {} }, false],
    [{ version: 1, limits: { depth: 0 } }, false],
    [{ version: 1, limits: { depth: 2.5 } }, false],
    [{ version: 1, rate_limit: { capacity: 1 } }, false],
  ];
  for (const [document, good] of documents) {
    const text = JSON.stringify(document);
    expect([text, schema.safeParse(document).success]).toEqual([text, good]);
    expect([text, lintPolicy(text, "p").problems.length === 0]).toEqual([text, good]);
  }
});

Deno.test("policyReference() has a row for every key, with range and default", () => {
  const text = policyReference();
  for (const [path, node] of walk(policyJsonSchema())) {
    const key = path.split(".").at(-1) ?? "";
    if (!/^[a-z_]+$/.test(key)) continue;
    expect(text).toMatch(`${key}\` |`);
    expect([key, text.includes((node.description ?? "?").slice(1))]).toEqual([key, true]);
  }
  expect(text).toContain(
    "| `message_bytes` | an integer from 64 to 67108864 | `1048576` | Largest message from a client, in bytes. |",
  );
  expect(text).toContain("| `version` | the number 1 | required |");
  expect(text).toContain('| `in_arguments` | `deny`, `enforce` or `ignore` | `"deny"` |');
  expect(text).toContain(
    "| `overrides[].tools` | a list (at least 1 and at most 1000 entries) | required |",
  );
  expect(text.endsWith("|\n")).toBe(true);
});

Deno.test("policyReference() keeps every table row in one line of four cells", () => {
  const rows = policyReference().split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(45);
  for (const row of rows) expect(row.replaceAll("\\|", "").split("|").length).toBe(6);
});

Deno.test("policyReference() documents every key that the mission's policy uses", () => {
  const keys = [...MISSION.matchAll(/([a-z_]+):/g)].map((m) => m[1] as string).filter((k) =>
    k !== "file"
  );
  const text = policyReference();
  for (const key of keys) expect([key, text.includes(`\`${key}\``)]).toEqual([key, true]);
});
