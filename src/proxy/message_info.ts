// What a transport may know of a message that it carries: enough to route it and to fill its headers.

import { JsonNumber, JsonObject, type JsonValue, type RpcId } from "../wire/mod.ts";
import { modernVersion } from "./extensions.ts";
import { idKey, type PendingTable, progressKey } from "./pending.ts";
import type { Channel, Manner, MessageInfo } from "./transports/channel.ts";

/**
 * Has a client answered in the manner in which the server answers.
 *
 * @param client The client's channel.
 * @param calls Requests of the client that wait for the server.
 * @param id Key of the id under which the server was asked.
 * @param manner How the server goes about it.
 */
export function passManner(client: Channel, calls: PendingTable, id: string, manner: Manner): void {
  const call = calls.byKey(id);
  // The answer to initialize says in a header whether there is a session at all: it cannot begin before.
  if (call === undefined || call.spec.method === "initialize") return;
  client.manner?.(idKey(call.peerId), manner);
}

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
    // A small frame is a request that its connection answers; it has no id toward the server.
    if (!tree.has("jsonrpc")) return { kind: "request" };
    const code = memberOf(tree.get("error"), "code");
    const wait = waitOf(tree);
    return {
      kind: "response",
      ...(id === undefined ? {} : { id }),
      ...(code instanceof JsonNumber ? { code: code.value } : {}),
      ...(wait instanceof JsonNumber ? { retryAfterMs: wait.value } : {}),
    };
  }
  const members = tree.get("params");
  const params = members instanceof JsonObject ? members : undefined;
  const info: MessageInfo = { kind: id === undefined ? "notification" : "request", method };
  if (id !== undefined) info.id = id;
  const name = params?.get(NAMED_BY.get(method) ?? "");
  if (typeof name === "string") info.name = name;
  // A notification has no version of its own, so nothing is said about its era.
  if (method === "initialize") info.era = "legacy";
  else if (id !== undefined) {
    const version = modernVersion(params);
    info.era = version === undefined ? "legacy" : "modern";
    if (typeof version === "string") info.version = version;
  }
  if (method === "notifications/cancelled") {
    const cancels = keyOf(params?.get("requestId"));
    if (cancels !== undefined) info.cancels = cancels;
  } else if (method === "notifications/progress") {
    const key = progressKey(params);
    const request = key === null ? undefined : asked.byProgress(key);
    if (request !== undefined) info.related = idKey(request.peerId);
  } else {
    const subscription = keyOf(subscriptionOf(params));
    if (subscription !== undefined) info.related = subscription;
  }
  return info;
}

/** Methods whose subject the header `Mcp-Name` repeats (MCP 2026-07-28, basic/transports). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
]);

function memberOf(holder: JsonValue | undefined, key: string): JsonValue | undefined {
  return holder instanceof JsonObject ? holder.get(key) : undefined;
}

/** The wait that the guard's own refusal names, in an error or in a tool error. */
function waitOf(tree: JsonObject): JsonValue | undefined {
  const data = memberOf(tree.get("error"), "data") ??
    memberOf(memberOf(tree.get("result"), "_meta"), "mcpguard/decision");
  return memberOf(data, "retryAfterMs");
}

/** The request of a subscription that a notification or a result belongs to (MCP 2026-07-28, basic/patterns). */
const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

function subscriptionOf(holder: JsonValue | undefined): JsonValue | undefined {
  const meta = holder instanceof JsonObject ? holder.get("_meta") : undefined;
  return meta instanceof JsonObject ? meta.get(SUBSCRIPTION) : undefined;
}

/**
 * Gives a subscription's id in what a server says the value that its client knows: the server only knows the guard's.
 *
 * @param holder The params of a notification, or a result; changed in place.
 * @param asked Requests of the client's that wait.
 * @returns False where it names a subscription that is not the client's.
 */
export function renameSubscription(holder: JsonValue | undefined, asked: PendingTable): boolean {
  const id = subscriptionOf(holder);
  if (id === undefined) return true;
  if (typeof id !== "string" && !(id instanceof JsonNumber)) return false;
  const listen = asked.byGuardId(id);
  if (listen?.spec.method !== "subscriptions/listen") return false;
  nameSubscription(holder, listen.peerId);
  return true;
}

/** Writes a subscription's id into the `_meta` of what belongs to it, where one stands. */
export function nameSubscription(holder: JsonValue | undefined, id: RpcId): void {
  if (subscriptionOf(holder) === undefined) return;
  ((holder as JsonObject).get("_meta") as JsonObject).set(SUBSCRIPTION, id);
}

function keyOf(id: JsonValue | undefined): string | undefined {
  return typeof id === "string" || id instanceof JsonNumber ? idKey(id) : undefined;
}
