// The memory of the process: near its bound no new work is taken, and nearer still idle sessions end, since a heap that
// is full ends all sessions at once (RES-011).

import { getHeapStatistics } from "node:v8";
import type { Metrics } from "./metrics.ts";

/** Bytes in use, and the most that may be. */
export interface MemoryUse {
  /** Bytes of the heap and of the buffers beside it. */
  used: number;
  /** Bytes at which the process would end. */
  bound: number;
}

/** Share of the bound at which no more work is taken. */
const FULL = 0.85;
/** Share of the bound at which idle sessions end. */
const SHED = 0.92;

/**
 * The memory of this process.
 *
 * @param bound The operator's bound in bytes; 0 for the runtime's own.
 */
export function processMemory(bound: number): MemoryUse {
  const { heapUsed, external } = Deno.memoryUsage();
  return {
    used: heapUsed + external,
    bound: bound > 0 ? bound : getHeapStatistics().heap_size_limit,
  };
}

/** How pressed for memory the process is, as of the last look. */
export class Pressure {
  readonly #read: () => MemoryUse;
  readonly #metrics: Metrics;
  #share = 0;

  /**
   * @param read Looks at the memory.
   * @param metrics Shows it.
   */
  constructor(read: () => MemoryUse, metrics: Metrics) {
    this.#read = read;
    this.#metrics = metrics;
  }

  /** Looks at the memory. Cheap, but not for every message. */
  look(): void {
    const before = this.full;
    const { used, bound } = this.#read();
    this.#share = used / bound;
    this.#metrics.set("mcpguard_memory_bytes", used);
    if (this.full !== before) this.#metrics.set("mcpguard_memory_full", this.full ? 1 : 0);
  }

  /** Whether no more work is to be taken. */
  get full(): boolean {
    return this.#share >= FULL;
  }

  /** Whether sessions that wait for nothing are to end. */
  get shedding(): boolean {
    return this.#share >= SHED;
  }
}
