// The lock file on disk: read where it is a plain file of some size, replaced whole while its folder is locked.

import { DependencyFailed } from "../errors.ts";
import { MAX_LOCK_BYTES, type Pins, readLock, writeLock } from "./pin_lock.ts";

/** How often, and how far apart in ms, the lock is tried. */
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 5;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** A file that was read or written. */
export interface PinsOnDisk {
  /** The pins. */
  pins: Pins;
  /** The size of the file, bytes. */
  bytes: number;
}

/**
 * Reads a lock file.
 *
 * @param path The file.
 * @returns Its pins; null where there is no file.
 * @throws {McpGuardError} Where it is no lock file, is no plain file (a pipe would be waited for), or is too large.
 */
export function readPins(path: string): PinsOnDisk | null {
  let bytes: Uint8Array;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new DependencyFailed("pins", `${path}: is no plain file`);
    if (size > MAX_LOCK_BYTES) throw tooLarge(path);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new DependencyFailed("pins", `${path}: is not valid UTF-8`, { cause });
  }
  return { pins: readLock(text, path), bytes: bytes.byteLength };
}

/**
 * Replaces a lock file. Guards and `mcpguard pin` may share it: between look and move nobody else writes.
 *
 * @param path The file.
 * @param next Answers with the pins to write, while the folder is locked: it has to look at the file for itself.
 * @param patient Whether somebody else's lock is waited for, half a second at most; otherwise it is tried once.
 * @returns What was written, and whether the lock was had. Where somebody keeps it, the pins are written all the same:
 * they would be lost otherwise.
 * @throws {DependencyFailed} Where the pins are more than can be read again.
 */
export function replacePins(
  path: string,
  next: () => Pins,
  patient = true,
): PinsOnDisk & { locked: boolean } {
  // A file beside it would have to stay there.
  using folder = Deno.openSync(path.slice(0, path.lastIndexOf("/") + 1) || ".", { read: true });
  const locked = lock(folder, patient ? LOCK_TRIES : 0);
  const pins = next();
  const bytes = new TextEncoder().encode(writeLock(pins));
  if (bytes.byteLength > MAX_LOCK_BYTES) throw tooLarge(path);
  const fresh = `${path}.${Deno.pid}.new`;
  try {
    // What a killed process left there, or somebody put there as a link to a file of ours.
    Deno.removeSync(fresh);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.writeFileSync(fresh, bytes, { createNew: true, mode: 0o600 });
  Deno.renameSync(fresh, path);
  return { pins, bytes: bytes.byteLength, locked };
}

function lock(folder: Deno.FsFile, tries: number): boolean {
  for (let left = tries; !folder.tryLockSync(true); left--) {
    if (left <= 0) return false;
    Atomics.wait(PAUSE, 0, 0, LOCK_PAUSE_MS);
  }
  return true;
}

function tooLarge(path: string): DependencyFailed {
  return new DependencyFailed("pins", `${path}: is larger than ${MAX_LOCK_BYTES} bytes`);
}
