// Whether a session's client may still be who it was: its credential can end by its own time or by a new policy.

import type { Clock, Grant, GuardCore, Identity } from "../guard/mod.ts";

/** What ended a credential. */
export type Ended = "auth.expired" | "auth.revoked";

/** The standing of one session's client. */
export class Standing {
  readonly #desk: { readonly guard: GuardCore };
  readonly #clock: Clock;
  #identity: Identity;
  #judgedBy: unknown;

  /**
   * @param desk Whose guard's authenticator says who stands.
   * @param identity The client, just authenticated.
   * @param clock Its wall clock is read.
   */
  constructor(desk: { readonly guard: GuardCore }, identity: Identity, clock: Clock) {
    this.#desk = desk;
    this.#clock = clock;
    this.#identity = identity;
  }

  /**
   * The same client has shown a credential again, as each request over HTTP does: the one that lasts longer counts.
   *
   * @param identity The same identity and roles.
   */
  renew(identity: Identity): void {
    if (untilOf(identity.grant) >= untilOf(this.#identity.grant)) this.#identity = identity;
  }

  /** What has ended the credential, or null while it stands. */
  ended(): Ended | null {
    if (this.#clock.now() >= untilOf(this.#identity.grant)) return "auth.expired";
    const { authenticator } = this.#desk.guard.ports;
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
