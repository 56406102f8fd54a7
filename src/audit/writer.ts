// Lines to bytes at their place: group commit, short writes, torn lines, a bounded queue, recovery that says what was lost.

import { DependencyFailed } from "../errors.ts";
import { errorCode, type LineTarget, type SetTimer } from "./types.ts";

/** Settings of a {@linkcode LineWriter}. */
export interface WriterOptions {
  /** UTF-16 units that may wait or be on their way; 4 MiB by default. Beyond them a write fails at once. */
  queueUnits?: number;
  /** Milliseconds `close` waits for a target that does not take bytes; 2000 by default. */
  closeMs?: number;
  /** Told once when writing begins to fail and once when it works again. */
  report?: (message: string) => void;
  /** Timer for `close`. */
  setTimer: SetTimer;
}

/** Lines that go out together, and the promise that all their writers got. */
interface Batch {
  text: string;
  /** Records that the text stands for. */
  weight: number;
  done: PromiseWithResolvers<void>;
}

const NEWLINE = 10;
/** Bytes of the buffer that most batches fit in: a new one for each costs more than the write itself. */
const BUFFER_BYTES = 65_536;
const encoder = new TextEncoder();

/** Writes lines to a target, in order. */
export class LineWriter {
  readonly #target: LineTarget;
  readonly #options: WriterOptions;
  readonly #queueUnits: number;
  // Lent to the target until its write is done, and only one batch is written at a time.
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #pending: Batch | null = null;
  #inFlight: Batch | null = null;
  #queued = 0;
  #lost = 0;
  #draining: Promise<void> | null = null;
  #closed = false;

  /** Makes the line that is written first when writing works again, from the number of lost records. */
  recovery: ((lost: number) => string) | null = null;

  /**
   * Makes a writer; it writes nothing by itself.
   *
   * @param target Where the bytes go.
   * @param options Bounds and reports.
   */
  constructor(target: LineTarget, options: WriterOptions) {
    this.#target = target;
    this.#options = options;
    this.#queueUnits = options.queueUnits ?? 4 * 1024 * 1024;
  }

  /** Records that could not be written and that no recovery line has told of yet. */
  get lost(): number {
    return this.#lost;
  }

  /** UTF-16 units that wait or are on their way. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * Queues one line. Lines of one turn go out in one write.
   *
   * @param line A line with its newline.
   * @param weight How many records the line stands for, for the count of lost ones; 0 where a loss does not matter.
   * @returns Resolves when the operating system has the bytes.
   * @throws {DependencyFailed} (as rejection) When the target fails, the queue is full, or the writer is closed.
   */
  write(line: string, weight = 1): Promise<void> {
    if (this.#closed || this.#queued + line.length > this.#queueUnits) {
      this.#lose(weight, this.#closed ? "it is closed" : "its queue is full");
      return Promise.reject(failure(this.#closed ? "it is closed" : "its queue is full"));
    }
    const batch = this.#batch();
    batch.text += line;
    batch.weight += weight;
    this.#queued += line.length;
    return batch.done.promise;
  }

  /** Tries the target again when lines were lost and nothing is being written: without calls there are no records. */
  probe(): void {
    if (this.#lost === 0 || this.#closed || this.#draining !== null) return;
    // Its failure is told by `lost` already.
    this.#batch().done.promise.catch(() => {});
  }

  /** Writes what is queued, for at most `closeMs`, and closes the target. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#draining !== null) {
      const late = Promise.withResolvers<boolean>();
      const cancel = this.#options.setTimer(
        this.#options.closeMs ?? 2000,
        () => late.resolve(true),
      );
      const gaveUp = await Promise.race([this.#draining.then(() => false), late.promise]);
      cancel();
      if (gaveUp) this.#giveUp();
    }
    this.#target.close();
  }

  #batch(): Batch {
    if (this.#pending === null) {
      this.#pending = { text: "", weight: 0, done: Promise.withResolvers() };
      // In a microtask, so that what one turn writes goes out together; a drain under way takes this batch next.
      this.#draining ??= Promise.resolve().then(() => this.#drain());
    }
    return this.#pending;
  }

  async #drain(): Promise<void> {
    for (let batch = this.#pending; batch !== null; batch = this.#pending) {
      this.#pending = null;
      this.#inFlight = batch;
      try {
        const told = this.#lost;
        const note = told > 0 && this.recovery !== null ? this.recovery(told) : "";
        const written = this.#put(this.#encode(note + batch.text));
        if (written !== undefined) await written;
        this.#lost -= told;
        batch.done.resolve();
        if (told > 0) {
          this.#options.report?.(`Writing audit records works again; ${told} were lost`);
        }
      } catch (error) {
        this.#lose(batch.weight, errorCode(error));
        batch.done.reject(failure(errorCode(error), error));
      }
      this.#queued -= batch.text.length;
    }
    this.#inFlight = null;
    this.#draining = null;
  }

  #encode(text: string): Uint8Array {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    if (text.length * 3 > BUFFER_BYTES) return encoder.encode(text);
    this.#buffer ??= new Uint8Array(BUFFER_BYTES);
    return this.#buffer.subarray(0, encoder.encodeInto(text, this.#buffer).written);
  }

  /** Writes whole lines, as many at once as the target has room for. Returns a promise only where the target does. */
  #put(bytes: Uint8Array): Promise<void> | undefined {
    while (bytes.length > 0) {
      const first = bytes.indexOf(NEWLINE) + 1;
      const room = Math.max(first, this.#target.prepare(first));
      const end = bytes.length <= room ? bytes.length : bytes.lastIndexOf(NEWLINE, room - 1) + 1;
      const written = this.#putAll(this.#mended(bytes.subarray(0, end)));
      const rest = bytes.subarray(end);
      if (written !== undefined) return written.then(() => this.#put(rest));
      bytes = rest;
    }
  }

  /** Ends a torn line first, so that no record is read as a part of it. */
  #mended(bytes: Uint8Array): Uint8Array {
    if (!this.#target.torn) return bytes;
    const mended = new Uint8Array(bytes.length + 1);
    mended[0] = NEWLINE;
    mended.set(bytes, 1);
    return mended;
  }

  #putAll(bytes: Uint8Array): Promise<void> | undefined {
    while (bytes.length > 0) {
      const taken = this.#target.write(bytes);
      if (typeof taken !== "number") {
        return taken.then((n) => this.#putAll(after(bytes, n)));
      }
      bytes = after(bytes, taken);
    }
  }

  #lose(weight: number, why: string): void {
    if (weight === 0) return;
    if (this.#lost === 0) this.#options.report?.(`Audit records cannot be written: ${why}`);
    this.#lost += weight;
  }

  #giveUp(): void {
    for (const batch of [this.#inFlight, this.#pending]) {
      if (batch === null) continue;
      this.#lose(batch.weight, "the output does not take bytes");
      batch.done.reject(failure("the output does not take bytes"));
    }
    this.#pending = null;
  }
}

function after(bytes: Uint8Array, taken: number): Uint8Array {
  // Zero would go on for ever, more than there was would lose the rest.
  if (!(taken > 0 && taken <= bytes.length)) throw new Error(`a write took ${taken} bytes`);
  return bytes.subarray(taken);
}

function failure(why: string, cause?: unknown): DependencyFailed {
  return new DependencyFailed("audit", `The audit record could not be written: ${why}`, { cause });
}
