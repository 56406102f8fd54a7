// The wire room: strict JSON, JSON-RPC messages, small frames, the MCP method table.
export * from "./value.ts";
export * from "./uses.ts";
export * from "./json.ts";
export { isUnsafeNumber } from "./json_number.ts";
export { canonicalJson, writeJson } from "./write.ts";
export * from "./plain.ts";
export * from "./message.ts";
export { RpcError } from "./rpc_error.ts";
export { checkParamKeys, type Era, METHODS, type MethodSpec, methodSpec } from "./methods.ts";
export type { Choice, Role, Shape } from "./shapes.ts";
export {
  inspectError,
  inspectFrame,
  inspectFrameAnswer,
  inspectRequest,
  inspectResult,
} from "./inspect.ts";
export * from "./frames.ts";
export { stripMeta } from "./meta.ts";
export { cleanListed } from "./listed.ts";
export * from "./reply.ts";
export { foldKey } from "./fold.ts";
