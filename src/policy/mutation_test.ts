// Damaged files: whatever happens to the mission's policy, it loads or throws BadPolicy with places in the file.

import { expect } from "expect";
import fc from "fast-check";
import { BadPolicy } from "../errors.ts";
import { parsePolicy } from "./parse.ts";
import { MISSION } from "./_testkit.ts";

const PIECES = [
  ...["&a ", "*a", "<<: ", "!!str ", "---\n", "...\n", "%YAML 1.1\n", "? ", "| \n", ">-\n", "# "],
  ...["\t", "\r", "\n", "  ", "\0", "\uFEFF", "\u202E", "\ud800", "\u{1F600}", "'", '"', "\\"],
  ...["{", "}", "[", "]", ",", ":", ": ", "- ", "null", "no", ".nan", "0x1F", "1e999", "-1"],
  ...["__proto__: ", "version: 1\n", "rules: []\n", "${X}", "re:(a+)+$", "((((", "x".repeat(5000)],
];

type Edit =
  | { kind: "delete"; at: number; length: number }
  | { kind: "insert"; at: number; text: string }
  | { kind: "copy"; at: number; from: number; length: number }
  | { kind: "cut"; at: number };

const AT = fc.nat({ max: MISSION.length });
const EDIT: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("delete" as const), at: AT, length: fc.nat({ max: 30 }) }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: AT,
    text: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 4 })),
  }),
  fc.record({ kind: fc.constant("copy" as const), at: AT, from: AT, length: fc.nat({ max: 60 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: AT }),
);

function apply(text: string, edit: Edit): string {
  const [before, after] = [text.slice(0, edit.at), text.slice(edit.at)];
  if (edit.kind === "delete") return before + after.slice(edit.length);
  if (edit.kind === "insert") return before + edit.text + after;
  if (edit.kind === "copy") return before + text.slice(edit.from, edit.from + edit.length) + after;
  return before;
}

Deno.test("parsePolicy() loads a damaged file or throws BadPolicy with places inside of it", () => {
  const count = { loaded: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(EDIT, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(apply, MISSION);
      const lines = text.split("\n");
      try {
        parsePolicy(text, "p.yaml");
        count.loaded++;
      } catch (error) {
        if (!(error instanceof BadPolicy)) throw error;
        count.refused++;
        expect(error.problems.length).toBeGreaterThan(0);
        let last = 0;
        for (const { line, column, message } of error.problems) {
          expect(line).toBeGreaterThanOrEqual(Math.max(1, last));
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1);
          expect(message).not.toBe("");
          last = line;
        }
      }
    }),
    { numRuns: 1000 },
  );
  expect(count.loaded).toBeGreaterThan(10);
  expect(count.refused).toBeGreaterThan(500);
});

Deno.test("parsePolicy() survives text that is no YAML at all", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(() => parsePolicy(text, "p.yaml")).toThrow(BadPolicy);
    }),
    { numRuns: 500 },
  );
});
