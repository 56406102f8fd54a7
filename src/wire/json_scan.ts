// The one scanner of JSON text: builds the tree in a single pass, without recursion.
// After the first breach that leaves the text readable it stops building and only reads on ("lean"):
// for the end of the document, and for the message id that the refusal is to be answered with.

import { describeUnit, JsonError } from "./json_error.ts";
import type { JsonCode } from "./json_error.ts";
import { isRepeated } from "./json_frame.ts";
import type { Frame } from "./json_frame.ts";
import { endOfNumber, isUnsafeNumber } from "./json_number.ts";
import { plainRun, unescapeString } from "./json_string.ts";
import { loneSurrogate } from "./json_text.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";

/** What the scanner holds a text to. */
export interface ScanLimits {
  /** Deepest nesting of arrays and objects. */
  readonly depth: number;
  /** Most values, counting containers. */
  readonly tokens: number;
  /** Most members in one object. */
  readonly keys: number;
  /** Whether numbers that a double cannot hold are a breach. */
  readonly refuseUnsafe: boolean;
}

/** Units of a string that are looked at one by one before the built-in functions, which are faster on long ones. */
const LOOKED_AT = 64;

/** Reads one document; use it once. */
export class JsonScanner {
  readonly #text: string;
  readonly #limits: ScanLimits;
  #pos = 0;
  #depth = 0;
  #frame: Frame | null = null;
  #root: JsonValue | undefined;
  #breach: { code: JsonCode; at: number; what: string } | null = null;
  // What lean reading finds: the id, and whether the next value or an earlier one is it.
  #idDue = false;
  #ids = 0;
  #id: JsonValue | undefined;

  /**
   * @param text The document.
   * @param limits What to hold it to.
   */
  constructor(text: string, limits: ScanLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  /**
   * Reads the document.
   *
   * @returns The tree.
   * @throws {JsonError} What makes it no JSON document, or else the first breach.
   */
  scan(): JsonValue {
    const text = this.#text;
    if (!text.isWellFormed()) {
      this.#breachAt("json.surrogate", loneSurrogate(text), "Lone surrogate");
    }
    let left = this.#limits.tokens;
    do {
      const c = this.#next();
      const at = this.#pos;
      if (c >= 0 && --left < 0) {
        this.#breachAt("json.tokens", at, "Too many values");
        throw this.#breached();
      }
      if (c === 0x22 /* " */) {
        this.#attach(this.#string());
      } else if (c === 0x7b /* { */) {
        this.#open(true);
        if (this.#next() !== 0x7d /* } */) {
          this.#key();
          continue;
        }
      } else if (c === 0x5b /* [ */) {
        this.#open(false);
        if (this.#next() !== 0x5d /* ] */) continue;
      } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
        this.#attach(this.#number());
      } else if (c === 0x74 && text.startsWith("true", at)) {
        this.#pos = at + 4;
        this.#attach(true);
      } else if (c === 0x66 && text.startsWith("false", at)) {
        this.#pos = at + 5;
        this.#attach(false);
      } else if (c === 0x6e && text.startsWith("null", at)) {
        this.#pos = at + 4;
        this.#attach(null);
      } else {
        throw this.#unexpected(at);
      }
      this.#afterValue();
    } while (this.#frame !== null);
    if (this.#breach !== null) throw this.#breached();
    return this.#root!;
  }

  /** Steps over what follows a value, up to the next value or the end of the document. */
  #afterValue(): void {
    for (;;) {
      const c = this.#next();
      const frame = this.#frame;
      if (frame === null) {
        if (c >= 0) throw this.#error("json.trailing", this.#pos, "Text after the document");
        return;
      }
      if (c === 0x2c /* , */) {
        this.#pos++;
        if (frame.keys !== null) {
          this.#next();
          this.#key();
        }
        return;
      }
      if (c !== (frame.keys === null ? 0x5d : 0x7d)) throw this.#unexpected(this.#pos);
      this.#pos++;
      this.#frame = frame.up;
      this.#depth--;
    }
  }

  /** Skips white space; the unit that follows it, or -1 at the end. */
  #next(): number {
    const text = this.#text;
    const end = text.length;
    let i = this.#pos;
    while (i < end) {
      const c = text.charCodeAt(i);
      if (c > 0x20 || (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)) {
        this.#pos = i;
        return c;
      }
      i++;
    }
    this.#pos = i;
    return -1;
  }

  #open(isObject: boolean): void {
    if (++this.#depth > this.#limits.depth && this.#breach === null) {
      this.#breachAt("json.depth", this.#pos, "Nested too deeply");
    }
    const keys: string[] | null = isObject ? [] : null;
    const values: JsonValue[] = [];
    this.#attach(keys === null ? values : new JsonObject(keys, values));
    this.#frame = { up: this.#frame, keys, values, seen: null };
    this.#pos++;
  }

  #attach(value: JsonValue): void {
    if (this.#breach === null) {
      if (this.#frame === null) this.#root = value;
      else this.#frame.values.push(value);
    } else if (this.#idDue) {
      this.#idDue = false;
      this.#id = value;
    }
  }

  /** Reads a key and its colon. */
  #key(): void {
    const at = this.#pos;
    if (at >= this.#text.length || this.#text.charCodeAt(at) !== 0x22) throw this.#unexpected(at);
    const key = this.#string();
    if (this.#next() !== 0x3a /* : */) throw this.#unexpected(this.#pos);
    this.#pos++;
    const frame = this.#frame!;
    const keys = frame.keys!;
    if (this.#breach === null) {
      if (key === "__proto__") this.#breachAt("json.proto_key", at, "Key __proto__");
      else if (isRepeated(frame, keys, key)) {
        this.#breachAt("json.duplicate_key", at, "Duplicate key");
      } else if (keys.length >= this.#limits.keys) {
        this.#breachAt("json.keys", at, "Too many members");
      } else {
        keys.push(key);
        return;
      }
    }
    if (this.#depth === 1 && key === "id") {
      this.#ids++;
      this.#idDue = true;
    }
  }

  #number(): JsonNumber {
    const at = this.#pos;
    const stop = endOfNumber(this.#text, at);
    if (stop < 0) throw this.#unexpected(-1 - stop);
    this.#pos = stop;
    const raw = this.#text.slice(at, stop);
    if (this.#limits.refuseUnsafe && isUnsafeNumber(raw)) {
      this.#idDue = false;
      this.#breachAt("json.unsafe_number", at, "Number that a double cannot hold");
    }
    return new JsonNumber(raw);
  }

  #string(): string {
    const text = this.#text;
    const end = text.length;
    const start = this.#pos + 1;
    for (let i = start; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c === 0x22 /* " */) {
        this.#pos = i + 1;
        return text.slice(start, i);
      }
      if (c === 0x5c /* \ */) return this.#escaped(start, i);
      if (c < 0x20) throw this.#control(i);
      if (i === start + LOOKED_AT) {
        const run = plainRun(text, start);
        if (run !== null) {
          this.#pos = start + run.length + 1;
          return run;
        }
      }
    }
    throw this.#unexpected(end);
  }

  #escaped(start: number, slash: number): string {
    const { value, end, fault, lone } = unescapeString(this.#text, start, slash);
    if (fault !== null) throw fault === "control" ? this.#control(end) : this.#unexpected(end);
    if (lone >= 0) this.#breachAt("json.surrogate", lone, "Escape for half a surrogate pair");
    this.#pos = end;
    return value;
  }

  /** Remembers the first breach; from then on nothing is built. */
  #breachAt(code: JsonCode, at: number, what: string): void {
    this.#breach ??= { code, at, what };
  }

  #breached(): JsonError {
    const { code, at, what } = this.#breach!;
    return this.#error(code, at, what);
  }

  /** The error for a unit that may not stand where it does. */
  #unexpected(at: number): JsonError {
    if (at >= this.#text.length) {
      return this.#error("json.syntax", at, "Unexpected end of document");
    }
    const unit = this.#text.charCodeAt(at);
    // White space is fine between tokens; inside one it is a plain syntax error.
    const isControl = unit < 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09;
    if (isControl) return this.#control(at);
    return this.#error("json.syntax", at, `Unexpected ${describeUnit(unit)}`);
  }

  #control(at: number): JsonError {
    const unit = describeUnit(this.#text.charCodeAt(at));
    return this.#error("json.control_char", at, `Control character ${unit}`);
  }

  #error(code: JsonCode, at: number, what: string): JsonError {
    return new JsonError(code, at, what, this.#knownId());
  }

  /** The id to answer with: unknown when there are two, or when it is no sound string or number. */
  #knownId(): JsonValue | undefined {
    const root = this.#root;
    const early = root instanceof JsonObject ? root.keys.indexOf("id") : -1;
    if (this.#ids + (early < 0 ? 0 : 1) !== 1) return undefined;
    const id = early < 0 ? this.#id : (root as JsonObject).values[early];
    if (typeof id === "string") return id.isWellFormed() ? id : undefined;
    return id instanceof JsonNumber ? id : undefined;
  }
}
