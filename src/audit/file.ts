// A log file as a target: appended to, rotated by size, followed when somebody else moves it.

import type { Clock } from "../guard/ports.ts";
import { DependencyFailed } from "../errors.ts";
import { errorCode, type LineTarget } from "./types.ts";

/** Old files that are kept: `.1` is the youngest. */
const KEPT = 3;
/** Milliseconds between looks whether the path is still our file; a look costs as much as a write. */
const LOOK_MS = 10;
/** Looks at the end of a file until it is taken for torn: the first about 2 us each, the others with a pause before. */
const TORN_LOOKS = 120;
const QUICK_LOOKS = 100;
/** Milliseconds of a pause: a process that was stopped in the middle of a write on a busy machine goes on meanwhile. */
const TORN_PAUSE_MS = 2;
/** Milliseconds until a failed rotation is tried again. */
const RETRY_MS = 1000;

/** What is asked of an open file. {@linkcode Deno.FsFile} has it all. */
export type LogFile = Pick<
  Deno.FsFile,
  "write" | "writeSync" | "statSync" | "lockSync" | "unlockSync" | "close"
>;

/** What is asked of the file system. */
export interface LogFs {
  /** Opens for appending; creates with mode 0600. Answers what it is, and whether its last byte is not a newline. */
  open(path: string): { file: LogFile; info: Deno.FileInfo; torn: boolean };
  /** What is at a path, links followed, or null. */
  stat(path: string): Deno.FileInfo | null;
  /** Renames, over whatever is there. */
  rename(from: string, to: string): void;
}

/** Settings of a {@linkcode FileTarget}. */
export interface FileOptions {
  /** The file; its directory must be there. */
  path: string;
  /** Bytes at which a new file is begun. */
  rotateBytes: number;
  /** Its monotonic side is read. */
  clock: Clock;
  /** Told when a rotation fails and the old file goes on being used. */
  report?: (message: string) => void;
  /** The file system; the real one by default. */
  fs?: LogFs;
}

/**
 * Writes to a file in the moment: the page cache takes a line in 2 us, where a trip to another thread costs 40 us on
 * every call that waits for its record. What is no plain file (a pipe, a device) is written asynchronously.
 *
 * Several processes may append to one file: each line is one write with O_APPEND; rotation holds a lock on the file,
 * and who finds another file at the path goes on with that.
 */
export class FileTarget implements LineTarget {
  readonly #options: FileOptions;
  readonly #fs: LogFs;
  #file: LogFile | null = null;
  #info: Deno.FileInfo | null = null;
  #size = 0;
  #torn = false;
  #lookedAt = 0;
  #retryAt = -Infinity;

  /**
   * Opens the file, so that a wrong path is told at the start.
   *
   * @param options Path, size, clock.
   * @throws {DependencyFailed} When it cannot be opened.
   */
  constructor(options: FileOptions) {
    this.#options = options;
    this.#fs = options.fs ?? realFs;
    this.#open();
    this.#lookedAt = options.clock.monotonic();
  }

  get torn(): boolean {
    return this.#torn;
  }

  prepare(bytes: number): number {
    const now = this.#options.clock.monotonic();
    if (this.#file === null) this.#open();
    else if (now >= this.#retryAt && now - this.#lookedAt >= LOOK_MS) {
      this.#follow(now);
      this.#lookedAt = now;
    }
    if (!this.#info!.isFile || now < this.#retryAt) return Infinity;
    if (this.#size > 0 && this.#size + bytes > this.#options.rotateBytes) this.#rotate(now);
    return now < this.#retryAt ? Infinity : this.#options.rotateBytes - this.#size;
  }

  write(bytes: Uint8Array): number | Promise<number> {
    const file = this.#file!;
    return this.#info!.isFile
      ? this.#took(bytes, file.writeSync(bytes))
      : file.write(bytes).then((taken) => this.#took(bytes, taken));
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #took(bytes: Uint8Array, taken: number): number {
    if (taken > 0) this.#torn = bytes[taken - 1] !== 10;
    this.#size += taken;
    return taken;
  }

  #open(): void {
    const { path } = this.#options;
    try {
      const { file, info, torn } = this.#fs.open(path);
      this.#file?.close();
      this.#file = file;
      this.#torn = torn;
      this.#info = info;
      this.#size = info.size;
    } catch (error) {
      throw new DependencyFailed(
        "audit",
        `Cannot open the audit file ${JSON.stringify(path)}: ${
          error instanceof Deno.errors.NotFound ? "its directory does not exist" : errorCode(error)
        }`,
        { cause: error },
      );
    }
  }

  /** Goes on with what is at the path now: another process or logrotate may have put a new file there. */
  #follow(now: number): void {
    const there = this.#fs.stat(this.#options.path);
    if (there !== null && sameFile(there, this.#info!)) {
      this.#size = there.size;
      return;
    }
    try {
      this.#open();
    } catch (error) {
      // A file that was moved still keeps records; one that was deleted keeps none.
      if ((this.#file!.statSync().nlink ?? 0) === 0) {
        this.close();
        throw error;
      }
      this.#fail(error, now);
    }
  }

  #rotate(now: number): void {
    const { path } = this.#options;
    const old = this.#file!;
    const locked = tryLock(old);
    let closed = false;
    try {
      const there = this.#fs.stat(path);
      // Who waited for the lock of another process finds its new file here.
      if (there !== null && sameFile(there, this.#info!)) {
        this.#makeWay();
        this.#fs.rename(path, `${path}.1`);
      }
      this.#open();
      closed = true;
    } catch (error) {
      this.#fail(error, now);
    } finally {
      // Closing a file releases its lock.
      if (locked && !closed) old.unlockSync();
    }
  }

  /** Moves old files up, only as far as the first gap: a rotation that fails every second must not move them out. */
  #makeWay(): void {
    const { path } = this.#options;
    let free = 1;
    while (free < KEPT && this.#fs.stat(`${path}.${free}`) !== null) free++;
    for (let i = free; i > 1; i--) this.#fs.rename(`${path}.${i - 1}`, `${path}.${i}`);
  }

  #fail(error: unknown, now: number): void {
    this.#retryAt = now + RETRY_MS;
    this.#options.report?.(
      `The audit file could not be rotated, the old one is written on: ${errorCode(error)}`,
    );
  }
}

function sameFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Some file systems have no locks; a single process does not need one. */
function tryLock(file: LogFile): boolean {
  try {
    file.lockSync(true);
    return true;
  } catch {
    return false;
  }
}

/** The real file system. */
export const realFs: LogFs = {
  open(path: string): ReturnType<LogFs["open"]> {
    const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    try {
      const info = file.statSync();
      return { file, info, torn: info.isFile && info.size > 0 && endsTorn(path) };
    } catch (error) {
      file.close();
      throw error;
    }
  },
  stat(path: string): Deno.FileInfo | null {
    try {
      return Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  },
  rename(from: string, to: string): void {
    Deno.renameSync(from, to);
  },
};

/** What nobody wakes. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4));

/** Whether a process that was killed, or a full disk, left half a line at the end. */
function endsTorn(path: string): boolean {
  // Opened apart: a pipe or a device that is opened for reading too would never tell that nobody reads.
  using file = Deno.openSync(path, { read: true });
  const last = new Uint8Array(1);
  // A line that another process is just writing looks torn as well, where it crosses a page: that one ends soon.
  for (let look = 0; look < TORN_LOOKS; look++) {
    if (look >= QUICK_LOOKS) Atomics.wait(NOBODY, 0, 0, TORN_PAUSE_MS);
    file.seekSync(-1, Deno.SeekMode.End);
    if (file.readSync(last) === 1 && last[0] === 10) return false;
  }
  return true;
}
