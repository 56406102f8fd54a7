// The state room: what outlives a call. Approvals in memory, in a file, in Redis.
export { memoryApprovals } from "./approvals_memory.ts";
export { type ApprovalDeps, createApprovals } from "./create.ts";
