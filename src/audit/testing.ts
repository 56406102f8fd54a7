// What the tests of this room share: records, a clock moved by hand, a target that fails on demand.

import type { Clock } from "../guard/ports.ts";
import type { AuditRecord } from "../guard/types.ts";
import type { AttestationConfig, LoggingConfig } from "../policy/types.ts";
import type { LineTarget, SetTimer } from "./types.ts";

/** Attestation as in the mission's policy. */
export const SHA256: AttestationConfig = { enabled: true, alg: "sha256" };

/** Section `logging` for a file. */
export function fileLogging(filePath: string, rotateBytes = 10_485_760): LoggingConfig {
  return { level: "INFO", output: "file", filePath, rotateBytes, resources: true };
}

/** A record of an allowed call, with changes. */
export function record(changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    event: "decision",
    ts: Date.UTC(2026, 10, 22, 12),
    id: "d-1",
    identity: "alice",
    tool: "calculator.add",
    method: "tools/call",
    direction: "c2s",
    decision: "allow",
    reason: "Allowed",
    rule: null,
    findings: [],
    ...changes,
  };
}

/** A clock and timers that move only by `advance`. */
export interface ManualTime extends Clock {
  /** Timers that are set now. */
  readonly timers: number;
  /** For the parts that set timers. */
  setTimer: SetTimer;
  /** Moves the time and calls what is due. */
  advance(ms: number): void;
}

/** Makes a manual time that starts at 0. */
export function manualTime(): ManualTime {
  let at = 0;
  const timers = new Map<symbol, { due: number; callback: () => void }>();
  return {
    now: () => Date.UTC(2026, 10, 22, 12) + at,
    monotonic: () => at,
    get timers(): number {
      return timers.size;
    },
    setTimer(ms, callback): () => void {
      const id = Symbol();
      timers.set(id, { due: at + ms, callback });
      return () => timers.delete(id);
    },
    advance(ms): void {
      at += ms;
      for (const [id, timer] of timers) {
        if (timer.due <= at && timers.delete(id)) timer.callback();
      }
    },
  };
}

/** A fake target in memory. `takes` decides how many bytes a write takes; a throw is the failure. */
export class FakeTarget implements LineTarget {
  /** What every write took, decoded. */
  readonly writes: string[] = [];
  /** Whether it was closed. */
  closed = false;
  /** How many of the offered bytes are taken. */
  takes: (offered: number) => number | Promise<number> = (offered) => offered;
  /** Bytes that fit before the next `prepare`. */
  room = Infinity;

  get text(): string {
    return this.writes.join("");
  }

  get torn(): boolean {
    return this.text !== "" && !this.text.endsWith("\n");
  }

  prepare(): number {
    return this.room;
  }

  write(bytes: Uint8Array): number | Promise<number> {
    const copy = bytes.slice();
    const keep = (taken: number): number => {
      this.writes.push(new TextDecoder().decode(copy.subarray(0, taken)));
      return taken;
    };
    const taken = this.takes(bytes.length);
    return typeof taken === "number" ? keep(taken) : taken.then(keep);
  }

  close(): void {
    this.closed = true;
  }
}

/** An error as the operating system's, e.g. `ENOSPC`. */
export function osError(code: string): Error {
  return Object.assign(new Error(`fake ${code}`), { code });
}

/** The records of a text of lines; throws when a line is not JSON. */
// deno-lint-ignore no-explicit-any
export function parseLines(text: string): any[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("the last line has no end");
  return lines.map((line) => JSON.parse(line));
}
