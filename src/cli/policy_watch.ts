// Notices that a policy file may have changed: in place, by an atomic rename, or by the swap of a link somewhere on its
// way (Kubernetes swaps `..data`). It looks, and listens to no events: a look costs microseconds, works on network drives
// and misses nothing, while one pipe in a watched folder stops the runtime's watcher and whoever waits for it.

/** Milliseconds between two looks. */
const LOOK_MS = 100;

/** A watcher that can be stopped. */
export interface PolicyWatcher {
  /** Stops it. */
  close(): void;
}

/**
 * Watches a policy file.
 *
 * @param path The file's path.
 * @param changed Called when it may have changed; what it is now is for the caller to find out, by reading it twice: what
 * is written while it is called is not told again where the clock of the file system has not moved on.
 * @returns The watcher.
 */
export function watchPolicy(path: string, changed: () => void): PolicyWatcher {
  let seen: string | null = null;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const now = await signature(path);
    if (closed) return;
    const differs = now !== seen;
    seen = now;
    // The first look is a change as well: the file was read some time before.
    if (differs) changed();
    timer = setTimeout(look, LOOK_MS);
  };
  void look();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** What changes when the file does, without reading it. */
async function signature(path: string): Promise<string> {
  try {
    const info = await Deno.stat(path);
    const { dev, ino, size, mode, uid } = info;
    const times = [info.mtime?.getTime(), info.ctime?.getTime()];
    return JSON.stringify([dev, ino, size, mode, uid, ...times]);
  } catch {
    return "away";
  }
}
