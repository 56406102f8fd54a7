// Whether what was cut out of a tool's structured content can change what its `outputSchema` says of it. Clients check
// results against that schema and throw (MCP, server/tools "Output Schema"), so a placeholder must not break it.

import { JsonNumber, JsonObject, type JsonValue } from "../wire/mod.ts";
import type { Edits } from "./mask.ts";

/** Steps after which a schema counts as one that could break. */
const MOST_STEPS = 100_000;

/** Members of a schema that hold one schema for the same place, several, or several by name. */
const SAME = ["not", "if", "then", "else"];
const SAME_LISTS = ["allOf", "anyOf", "oneOf"];
const SAME_MAPS = ["dependentSchemas", "dependencies"];

/** What no placeholder can be tried against without an engine for schemas: their words are taken as broken. */
const TEXT_RULES = ["pattern", "format"];
const NUMBER_RULES = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
/** Rules about the names of members. */
const NAME_RULES = ["patternProperties", "propertyNames"];

/**
 * Whether a schema says the same of a content as before it was edited. Every schema that applies to an edited place,
 * by whatever way (`anyOf`, `not`, `$ref` and so on), must hold no rule whose answer the edit could change; then no
 * combination of them can change, either. What is not understood counts as a rule that does.
 *
 * @param schema The tool's `outputSchema`, JSON Schema of draft 7 or 2020-12.
 * @param content The structured content as it is now.
 * @param edits What was edited.
 * @returns True where the content is as valid as it was. Time is bounded, whatever the schema.
 */
export function keepsValid(schema: JsonValue, content: JsonValue, edits: Edits): boolean {
  const marked = ancestors(content, edits);
  if (marked.size === 0) return true;
  return new Check(schema).holds(content, edits, marked);
}

/** Containers in which something was edited, at any depth. */
function ancestors(content: JsonValue, edits: Edits): Set<JsonValue> {
  const marked = new Set<JsonValue>();
  const parents = new Map<JsonValue, JsonValue>();
  const waiting = [content];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const values = at instanceof JsonObject ? at.values : Array.isArray(at) ? at : [];
    if (edits.values.has(values) || (at instanceof JsonObject && edits.names.has(at))) {
      let up: JsonValue | undefined = at;
      for (; up !== undefined && !marked.has(up); up = parents.get(up)) marked.add(up);
    }
    for (const value of values) {
      if (typeof value !== "object" || value === null || value instanceof JsonNumber) continue;
      parents.set(value, at);
      waiting.push(value);
    }
  }
  return marked;
}

/** A rule whose answer may change, or a schema that is not understood. */
class Broken extends Error {}

class Check {
  readonly #root: JsonValue;
  #steps = 0;

  constructor(root: JsonValue) {
    this.#root = root;
  }

  holds(content: JsonValue, edits: Edits, marked: ReadonlySet<JsonValue>): boolean {
    try {
      const waiting: [value: JsonValue, schemas: JsonObject[]][] = [[
        content,
        this.#applying([this.#root]),
      ]];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [value, schemas] = next;
        this.#container(schemas);
        const renamed = value instanceof JsonObject ? edits.names.get(value) : undefined;
        const values = value instanceof JsonObject ? value.values : value as JsonValue[];
        const edited = edits.values.get(values);
        for (let i = 0; i < values.length; i++) {
          const before = edited?.get(i);
          const inside = values[i]!;
          const name = renamed?.get(i);
          if (before === undefined && name === undefined && !marked.has(inside)) continue;
          const key = value instanceof JsonObject ? value.keys[i]! : null;
          if (name !== undefined) this.#renamed(schemas, name, key!);
          if (before === undefined && !marked.has(inside)) continue;
          const below = this.#applying(
            key === null ? this.#items(schemas, i) : this.#members(schemas, key),
          );
          if (before !== undefined) this.#leaf(below, before, inside);
          if (marked.has(inside)) waiting.push([inside, below]);
        }
      }
      return true;
    } catch (error) {
      if (error instanceof Broken) return false;
      throw error;
    }
  }

  #step(): void {
    if (++this.#steps > MOST_STEPS) throw new Broken();
  }

  /** The schemas and all that they apply to the same place. */
  #applying(from: readonly JsonValue[]): JsonObject[] {
    const seen = new Set<JsonObject>();
    const waiting = [...from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      this.#step();
      if (!(at instanceof JsonObject) || seen.has(at)) continue;
      seen.add(at);
      if (at.has("$dynamicRef") || at.has("$recursiveRef")) throw new Broken();
      // References are read from the root, which another base would change.
      if (at !== this.#root && at.has("$id")) throw new Broken();
      const ref = at.get("$ref");
      if (ref !== undefined) waiting.push(this.#resolve(ref));
      for (const word of SAME) push(waiting, at.get(word));
      for (const word of SAME_LISTS) for (const one of listOf(at.get(word))) push(waiting, one);
      for (const word of SAME_MAPS) for (const one of valuesOf(at.get(word))) push(waiting, one);
    }
    return [...seen];
  }

  /** What a reference inside the schema leads to (RFC 6901). */
  #resolve(ref: JsonValue): JsonValue {
    if (ref === "#") return this.#root;
    if (typeof ref !== "string" || !ref.startsWith("#/")) throw new Broken();
    let at: JsonValue | undefined = this.#root;
    for (const part of ref.slice(2).split("/")) {
      this.#step();
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (name.includes("%")) throw new Broken();
      at = at instanceof JsonObject
        ? at.get(name)
        : Array.isArray(at) && /^[0-9]{1,4}$/.test(name)
        ? at[Number(name)]
        : undefined;
    }
    if (at === undefined) throw new Broken();
    return at;
  }

  /** A place in which something changed: rules about all of it. */
  #container(schemas: readonly JsonObject[]): void {
    for (const schema of schemas) {
      if (schema.has("enum") || schema.has("const") || schema.get("uniqueItems") === true) {
        throw new Broken();
      }
    }
  }

  #renamed(schemas: readonly JsonObject[], before: string, after: string): void {
    for (const schema of schemas) {
      this.#step();
      const properties = schema.get("properties");
      if (properties instanceof JsonObject && (properties.has(before) || properties.has(after))) {
        throw new Broken();
      }
      if (listOf(schema.get("required")).includes(before)) throw new Broken();
      for (const word of ["dependentRequired", ...SAME_MAPS]) {
        if (schema.has(word)) throw new Broken();
      }
      for (const word of NAME_RULES) if (schema.has(word)) throw new Broken();
    }
  }

  /** What may apply to a member; more than does is on the safe side. */
  #members(schemas: readonly JsonObject[], key: string): JsonValue[] {
    const found: JsonValue[] = [];
    for (const schema of schemas) {
      this.#step();
      const properties = schema.get("properties");
      const own = properties instanceof JsonObject ? properties.get(key) : undefined;
      push(found, own);
      for (const one of valuesOf(schema.get("patternProperties"))) push(found, one);
      if (own === undefined) push(found, schema.get("additionalProperties"));
      push(found, schema.get("unevaluatedProperties"));
    }
    return found;
  }

  #items(schemas: readonly JsonObject[], index: number): JsonValue[] {
    const found: JsonValue[] = [];
    for (const schema of schemas) {
      this.#step();
      const first = listOf(schema.get("prefixItems"));
      push(found, first[index]);
      const items = schema.get("items");
      if (Array.isArray(items)) push(found, items[index] ?? schema.get("additionalItems"));
      else if (index >= first.length) push(found, items);
      push(found, schema.get("contains"));
      push(found, schema.get("unevaluatedItems"));
    }
    return found;
  }

  #leaf(schemas: readonly JsonObject[], before: JsonValue, after: JsonValue): void {
    for (const schema of schemas) {
      this.#step();
      const allowed = schema.get("enum");
      if (allowed !== undefined) {
        const among = listOf(allowed);
        if (isAmong(among, before) !== isAmong(among, after)) throw new Broken();
      }
      const only = schema.get("const");
      if (only !== undefined && isSame(only, before) !== isSame(only, after)) throw new Broken();
      if (typeof before === "string" && typeof after === "string") text(schema, before, after);
      else if (NUMBER_RULES.some((word) => schema.has(word)) || isInteger(schema, before)) {
        throw new Broken();
      }
    }
  }
}

function text(schema: JsonObject, before: string, after: string): void {
  if (TEXT_RULES.some((word) => schema.has(word))) throw new Broken();
  for (const [word, least] of [["minLength", true], ["maxLength", false]] as const) {
    const bound = schema.get(word);
    if (bound === undefined) continue;
    if (!(bound instanceof JsonNumber)) throw new Broken();
    const fits = (value: string): boolean => {
      const length = [...value].length;
      return least ? length >= bound.value : length <= bound.value;
    };
    if (fits(before) !== fits(after)) throw new Broken();
  }
}

/** Whether a schema wants whole numbers and the number, for which 0 stands now, may be none. */
function isInteger(schema: JsonObject, before: JsonValue): boolean {
  const type = schema.get("type");
  const wanted = type === "integer" || (Array.isArray(type) && type.includes("integer"));
  return wanted && !(before instanceof JsonNumber && Number.isInteger(before.value));
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  return a instanceof JsonNumber && b instanceof JsonNumber ? a.value === b.value : a === b;
}

function isAmong(list: readonly JsonValue[], value: JsonValue): boolean {
  return list.some((one) => isSame(one, value));
}

function push(list: JsonValue[], value: JsonValue | undefined): void {
  if (value instanceof JsonObject) list.push(value);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function valuesOf(value: JsonValue | undefined): readonly JsonValue[] {
  return value instanceof JsonObject ? value.values : [];
}
