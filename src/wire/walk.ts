// Walks a tree along a shape and notes what it uses. Iterative, each value once; depth costs heap, never stack.

import { CODE, RPC } from "./codes.ts";
import { RpcError } from "./rpc_error.ts";
import { isConfusing, type Shape, TEXT } from "./shapes.ts";
import type { ListUse, Surface, UriUse, Uses } from "./uses.ts";
import { JsonNumber, JsonObject, type JsonValue } from "./value.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** Values that one walk visits at most; the reader's own limit (100,000 tokens) lies far below. */
const MAX_VALUES = 1_000_000;
/** Characters from which a name may be a token. */
const MIN_TOKEN = 16;
/** Whether a name is one in which detectors look for a token. */
export function mayBeToken(name: string): boolean {
  return name.length >= MIN_TOKEN && /[0-9]/.test(name);
}

/** Characters after which the path of a place is cut. */
const MAX_WHERE = 200;
/** Characters from which a number may be more than an amount: the number of a card or of a person. */
const MIN_LONG_NUMBER = 8;
const SIMPLE_KEY = /^[A-Za-z0-9_$-]{1,32}$/;
// What a URI or path in some spelling holds, compatibility forms of `: / \ % . ~` among it. A cheap look, not a judgement.
const PATH_MARK = /[:/\\%\uff1a\ufe13\ufe55\uff0f\u2044\u2215\uff3c\ufe68\uff05\ufe6a]/;
const PATH_START = /^\s*[.~\u2024-\u2026\ufe52\uff0e\uff5e]/;
/** A name with an extension, as the last thing in a text; numbers such as `12.50` have none. */
const FILE_NAME = /\.[A-Za-z0-9]{0,7}[A-Za-z][A-Za-z0-9]{0,7}$/;

/** How a walk treats what does not fit its shapes. */
export type Mode = "params" | "result";

interface Frame {
  readonly object: JsonObject | null;
  readonly list: ListUse | null;
  readonly values: JsonValue[];
  readonly shape: Shape;
  readonly surface: Surface;
  readonly where: string;
  next: number;
}

/** Notes everything that one tree uses. */
export class Walk {
  /** What was found so far. */
  readonly uses: Uses = { tool: null, names: [], uris: [], texts: [], lists: [] };
  readonly #mode: Mode;
  #seenKeys: Map<Surface, Set<string>> | null = null;
  #visited = 0;

  /** @param mode `params` demands what the shapes demand; `result` reads what is there. */
  constructor(mode: Mode) {
    this.#mode = mode;
  }

  /**
   * Walks one tree.
   *
   * @param root The tree.
   * @param rootShape How it is read.
   * @param rootSurface The surface, where the shape names none.
   * @param rootWhere The path of the tree, e.g. `params`.
   * @param at What holds the tree, where it may be a text or number that is replaced.
   * @throws {RpcError} When the tree does not fit (params), or holds what cannot be judged.
   */
  run(
    root: JsonValue,
    rootShape: Shape,
    rootSurface: Surface,
    rootWhere: string,
    at: { values: JsonValue[]; index: number } = { values: [root], index: 0 },
  ): void {
    const stack: Frame[] = [];
    const top = {
      object: null,
      list: null,
      values: at.values,
      shape: TEXT,
      surface: rootSurface,
      where: "",
      next: 0,
    };
    this.#visit(stack, top, at.index, rootShape, rootWhere, true);
    while (stack.length > 0) {
      const frame = stack[stack.length - 1];
      if (frame.list !== null) {
        frame.list.marks.push(this.uses.texts.length);
        // What one item names says nothing of the next, which may stay where that one goes.
        this.#seenKeys = null;
      }
      if (frame.next === frame.values.length) {
        stack.pop();
        continue;
      }
      const index = frame.next++;
      if (++this.#visited > MAX_VALUES) {
        throw new RpcError(CODE.TOOLARGE, "rpc.size", "Message holds too many values");
      }
      const { shape, object, where } = frame;
      if (object === null) {
        this.#visit(stack, frame, index, shape, `${where}[${index}]`, false);
        continue;
      }
      const key = object.keys[index];
      const member = shape.members?.get(key);
      if (member !== undefined) {
        this.#visit(stack, frame, index, member, step(where, key, index), true);
      } else {
        this.#unknownKey(frame, key, index);
        const rest = shape.rest ?? (shape.members === undefined ? shape : TEXT);
        this.#visit(stack, frame, index, rest, step(where, key, index), false);
      }
    }
  }

  #visit(
    stack: Frame[],
    parent: Frame,
    index: number,
    shape: Shape,
    where: string,
    named: boolean,
  ): void {
    const value = parent.values[index];
    const surface = shape.surface ?? parent.surface;
    if (named && shape.only !== undefined && this.#mode === "params") demand(shape.only, value);
    if (named && shape.list !== undefined && this.#mode === "result" && !Array.isArray(value)) {
      // What is no array could not be filtered.
      throw new RpcError(CODE.UPSTREAM, "mcp.list", "A list in a result is no array");
    }
    if (typeof value === "string") {
      this.#string(value, parent.values, index, shape, surface, where);
    } else if (Array.isArray(value)) {
      let list: ListUse | null = null;
      if (named && shape.list !== undefined) {
        list = { ...shape.list, items: value, where, marks: [] };
        this.uses.lists.push(list);
      }
      stack.push({ object: null, list, values: value, shape, surface, where: cut(where), next: 0 });
    } else if (value instanceof JsonNumber) {
      const text = spelled(value);
      if (text.length < MIN_LONG_NUMBER || shape.role === "constant") return;
      const holder = parent.values;
      this.uses.texts.push({ text, surface, where, kind: "number", holder, index });
    } else if (value instanceof JsonObject) {
      const { values } = value;
      const chosen = shape.choose === undefined ? shape : this.#choose(shape, value);
      if (chosen.required !== undefined && this.#mode === "params") {
        for (const name of chosen.required) {
          if (!value.has(name)) throw misfit("A required parameter is missing");
        }
      }
      const under = chosen.surface ?? surface;
      stack.push({
        object: value,
        list: null,
        values,
        shape: chosen,
        surface: under,
        where: cut(where),
        next: 0,
      });
    }
  }

  #string(
    text: string,
    holder: JsonValue[],
    index: number,
    shape: Shape,
    surface: Surface,
    where: string,
  ): void {
    const { uses } = this;
    switch (shape.role) {
      case undefined:
      case "text":
        break;
      case "constant":
        return;
      case "speaker":
        if (text === "user" || text === "assistant") return;
        break;
      case "handle":
        if (/^[!-~]*$/.test(text)) return;
        break;
      case "base64":
        if (text !== "") uses.texts.push({ text, surface, where, kind: "blob", holder, index });
        return;
      case "tool":
      case "prompt":
        uses.names.push({ kind: shape.role, name: text, where });
        // Few names of tools look like a token, and none needs to.
        if (mayBeToken(text)) break;
        return;
      case "argument":
        if (mayBePath(text)) uses.uris.push({ uri: text, role: "argument", where });
        break;
      case "uri":
      case "template": {
        const use: UriUse = {
          uri: text,
          role: shape.role === "uri" ? "resource" : "template",
          where,
        };
        if (shape.content) use.content = true;
        if (shape.rewrite) {
          use.rewrite = (canonical: string): void => void (holder[index] = canonical);
        }
        uses.uris.push(use);
      }
    }
    if (text !== "") uses.texts.push({ text, surface, where, holder, index });
  }

  #choose(shape: Shape, object: JsonObject): Shape {
    const { by, of, refuse } = shape.choose!;
    const value = object.get(by);
    const chosen = typeof value === "string" ? of.get(value) : undefined;
    if (chosen !== undefined) return chosen;
    if (refuse === undefined) return shape.keys === "all" ? ALL_KEYS : TEXT;
    const message = `An object's ${by} is none that can be judged`;
    throw this.#mode === "params"
      ? misfit(message, refuse)
      : new RpcError(CODE.UPSTREAM, refuse, message);
  }

  #unknownKey(frame: Frame, key: string, index: number): void {
    const { shape, surface, where } = frame;
    if (isConfusing(shape, key)) {
      const message = "A member's name has two readings";
      throw this.#mode === "params"
        ? misfit(message, "rpc.param_case")
        : new RpcError(CODE.UPSTREAM, "rpc.result_case", message);
    }
    if (key === "" || (shape.keys !== "all" && VOCABULARY.has(key))) return;
    this.#seenKeys ??= new Map();
    let seen = this.#seenKeys.get(surface);
    if (seen === undefined) this.#seenKeys.set(surface, seen = new Set());
    if (seen.has(key)) return;
    seen.add(key);
    const at = `${where}.#${index} (name)`;
    const holder = frame.object!;
    this.uses.texts.push({ text: key, surface, where: at, kind: "key", holder, index });
    if (shape.role === "argument" && mayBePath(key)) {
      this.uses.uris.push({ uri: key, role: "argument", where: at });
    }
  }
}

/** Free text with every member name. */
const ALL_KEYS: Shape = { keys: "all" };

function misfit(message: string, code = "rpc.params"): RpcError {
  return new RpcError(RPC.INVALID_PARAMS, code, message);
}

function demand(only: NonNullable<Shape["only"]>, value: JsonValue): void {
  const fits = only === "string"
    ? typeof value === "string"
    : only === "array"
    ? Array.isArray(value)
    : value instanceof JsonObject;
  if (!fits) throw misfit(`A parameter is no ${only}`);
}

/** Whether a string could be a URI or a path, so that it is worth a closer look. */
function mayBePath(text: string): boolean {
  return PATH_MARK.test(text) || PATH_START.test(text) || FILE_NAME.test(text.trimEnd().slice(-20));
}

/** A number as people write it: an account number may travel as `4.1e15` or `41.0`. */
function spelled({ raw, value }: JsonNumber): string {
  return /[.eE]/.test(raw) && Number.isSafeInteger(value) ? String(value) : raw;
}

/**
 * Extends a path; a name that is long or odd, or may be a key or a number of somebody's, appears by its number, so that
 * records stay short and clean.
 */
function step(where: string, key: string, index: number): string {
  return SIMPLE_KEY.test(key) && !mayBeSecret(key) ? `${where}.${key}` : `${where}.#${index}`;
}

/** Twelve signs or more with capitals and digits among them, or eight digits: few words are that. */
function mayBeSecret(key: string): boolean {
  if (key.length < 8) return false;
  return /^[0-9]{8}/.test(key) || key.length >= 12 && /[0-9]/.test(key) && /[A-Z]/.test(key);
}

function cut(where: string): string {
  return where.length <= MAX_WHERE ? where : `${where.slice(0, MAX_WHERE)}...`;
}
