// Whether a session's client may still be who it was: its credential can end by its own time or by a new policy.

import type { Clock, Grant, GuardCore, Identity } from "../guard/mod.ts";

/** What ended a credential. */
export type Ended = "auth.expired" | "auth.revoked";

/** Who stands, and what may end it. */
export interface StandingOptions {
  /** The engine in force; its authenticator says who stands. */
  readonly guard: GuardCore;
  /** The client, just authenticated. */
  readonly identity: Identity;
  /** Its wall clock is read. */
  readonly clock: Clock;
}

/** The standing of one session's client. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #onEnd: (why: Ended) => void;
  #identity: Identity;
  #judgedBy: unknown;
  #over = false;

  /**
   * @param options Who stands.
   * @param onEnd Told once, when the credential has ended.
   */
  constructor(options: StandingOptions, onEnd: (why: Ended) => void) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#identity = options.identity;
  }

  /**
   * The same client has shown a credential again, as each request over HTTP does: the one that lasts longer counts.
   *
   * @param identity The same identity and roles.
   */
  renew(identity: Identity): void {
    if (untilOf(identity.grant) >= untilOf(this.#identity.grant)) this.#identity = identity;
  }

  /** Whether the credential still stands. */
  holds(): boolean {
    if (this.#over) return false;
    const why = this.#ended();
    if (why === null) return true;
    this.#over = true;
    this.#onEnd(why);
    return false;
  }

  #ended(): Ended | null {
    const { clock, guard } = this.#options;
    if (clock.now() >= untilOf(this.#identity.grant)) return "auth.expired";
    const { authenticator } = guard.ports;
    if (this.#judgedBy === authenticator) return null;
    // The client at the other end of a pipe has shown no credential.
    const { method } = this.#identity;
    if (method !== "local" && authenticator.stands?.(this.#identity) === false) {
      return "auth.revoked";
    }
    this.#judgedBy = authenticator;
    return null;
  }
}

function untilOf(grant: Grant | undefined): number {
  return grant?.until ?? Infinity;
}
