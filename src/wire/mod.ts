// The wire room: strict JSON, JSON-RPC messages, small frames, the MCP method table.
export * from "./value.ts";
export * from "./uses.ts";
export * from "./json.ts";
export { writeJson } from "./write.ts";
