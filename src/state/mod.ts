// The state room: what outlives a call. Approvals, pins, and what flows look back at.
export { memoryApprovals } from "./approvals_memory.ts";
export { createApprovals, createTaints, type StateDeps } from "./create.ts";
export { type PinsOnDisk, readPins, replacePins } from "./pin_disk.ts";
export { PinFile, type PinFileOptions } from "./pin_file.ts";
export { type Difference, differences, digestOf, noPins, type Pin, type Pins } from "./pin_lock.ts";
export { memoryTaints } from "./taints.ts";
