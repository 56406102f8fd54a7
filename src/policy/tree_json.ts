// A part of a YAML tree as JSON text, numbers in the spelling of the file: what a test sends is read by the same strict
// reader as a message, so a number that a double cannot hold is seen for what it is.

import { OddScalar } from "./scalar.ts";
import type { OffsetProblem } from "./text.ts";
import type { YamlNode } from "./tree.ts";

/** What is no JSON and no plain YAML either. */
export class OddValue extends Error {
  override name = "OddValue";
  /** Where and why. */
  readonly problem: OffsetProblem;

  /** @param problem Where and why. */
  constructor(problem: OffsetProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Writes a tree as JSON text.
 *
 * @param node The tree; its depth is bounded by the parser.
 * @returns JSON text. Whatever the strict reader refuses (half surrogate pairs, the key `__proto__`) is kept for it.
 * @throws {OddValue} For words that YAML readers take for different values, and for aliases.
 *
 * @example
 * ```ts
 * import { parseTree } from "./tree.ts";
 * import { jsonTextOf } from "./tree_json.ts";
 * import { expect } from "expect";
 *
 * const { root } = parseTree("{ a: 9007199254740993, b: [x, 1.50, null] }");
 * expect(jsonTextOf(root!)).toBe('{"a":9007199254740993,"b":["x",1.50,null]}');
 * ```
 */
export function jsonTextOf(node: YamlNode): string {
  switch (node.kind) {
    case "map":
      return `{${
        node.entries.map(({ key, value }) => `${JSON.stringify(key)}:${jsonTextOf(value)}`)
          .join(",")
      }}`;
    case "seq":
      return `[${node.items.map(jsonTextOf).join(",")}]`;
    case "scalar":
      if (node.value instanceof OddScalar) {
        const { text, what } = node.value;
        const message =
          `\`${text}\` is ${what}; values are plain texts, numbers, \`true\`, \`false\` and \`null\`, so quote it if it is a text`;
        throw new OddValue({ message, path: "", offset: node.start });
      }
      return node.spelling ?? JSON.stringify(node.value);
    case "alias":
      throw new OddValue({ message: "an alias is no value", path: "", offset: node.start });
  }
}
