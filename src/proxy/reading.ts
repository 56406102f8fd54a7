// From bytes to a message, once: strict JSON, then the small frame or the JSON-RPC envelope.

import type { Limits } from "../policy/types.ts";
import {
  isFrame,
  JsonError,
  type JsonLimits,
  type JsonValue,
  type Message,
  parseJson,
  readFrame,
  readId,
  readMessage,
  RPC,
  RpcError,
  type RpcId,
  type ToolCallFrame,
} from "../wire/mod.ts";
import type { MessageInfo } from "./transports/channel.ts";

/** What the bytes held; over HTTP also the headers that go on with the message. */
export type Read =
  | { kind: "message"; message: Message; headers?: MessageInfo["headers"] }
  | { kind: "frame"; frame: ToolCallFrame; tree: JsonValue }
  | { kind: "refused"; refusal: ReadRefusal };

/** Why bytes were refused. */
export interface ReadRefusal {
  /** Machine code for the audit. */
  code: string;
  /** JSON-RPC code for the answer. */
  rpcCode: number;
  /** One sentence without any text of the peer's. */
  message: string;
  /** The id, where it could be read. */
  id: RpcId | undefined;
  /** A WebSocket close code where the peer does not speak JSON at all; else null. */
  close: number | null;
  /** True where the bytes were a small frame, which is answered in its own dialect. */
  frame: boolean;
}

/** Codes after which nothing more from that peer can be trusted to be JSON. */
const NOT_JSON: ReadonlySet<string> = new Set([
  "json.utf8",
  "json.bom",
  "json.syntax",
  "json.trailing",
  "json.control_char",
]);

/** Codes that are about size: the peer may send a smaller one. */
const TOO_LARGE: ReadonlySet<string> = new Set(["json.size", "json.tokens", "json.keys"]);

/** JSON limits for what clients send. */
export function clientJsonLimits(limits: Limits): JsonLimits {
  return {
    bytes: limits.messageBytes,
    depth: limits.depth,
    tokens: limits.tokens,
    keys: limits.keys,
    numbers: limits.numbers,
  };
}

/** JSON limits for what servers send: results may be larger, and keep every number's spelling. */
export function serverJsonLimits(limits: Limits): JsonLimits {
  return {
    bytes: limits.resultBytes,
    depth: limits.depth * 2,
    tokens: limits.tokens * 10,
    keys: limits.keys * 10,
    numbers: "preserve",
  };
}

/**
 * Reads one message of a client.
 *
 * @param bytes The message's bytes.
 * @param limits Bounds for the JSON.
 * @returns The message, the small frame, or why it is refused; never throws for what a peer sent.
 */
export function readClientBytes(bytes: Uint8Array, limits: JsonLimits): Read {
  let tree: JsonValue;
  try {
    tree = parseJson(bytes, limits);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { kind: "refused", refusal: jsonRefusal(error) };
  }
  const frame = isFrame(tree);
  try {
    return frame
      ? { kind: "frame", frame: readFrame(tree), tree }
      : { kind: "message", message: readMessage(tree) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { kind: "refused", refusal: rpcRefusal(error, frame) };
  }
}

/** A refusal by the JSON reader. */
export function jsonRefusal(error: JsonError): ReadRefusal {
  return {
    code: error.code,
    rpcCode: TOO_LARGE.has(error.code) ? -31413 : RPC.PARSE,
    message: error.message,
    id: asId(error.id),
    close: NOT_JSON.has(error.code) ? (error.code === "json.utf8" ? 1007 : 1008) : null,
    frame: false,
  };
}

/** A refusal by the envelope reader. */
export function rpcRefusal(error: RpcError, frame: boolean): ReadRefusal {
  return {
    code: error.code,
    rpcCode: error.rpcCode,
    message: error.message,
    id: error.id,
    close: null,
    frame,
  };
}

function asId(value: JsonValue | undefined): RpcId | undefined {
  if (value === undefined) return undefined;
  try {
    return readId(value);
  } catch {
    return undefined;
  }
}
