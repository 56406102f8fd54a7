// Puts placeholders where something was seen, in place, so that what remains is still the JSON it was:
// a text stays a text, a number a number, JSON inside a text stays JSON, and the same secret gets the same placeholder.

import type { TextUse } from "../wire/uses.ts";
import { JsonNumber, JsonObject, type JsonValue } from "../wire/mod.ts";
import { editBlob } from "./blob.ts";
import type { Sighting } from "./search.ts";
import { passagesOf } from "./passage_cut.ts";
import { scanSecrets } from "./secrets/mod.ts";
import type { Family } from "./types.ts";

/** A short name for a secret that does not tell it: the same for the same text, under a key that nobody else has. */
export type Pseudonym = (text: string) => string;

interface Cut {
  start: number;
  end: number;
  family: Family;
  label: string;
}

/** What was replaced where, by the parts of the tree that hold it. */
export interface Edits {
  /** Values as they were, by what holds them and by their index there. */
  readonly values: Map<JsonValue[], Map<number, JsonValue>>;
  /** Names of members as they were, by their object and by their index there. */
  readonly names: Map<JsonObject, Map<number, string>>;
}

/**
 * Replaces what was seen.
 *
 * @param seen What is to be replaced.
 * @param root The tree that holds the texts; a name of a member is replaced wherever it stands there.
 * @param pseudonym Names secrets.
 * @returns What was replaced.
 */
export function mask(
  seen: readonly Sighting[],
  root: JsonValue | undefined,
  pseudonym: Pseudonym,
): Edits {
  const edits: Edits = { values: new Map(), names: new Map() };
  const cuts = new Map<TextUse, Cut[]>();
  for (const { use, family, finding } of seen) {
    const cut = { start: finding.start, end: finding.end, family, label: labelOf(finding.rule_id) };
    const list = cuts.get(use);
    if (list === undefined) cuts.set(use, [cut]);
    else list.push(cut);
  }
  const names = new Map<string, string>();
  for (const [use, list] of cuts) {
    const { text, kind, holder, index } = use;
    if (kind === "key") names.set(text, masked(text, list, pseudonym));
    if (kind === "key" || !Array.isArray(holder) || index === undefined) continue;
    note(edits.values, holder, index, holder[index]!);
    // A schema that wants a number gets one; no card or person has the number 0.
    if (kind === "number") holder[index] = new JsonNumber("0");
    else if (kind === "blob") {
      holder[index] = editBlob(text, (held) => masked(held, list, pseudonym));
    } else holder[index] = masked(text, list, pseudonym);
  }
  if (names.size > 0 && root !== undefined) renameMembers(root, names, edits);
  return edits;
}

function note<K, V>(edits: Map<K, Map<number, V>>, holder: K, index: number, before: V): void {
  const known = edits.get(holder);
  if (known === undefined) edits.set(holder, new Map([[index, before]]));
  else if (!known.has(index)) known.set(index, before);
}

/**
 * Replaces whole texts, e.g. a description that is not to be read at all.
 *
 * @param uses The texts.
 * @param words What stands in their place.
 */
export function withhold(uses: Iterable<TextUse>, words: string): void {
  for (const { kind, holder, index } of uses) {
    if (kind === undefined && Array.isArray(holder) && index !== undefined) holder[index] = words;
  }
}

/** `secret_aws_key` is `aws_key` in a placeholder, which says what it stands for already. */
function labelOf(rule: string): string {
  return rule.replace(/^(?:secret|pii|inject|hidden)_/, "");
}

function masked(text: string, found: readonly Cut[], pseudonym: Pseudonym): string {
  const cuts = widest(text, found);
  cuts.sort((a, b) => a.start - b.start || b.end - a.end);
  const parts: string[] = [];
  const json = /^\s*[[{]/.test(text);
  let at = 0;
  for (let i = 0; i < cuts.length;) {
    const first = cuts[i]!;
    // What overlaps goes as one: half a secret is often enough.
    let { end } = first;
    for (i++; i < cuts.length && cuts[i]!.start < end; i++) end = Math.max(end, cuts[i]!.end);
    parts.push(text.slice(at, first.start), placeholder(text, { ...first, end }, json, pseudonym));
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** Of injected instructions more goes than what a rule matched. */
function widest(text: string, found: readonly Cut[]): Cut[] {
  if (!found.some((cut) => cut.family === "injection")) return [...found];
  const passages = passagesOf(text);
  return found.flatMap((cut) =>
    cut.family === "injection"
      ? passages(cut.start, cut.end).map((stretch) => ({ ...cut, ...stretch }))
      : [cut]
  );
}

/** Characters of a placeholder need no escape in JSON, XML, a URL's path or a shell's quotes. */
function placeholder(text: string, cut: Cut, json: boolean, pseudonym: Pseudonym): string {
  const { start, end, family, label } = cut;
  if (family === "hidden_text") return "";
  if (family === "injection") return "[removed by mcpguard: suspected injection]";
  const found = text.slice(start, end);
  if (json && isBareNumber(text, start, end)) return "0";
  const kind = family === "secrets" && BY_CONTEXT.has(label) ? kindOf(found) : label;
  return `[redacted:${kind}:${pseudonym(found)}]`;
}

/** What words beside a value say of it; elsewhere the same value may stand with other words, or with none. */
const BY_CONTEXT: ReadonlySet<string> = new Set([
  ...["assigned", "password", "url_password", "connection_string", "high_entropy"],
]);

/** What a secret is by itself, so that it has the same placeholder wherever it stands. */
function kindOf(secret: string): string {
  const [own] = scanSecrets(secret);
  const whole = own !== undefined && own.start === 0 && own.end === secret.length;
  const label = whole ? labelOf(own.rule_id) : "";
  return whole && !BY_CONTEXT.has(label) ? label : "secret";
}

/** Whether a run of digits is a number of its own in JSON text, where a word would break the document. */
function isBareNumber(text: string, start: number, end: number): boolean {
  if (!/^[0-9]+$/.test(text.slice(start, end))) return false;
  let before = start - 1;
  while (before >= 0 && isSpace(text.charCodeAt(before))) before--;
  let after = end;
  while (after < text.length && isSpace(text.charCodeAt(after))) after++;
  return before >= 0 && after < text.length && ":[,".includes(text[before]!) &&
    ",]}".includes(text[after]!);
}

function isSpace(c: number): boolean {
  return c === 0x20 || (c >= 0x09 && c <= 0x0d);
}

/** Renames members all over a tree; without recursion. */
function renameMembers(
  root: JsonValue,
  names: ReadonlyMap<string, string>,
  edits: Edits,
): void {
  const waiting: JsonValue[] = [root];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (Array.isArray(at)) pushContainers(waiting, at);
    else if (at instanceof JsonObject) {
      // Many members may get one name: each counts on from the one before.
      const counts = new Map<string, number>();
      for (let i = 0; i < at.keys.length; i++) {
        const name = names.get(at.keys[i]!);
        if (name === undefined) continue;
        let fresh = name;
        let n = counts.get(name) ?? 2;
        while (at.has(fresh)) fresh = `${name}#${n++}`;
        counts.set(name, n);
        note(edits.names, at, i, at.keys[i]!);
        at.rename(i, fresh);
      }
      pushContainers(waiting, at.values);
    }
  }
}

function pushContainers(waiting: JsonValue[], values: readonly JsonValue[]): void {
  for (const value of values) if (typeof value === "object" && value !== null) waiting.push(value);
}
