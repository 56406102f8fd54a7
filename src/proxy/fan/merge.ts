// One answer from those of several servers: handshakes and lists.

import { JsonNumber, JsonObject, type JsonValue } from "../../wire/mod.ts";
import { MAX_CURSOR, writeCursor } from "./cursor.ts";
import { joinEntry, LISTS, memberOf } from "./members.ts";

/** What the guard calls itself toward clients of several servers. */
export interface FanAbout {
  /** Name, e.g. `mcpguard`. */
  name: string;
  /** Version. */
  version: string;
}

/** Revisions with sessions that the guard can judge, newest first. */
const LEGACY: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/** Capabilities that several servers have together; what is experimental stays with one. */
const SHARED: ReadonlySet<string> = new Set([
  ...["tools", "resources", "prompts", "logging", "completions", "tasks", "extensions"],
]);

/** Longest instructions of one server that are passed on, UTF-16 units. */
const MAX_INSTRUCTIONS = 16_384;

/**
 * The revision that the guard speaks with a client of several servers.
 *
 * @param asked What the client asked for.
 * @returns That, where the guard knows it; else the newest with sessions.
 */
export function legacyVersion(asked: JsonValue | undefined): string {
  return typeof asked === "string" && LEGACY.includes(asked) ? asked : LEGACY[0]!;
}

/** Whether a server that answered with a revision can talk with a client of another: it is none that is newer. */
export function fitsVersion(answered: JsonValue | undefined, spoken: string): boolean {
  // Revisions are dates, so that their order is that of their texts.
  return typeof answered === "string" && LEGACY.includes(answered) && answered <= spoken;
}

/** Merges answers to `initialize`, by server. */
export function mergeInitialize(
  parts: ReadonlyMap<string, JsonObject>,
  version: string,
  about: FanAbout,
): JsonObject {
  const result = new JsonObject(
    ["protocolVersion", "capabilities", "serverInfo"],
    [version, mergeCapabilities(parts), serverInfo(about)],
  );
  return withInstructions(result, parts);
}

/** Merges answers to `server/discover` (MCP 2026-07-28): revisions that all of them serve. */
export function mergeDiscover(parts: ReadonlyMap<string, JsonObject>, about: FanAbout): JsonObject {
  let versions: JsonValue[] | null = null;
  for (const part of parts.values()) {
    const own = part.get("supportedVersions");
    if (!Array.isArray(own)) continue;
    const served = new Set(own);
    versions = versions === null ? own : versions.filter((one) => served.has(one));
  }
  const result = new JsonObject(
    ["resultType", "supportedVersions", "capabilities", "serverInfo"],
    ["complete", [...versions ?? []], mergeCapabilities(parts), serverInfo(about)],
  );
  result.set("ttlMs", new JsonNumber("0"));
  result.set("cacheScope", "private");
  return withInstructions(result, parts);
}

/** A list of several servers. */
export interface MergedList {
  /** The result. */
  result: JsonObject;
  /** Servers of which an entry or a cursor could not be used. */
  odd: string[];
}

/**
 * Merges pages of a list, in the order of the servers.
 *
 * @param method The list's method.
 * @param parts One page of each server that answered.
 * @param modern Whether the client speaks 2026-07-28.
 */
export function mergeList(
  method: string,
  parts: ReadonlyMap<string, JsonObject>,
  modern: boolean,
): MergedList {
  const list = LISTS.get(method)!;
  const items: JsonValue[] = [];
  const more = new Map<string, string>();
  const odd = new Set<string>();
  for (const [upstream, part] of parts) {
    const own = part.get(list.items);
    if (!Array.isArray(own)) odd.add(upstream);
    else {
      for (const entry of own) {
        if (joinEntry(upstream, entry, list)) items.push(entry);
        else odd.add(upstream);
      }
    }
    const cursor = part.get("nextCursor");
    if (typeof cursor !== "string") continue;
    if (cursor.length <= MAX_CURSOR) more.set(upstream, cursor);
    else odd.add(upstream);
  }
  const result = new JsonObject();
  if (modern) result.set("resultType", "complete");
  result.set(list.items, items);
  const cursor = writeCursor(more);
  if (cursor !== null) result.set("nextCursor", cursor);
  return { result, odd: [...odd] };
}

function mergeCapabilities(parts: ReadonlyMap<string, JsonObject>): JsonObject {
  const all = new JsonObject();
  for (const part of parts.values()) {
    const own = part.get("capabilities");
    if (!(own instanceof JsonObject)) continue;
    for (const [i, key] of own.keys.entries()) {
      if (SHARED.has(key)) all.set(key, united(all.get(key), own.values[i]!, 0));
    }
  }
  return all;
}

/** What either has: true wins, members add up. Capabilities are flat; deeper ones stay as the first server has them. */
function united(a: JsonValue | undefined, b: JsonValue, depth: number): JsonValue {
  if (!(b instanceof JsonObject)) return a === undefined || b === true ? b : a;
  if (!(a instanceof JsonObject)) return copy(b, depth);
  if (depth < 4) {
    for (const [i, key] of b.keys.entries()) {
      a.set(key, united(a.get(key), b.values[i]!, depth + 1));
    }
  }
  return a;
}

function copy(from: JsonObject, depth: number): JsonObject {
  const to = new JsonObject();
  if (depth < 4) {
    for (const [i, key] of from.keys.entries()) {
      to.set(key, united(undefined, from.values[i]!, depth + 1));
    }
  }
  return to;
}

function serverInfo(about: FanAbout): JsonObject {
  return new JsonObject(["name", "version"], [about.name, about.version]);
}

/** The servers' instructions by name: each is judged for itself, and then joined. */
function withInstructions(
  result: JsonObject,
  parts: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const all = new JsonObject();
  for (const [upstream, part] of parts) {
    const own = memberOf(part, "instructions");
    if (typeof own === "string" && own !== "") all.set(upstream, own.slice(0, MAX_INSTRUCTIONS));
  }
  if (all.keys.length > 0) result.set("instructions", all);
  return result;
}

/** Joins the instructions of several servers, once they are judged, in place. */
export function joinInstructions(result: JsonValue | undefined): void {
  const all = memberOf(result, "instructions");
  if (!(all instanceof JsonObject)) return;
  const texts = all.keys.map((upstream, i) => `# ${upstream}\n\n${String(all.values[i])}`);
  (result as JsonObject).set("instructions", texts.join("\n\n"));
}
