// Puts in words what the schema expects at a path and what the file has there.
// The README's reference uses the same words.

import { OddScalar } from "./scalar.ts";
import { quote } from "./text.ts";
import type { SchemaNode } from "./schema.ts";
import type { YamlNode } from "./tree.ts";
import type { Path } from "./path.ts";

/**
 * The schema of one place.
 *
 * @param root The policy's JSON Schema.
 * @param path Keys and indices.
 * @returns The schema there, or undefined below unknown keys.
 */
export function schemaAt(root: SchemaNode, path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const piece of path) {
    if (!node) return undefined;
    if (typeof piece === "number") {
      node = node.items;
    } else {
      const owner: SchemaNode | undefined = node.anyOf?.find((n) => n.properties) ?? node;
      const open = owner.additionalProperties;
      node = owner.properties && Object.hasOwn(owner.properties, piece)
        ? owner.properties[piece]
        : typeof open === "object"
        ? open
        : undefined;
    }
  }
  return node;
}

/**
 * What a schema expects.
 *
 * @param node A schema.
 * @returns E.g. `an integer from 1 to 1000000000`, with units left to the description.
 */
export function expectedWords(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(expectedWords).join(", or ");
  if (node.const === true) return "`true`";
  if (node.const !== undefined) return `the number ${node.const}`;
  if (node.enum) {
    const words = node.enum.map((v) => `\`${v}\``);
    return words.length < 3
      ? words.join(" or ")
      : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  }
  if (node.type === "integer" || node.type === "number") {
    const kind = node.type === "integer" ? "an integer" : "a number";
    return `${kind} from ${node.minimum} to ${node.maximum}`;
  }
  if (node.type === "boolean") return "`true` or `false`";
  if (node.type === "array") {
    const least = node.minItems ? `at least ${node.minItems} and ` : "";
    return `a list (${least}at most ${node.maxItems} entries)`;
  }
  if (node.type === "object") {
    if (typeof node.additionalProperties === "object") return "a mapping of names";
    return `a mapping with the keys ${Object.keys(node.properties ?? {}).join(", ")}`;
  }
  if (node.type === undefined) return "any value";
  return `a text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
}

/**
 * What the file has.
 *
 * @param node A node of the file.
 * @param secret Whether its text must not be repeated.
 * @returns E.g. `the text "10" in quotes`.
 */
export function foundWords(node: YamlNode, secret: boolean): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "seq") return `a list of ${node.items.length}`;
  if (node.kind === "alias") return "an alias";
  const value = node.value;
  if (value === null) return "nothing (null)";
  if (value instanceof OddScalar) return secret ? value.what : `\`${value.text}\`, ${value.what}`;
  if (typeof value === "boolean") return `the boolean ${value}`;
  if (typeof value === "number") return secret ? "a number" : `the number ${value}`;
  if (secret) return value.length === 0 ? "an empty text" : "a text";
  return value.length > 60 ? `a text of ${value.length} characters` : `the text ${quote(value)}`;
}
