// Every rule finds its own examples, ids are unique, and patterns name classes that exist.

import { expect } from "expect";
import { compileGrammar } from "./grammar.ts";
import { findHidden, HIDDEN_RULES } from "./hidden.ts";
import { readLayers } from "./read.ts";
import { INJECTION_RULES } from "./rules/mod.ts";

const grammar = compileGrammar(INJECTION_RULES);

function rulesIn(text: string): Set<string> {
  const ids = new Set<string>();
  readLayers(text, grammar, null, {
    passage(passage): void {
      for (const hit of passage.hits) ids.add(INJECTION_RULES[hit.rule]!.id);
    },
  });
  return ids;
}

for (const rule of INJECTION_RULES) {
  Deno.test(`${rule.id} finds its examples`, () => {
    expect(rule.examples.length).toBeGreaterThan(0);
    for (const example of rule.examples) {
      expect({ example, found: rulesIn(example).has(rule.id) }).toEqual({ example, found: true });
    }
  });
}

for (const rule of Object.values(HIDDEN_RULES)) {
  Deno.test(`${rule.id} finds its examples`, () => {
    for (const example of rule.examples) {
      expect(findHidden(example, new Set()).map((f) => f.rule_id)).toContain(rule.id);
      expect(findHidden(example, new Set([rule.id])).map((f) => f.rule_id)).not.toContain(rule.id);
    }
  });
}

Deno.test("rule ids are unique and descriptions say something", () => {
  const ids = INJECTION_RULES.map((r) => r.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of INJECTION_RULES) expect(rule.description.length).toBeGreaterThan(10);
});

Deno.test("compileGrammar() refuses a class that does not exist", () => {
  const rule = { ...INJECTION_RULES[0]!, patterns: ["NOSUCHCLASS ..2 TARGET"] };
  expect(() => compileGrammar([rule])).toThrow('no class "NOSUCHCLASS"');
});

Deno.test("a negated verb is no order", () => {
  expect(rulesIn("Do not ignore the previous instructions").has("injection.override")).toBe(false);
});

Deno.test("plain talk about weather, tools and dates matches no rule that decides alone", () => {
  const text =
    "The forecast for Tuesday is sunny with light wind. Bring a hat. Tickets cost 12 euros.";
  const strong = [...rulesIn(text)].filter((id) =>
    INJECTION_RULES.some((r) => r.id === id && r.severity === "high")
  );
  expect(strong).toEqual([]);
});
