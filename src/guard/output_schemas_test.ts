// The memory of output schemas: whose they are, what is forgotten, and that what is not known for sure is refused.

import { expect } from "expect";
import { mask, type Sighting } from "../detect/mod.ts";
import {
  fromPlain,
  inspectFrameAnswer,
  inspectResult,
  JsonObject,
  methodSpec,
  type Plain,
} from "../wire/mod.ts";
import { OutputSchemas } from "./output_schemas.ts";

const FREE: Plain = { properties: { a: { type: "string" } } };
const FIXED: Plain = { properties: { a: { pattern: "^S" } } };

function list(
  schemas: OutputSchemas,
  tools: readonly [name: string, schema?: Plain][],
  by = "",
): void {
  const result = fromPlain({
    tools: tools.map(([name, outputSchema]) => ({
      ...{ name, inputSchema: { type: "object" } },
      ...(outputSchema === undefined ? {} : { outputSchema }),
    })),
  });
  const { lists } = inspectResult(methodSpec("tools/list", "c2s", "request")!, undefined, result);
  schemas.learn(lists, (name) => by + name);
}

/** Whether a result may pass whose structured content lost a secret. */
function allows(
  schemas: OutputSchemas,
  tool: string | null,
  answer?: (content: Plain) => Plain,
): boolean {
  const content: Plain = { a: "SECRET" };
  const root = fromPlain(answer?.(content) ?? { result: { structuredContent: content } });
  const seen = inspectFrameAnswer(root as JsonObject, "t").texts.flatMap((use, at): Sighting[] =>
    use.text !== "SECRET" ? [] : [{
      ...{ use, at, family: "secrets", action: "redact" },
      finding: { rule_id: "secret_x", severity: "high", reason: "", start: 0, end: 6 },
    }]
  );
  expect(seen.length).toBe(1);
  return schemas.allow(tool, root, mask(seen, root, () => "00000000"));
}

Deno.test("OutputSchemas knows tools by the names that the guard has for them", () => {
  const schemas = new OutputSchemas();
  list(schemas, [["free", FREE], ["fixed", FIXED], ["none"]], "one/");
  expect(["free", "fixed", "none", "other"].map((name) => allows(schemas, `one/${name}`))).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(allows(schemas, "two/fixed")).toBe(true);
});

Deno.test("OutputSchemas holds a result to every schema that clients were shown", () => {
  const schemas = new OutputSchemas();
  list(schemas, [["a", FIXED]]);
  list(schemas, [["a", FREE]]);
  expect(allows(schemas, "a")).toBe(false);
  for (let i = 0; i < 4; i++) list(schemas, [["a", { ...FREE as object, title: `${i}` }]]);
  expect(allows(schemas, "a")).toBe(true);
});

Deno.test("OutputSchemas refuses where it does not know: long schemas, forgotten tools, results of tasks", () => {
  const schemas = new OutputSchemas();
  const inTask = (content: Plain): Plain => ({
    result: { result: { structuredContent: content } },
  });
  expect(allows(schemas, null, inTask)).toBe(true);
  list(schemas, [["long", { ...FREE as object, description: "x".repeat(70_000) }]]);
  expect([allows(schemas, "long"), allows(schemas, "other")]).toEqual([false, true]);
  expect(allows(schemas, null, inTask)).toBe(false);
  expect(allows(schemas, null, (a) => ({ params: { result: { structuredContent: a } } }))).toBe(
    false,
  );
  expect(allows(schemas, null, (a) => ({ result: { content: [a] } }))).toBe(true);
  list(schemas, Array.from({ length: 6000 }, (_, i) => [`t${i}`, FREE]));
  expect([allows(schemas, "t0"), allows(schemas, "t5999"), allows(schemas, "other")]).toEqual([
    true,
    false,
    false,
  ]);
});

Deno.test("OutputSchemas keeps a bounded number of characters", () => {
  const schemas = new OutputSchemas();
  const long = (i: number): Plain => ({
    ...FREE as object,
    description: `${i} ${"x".repeat(60_000)}`,
  });
  list(schemas, Array.from({ length: 100 }, (_, i) => [`t${i}`, long(i)]));
  // The first four megabytes are there, the rest is known to be unknown.
  expect([allows(schemas, "t0"), allows(schemas, "t60"), allows(schemas, "t99")]).toEqual([
    true,
    true,
    false,
  ]);
});
