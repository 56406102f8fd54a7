// The mission's small frames, a dialect beside JSON-RPC: {"type":"tool_call"} answered by "tool_result" or "error".

import { CODE, RPC } from "./codes.ts";
import { readId, type RpcId } from "./message.ts";
import { RpcError } from "./rpc_error.ts";
import { JsonObject, type JsonValue } from "./value.ts";

/** A call in the small dialect. */
export interface ToolCallFrame {
  /** Tells frames from JSON-RPC messages. */
  kind: "tool_call";
  /** The tool. */
  tool: string;
  /** Its arguments. */
  args?: JsonObject | undefined;
  /** The prompt behind the call. */
  prompt?: string | undefined;
  /** URIs that the call will use; the array of the tree, all strings. */
  resources?: JsonValue[] | undefined;
  /** Who claims to call; believed only where authentication is off. */
  identity?: string | undefined;
  /** The caller's mark, echoed in the answer. */
  id?: RpcId | undefined;
  /** The whole frame. */
  tree: JsonObject;
}

/** What an upstream answers in the small dialect. */
export type UpstreamFrame =
  | {
    /** The call came through. */
    kind: "tool_result";
    /** The tool, where the upstream says it. */
    tool?: string | undefined;
    /** What came out. */
    result: JsonValue;
    /** The mark of the call, where the upstream echoes it. */
    id?: RpcId | undefined;
  }
  | {
    /** The call failed. */
    kind: "error";
    /** The kind of failure, e.g. `ToolNotFound`. */
    error: string;
    /** What failed, in words. */
    message: string;
    /** More about it. */
    details?: JsonObject | undefined;
    /** The mark of the call, where the upstream echoes it. */
    id?: RpcId | undefined;
  };

type FrameKind = "string" | "object" | "strings" | "id" | "any";

const CALL: Readonly<Record<string, FrameKind>> = {
  type: "string",
  tool: "string",
  args: "object",
  prompt: "string",
  resources: "strings",
  identity: "string",
  id: "id",
};
const RESULT: Readonly<Record<string, FrameKind>> = {
  type: "string",
  tool: "string",
  result: "any",
  id: "id",
};
const ERROR: Readonly<Record<string, FrameKind>> = {
  type: "string",
  error: "string",
  message: "string",
  details: "object",
  id: "id",
};

/** Most resources that one call may declare. */
const MAX_RESOURCES = 256;

function fits(kind: FrameKind, value: JsonValue): boolean {
  switch (kind) {
    case "string":
      return typeof value === "string";
    case "object":
      return value instanceof JsonObject;
    case "strings":
      return Array.isArray(value) && value.length <= MAX_RESOURCES &&
        value.every((item) => typeof item === "string");
    case "id":
    case "any":
      return true;
  }
}

function check(
  frame: JsonObject,
  members: Readonly<Record<string, FrameKind>>,
  required: readonly string[],
  rpcCode: number,
): RpcId | undefined {
  const rawId = frame.get("id");
  const id = rawId === undefined ? undefined : readId(rawId);
  for (let i = 0; i < frame.keys.length; i++) {
    const key = frame.keys[i];
    if (!Object.hasOwn(members, key)) {
      throw new RpcError(rpcCode, "frame.unknown_member", "Frame has an unknown member", id);
    }
    if (!fits(members[key], frame.values[i])) {
      throw new RpcError(rpcCode, "frame.type", `Frame member ${key} has the wrong type`, id);
    }
  }
  for (const key of required) {
    if (!frame.has(key)) {
      throw new RpcError(rpcCode, "frame.shape", `Frame has no member ${key}`, id);
    }
  }
  return id;
}

/**
 * Tells a small frame from a JSON-RPC message. A value with both `type` and `jsonrpc` is no frame; JSON-RPC refuses it.
 *
 * @param value The tree of the whole message.
 * @returns True for an object that has `type` and no `jsonrpc`.
 */
export function isFrame(value: JsonValue): value is JsonObject {
  return value instanceof JsonObject && value.has("type") && !value.has("jsonrpc");
}

/**
 * Reads a call in the small dialect: a closed set of members, each of its one type.
 *
 * @param value The tree of the whole frame.
 * @returns The call.
 * @throws {RpcError} `frame.shape`, `frame.unknown_member`, `frame.type`, `rpc.id` or `rpc.id_length`, all -32600.
 *
 * @example Reading a call
 * ```ts
 * import { readFrame } from "./frames.ts";
 * import { JsonObject } from "./value.ts";
 *
 * const frame = readFrame(new JsonObject(["type", "tool"], ["tool_call", "calculator.add"]));
 * if (frame.tool !== "calculator.add") throw new Error("unexpected");
 * ```
 */
export function readFrame(value: JsonValue): ToolCallFrame {
  if (!isFrame(value) || value.get("type") !== "tool_call") {
    throw new RpcError(RPC.INVALID_REQUEST, "frame.shape", "Frame is no tool_call");
  }
  const id = check(value, CALL, ["tool"], RPC.INVALID_REQUEST);
  return {
    kind: "tool_call",
    tool: value.get("tool") as string,
    args: value.get("args") as JsonObject | undefined,
    prompt: value.get("prompt") as string | undefined,
    resources: value.get("resources") as JsonValue[] | undefined,
    identity: value.get("identity") as string | undefined,
    id,
    tree: value,
  };
}

/**
 * Reads what an upstream answers in the small dialect, as strictly.
 *
 * @param value The tree of the whole frame.
 * @returns The answer.
 * @throws {RpcError} `frame.shape`, `frame.unknown_member`, `frame.type` (-31502), `rpc.id` or `rpc.id_length`.
 */
export function readUpstreamFrame(value: JsonValue): UpstreamFrame {
  const type = isFrame(value) ? value.get("type") : undefined;
  if (!isFrame(value) || (type !== "tool_result" && type !== "error")) {
    throw new RpcError(CODE.UPSTREAM, "frame.shape", "Frame is neither tool_result nor error");
  }
  if (type === "tool_result") {
    const id = check(value, RESULT, ["result"], CODE.UPSTREAM);
    const tool = value.get("tool") as string | undefined;
    return { kind: "tool_result", tool, result: value.get("result") ?? null, id };
  }
  const id = check(value, ERROR, ["error", "message"], CODE.UPSTREAM);
  return {
    kind: "error",
    error: value.get("error") as string,
    message: value.get("message") as string,
    details: value.get("details") as JsonObject | undefined,
    id,
  };
}

function frame(
  type: string,
  keys: string[],
  values: JsonValue[],
  id: RpcId | undefined,
): JsonObject {
  const tree = new JsonObject(["type", ...keys], [type, ...values]);
  if (id !== undefined) tree.set("id", id);
  return tree;
}

/**
 * Builds the answer to a call that came through.
 *
 * @param result What came out.
 * @param id The call's mark, if it had one.
 * @param tool The tool, if the answer should name it.
 * @returns `{"type":"tool_result","result":...}`.
 */
export function toolResultFrame(result: JsonValue, id?: RpcId, tool?: string): JsonObject {
  return tool === undefined
    ? frame("tool_result", ["result"], [result], id)
    : frame("tool_result", ["tool", "result"], [tool, result], id);
}

/**
 * Builds the answer to a call that was refused or failed.
 *
 * @param error The kind: `PolicyDenied`, `Unauthorized`, ...
 * @param message What was refused and what to do, in words.
 * @param details More about it: rule, decision id, findings.
 * @param id The call's mark, if it had one.
 * @returns `{"type":"error","error":...,"message":...,"details":{...}}`.
 */
export function errorFrame(
  error: string,
  message: string,
  details: JsonObject = new JsonObject(),
  id?: RpcId,
): JsonObject {
  return frame("error", ["error", "message", "details"], [error, message, details], id);
}
