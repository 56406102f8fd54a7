// What a session's server has said of its tools: hints for rules, and argument names for warnings. Bounded, since the
// server writes it, and never trusted: rules find it under `tool.untrusted`.

import type { ToolFacts } from "../guard/mod.ts";
import type { ListedTool } from "../policy/types.ts";
import { JsonObject, type JsonValue, type ListUse } from "../wire/mod.ts";

/** Tools that are remembered; calls of further ones are `tool.known == false`. */
const MAX_TOOLS = 2000;
/** Longest name, and title, that is kept. */
const MAX_TEXT = 256;
/** Arguments of one tool that are remembered. */
const MAX_ARGUMENTS = 200;

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;
/** Members of a schema that leave open which arguments there are. */
const OPEN = ["patternProperties", "$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"];

/** Tools of one session, as its server listed them last. */
export class ToolBook {
  readonly #tools = new Map<string, { facts: ToolFacts; listed: ListedTool }>();

  /**
   * Takes in what a list of tools says, before anything of it is withheld.
   *
   * @param lists The lists of one result.
   */
  learn(lists: readonly ListUse[]): void {
    for (const { kind, items } of lists) {
      if (kind !== "tool") continue;
      for (const item of items) this.#learnOne(item);
    }
  }

  #learnOne(item: JsonValue): void {
    if (!(item instanceof JsonObject)) return;
    const name = item.get("name");
    if (typeof name !== "string" || name.length > MAX_TEXT) return;
    if (!this.#tools.has(name) && this.#tools.size >= MAX_TOOLS) return;
    const facts: ToolFacts = {};
    const annotations = item.get("annotations");
    if (annotations instanceof JsonObject) {
      for (const hint of HINTS) {
        const value = annotations.get(hint);
        if (typeof value === "boolean") facts[hint] = value;
      }
    }
    const title = item.get("title") ??
      (annotations instanceof JsonObject ? annotations.get("title") : undefined);
    if (typeof title === "string") facts.title = title.slice(0, MAX_TEXT);
    const listed = { name, arguments: argumentNames(item.get("inputSchema")) };
    this.#tools.set(name, { facts, listed });
  }

  /**
   * What the server says of a tool.
   *
   * @param name The tool, or null.
   * @returns Its hints, or undefined where it is not listed.
   */
  facts(name: string | null): ToolFacts | undefined {
    return name === null ? undefined : this.#tools.get(name)?.facts;
  }

  /** Every tool that is remembered. */
  get listed(): ListedTool[] {
    return [...this.#tools.values()].map(({ listed }) => listed);
  }
}

/** Names of the arguments that a schema declares, or null where it leaves them open. */
export function argumentNames(schema: JsonValue | undefined): string[] | null {
  if (!(schema instanceof JsonObject) || OPEN.some((key) => schema.has(key))) return null;
  const properties = schema.get("properties");
  const more = schema.get("additionalProperties");
  if (more !== undefined && more !== false) return null;
  if (properties === undefined) return [];
  if (!(properties instanceof JsonObject) || properties.keys.length > MAX_ARGUMENTS) return null;
  return properties.keys.map((key) => key.slice(0, MAX_TEXT));
}
