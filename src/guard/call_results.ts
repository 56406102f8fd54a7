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
 * them; of anything else (maps, sets, errors, bytes, instances of classes, big numbers) whatever can be read of it.
 *
 * @param value What the tool gave back or threw.
 * @returns What can be judged, or undefined where there is nothing to read.
 * @throws {TypeError} When it is larger or deeper than can be judged, can be read only once (generators, streams, promises,
 *   files), or one of its members throws when it is read.
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
    if (ArrayBuffer.isView(value)) {
      return this.#bytes(value.buffer, value.byteOffset, value.byteLength);
    }
    if (value instanceof ArrayBuffer || tagOf(value) === "[object SharedArrayBuffer]") {
      return this.#bytes(value as ArrayBuffer, 0, (value as ArrayBuffer).byteLength);
    }
    this.#above.add(value);
    try {
      if (Array.isArray(value)) return this.#list(value, depth);
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      return this.#members(value, depth);
    } finally {
      this.#above.delete(value);
    }
  }

  /** Bytes that are text; of others nobody reads any. */
  #bytes(buffer: ArrayBufferLike, offset: number, length: number): Plain | undefined {
    this.whole = false;
    try {
      return UTF8.decode(new Uint8Array(buffer, offset, length).slice());
    } catch {
      return undefined;
    }
  }

  #list(items: readonly unknown[], depth: number): Plain[] {
    return Array.from(items, (item) => this.read(item, depth) ?? null);
  }

  #members(value: object, depth: number): Plain | undefined {
    const source: [string, unknown][] = Object.keys(value).map((key) => [
      key,
      (value as Record<string, unknown>)[key],
    ]);
    if (value instanceof Error) source.push(...told(value));
    else {
      const other = this.#said(value);
      // What it says of itself as JSON is all that is read of something without members.
      if (source.length === 0 && other.length === 1 && other[0]![0] === "toJSON") {
        return this.read(other[0]![1], depth);
      }
      source.push(...other);
    }
    const members: { [key: string]: Plain } = Object.create(null);
    const known = new Map<string, unknown>();
    for (const [name, member] of source) {
      if (known.has(name) && known.get(name) === member) continue;
      known.set(name, member);
      const plain = this.read(member, depth);
      if (plain === undefined) continue;
      // No tree has this name; its value is read all the same.
      let key = name === "__proto__" ? this.#part("proto") : name;
      // What is told twice under one name is read twice: one must not hide the other.
      while (key in members) key = this.#part(`${key}+`);
      members[key] = plain;
    }
    return members;
  }

  /** What an object tells beside its members: by accessors of its class, as a collection, as JSON, as a text. */
  #said(value: object): [string, unknown][] {
    const said: [string, unknown][] = [];
    for (const [name, get] of accessorsOf(value)) said.push([name, get.call(value)]);
    const own = value as { toJSON?: unknown; toString?: unknown } & Partial<Iterable<unknown>>;
    const items = this.#items(value, own);
    if (items !== null) said.push(["items", items]);
    const { toJSON, toString } = own;
    const texts = toString !== Object.prototype.toString && typeof toString === "function";
    if (typeof toJSON === "function") said.push(["toJSON", toJSON.call(value)]);
    else if (texts) said.push(["toString", toString.call(value)]);
    const prototype = Object.getPrototypeOf(value);
    if (said.length > 0 || (prototype !== Object.prototype && prototype !== null)) {
      this.whole = false;
    }
    return said;
  }

  /** What a collection holds: a map, a set, headers. */
  #items(
    value: object,
    { [Symbol.iterator]: begin }: Partial<Iterable<unknown>>,
  ): unknown[] | null {
    if (
      Symbol.asyncIterator in value || typeof (value as { then?: unknown }).then === "function" ||
      ONCE.has(tagOf(value))
    ) {
      throw readOnce();
    }
    if (typeof begin !== "function") return null;
    const iterator: Iterator<unknown> = begin.call(value);
    if ((iterator as object) === value) throw readOnce();
    const items: unknown[] = [];
    for (let at = iterator.next(); at.done !== true; at = iterator.next()) {
      if (items.push(at.value) > this.#left) throw new TypeError("too large to be judged");
    }
    return items;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What gives its contents later, to whoever asks first. */
const ONCE: ReadonlySet<string> = new Set(["[object Blob]", "[object File]"]);

function readOnce(): TypeError {
  return new TypeError("can be read only once, so it cannot be judged before");
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

/** The accessors of an object's classes, the nearest first. */
function accessorsOf(value: object): Map<string, () => unknown> {
  const found = new Map<string, () => unknown>();
  for (
    let at: object | null = Object.getPrototypeOf(value);
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get !== undefined && name !== "__proto__" && !found.has(name)) found.set(name, get);
    }
  }
  return found;
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
