// The policy reference of the README, generated from the schema so that it cannot fall behind.

import { expectedWords } from "./expected.ts";
import { policyJsonSchema } from "./schema.ts";
import type { SchemaNode } from "./schema.ts";

/**
 * The policy file's keys as Markdown: one table for the top level and one for each section.
 *
 * @returns Markdown with headings of level 3, ending with a newline.
 *
 * @example
 * ```ts
 * import { policyReference } from "./reference.ts";
 * import { expect } from "expect";
 *
 * expect(policyReference()).toContain("| `version` | the number 1 | required |");
 * ```
 */
export function policyReference(): string {
  const root = policyJsonSchema();
  const sections = Object.entries(root.properties ?? {});
  const out = [table("Top level", root.description ?? "", sections, root.required ?? [])];
  for (const [name, node] of sections) {
    const section = node.properties ? node : entry(node);
    if (section) {
      const title = section === node ? `\`${name}\`` : `\`${name}[]\``;
      out.push(table(title, node.description ?? "", rows(section, ""), required(section, "")));
    }
  }
  return `${out.join("\n\n")}\n`;
}

/** A section's keys, below list entries `key[].name`, below mappings `key.name`. */
function rows(node: SchemaNode, prefix: string): [string, SchemaNode][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]): [string, SchemaNode][] => [
    [prefix + key, value],
    ...below(key, value).flatMap(([node, name]) => rows(node, prefix + name)),
  ]);
}

function required(node: SchemaNode, prefix: string): string[] {
  const nested = Object.entries(node.properties ?? {}).flatMap(([key, value]) =>
    below(key, value).flatMap(([node, name]) => required(node, prefix + name))
  );
  return [...(node.required ?? []).map((key) => prefix + key), ...nested];
}

/** The mapping below a key, and what the names of its keys begin with. */
function below(key: string, value: SchemaNode): [SchemaNode, string][] {
  if (value.properties) return [[value, `${key}.`]];
  const inner = entry(value);
  return inner ? [[inner, `${key}[].`]] : [];
}

/** The mapping that a list's entries are or may be. */
function entry(node: SchemaNode): SchemaNode | undefined {
  const items = node.items;
  if (!items) return undefined;
  return items.properties ? items : items.anyOf?.find((n) => n.properties);
}

function table(
  title: string,
  text: string,
  entries: readonly [string, SchemaNode][],
  needed: readonly string[],
): string {
  const lines = entries.map(([key, node]) =>
    `| \`${key}\` | ${cell(kind(node))} | ${cell(fallback(key, node, needed))} | ${
      cell(sentence(node.description ?? ""))
    } |`
  );
  return [
    `### ${title}`,
    "",
    `${sentence(text)}`,
    "",
    "| Key | Value | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function kind(node: SchemaNode): string {
  if (node.type === "object" && node.properties) return "a section, see below";
  return node.items?.properties ? `${expectedWords(node)}, see below` : expectedWords(node);
}

function fallback(key: string, node: SchemaNode, needed: readonly string[]): string {
  if (needed.includes(key)) return "required";
  if (node.default === undefined || node.properties) return "-";
  return `\`${JSON.stringify(node.default)}\``;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
