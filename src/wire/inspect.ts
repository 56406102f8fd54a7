// Takes messages apart along the inspection table: which names, URIs, texts and lists does this one use?

import { ARGUMENTS } from "./blocks.ts";
import { CODE } from "./codes.ts";
import type { ToolCallFrame } from "./frames.ts";
import type { MethodSpec } from "./method_spec.ts";
import { RpcError } from "./rpc_error.ts";
import { object, TEXT } from "./shapes.ts";
import type { Uses } from "./uses.ts";
import { JsonNumber, JsonObject, type JsonValue } from "./value.ts";
import { mayBeToken, Walk } from "./walk.ts";

/** The answer's id is the caller's own. */
const FRAME_ANSWER = object({ id: { role: "constant" } });

/** Types of results that are known (MCP 2026-07-28 and its tasks extension); absent means `complete`. */
const RESULT_TYPES: ReadonlySet<JsonValue> = new Set(["complete", "input_required", "task"]);

function calledTool(spec: MethodSpec, params: JsonObject | undefined): string | null {
  const name = spec.metered ? params?.get("name") : undefined;
  return typeof name === "string" ? name : null;
}

/**
 * Takes the parameters of a request or notification apart, and refuses those that have two readings or miss what the
 * method needs.
 *
 * @param spec The method's row of the table.
 * @param params The parameters, if any.
 * @returns What the message uses. `rewrite` of a URI changes `params` itself.
 * @throws {RpcError} `rpc.params`, `rpc.param_case` or `mcp.content_type` (-32602); `rpc.size` (-31413).
 *
 * @example A tool call
 * ```ts
 * import { inspectRequest } from "./inspect.ts";
 * import { methodSpec } from "./methods.ts";
 * import { JsonObject } from "./value.ts";
 *
 * const args = new JsonObject(["path"], ["/tmp/a"]);
 * const params = new JsonObject(["name", "arguments"], ["read_file", args]);
 * const uses = inspectRequest(methodSpec("tools/call", "c2s", "request")!, params);
 * if (uses.tool !== "read_file" || uses.uris[0].uri !== "/tmp/a") throw new Error("unexpected");
 * ```
 */
export function inspectRequest(spec: MethodSpec, params: JsonObject | undefined): Uses {
  const walk = new Walk("params");
  walk.run(params ?? new JsonObject(), spec.params, "other", "params");
  walk.uses.tool = calledTool(spec, params);
  return walk.uses;
}

/**
 * Takes a result apart. Every string and member name is seen, whatever the server put where; only real base64 is left
 * out. A type of result or content block that nobody knows is refused, since nobody could say what the other side
 * would do with it.
 *
 * @param spec The row of the method that was asked.
 * @param params The parameters that were asked with; they name the tool.
 * @param result The `result` member. Lists in the answer are the arrays of this tree.
 * @returns What the result uses.
 * @throws {RpcError} `mcp.result_type`, `mcp.content_type`, `mcp.input_request`, `mcp.list` or `rpc.result_case`
 *   (-31502); `rpc.size` (-31413).
 */
export function inspectResult(
  spec: MethodSpec,
  params: JsonObject | undefined,
  result: JsonValue,
): Uses {
  if (typeof result === "string" || result instanceof JsonNumber) {
    // No result of MCP's is one, and nothing could be cut out of it.
    throw new RpcError(CODE.UPSTREAM, "mcp.result_type", "Result is no object");
  }
  if (result instanceof JsonObject) {
    const type = result.get("resultType");
    if (type !== undefined && !RESULT_TYPES.has(type)) {
      throw new RpcError(CODE.UPSTREAM, "mcp.result_type", "Result is of an unknown type");
    }
  }
  const walk = new Walk("result");
  walk.run(result, spec.result ?? TEXT, "result", "result");
  walk.uses.tool = calledTool(spec, params);
  return walk.uses;
}

/**
 * Takes an error apart: its message and its data, to any depth.
 *
 * @param error The `error` member of a response.
 * @returns What the error uses: texts of surface `error`.
 * @throws {RpcError} `rpc.size` (-31413).
 */
export function inspectError(error: JsonObject): Uses {
  const walk = new Walk("result");
  walk.run(error, TEXT, "error", "error");
  return walk.uses;
}

/**
 * Takes the answer to a small frame apart: every string and member name of it is a text of surface `result`.
 *
 * @param frame The answer.
 * @param tool The tool that was called.
 * @returns What it uses.
 * @throws {RpcError} `rpc.size` (-31413).
 */
export function inspectFrameAnswer(frame: JsonObject, tool: string): Uses {
  const walk = new Walk("result");
  walk.run(frame, FRAME_ANSWER, "result", "frame");
  walk.uses.tool = tool;
  return walk.uses;
}

/**
 * Takes a small frame apart: its tool, arguments, prompt and resources.
 *
 * @param frame The frame.
 * @returns What the frame uses. `rewrite` of a resource changes the frame's own tree.
 * @throws {RpcError} `rpc.size` (-31413).
 */
export function inspectFrame(frame: ToolCallFrame): Uses {
  const walk = new Walk("params");
  const { uses } = walk;
  const { keys, values } = frame.tree;
  const at = (name: string): { values: JsonValue[]; index: number } => ({
    values,
    index: keys.indexOf(name),
  });
  uses.tool = frame.tool;
  walk.run(frame.tool, { role: "tool" }, "other", "tool", at("tool"));
  if (frame.resources !== undefined) {
    walk.run(frame.resources, { role: "uri", rewrite: true }, "other", "resources");
  }
  if (frame.prompt !== undefined) walk.run(frame.prompt, TEXT, "prompt", "prompt", at("prompt"));
  if (frame.args !== undefined) walk.run(frame.args, ARGUMENTS, "argument", "args");
  // Only the caller's own word: an identity that was proved is the policy's, and goes on as it is.
  const { identity } = frame;
  if (identity !== undefined && frame.tree.get("identity") === identity && mayBeToken(identity)) {
    walk.run(identity, TEXT, "argument", "identity", at("identity"));
  }
  return uses;
}
