// What wrapped tools give back or throw, as trees that can be judged: everything in it that somebody may come to read.
// What is no JSON has no texts that could be replaced in place, so it passes as it is or not at all.

import { fromPlain, type JsonValue, type Plain, toPlain } from "../wire/mod.ts";
import type { OutrightRefusal } from "./requests.ts";

/** A result or an error, as it is judged. */
export interface Readable {
  /** Its texts, names and numbers. */
  tree: JsonValue;
  /** Whether the tree says all of it, so that a redacted tree can stand in its place. */
  whole: boolean;
}

/**
 * Reads what a tool gave back: JSON as it is; members that are undefined are absent and dates are texts, as JSON has
 * them; of anything else (maps, sets, errors, instances of classes, big numbers) what it holds.
 *
 * @param value What the tool gave back or threw.
 * @returns What can be judged, or undefined where there is nothing to read.
 * @throws {TypeError} When it is larger or deeper than can be judged, or one of its members throws when it is read.
 */
export function readable(value: unknown): Readable | undefined {
  try {
    return { tree: fromPlain(value as Plain), whole: true };
  } catch {
    const reader = new Reader();
    const plain = reader.read(value, 0);
    return plain === undefined ? undefined : { tree: fromPlain(plain), whole: reader.whole };
  }
}

/**
 * The error that is thrown in place of one in which something was redacted. It has the name, the message and what else
 * the error told, but not its class and its stack, which tell the message again.
 *
 * @param tree The error's tree, redacted.
 * @param thrown What the tool threw.
 * @returns An error, or a plain value where the tool threw none.
 */
export function cleanedError(tree: JsonValue, thrown: unknown): unknown {
  const plain = toPlain(tree);
  if (!(thrown instanceof Error)) return plain;
  const { name, message, stack: _, ...rest } = plain as Record<string, Plain>;
  const error = Object.assign(new Error(String(message)), rest);
  error.name = String(name);
  return error;
}

/** Why something passes no more: nobody could look at it. */
export const UNREADABLE: OutrightRefusal = {
  reason: "InternalError",
  rule: "detect.unreadable",
  message:
    "what the tool gave back cannot be searched for attacks and secrets, so it does not pass",
  detail: "dlp.unreadable",
};

/** The same: something would have to be replaced in what is no JSON. */
export const UNREDACTABLE: OutrightRefusal = {
  reason: "SecretDetected",
  rule: "detect.no_json",
  message: "what the tool gave back holds something to be redacted, and is no JSON in which that " +
    "could be done; let the tool return plain objects, lists and texts",
  detail: "dlp.detected",
};

/** Deepest nesting that is read; deeper is an error, since nobody has looked there. */
const MAX_DEPTH = 256;
/** Most values that are read. */
const MAX_VALUES = 1_000_000;

class Reader {
  whole = true;
  readonly #above = new Set<object>();
  #left = MAX_VALUES;

  read(value: unknown, depth: number): Plain | undefined {
    if (--this.#left < 0 || depth > MAX_DEPTH) throw new TypeError("too large to be judged");
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : this.#part(null);
      case "bigint":
        return this.#part(String(value));
      case "object":
        return value === null ? null : this.#object(value, depth + 1);
      case "undefined":
        return undefined;
      default:
        return this.#part(undefined);
    }
  }

  /** Notes that the tree says less, or says it otherwise. */
  #part<T>(value: T): T {
    this.whole = false;
    return value;
  }

  #object(value: object, depth: number): Plain | undefined {
    // What stands in itself has been read above.
    if (this.#above.has(value)) return this.#part(undefined);
    // Bytes are no text.
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#part(undefined);
    this.#above.add(value);
    try {
      if (Array.isArray(value)) return this.#list(value, depth);
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      if (value instanceof Map) return this.#part(this.#list([...value], depth));
      if (value instanceof Set) return this.#part(this.#list([...value], depth));
      return this.#members(value, depth);
    } finally {
      this.#above.delete(value);
    }
  }

  #list(items: readonly unknown[], depth: number): Plain[] {
    return Array.from(items, (item) => this.read(item, depth) ?? null);
  }

  #members(value: object, depth: number): Plain | undefined {
    const prototype = Object.getPrototypeOf(value);
    const source: [string, unknown][] = Object.keys(value).map((key) => [
      key,
      (value as Record<string, unknown>)[key],
    ]);
    if (value instanceof Error) source.push(...told(value));
    else if (prototype !== Object.prototype && prototype !== null) {
      this.whole = false;
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === "function") return this.read(toJSON.call(value), depth);
    }
    const members: { [key: string]: Plain } = Object.create(null);
    for (const [key, member] of source) {
      const plain = this.read(member, depth);
      if (plain === undefined) continue;
      // No tree has this name; its value is read all the same.
      members[key === "__proto__" ? this.#part("proto") : key] = plain;
    }
    return members;
  }
}

/** What an error tells beside its members: its name and message, and what it is made of. */
function told(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const parts: [string, unknown][] = [["name", name], ["message", message], ["cause", cause]];
  if (error instanceof AggregateError) parts.push(["errors", error.errors]);
  // A stack repeats the message as it was when the error was made, which may be another one.
  const head = typeof stack === "string" ? stack.split("\n    at ", 1)[0]! : "";
  if (!head.endsWith(message)) parts.push(["stack", head]);
  return parts;
}
