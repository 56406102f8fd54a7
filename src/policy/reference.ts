// The policy reference of the README, generated from the schema so that it cannot fall behind.

import { expectedWords } from "./expected.ts";
import { policyJsonSchema } from "./schema.ts";
import type { SchemaNode } from "./schema.ts";
import { testsJsonSchema } from "./test_file.ts";

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
    const section = entry(node);
    if (section) {
      const title = section.mark === "." ? `\`${name}\`` : `\`${name}[]\``;
      const text = node.description ?? "";
      out.push(table(title, text, rows(section.node, ""), required(section.node, "")));
    }
  }
  return `${out.join("\n\n")}\n`;
}

/**
 * The keys of a case in a file of policy tests as a Markdown table.
 *
 * @returns Markdown without a heading, ending with a newline.
 *
 * @example
 * ```ts
 * import { testsReference } from "./reference.ts";
 * import { expect } from "expect";
 *
 * expect(testsReference()).toContain("| `expect` | `allow`, `deny`");
 * ```
 */
export function testsReference(): string {
  const one = testsJsonSchema().properties?.cases?.items ?? {};
  // A message before the case's own is written like the case.
  const entries = rows(one, "").filter(([key]) => !key.startsWith("before[]."));
  return `${grid(entries, required(one, "")).join("\n")}\n`;
}

/** A section's keys, below list entries `key[].name`, in mappings `key.name` and below names of the user's `NAME.key`. */
function rows(node: SchemaNode, prefix: string): [string, SchemaNode][] {
  return below(node).flatMap(([key, value]): [string, SchemaNode][] => {
    const inner = entry(value);
    return [
      [prefix + key, value],
      ...(inner ? rows(inner.node, `${prefix}${key}${inner.mark}`) : []),
    ];
  });
}

function required(node: SchemaNode, prefix: string): string[] {
  const nested = below(node).flatMap(([key, value]) => {
    const inner = entry(value);
    return inner ? required(inner.node, `${prefix}${key}${inner.mark}`) : [];
  });
  return [...(node.required ?? []).map((key) => prefix + key), ...nested];
}

/** The keys of a mapping; `NAME` stands for names that the user chooses. */
function below(node: SchemaNode): [string, SchemaNode][] {
  const open = node.additionalProperties;
  // Where anything may stand, there is nothing to tell of it.
  if (typeof open === "object" && Object.keys(open).length > 0) return [["NAME", open]];
  return Object.entries(node.properties ?? {});
}

/** The mapping that a value is, or that a list's entries are or may be. */
function entry(node: SchemaNode): { node: SchemaNode; mark: string } | undefined {
  if (below(node).length > 0) return { node, mark: "." };
  const long = node.anyOf?.find((n) => n.properties);
  if (long) return { node: long, mark: "." };
  const items = node.items;
  if (!items) return undefined;
  const found = items.properties ? items : items.anyOf?.find((n) => n.properties);
  return found && { node: found, mark: "[]." };
}

function table(
  title: string,
  text: string,
  entries: readonly [string, SchemaNode][],
  needed: readonly string[],
): string {
  return [`### ${title}`, "", `${sentence(text)}`, "", ...grid(entries, needed)].join("\n");
}

function grid(entries: readonly [string, SchemaNode][], needed: readonly string[]): string[] {
  const lines = entries.map(([key, node]) =>
    `| \`${key}\` | ${cell(kind(node))} | ${cell(fallback(key, node, needed))} | ${
      cell(sentence(node.description ?? ""))
    } |`
  );
  return ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |", ...lines];
}

function kind(node: SchemaNode): string {
  if (node.type === "object" && below(node).length > 0) return "a section, see below";
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
