// Builds what mcpguard itself says on the wire: answers, errors, notifications, requests.

import type { RpcId } from "./message.ts";
import { JsonNumber, JsonObject, type JsonValue } from "./value.ts";

export { CODE, isGuardCode, RPC } from "./codes.ts";

/**
 * Builds an error answer.
 *
 * @param id The id of the request; null only where none could be read (JSON-RPC 2.0 section 5).
 * @param code An integer: one of `RPC` or `CODE`, or what a peer answered.
 * @param message One sentence.
 * @param data More: rule, decision id, `retryAfterMs`.
 * @returns The message.
 *
 * @example A denial
 * ```ts
 * import { CODE, errorReply } from "./reply.ts";
 *
 * const reply = errorReply("a1", CODE.POLICY, "Refused by resources.deny[0]");
 * if (reply.get("id") !== "a1") throw new Error("unexpected");
 * ```
 */
export function errorReply(
  id: RpcId | null,
  code: number,
  message: string,
  data?: JsonValue,
): JsonObject {
  const error = new JsonObject(["code", "message"], [new JsonNumber(String(code)), message]);
  if (data !== undefined) error.set("data", data);
  return new JsonObject(["jsonrpc", "id", "error"], ["2.0", id, error]);
}

/**
 * Builds an answer.
 *
 * @param id The id of the request.
 * @param result What came out.
 * @returns The message.
 */
export function resultReply(id: RpcId, result: JsonValue): JsonObject {
  return new JsonObject(["jsonrpc", "id", "result"], ["2.0", id, result]);
}

/** How a tool error is dressed. */
export interface ToolErrorOptions {
  /** True for 2026-07-28: its clients throw on results without `resultType`. */
  modern: boolean;
  /** Goes to `_meta`, e.g. the wait of a throttled call. */
  meta?: JsonObject;
}

/**
 * Builds a tool error: an answer that says why, so that the model reads it (clients may hide protocol errors from it).
 *
 * @param id The id of the tools/call.
 * @param text Which rule refused, and how to proceed.
 * @param options The era and `_meta`.
 * @returns The message: a result with `isError` and one text block.
 */
export function toolErrorReply(id: RpcId, text: string, options: ToolErrorOptions): JsonObject {
  const block = new JsonObject(["type", "text"], ["text", text]);
  const result = new JsonObject(["content", "isError"], [[block], true]);
  if (options.modern) result.set("resultType", "complete");
  if (options.meta !== undefined) result.set("_meta", options.meta);
  return resultReply(id, result);
}

/**
 * Builds a notification.
 *
 * @param method The method, e.g. `notifications/cancelled`.
 * @param params The parameters, if any.
 * @returns The message.
 */
export function notification(method: string, params?: JsonObject): JsonObject {
  const tree = new JsonObject(["jsonrpc", "method"], ["2.0", method]);
  if (params !== undefined) tree.set("params", params);
  return tree;
}

/**
 * Builds a request.
 *
 * @param id A fresh id.
 * @param method The method, e.g. `ping`.
 * @param params The parameters, if any.
 * @returns The message.
 */
export function request(id: RpcId, method: string, params?: JsonObject): JsonObject {
  const tree = new JsonObject(["jsonrpc", "id", "method"], ["2.0", id, method]);
  if (params !== undefined) tree.set("params", params);
  return tree;
}
