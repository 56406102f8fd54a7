// Where a client's request goes: to the one server that it names, to all, or nowhere.

import { type Apart, joinName, joinUri, splitName, splitUri } from "../../match/mod.ts";
import { JsonObject, type JsonValue } from "../../wire/mod.ts";
import { LISTS, memberOf } from "./members.ts";

/** Where a request goes. */
export type Route =
  /** To one server; its name is taken off the params already. */
  | { kind: "one"; upstream: string; name?: string }
  /** To all that can answer; the answers become one. */
  | { kind: "all" }
  /** Answered here. */
  | { kind: "here" }
  /** To nobody: it names no server. */
  | { kind: "none" };

/** Which member of the params names the server, and how. */
const BY_MEMBER: ReadonlyMap<string, readonly [key: string, kind: "name" | "uri"]> = new Map([
  ["tools/call", ["name", "name"]],
  ["prompts/get", ["name", "name"]],
  ["resources/read", ["uri", "uri"]],
  ["resources/subscribe", ["uri", "uri"]],
  ["resources/unsubscribe", ["uri", "uri"]],
  ["skills/get", ["uri", "uri"]],
  ["resources/directory/read", ["uri", "uri"]],
  ["tasks/get", ["taskId", "name"]],
  ["tasks/result", ["taskId", "name"]],
  ["tasks/cancel", ["taskId", "name"]],
  ["tasks/update", ["taskId", "name"]],
]);

/** Methods that go to every server. */
const TO_ALL: ReadonlySet<string> = new Set([
  ...["initialize", "server/discover", "logging/setLevel", "subscriptions/listen"],
  ...LISTS.keys(),
]);

/** The capability that a server needs to be asked a list, where one is declared at all. */
export const NEEDS: ReadonlyMap<string, string> = new Map([
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resources"],
  ["tasks/list", "tasks"],
  ["logging/setLevel", "logging"],
]);

/**
 * Finds where a request goes, and takes the server's name off what names it, in place.
 *
 * @param method The method.
 * @param params The params; changed for one server.
 * @returns The way.
 */
export function routeOf(method: string, params: JsonObject | undefined): Route {
  if (method === "ping") return { kind: "here" };
  if (TO_ALL.has(method)) return { kind: "all" };
  if (method === "completion/complete") {
    const ref = params?.get("ref");
    if (!(ref instanceof JsonObject)) return { kind: "none" };
    // A reference with both keys must mean the same server by both.
    const parts = [take(ref, "name", "name"), take(ref, "uri", "uri")].filter((one) =>
      one !== undefined
    );
    const [first] = parts;
    return first && parts.every((one) => one?.upstream === first.upstream)
      ? { kind: "one", upstream: first.upstream }
      : { kind: "none" };
  }
  const by = BY_MEMBER.get(method);
  const apart = by === undefined ? undefined : take(params, by[0], by[1]);
  return apart ? { kind: "one", upstream: apart.upstream, name: apart.bare } : { kind: "none" };
}

/** Takes a member apart; undefined where it is not there, null where it names no server. */
function take(
  holder: JsonObject | undefined,
  key: string,
  kind: "name" | "uri",
): Apart | null | undefined {
  const value = holder?.get(key);
  if (value === undefined) return undefined;
  const apart = typeof value !== "string"
    ? null
    : kind === "uri"
    ? splitUri(value)
    : splitName(value);
  if (apart !== null) holder!.set(key, apart.bare);
  return apart;
}

/**
 * The part of a subscription that concerns one server (MCP 2026-07-28, `subscriptions/listen`).
 *
 * @param notifications What the client wants to hear.
 * @param upstream The server.
 * @returns What the server is asked for; null where it is nothing.
 */
export function listenPart(
  notifications: JsonValue | undefined,
  upstream: string,
): JsonObject | null {
  if (!(notifications instanceof JsonObject)) return null;
  const part = new JsonObject();
  for (const [i, key] of notifications.keys.entries()) {
    const value = notifications.values[i]!;
    if (!Array.isArray(value)) part.set(key, value);
    else {
      const split = key === "resourceSubscriptions" ? splitUri : splitName;
      const own = value.map((one) => typeof one === "string" ? split(one) : null)
        .filter((one) => one?.upstream === upstream).map((one) => one!.bare);
      if (own.length > 0) part.set(key, own);
    }
  }
  return part.keys.length > 0 ? part : null;
}

/** Puts what the servers have acknowledged together, under their names. */
export function joinListen(parts: ReadonlyMap<string, JsonValue | undefined>): JsonObject {
  const all = new JsonObject();
  for (const [upstream, part] of parts) {
    if (!(part instanceof JsonObject)) continue;
    for (const [i, key] of part.keys.entries()) {
      const value = part.values[i]!;
      if (!Array.isArray(value)) {
        if (all.get(key) !== true) all.set(key, value);
        continue;
      }
      const before = all.get(key);
      const list: JsonValue[] = Array.isArray(before) ? before : [];
      for (const one of value) {
        if (typeof one !== "string") continue;
        list.push(
          key === "resourceSubscriptions" ? joinUri(upstream, one) ?? one : joinName(upstream, one),
        );
      }
      all.set(key, list);
    }
  }
  return all;
}

/** The params of a list without what only the guard may use: the cursor and the progress token. */
export function listParams(params: JsonObject | undefined, cursor: string | undefined): JsonObject {
  const own = new JsonObject([...params?.keys ?? []], [...params?.values ?? []]);
  own.delete("cursor");
  if (cursor !== undefined) own.set("cursor", cursor);
  const meta = own.get("_meta");
  if (meta instanceof JsonObject && meta.has("progressToken")) {
    const rest = new JsonObject([...meta.keys], [...meta.values]);
    rest.delete("progressToken");
    own.set("_meta", rest);
  }
  return own;
}

/** The progress token of a request, where it has one. */
export function tokenOf(params: JsonObject | undefined): JsonValue | undefined {
  return memberOf(params?.get("_meta"), "progressToken");
}
