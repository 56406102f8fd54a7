// The state room: what outlives a call.
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
