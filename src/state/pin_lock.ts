// The lock file's content: each definition with its digest, in an order that makes two versions easy to compare.

import { hash } from "node:crypto";
import { McpGuardError } from "../errors.ts";
import type { PinKind } from "../guard/ports.ts";
import { canonicalJson, JsonObject, type JsonValue, parseJson, writeJson } from "../wire/mod.ts";

/** One pin. */
export interface Pin {
  /** `sha256:` and the digest of the definition's canonical form (RFC 8785). */
  digest: string;
  /** The definition as it was pinned. */
  definition: JsonValue;
}

/** Pins by kind and name. */
export type Pins = Readonly<Record<PinKind, Map<string, Pin>>>;

/** Members of the file by kind. */
const SECTIONS: readonly (readonly [kind: PinKind, section: string])[] = [
  ["instructions", "instructions"],
  ["tool", "tools"],
  ["prompt", "prompts"],
  ["template", "resourceTemplates"],
];

/** Largest lock file, bytes. */
export const MAX_LOCK_BYTES = 64 << 20;

/** Largest lock file that pins of first use make, bytes: of that size it has fewer tokens than can be read. */
export const MAX_FIRST_USE_BYTES = 16 << 20;

/** The most pins of one kind. */
export const MAX_PINS = 20_000;

/** No pins. */
export function noPins(): Pins {
  return { tool: new Map(), prompt: new Map(), template: new Map(), instructions: new Map() };
}

/** The digest of a definition. */
export function digestOf(definition: JsonValue): string {
  return `sha256:${hash("sha256", canonicalJson(definition), "hex")}`;
}

/**
 * Reads a lock file's text.
 *
 * @param text The text.
 * @param file Its name, for messages.
 * @returns The pins; a digest that does not belong to its definition is an error.
 * @throws {McpGuardError} Where it is no lock file, or was changed by hand.
 */
export function readLock(text: string, file: string): Pins {
  const bad = (why: string): McpGuardError =>
    new McpGuardError(
      `${file}: ${why}; restore it, or remove the file and pin anew with \`mcpguard pin\``,
    );
  let root: JsonValue;
  try {
    root = parseJson(text, {
      bytes: MAX_LOCK_BYTES,
      // What a policy lets a message have, and the file around it.
      depth: 1010,
      tokens: 10_000_000,
      keys: 1_000_000,
      numbers: "preserve",
    });
  } catch {
    throw bad("is not valid JSON");
  }
  if (!(root instanceof JsonObject) || !root.has("mcpguard")) throw bad("is no mcpguard lock file");
  const pins = noPins();
  for (const [kind, section] of SECTIONS) {
    const entries = root.get(section);
    if (entries === undefined) continue;
    if (!(entries instanceof JsonObject)) throw bad(`"${section}" is no object`);
    entries.keys.forEach((name, i) => {
      const entry = entries.values[i];
      const digest = entry instanceof JsonObject ? entry.get("digest") : undefined;
      const definition = entry instanceof JsonObject ? entry.get("definition") : undefined;
      if (typeof digest !== "string" || definition === undefined) {
        throw bad(`an entry of "${section}" has no digest or no definition`);
      }
      if (digestOf(definition) !== digest) {
        throw bad(`an entry of "${section}" was changed: its digest is not that of its definition`);
      }
      pins[kind].set(name, { digest, definition });
    });
  }
  return pins;
}

/**
 * Writes pins as a lock file.
 *
 * @param pins The pins.
 * @returns Its text: sorted, one definition a line, so that a version control system shows what changed.
 */
export function writeLock(pins: Pins): string {
  const lines = ['{\n  "mcpguard": 1'];
  for (const [kind, section] of SECTIONS) {
    const entries = [...pins[kind]].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    const written = entries.map(([name, { digest, definition }]) =>
      `    ${writeJson(name)}: {\n      "digest": ${writeJson(digest)},\n` +
      `      "definition": ${writeJson(definition)}\n    }`
    );
    lines.push(
      `  "${section}": ${written.length === 0 ? "{}" : `{\n${written.join(",\n")}\n  }`}`,
    );
  }
  return `${lines.join(",\n")}\n}\n`;
}

/** The most differences that are named. */
const MAX_DIFFERENCES = 10;

/** One member that differs. */
export interface Difference {
  /** Its path, e.g. `inputSchema.properties.path`. */
  path: string;
  /** What it was; undefined where it was not there. */
  before: JsonValue | undefined;
  /** What it is; undefined where it is gone. */
  after: JsonValue | undefined;
}

/**
 * Where two definitions differ, as deep as it goes.
 *
 * @param before One.
 * @param after The other.
 * @param most The most differences; 10 by default.
 */
export function differences(
  before: JsonValue,
  after: JsonValue,
  most = MAX_DIFFERENCES,
): Difference[] {
  const out: Difference[] = [];
  const waiting: Difference[] = [{ path: "", before, after }];
  for (let at = waiting.pop(); at !== undefined && out.length < most; at = waiting.pop()) {
    const { path, before, after } = at;
    if (before === undefined || after === undefined) {
      out.push(at);
    } else if (before instanceof JsonObject && after instanceof JsonObject) {
      const keys = new Set([...before.keys, ...after.keys]);
      const step = (key: string): string => path === "" ? key : `${path}.${key}`;
      for (const key of [...keys].reverse()) {
        waiting.push({ path: step(key), before: before.get(key), after: after.get(key) });
      }
    } else if (canonicalJson(before) !== canonicalJson(after)) {
      out.push(at);
    }
  }
  return out;
}
