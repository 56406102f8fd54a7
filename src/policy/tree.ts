// YAML (and thus JSON) text to a tree with offsets. js-yaml parses to events; this builder takes only
// the plain part of YAML: no anchors, aliases, tags, merge keys, directives or further documents.

import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import { OddScalar, resolvePlain } from "./scalar.ts";
import type { ScalarValue } from "./scalar.ts";
import type { OffsetProblem } from "./text.ts";
import { joinPath } from "./path.ts";

/** A policy has six levels; far more only costs the parser time. */
const MAX_DEPTH = 16;

/** A scalar with its place. */
export interface ScalarNode {
  /** What it is. */
  kind: "scalar";
  /** Offset of the first character, the quote included. */
  start: number;
  /** Its value. */
  value: ScalarValue;
  /** Whether it stands in quotes or in a block. */
  quoted: boolean;
  /** Offset of the text itself when each of its characters is one of the file, else undefined. */
  textStart: number | undefined;
  /** For a number: how the file spells it, since a double may not hold it. */
  spelling?: string;
}

/** A mapping with its place. */
export interface MapNode {
  /** What it is. */
  kind: "map";
  /** Offset of the first key or the brace. */
  start: number;
  /** Entries in file order, without repeated keys. */
  entries: { key: string; keyStart: number; value: YamlNode }[];
}

/** A list with its place. */
export interface SeqNode {
  /** What it is. */
  kind: "seq";
  /** Offset of the first dash or the bracket. */
  start: number;
  /** Entries in file order. */
  items: YamlNode[];
}

/** An alias: reported once, and then silent. */
export interface AliasNode {
  /** What it is. */
  kind: "alias";
  /** Offset of the star. */
  start: number;
}

/** Any node. */
export type YamlNode = ScalarNode | MapNode | SeqNode | AliasNode;

interface Frame {
  node: MapNode | SeqNode;
  path: string;
  keys: Set<string>;
  pending: { key: string; keyStart: number; keep: boolean } | undefined;
}

type YamlEvent = ReturnType<typeof parseEvents>[number];

/**
 * Parses the text.
 *
 * @param text The whole file, already through `checkText`.
 * @param maxDepth Most levels; files of tests hold the arguments of calls, which go deeper than policies.
 * @returns The tree of the first document, or null when there is none, and everything that is wrong.
 */
export function parseTree(
  text: string,
  maxDepth: number = MAX_DEPTH,
): { root: YamlNode | null; problems: OffsetProblem[] } {
  let events: YamlEvent[];
  try {
    events = parseEvents(text, { maxDepth });
  } catch (error) {
    return { root: null, problems: [syntaxProblem(error)] };
  }
  const builder = new TreeBuilder(text);
  for (const event of events) builder.take(event);
  return { root: builder.root, problems: builder.problems };
}

/** The parser's own words, cut before anything it quotes from the file. */
function syntaxProblem(error: unknown): OffsetProblem {
  if (!(error instanceof YAMLException)) {
    return { message: "not readable as YAML", path: "", offset: 0 };
  }
  const reason = error.reason.split(/[":]/, 1)[0] ?? "";
  const hint = reason.startsWith("tab ") ? "; indent with spaces" : "";
  const tag = reason.startsWith("tag ") || reason.startsWith("undeclared tag");
  return {
    message: tag
      ? "tags (`!...`) are not allowed; quote text that begins with `!`"
      : `not valid YAML: ${reason.trim()}${hint}`,
    path: "",
    offset: error.mark?.position ?? 0,
  };
}

class TreeBuilder {
  readonly problems: OffsetProblem[] = [];
  root: YamlNode | null = null;
  readonly #text: string;
  readonly #stack: Frame[] = [];
  #documents = 0;
  /** End of what was read so far: the place of things that have none, such as empty values. */
  #last = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(event: YamlEvent): void {
    if (event.type === EVENT_ID.DOCUMENT) return this.#document(event.directives.length > 0);
    if (this.#documents > 1) return;
    if (event.type === EVENT_ID.POP) return void this.#stack.pop();
    if (event.type === EVENT_ID.ALIAS) {
      const start = event.anchorStart - 1;
      this.#problem("aliases (`*name`) are not allowed; write the value out", start);
      this.#last = event.anchorEnd;
      return this.#add({ kind: "alias", start });
    }
    if (event.anchorStart >= 0) {
      this.#problem("anchors (`&name`) are not allowed", event.anchorStart - 1);
    }
    if (event.tagStart >= 0) {
      this.#problem(
        "tags (`!...`) are not allowed; quote text that begins with `!`",
        event.tagStart,
      );
    }
    if (event.type === EVENT_ID.SCALAR) return this.#add(this.#scalar(event));
    this.#last = Math.max(this.#last, event.start + 1);
    this.#open(
      event.type === EVENT_ID.MAPPING
        ? { kind: "map", start: event.start, entries: [] }
        : { kind: "seq", start: event.start, items: [] },
    );
  }

  #document(directives: boolean): void {
    this.#documents++;
    if (directives) this.#problem("YAML directives (`%...`) are not allowed", 0);
    if (this.#documents === 2) {
      const marker = this.#text.indexOf("\n---", this.#last);
      this.#problem(
        "a second document; a policy is one document",
        marker < 0 ? this.#last : marker + 1,
      );
    }
  }

  #scalar(event: YamlEvent & { type: typeof EVENT_ID.SCALAR }): ScalarNode {
    if (event.valueStart < 0) {
      return {
        kind: "scalar",
        start: this.#last,
        value: null,
        quoted: false,
        textStart: undefined,
      };
    }
    const text = getScalarValue(this.#text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const flowQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED ||
      event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    this.#last = event.valueEnd;
    const verbatim = this.#text.startsWith(text, event.valueStart) &&
      event.valueEnd - event.valueStart === text.length;
    const value = plain ? resolvePlain(text) : text;
    return {
      kind: "scalar",
      start: flowQuoted ? event.valueStart - 1 : event.valueStart,
      value,
      quoted: !plain,
      textStart: verbatim ? event.valueStart : undefined,
      ...(typeof value === "number" ? { spelling: text } : {}),
    };
  }

  #open(node: MapNode | SeqNode): void {
    const path = this.#path();
    this.#add(node);
    this.#stack.push({ node, path, keys: new Set(), pending: undefined });
  }

  #path(): string {
    const top = this.#stack.at(-1);
    if (!top) return "";
    if (top.node.kind === "seq") return joinPath(top.path, top.node.items.length);
    return top.pending ? joinPath(top.path, top.pending.key) : top.path;
  }

  #add(node: YamlNode): void {
    const top = this.#stack.at(-1);
    if (!top) {
      this.root = node;
      return;
    }
    if (top.node.kind === "seq") {
      top.node.items.push(node);
    } else if (!top.pending) {
      top.pending = this.#key(top, node);
    } else {
      const { key, keyStart, keep } = top.pending;
      if (keep) top.node.entries.push({ key, keyStart, value: node });
      top.pending = undefined;
    }
  }

  #key(frame: Frame, node: YamlNode): { key: string; keyStart: number; keep: boolean } {
    const at = { keyStart: node.start, keep: false };
    if (node.kind !== "scalar") {
      if (node.kind !== "alias") this.#problem("a key must be a word", node.start, frame.path);
      return { ...at, key: "?" };
    }
    if (!node.quoted && this.#text.startsWith("<<", node.start)) {
      this.#problem(
        "merge keys (`<<`) are not allowed; write the keys out",
        node.start,
        frame.path,
      );
      return { ...at, key: "<<" };
    }
    if (node.value === null) {
      this.#problem("an empty key", node.start, frame.path);
      return { ...at, key: "?" };
    }
    const key = node.value instanceof OddScalar
      ? node.value.text
      : node.spelling ?? String(node.value);
    if (frame.keys.has(key)) {
      this.problems.push({
        message: "the same key twice in one mapping; the first stands above",
        path: joinPath(frame.path, key),
        offset: node.start,
      });
      return { ...at, key };
    }
    frame.keys.add(key);
    return { ...at, key, keep: true };
  }

  #problem(message: string, offset: number, path: string = this.#path()): void {
    this.problems.push({ message, path, offset: Math.max(offset, 0) });
  }
}
