// What tools promise of their structured content, as clients have seen it listed: a client that knows a tool's
// `outputSchema` checks each result against it and throws, so a result that would break it is withheld instead.

import { type Edits, keepsValid } from "../detect/mod.ts";
import { JsonObject, type JsonValue, parseJson, writeJson } from "../wire/mod.ts";
import type { ListUse } from "../wire/uses.ts";

/** Names of tools that are remembered at most. */
const MAX_TOOLS = 5000;
/** Schemas of one name that are remembered: servers may show each client another. */
const MAX_VARIANTS = 4;
/** Longest schema that is kept, and all of them together, in characters. */
const MAX_SCHEMA = 64 << 10;
const MAX_ALL = 4 << 20;

/** Stands for a schema that is too long to be kept: nothing can be said of it. */
const UNKEPT = "";

/** Remembers output schemas by the names that the guard knows tools by. Bounded: servers write them. */
export class OutputSchemas {
  readonly #known = new Map<string, string[]>();
  #size = 0;
  /** Whether something was forgotten: from then on a tool without an entry may have a schema. */
  #forgot = false;

  /**
   * Takes in lists of tools as the client gets them.
   *
   * @param lists The lists of one answer.
   * @param place How a name in the list is known to the guard.
   */
  learn(lists: readonly ListUse[], place: (name: string) => string): void {
    for (const { kind, key, items } of lists) {
      if (kind !== "tool") continue;
      for (const item of items) {
        if (!(item instanceof JsonObject)) continue;
        const name = item.get(key);
        const schema = item.get("outputSchema");
        if (typeof name === "string" && schema !== undefined) this.#keep(place(name), schema);
      }
    }
  }

  #keep(name: string, schema: JsonValue): void {
    const whole = writeJson(schema);
    const text = whole.length > MAX_SCHEMA ? UNKEPT : whole;
    const before = this.#known.get(name) ?? [];
    if (before.includes(text)) return;
    if (this.#known.size >= MAX_TOOLS && before.length === 0) {
      this.#forgot = true;
      return;
    }
    // Of too many the oldest is the one that no client has any more.
    const kept = [...before, text].slice(-MAX_VARIANTS);
    const size = (list: readonly string[]): number => list.reduce((sum, s) => sum + s.length, 0);
    const grown = size(kept) - size(before);
    if (this.#size + grown > MAX_ALL) {
      this.#known.set(name, [UNKEPT]);
      this.#size -= size(before);
      return;
    }
    this.#known.set(name, kept);
    this.#size += grown;
  }

  /**
   * Whether a result stays as valid as it was for everybody who has its tool's schema.
   *
   * @param tool The tool; null where it is not known, as for the result of a task.
   * @param root The answer's tree, after the edits.
   * @param edits What was edited in it.
   * @returns False where a client could refuse it. A tool that nobody has seen listed has no schema that counts.
   */
  allow(tool: string | null, root: JsonValue, edits: Edits): boolean {
    const contents = structured(root);
    if (contents.length === 0) return true;
    const schemas = tool === null ? this.#all() : this.#known.get(tool);
    if (schemas === undefined && !this.#forgot) return true;
    return (schemas ?? [UNKEPT]).every((schema) =>
      contents.every((content) => keepsValid(read(schema), content, edits))
    );
  }

  /** What any tool may have promised, without looking at each. */
  #all(): readonly string[] | undefined {
    return this.#known.size === 0 ? undefined : [UNKEPT];
  }
}

/** A schema of which nothing is understood. */
const UNKNOWN = new JsonObject(["$dynamicRef"], ["#"]);

function read(schema: string): JsonValue {
  if (schema === UNKEPT) return UNKNOWN;
  // It was read before, under bounds that may have been wider.
  const wide = MAX_SCHEMA * 4;
  return parseJson(schema, {
    bytes: wide,
    depth: wide,
    tokens: wide,
    keys: wide,
    numbers: "preserve",
  });
}

/** Structured contents of an answer or a message: of a tool's result, and of one inside a task. */
function structured(root: JsonValue): JsonValue[] {
  if (!(root instanceof JsonObject)) return [];
  const found: JsonValue[] = [];
  for (const outer of [root.get("result"), root.get("params")]) {
    if (!(outer instanceof JsonObject)) continue;
    for (const holder of [outer, outer.get("result")]) {
      const content = holder instanceof JsonObject ? holder.get("structuredContent") : undefined;
      if (content !== undefined) found.push(content);
    }
  }
  return found;
}
