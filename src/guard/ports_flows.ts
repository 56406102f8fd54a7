// What flows need from the outside: a memory of who has done what, that looks and marks in one step.

/** What is kept of a flow. */
export interface Taint {
  /** The flow's key. */
  readonly key: string;
  /** How long it counts, in milliseconds since it was last done. */
  readonly ttlMs: number;
}

/** What the memory says. */
export interface TaintVerdict {
  /** Place in `looks` of a flow whose `after` the caller has done, or -1. */
  hit: number;
  /** Milliseconds until that no longer counts; 0 without a hit. */
  leftMs: number;
  /** True where there was no room for a mark: then none was set. */
  full: boolean;
}

/**
 * Remembers who has done what. Looking and marking are one step, also between processes that share the store, so that of
 * two messages at the same time one comes first. Throws {@linkcode DependencyFailed} when it cannot be reached.
 */
export interface TaintStore {
  /**
   * Looks whether the caller has done something; where it has not, marks what it does now.
   *
   * @param owner Who.
   * @param looks What must not have been done.
   * @param marks What is done from now on; nothing is marked where something is found.
   * @returns What was found.
   */
  admit(
    owner: string,
    looks: readonly Taint[],
    marks: readonly Taint[],
  ): TaintVerdict | Promise<TaintVerdict>;
  /** Whether the store answers, for `/readyz`. */
  healthy?(): boolean;
  /** Releases files and sockets. */
  close?(): void | Promise<void>;
}
