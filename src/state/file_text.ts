// A shared text in a file: locked while it is changed, replaced at once, on disk before anybody acts on it.

import { DependencyFailed } from "../errors.ts";
import type { Kept, SharedText } from "./document.ts";

/** Longest wait for another process that holds the lock, ms. */
const LOCK_MS = 2000;
/** Largest file that is read, bytes. */
const MAX_BYTES = 16 << 20;

/** A text in a file of its own; `PATH.lock` beside it is what processes lock. */
export class FileText implements SharedText {
  readonly #path: string;
  readonly #what: Kept;
  #last: Promise<unknown> = Promise.resolve();
  #healthy = true;

  /**
   * @param path The file; it is made when something is first kept.
   * @param what What is kept, for messages.
   */
  constructor(path: string, what: Kept) {
    this.#path = path;
    this.#what = what;
  }

  update<T>(change: (text: string | null) => { text: string | null; result: T }): Promise<T> {
    // One after the other within this process; the lock is for the others.
    const turn = this.#last.then(() => this.#update(change));
    this.#last = turn.catch(() => {});
    return turn;
  }

  healthy(): boolean {
    return this.#healthy;
  }

  async close(): Promise<void> {
    await this.#last;
  }

  async #update<T>(
    change: (text: string | null) => { text: string | null; result: T },
  ): Promise<T> {
    try {
      using lock = await Deno.open(`${this.#path}.lock`, {
        write: true,
        create: true,
        mode: 0o600,
      });
      await this.#lock(lock);
      const { text, result } = change(await this.#read());
      if (text !== null) await this.#write(text);
      this.#healthy = true;
      return result;
    } catch (error) {
      this.#healthy = false;
      if (error instanceof DependencyFailed) throw error;
      throw new DependencyFailed(this.#what, `the file of ${this.#what} cannot be used`, {
        cause: error,
      });
    }
  }

  async #lock(file: Deno.FsFile): Promise<void> {
    const until = performance.now() + LOCK_MS;
    while (!await file.tryLock(true)) {
      if (performance.now() > until) {
        throw new DependencyFailed(this.#what, `another process keeps the ${this.#what} locked`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #read(): Promise<string | null> {
    let bytes: Uint8Array;
    try {
      const { size } = await Deno.stat(this.#path);
      if (size > MAX_BYTES) {
        throw new DependencyFailed(this.#what, `the file of ${this.#what} is too large`);
      }
      bytes = await Deno.readFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  }

  async #write(text: string): Promise<void> {
    const fresh = `${this.#path}.new`;
    {
      using file = await Deno.open(fresh, {
        write: true,
        create: true,
        truncate: true,
        mode: 0o600,
      });
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.syncData();
    }
    await Deno.rename(fresh, this.#path);
    const folder = this.#path.includes("/")
      ? this.#path.slice(0, this.#path.lastIndexOf("/") + 1)
      : ".";
    using directory = await Deno.open(folder, { read: true });
    await directory.sync();
  }
}
