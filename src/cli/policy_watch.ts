// Notices that a policy file may have changed: in place, by an atomic rename, or by the swap of a link somewhere on its
// way (Kubernetes swaps `..data`). Events of the folders are quick; a look every two seconds misses nothing.

/** Milliseconds in which events are gathered. */
const GATHER_MS = 50;
/** Milliseconds between two looks where no event comes: network drives tell of nothing. */
const LOOK_MS = 2000;
/** Most links that are followed. */
const LINKS = 32;

/** A watcher that can be stopped. */
export interface PolicyWatcher {
  /** Stops it. */
  close(): void;
}

/**
 * Watches a policy file.
 *
 * @param path The file's path.
 * @param changed Called when it may have changed; what it is now is for the caller to find out.
 * @returns The watcher.
 */
export function watchPolicy(path: string, changed: () => void): PolicyWatcher {
  let seen = signature(path);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  let folders = new Map<string, Deno.FsWatcher>();

  const look = (certain: boolean): void => {
    timer = undefined;
    const now = signature(path);
    if (now !== seen || certain) {
      seen = now;
      changed();
    }
    follow();
  };
  const gather = (certain: boolean): void => {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => look(certain), GATHER_MS);
  };
  const listen = async (watcher: Deno.FsWatcher): Promise<void> => {
    try {
      for await (const { kind, paths } of watcher) {
        if (kind === "access") continue;
        // A write of the same size within one tick of the clock leaves no other trace.
        gather(paths.some((one) => nameOf(one) === nameOf(path)));
      }
    } catch {
      // The folder is gone; the regular look finds out when it is back.
    }
  };
  const follow = (): void => {
    const wanted = foldersOf(path);
    for (const [folder, watcher] of folders) {
      if (!wanted.has(folder)) watcher.close();
    }
    const next = new Map<string, Deno.FsWatcher>();
    for (const folder of wanted) {
      let watcher = folders.get(folder);
      if (watcher === undefined) {
        try {
          watcher = Deno.watchFs(folder, { recursive: false });
        } catch {
          continue;
        }
        void listen(watcher);
      }
      next.set(folder, watcher);
    }
    folders = next;
  };
  follow();
  const regular = setInterval(() => timer === undefined && look(false), LOOK_MS);
  return {
    close: () => {
      closed = true;
      clearInterval(regular);
      clearTimeout(timer);
      for (const watcher of folders.values()) watcher.close();
    },
  };
}

/** What changes when the file does, without reading it. */
function signature(path: string): string {
  try {
    const info = Deno.statSync(path);
    const { dev, ino, size, mode, uid } = info;
    return JSON.stringify([
      dev,
      ino,
      size,
      mode,
      uid,
      info.mtime?.getTime(),
      info.ctime?.getTime(),
    ]);
  } catch {
    return "away";
  }
}

/** The folders in which something may be renamed so that the path leads elsewhere. */
function foldersOf(path: string): Set<string> {
  const folders = new Set<string>();
  let at = path;
  for (let i = 0; i < LINKS; i++) {
    const slash = at.lastIndexOf("/");
    const folder = slash < 0 ? "." : at.slice(0, slash) || "/";
    folders.add(folder);
    try {
      if (!Deno.lstatSync(at).isSymlink) break;
      const to = Deno.readLinkSync(at);
      at = to.startsWith("/") ? to : `${folder}/${to}`;
    } catch {
      break;
    }
  }
  return folders;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
