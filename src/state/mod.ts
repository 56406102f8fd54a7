// The state room: what outlives a call. Approvals and pins.
export { memoryApprovals } from "./approvals_memory.ts";
export { type ApprovalDeps, createApprovals } from "./create.ts";
export { PinFile, type PinFileOptions } from "./pin_file.ts";
export {
  type Difference,
  differences,
  digestOf,
  noPins,
  type Pin,
  type Pins,
  readLock,
  writeLock,
} from "./pin_lock.ts";
