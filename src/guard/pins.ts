// What is pinned, as the guard asks for it, and the port behind it.

import type { JsonValue } from "../wire/mod.ts";

/** What can be pinned. */
export type PinKind = "tool" | "prompt" | "template" | "instructions";

/** What a comparison with a pin says. */
export interface PinCheck {
  /** `same` as pinned; `pinned` just now; `changed` since; `unknown` where new ones are not pinned. */
  verdict: "same" | "pinned" | "changed" | "unknown";
  /** Members that differ, e.g. `description`, `inputSchema.properties.path`; at most ten. */
  changed: readonly string[];
}

/** Keeps pins. Public and stable: users may bring their own. */
export interface PinStore {
  /**
   * Compares a definition with its pin, and pins it where there is none and the mode allows it.
   *
   * @param kind What it is.
   * @param name Its name, or URI template; empty for instructions.
   * @param definition All of it, as the server sent it.
   */
  check(kind: PinKind, name: string, definition: JsonValue): PinCheck;
  /** Whether it may be used: it has a pin, and was not seen to differ from it since. */
  usable(kind: PinKind, name: string): "yes" | "unknown" | "changed";
  /** The digest of a pin, e.g. for approvals; null where there is none. */
  digest(kind: PinKind, name: string): string | null;
  /** Writes what is not written yet. */
  close?(): void | Promise<void>;
}
