// What a transport may know of a message that it carries: enough to route it and to fill its headers.

import { JsonNumber, JsonObject, type JsonValue } from "../wire/mod.ts";
import { isModern } from "./extensions.ts";
import { idKey, type PendingTable, progressKey } from "./pending.ts";
import type { MessageInfo } from "./transports/channel.ts";

/**
 * Describes a message on its way out.
 *
 * @param tree The message as it will be sent.
 * @param asked Requests of the receiver's that wait for an answer, to find the one that progress belongs to.
 * @returns What the transport gets to know.
 */
export function messageInfo(tree: JsonObject, asked: PendingTable): MessageInfo {
  const method = tree.get("method");
  const id = keyOf(tree.get("id"));
  if (typeof method !== "string") {
    return { kind: "response", ...(id === undefined ? {} : { id }) };
  }
  const members = tree.get("params");
  const params = members instanceof JsonObject ? members : undefined;
  const info: MessageInfo = { kind: id === undefined ? "notification" : "request", method };
  if (id !== undefined) info.id = id;
  const name = params?.get(NAMED_BY.get(method) ?? "");
  if (typeof name === "string") info.name = name;
  // A notification has no version of its own, so nothing is said about its era.
  if (method === "initialize") info.era = "legacy";
  else if (id !== undefined) info.era = isModern(params) ? "modern" : "legacy";
  if (method === "notifications/cancelled") {
    const cancels = keyOf(params?.get("requestId"));
    if (cancels !== undefined) info.cancels = cancels;
  } else if (method === "notifications/progress") {
    const key = progressKey(params);
    const request = key === null ? undefined : asked.byProgress(key);
    if (request !== undefined) info.related = idKey(request.peerId);
  }
  return info;
}

/** Methods whose subject the header `Mcp-Name` repeats (MCP 2026-07-28, basic/transports). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
]);

function keyOf(id: JsonValue | undefined): string | undefined {
  return typeof id === "string" || id instanceof JsonNumber ? idKey(id) : undefined;
}
