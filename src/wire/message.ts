// Reads the JSON-RPC 2.0 envelope, strictly: one message, closed set of members, ids that nobody can read in two ways.

import { RPC } from "./codes.ts";
import { RpcError } from "./rpc_error.ts";
import { JsonNumber, JsonObject, type JsonValue } from "./value.ts";

/** A JSON-RPC id: a string of at most 128 bytes, or an integer in plain spelling. `1` and `"1"` differ. */
export type RpcId = string | JsonNumber;

/** A message that expects an answer. */
export interface RequestMessage {
  /** Tells the three kinds of messages apart. */
  kind: "request";
  /** The sender's id for it. */
  id: RpcId;
  /** The method, at most 128 characters, no control characters. */
  method: string;
  /** The parameters, where there are any. */
  params?: JsonObject | undefined;
  /** The whole message, from which it is written back. */
  tree: JsonObject;
}

/** A message that expects no answer. */
export interface NotificationMessage {
  /** Tells the three kinds of messages apart. */
  kind: "notification";
  /** The method, at most 128 characters, no control characters. */
  method: string;
  /** The parameters, where there are any. */
  params?: JsonObject | undefined;
  /** The whole message, from which it is written back. */
  tree: JsonObject;
}

/** An answer: exactly one of `result` and `error`. */
export interface ResponseMessage {
  /** Tells the three kinds of messages apart. */
  kind: "response";
  /** The id of the request it answers. */
  id: RpcId;
  /** What came out, or undefined. */
  result?: JsonValue | undefined;
  /** What went wrong, or undefined: integer `code`, string `message`, and maybe `data`. */
  error?: JsonObject | undefined;
  /** The whole message, from which it is written back. */
  tree: JsonObject;
}

/** One JSON-RPC message. */
export type Message = RequestMessage | NotificationMessage | ResponseMessage;

const MAX_ID_BYTES = 128;
const MAX_METHOD_CHARS = 128;
const INTEGER = /^-?[0-9]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function refuse(
  code: string,
  message: string,
  id?: RpcId,
  rpcCode: number = RPC.INVALID_REQUEST,
): never {
  throw new RpcError(rpcCode, code, message, id);
}

/** UTF-8 length of a short text. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function isInteger(value: JsonValue | undefined): value is JsonNumber {
  return value instanceof JsonNumber && value.raw !== "-0" && INTEGER.test(value.raw) &&
    Number.isSafeInteger(value.value);
}

/**
 * Reads an id: a string of at most 128 UTF-8 bytes without control characters, or an integer within ±(2^53-1) spelled
 * without fraction or exponent.
 *
 * @param value The `id` member.
 * @returns The id.
 * @throws {RpcError} `rpc.id` or `rpc.id_length`, both -32600.
 */
export function readId(value: JsonValue): RpcId {
  if (typeof value === "string") {
    if (value.length > MAX_ID_BYTES || utf8Length(value) > MAX_ID_BYTES) {
      refuse("rpc.id_length", `Message id is longer than ${MAX_ID_BYTES} bytes`);
    }
    if (CONTROL.test(value)) refuse("rpc.id", "Message id holds a control character");
    return value;
  }
  if (!isInteger(value)) {
    refuse("rpc.id", "Message id is neither a string nor an integer in plain spelling");
  }
  return value;
}

function readError(value: JsonValue, id: RpcId): JsonObject {
  if (!(value instanceof JsonObject)) refuse("rpc.shape", "Error of a response is no object", id);
  for (const key of value.keys) {
    if (key !== "code" && key !== "message" && key !== "data") {
      refuse("rpc.shape", "Error of a response has an unknown member", id);
    }
  }
  if (!isInteger(value.get("code"))) refuse("rpc.shape", "Error code is no integer", id);
  if (typeof value.get("message") !== "string") {
    refuse("rpc.shape", "Error message is no string", id);
  }
  return value;
}

function readMethod(value: JsonValue, id: RpcId | undefined): string {
  if (typeof value !== "string") refuse("rpc.method", "Method is no string", id);
  if (value.length > MAX_METHOD_CHARS) {
    const message = `Method is longer than ${MAX_METHOD_CHARS} characters`;
    refuse("rpc.method_length", message, id, RPC.METHOD_NOT_FOUND);
  }
  if (CONTROL.test(value)) refuse("rpc.method", "Method holds a control character", id);
  return value;
}

/**
 * Reads one JSON-RPC 2.0 message. Everything that two readers could understand in two ways is refused: batches, members
 * outside the envelope (case and width variants among them), messages that are both request and response, ids of odd
 * type or spelling, parameters by position (MCP knows only named ones).
 *
 * @param value The tree of the whole message.
 * @returns The message; its parts are parts of the same tree.
 * @throws {RpcError} With audit code `rpc.batch`, `rpc.shape`, `rpc.version`, `rpc.unknown_member`, `rpc.id`,
 *   `rpc.id_length`, `rpc.method`, `rpc.method_length` or `rpc.params`.
 *
 * @example Reading a request
 * ```ts
 * import { readMessage } from "./message.ts";
 * import { JsonNumber, JsonObject } from "./value.ts";
 *
 * const tree = new JsonObject(["jsonrpc", "id", "method"], ["2.0", new JsonNumber("1"), "ping"]);
 * if (readMessage(tree).kind !== "request") throw new Error("unexpected");
 * ```
 *
 * @see JSON-RPC 2.0 sections 4 to 6; MCP 2025-06-18 removed batches
 */
export function readMessage(value: JsonValue): Message {
  if (Array.isArray(value)) refuse("rpc.batch", "Batches are not accepted");
  if (!(value instanceof JsonObject)) refuse("rpc.shape", "Message is no object");
  let version: JsonValue | undefined,
    rawId: JsonValue | undefined,
    rawMethod: JsonValue | undefined;
  let rawParams: JsonValue | undefined,
    result: JsonValue | undefined,
    rawError: JsonValue | undefined;
  let unknown = false;
  for (let i = 0; i < value.keys.length; i++) {
    const member = value.values[i];
    switch (value.keys[i]) {
      case "jsonrpc":
        version = member;
        break;
      case "id":
        rawId = member;
        break;
      case "method":
        rawMethod = member;
        break;
      case "params":
        rawParams = member;
        break;
      case "result":
        result = member;
        break;
      case "error":
        rawError = member;
        break;
      default:
        unknown = true;
    }
  }
  const id = rawId === undefined ? undefined : readId(rawId);
  if (version !== "2.0") refuse("rpc.version", 'Member jsonrpc is not exactly "2.0"', id);
  if (unknown) {
    refuse("rpc.unknown_member", "Message has a member that JSON-RPC does not define", id);
  }

  if (rawMethod === undefined) {
    if (rawParams !== undefined) refuse("rpc.shape", "Message has parameters but no method", id);
    if ((result === undefined) === (rawError === undefined)) {
      refuse("rpc.shape", "Message has no method and not exactly one of result and error", id);
    }
    if (id === undefined) refuse("rpc.shape", "Response has no id");
    const error = rawError === undefined ? undefined : readError(rawError, id);
    return { kind: "response", id, result, error, tree: value };
  }
  if (result !== undefined || rawError !== undefined) {
    refuse("rpc.shape", "Message is both a request and a response", id);
  }
  const method = readMethod(rawMethod, id);
  if (rawParams !== undefined && !(rawParams instanceof JsonObject)) {
    refuse("rpc.params", "Parameters are no object", id, RPC.INVALID_PARAMS);
  }
  const params = rawParams as JsonObject | undefined;
  return id === undefined
    ? { kind: "notification", method, params, tree: value }
    : { kind: "request", id, method, params, tree: value };
}
