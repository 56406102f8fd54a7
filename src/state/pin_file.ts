// Pins in a file: read when it changes, written whole beside it and moved into its place.

import { DependencyFailed } from "../errors.ts";
import type { PinCheck, PinKind, PinStore } from "../guard/ports.ts";
import { type JsonValue, parseJson, writeJson } from "../wire/mod.ts";
import {
  differences,
  digestOf,
  MAX_LOCK_BYTES,
  MAX_PINS,
  noPins,
  type Pin,
  type Pins,
  readLock,
  writeLock,
} from "./pin_lock.ts";

/** How a pin file behaves. */
export interface PinFileOptions {
  /** The file. */
  path: string;
  /** Whether what has no pin is pinned when it is first seen. */
  firstUse: boolean;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Told in words when the file cannot be read or written. */
  report?: (message: string) => void;
}

/** How often the file is looked at, ms. */
const LOOK_MS = 1000;

/** How often, and how far apart in ms, the lock is tried. */
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 5;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** A store of pins in a lock file. */
export class PinFile implements PinStore {
  readonly #options: PinFileOptions;
  #pins: Pins = noPins();
  /** What was seen to differ from its pin, until the file has another pin for it. */
  readonly #changed = new Set<string>();
  /** What was pinned here and is not written yet. */
  #fresh: [kind: PinKind, name: string, pin: Pin][] = [];
  #stamp = "";
  #looked = -Infinity;
  #dirty = false;

  /**
   * Opens the file.
   *
   * @param options Where it is and how new things are taken.
   * @throws {McpGuardError} Where the file is there and is no lock file.
   */
  constructor(options: PinFileOptions) {
    this.#options = options;
    const stamp = stampOf(options.path);
    if (stamp === null) return;
    this.#pins = readLock(readText(options.path), options.path);
    this.#stamp = stamp;
    this.#looked = options.now();
  }

  /** {@inheritDoc PinStore.check} */
  check(kind: PinKind, name: string, definition: JsonValue): PinCheck {
    this.#refresh();
    const pin = this.#pins[kind].get(name);
    const digest = digestOf(definition);
    if (pin !== undefined) {
      if (pin.digest === digest) return { verdict: "same", changed: [] };
      this.#changed.add(`${kind} ${name}`);
      const changed = differences(pin.definition, definition).map(({ path }) =>
        path || "all of it"
      );
      return { verdict: "changed", changed };
    }
    if (!this.#options.firstUse || this.#pins[kind].size >= MAX_PINS) {
      return { verdict: "unknown", changed: [] };
    }
    const made = { digest, definition: copyOf(definition) };
    this.#pins[kind].set(name, made);
    this.#fresh.push([kind, name, made]);
    this.#save();
    return { verdict: "pinned", changed: [] };
  }

  /** {@inheritDoc PinStore.usable} */
  usable(kind: PinKind, name: string): "yes" | "unknown" | "changed" {
    this.#refresh();
    if (this.#changed.has(`${kind} ${name}`)) return "changed";
    return this.#pins[kind].has(name) ? "yes" : "unknown";
  }

  /** {@inheritDoc PinStore.digest} */
  digest(kind: PinKind, name: string): string | null {
    return this.#pins[kind].get(name)?.digest ?? null;
  }

  /** Writes what a full disk or the like has kept from the file. */
  close(): void {
    if (this.#dirty) this.#write();
  }

  #refresh(): void {
    const time = this.#options.now();
    if (time - this.#looked < LOOK_MS) return;
    this.#looked = time;
    this.#takeOver();
  }

  /**
   * Takes over what somebody else has written: `mcpguard pin --update`, or another guard with the same file. What cannot
   * be read changes nothing.
   *
   * @param always Also where the file looks as it did: within a millisecond others may have replaced it, and twice.
   */
  #takeOver(always = false): void {
    const { path, report } = this.#options;
    const stamp = stampOf(path);
    if (stamp === null || !always && stamp === this.#stamp) return;
    this.#stamp = stamp;
    let pins: Pins;
    try {
      pins = readLock(readText(path), path);
    } catch (error) {
      report?.(`the pins in force stay: ${error instanceof Error ? error.message : "unreadable"}`);
      return;
    }
    const others: string[] = [];
    for (const [kind, name, pin] of this.#fresh) {
      const theirs = pins[kind].get(name);
      if (theirs === undefined) pins[kind].set(name, pin);
      // Another guard was first, and saw something else.
      else if (theirs.digest !== pin.digest) others.push(`${kind} ${name}`);
    }
    for (const key of [...this.#changed]) {
      const at = key.indexOf(" ");
      const [kind, name] = [key.slice(0, at) as PinKind, key.slice(at + 1)];
      // Another guard's new pins say nothing of what differs here.
      if (pins[kind].get(name)?.digest !== this.#pins[kind].get(name)?.digest) {
        this.#changed.delete(key);
      }
    }
    for (const key of others) this.#changed.add(key);
    this.#pins = pins;
  }

  #save(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    // A list of many tools is one write.
    queueMicrotask(() => {
      if (this.#dirty) this.#write();
    });
  }

  #write(): void {
    const { path, report } = this.#options;
    const fresh = `${path}.${Deno.pid}.new`;
    try {
      // Several guards may share the file, and begin at the same time: between look and move nobody else writes.
      using _lock = lockedFolder(path);
      this.#takeOver(true);
      Deno.writeTextFileSync(fresh, writeLock(this.#pins), { mode: 0o600 });
      Deno.renameSync(fresh, path);
      this.#dirty = false;
      this.#fresh = [];
      this.#stamp = stampOf(path) ?? "";
    } catch (error) {
      // The pins hold in this process all the same; the next new one tries again.
      this.#dirty = false;
      const { code } = error as { code?: unknown };
      report?.(
        `${path}: the pins cannot be written${typeof code === "string" ? ` (${code})` : ""}`,
      );
    }
  }
}

/** The file's folder, locked: a file beside it would have to stay there. Nobody holds the lock for long. */
function lockedFolder(path: string): Disposable {
  const folder = Deno.openSync(path.slice(0, path.lastIndexOf("/") + 1) || ".", { read: true });
  for (let left = LOCK_TRIES; !folder.tryLockSync(true) && left > 0; left--) {
    Atomics.wait(PAUSE, 0, 0, LOCK_PAUSE_MS);
  }
  // Where somebody keeps it all the same, the pins are written without: they would be lost otherwise.
  return folder;
}

function readText(path: string): string {
  const bytes = Deno.readFileSync(path);
  if (bytes.byteLength > MAX_LOCK_BYTES) {
    throw new DependencyFailed("pins", `${path}: is larger than ${MAX_LOCK_BYTES} bytes`);
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** What changes when a file does; null where there is none. */
function stampOf(path: string): string | null {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new DependencyFailed("pins", `${path}: cannot be read`, { cause: error });
  }
}

/** The answer that a definition stands in is filtered and redacted later; the pin must stay what it was. */
function copyOf(definition: JsonValue): JsonValue {
  return parseJson(writeJson(definition), {
    bytes: MAX_LOCK_BYTES,
    depth: 1000,
    tokens: 10_000_000,
    keys: 1_000_000,
    numbers: "preserve",
  });
}
