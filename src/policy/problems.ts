// Turns what zod finds into problems with place, expectation and "did you mean".

import type * as z from "zod";
import { expectedWords, foundWords, schemaAt } from "./expected.ts";
import { OddScalar } from "./scalar.ts";
import { nearest } from "./suggest.ts";
import { isSecret, joinPath, mayRepeat, printPath } from "./path.ts";
import { quote } from "./text.ts";
import type { Path } from "./path.ts";
import type { SchemaNode } from "./schema.ts";
import type { OffsetProblem } from "./text.ts";
import type { YamlNode } from "./tree.ts";

/** Sections and keys of the design that this version does not have; they are refused, never ignored. */
const LATER: ReadonlySet<string> = new Set([
  "attestation.sign",
]);

/**
 * The node at a path.
 *
 * @param root The document.
 * @param path Keys and indices.
 * @returns The node and where to point: at it, at the entry's key, or at the nearest parent.
 */
export function locate(root: YamlNode, path: Path): { node: YamlNode | undefined; start: number } {
  let node = root;
  for (const piece of path) {
    const next = node.kind === "map"
      ? node.entries.find((e) => e.key === piece)?.value
      : node.kind === "seq" && typeof piece === "number"
      ? node.items[piece]
      : undefined;
    if (!next) return { node: undefined, start: node.start };
    node = next;
  }
  return { node, start: node.start };
}

/**
 * Explains zod's issues.
 *
 * @param issues The issues of one parse of the whole file.
 * @param root The document.
 * @param schema The policy's JSON Schema.
 * @returns Problems, in no order.
 */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  root: YamlNode,
  schema: SchemaNode,
): OffsetProblem[] {
  const out: OffsetProblem[] = [];
  const queue: { issue: z.core.$ZodIssue; base: Path }[] = issues.map((issue) => ({
    issue,
    base: [],
  }));
  for (const { issue, base } of queue) {
    const path = [...base, ...issue.path] as Path;
    const { node, start } = locate(root, path);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) out.push(unknownKey(root, path, key, schema));
    } else if (issue.code === "invalid_union" && node?.kind === "map") {
      // The alternatives of this schema are a text and one mapping: a mapping is judged as the latter.
      for (const inner of issue.errors.at(-1) ?? []) queue.push({ issue: inner, base: path });
    } else if (issue.code === "invalid_key") {
      const message = "expected a name of 1 to 64 characters";
      out.push({ message, path: printPath(path), offset: start });
    } else if (!node) {
      out.push(missing(root, path, schema, start));
    } else if (node.kind !== "alias") {
      out.push(wrongValue(node, path, schema));
    }
  }
  return out;
}

function missing(root: YamlNode, path: Path, schema: SchemaNode, start: number): OffsetProblem {
  const at = schemaAt(schema, path);
  const hint = path.length === 1 && path[0] === "version" && root.kind === "map"
    ? "; a policy begins with `version: 1`"
    : "";
  return {
    message: `missing; expected ${at ? expectedWords(at) : "a value"}${hint}`,
    path: printPath(path),
    offset: start,
  };
}

function unknownKey(
  root: YamlNode,
  parent: Path,
  key: string,
  schema: SchemaNode,
): OffsetProblem {
  const owner = locate(root, parent).node;
  const entry = owner?.kind === "map" ? owner.entries.find((e) => e.key === key) : undefined;
  const where = printPath(parent);
  const offset = entry?.keyStart ?? 0;
  const path = joinPath(where, key);
  if (LATER.has(path)) {
    return { message: "not supported by this version of mcpguard", path, offset };
  }
  const at = schemaAt(schema, parent);
  const owned = at?.anyOf?.find((n) => n.properties) ?? at;
  const known = Object.keys(owned?.properties ?? {});
  const suggestion = nearest(key, known);
  const name = mayRepeat(where, key) ? ` ${quote(key)}` : "";
  const home = suggestion ? undefined : sectionsWith(key, schema);
  return {
    message: `unknown key${name}; expected ${listed(known)}` +
      (home ? `; \`${home.key}\` belongs in ${listed(home.sections)}` : ""),
    path,
    offset,
    ...(suggestion ? { suggestion } : {}),
  };
}

/** The sections in which a misplaced key, or one spelled nearly so, would be right. */
function sectionsWith(
  key: string,
  schema: SchemaNode,
): { key: string; sections: string[] } | undefined {
  const owners = Object.entries(schema.properties ?? {}).map(([name, section]) => ({
    name,
    keys: Object.keys(section.properties ?? {}),
  }));
  const near = nearest(key, owners.flatMap((owner) => owner.keys));
  if (near === undefined) return undefined;
  return { key: near, sections: owners.filter((o) => o.keys.includes(near)).map((o) => o.name) };
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function wrongValue(node: YamlNode, path: Path, schema: SchemaNode): OffsetProblem {
  const at = schemaAt(schema, path) ?? {};
  const printed = printPath(path);
  const secret = isSecret(path);
  const base = { path: printed, offset: node.start };
  const value = node.kind === "scalar" ? node.value : undefined;
  const suggestion = suggest(value, at, secret);
  const hint = remedy(node, at, secret);
  return {
    ...base,
    message: `expected ${expectedWords(at)}, found ${foundWords(node, secret)}${
      hint ? ` (${hint})` : ""
    }`,
    ...(suggestion ? { suggestion } : {}),
  };
}

function suggest(value: unknown, at: SchemaNode, secret: boolean): string | undefined {
  if (at.type === "boolean" && value instanceof OddScalar && value.meant !== undefined) {
    return String(value.meant);
  }
  if (typeof value !== "string") return undefined;
  if (at.enum) return nearest(value, at.enum.map(String));
  if (at.type === "array" && !secret && value.length <= 60) return `[${quote(value)}]`;
  return undefined;
}

function remedy(node: YamlNode, at: SchemaNode, secret: boolean): string | undefined {
  if (node.kind !== "scalar") return undefined;
  const value = node.value;
  const text = at.type === "string" || at.anyOf !== undefined;
  if (text && !at.enum && !node.quoted && typeof value !== "string") {
    return value === null ? undefined : "write it in quotes if this text is meant";
  }
  if (typeof value === "string" && node.quoted && (at.type !== "string")) {
    if (at.type === "boolean" && (value === "true" || value === "false")) {
      return "remove the quotes";
    }
    const numeric = at.type === "integer" || at.type === "number" || at.const !== undefined;
    if (numeric && value.trim() !== "" && Number.isFinite(Number(value))) {
      return "remove the quotes";
    }
  }
  if (typeof value === "string" && !secret && value.includes("${")) {
    return "a policy has no variables";
  }
  return undefined;
}
