// Pins in a file: read when it changes, written whole beside it and moved into its place.

import { DependencyFailed } from "../errors.ts";
import type { PinCheck, PinKind, PinStore } from "../guard/ports.ts";
import { type JsonValue, parseJson, writeJson } from "../wire/mod.ts";
import { readPins, replacePins } from "./pin_disk.ts";
import {
  differences,
  digestOf,
  MAX_FIRST_USE_BYTES,
  MAX_LOCK_BYTES,
  MAX_PINS,
  noPins,
  type Pin,
  type Pins,
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

/** How long a lock that was waited for in vain is not waited for again, ms: all calls wait meanwhile. */
const IMPATIENT_MS = 60_000;
/** What an entry takes in the file besides name and definition, bytes. */
const ENTRY_BYTES = 150;

/** A store of pins in a lock file. */
export class PinFile implements PinStore {
  readonly #options: PinFileOptions;
  #pins: Pins = noPins();
  /** What was seen to differ from its pin, until the file has another pin for it. */
  readonly #changed = new Set<string>();
  /** What was pinned here and is not written yet. */
  #fresh: [kind: PinKind, name: string, pin: Pin][] = [];
  /** About the size of the file with what is not written yet, bytes. */
  #bytes = 0;
  #patientAt = -Infinity;
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
    const read = readPins(options.path);
    if (read === null) return;
    this.#pins = read.pins;
    this.#bytes = read.bytes;
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
    const text = writeJson(definition);
    const size = ENTRY_BYTES + new TextEncoder().encode(writeJson(name) + text).byteLength;
    // A server that lists ever new things must not make a file that nobody can read again.
    if (this.#bytes + size > MAX_FIRST_USE_BYTES) return { verdict: "unknown", changed: [] };
    this.#bytes += size;
    const made = { digest, definition: copyOf(text) };
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
      const read = readPins(path);
      if (read === null) return;
      pins = read.pins;
      if (this.#fresh.length === 0) this.#bytes = read.bytes;
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
    const { path, report, now } = this.#options;
    try {
      const { bytes, locked } = replacePins(path, () => {
        this.#takeOver(true);
        return this.#pins;
      }, now() >= this.#patientAt);
      if (!locked) this.#patientAt = now() + IMPATIENT_MS;
      this.#bytes = bytes;
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
function copyOf(text: string): JsonValue {
  return parseJson(text, {
    bytes: MAX_LOCK_BYTES,
    depth: 1000,
    tokens: 10_000_000,
    keys: 1_000_000,
    numbers: "preserve",
  });
}
