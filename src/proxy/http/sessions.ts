// The HTTP sessions that clients name by `Mcp-Session-Id` or in the query of a POST endpoint. An id is minted here, found
// only together with the identity that it was given to, and says nothing about who somebody is.

import type { Identity } from "../../guard/mod.ts";
import type { Session } from "../session.ts";
import type { HttpChannel } from "./http_channel.ts";

/** One session over HTTP. */
export interface HttpSession {
  /** The id that the client uses. */
  readonly id: string;
  /** Whom it belongs to, as a key. */
  readonly owner: string;
  /** Its client's side. */
  readonly channel: HttpChannel;
  /** The session. */
  readonly session: Session;
}

/**
 * A client as a key: whoever comes back with other roles is somebody else.
 *
 * @param identity Who.
 * @param authorization What is passed on to servers in the client's name, so that nobody else's is used for it; else null.
 */
export function ownerOf(identity: Identity, authorization: string | null = null): string {
  return JSON.stringify([
    ...[identity.method, identity.id, ...[...identity.roles].sort()],
    ...(authorization === null ? [] : [{ authorization }]),
  ]);
}

/** An id of 192 random bits that nobody can guess: visible ASCII, as a header needs it. */
export function mintId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** The sessions that are open. */
export class HttpSessions {
  readonly #sessions = new Map<string, HttpSession>();
  readonly #perOwner: () => number;

  /** @param perOwner Most sessions of one identity, asked for each time. */
  constructor(perOwner: () => number) {
    this.#perOwner = perOwner;
  }

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Whether an identity may have one more. HTTP clients leave without a word, so the identity's own session that has
   * been silent for longest, with nothing waiting and nobody listening, makes room.
   */
  makeRoom(owner: string): boolean {
    const own = [...this.#sessions.values()].filter((one) => one.owner === owner);
    if (own.length < this.#perOwner()) return true;
    const idle = own.filter((one) => one.session.inFlight === 0 && !one.channel.inUse)
      .sort((a, b) => a.session.lastActive - b.session.lastActive);
    idle[0]?.session.close(1001, "replaced by a newer session");
    return idle.length > 0;
  }

  /** Adds one. */
  add(one: HttpSession): void {
    this.#sessions.set(one.id, one);
  }

  /** Removes one. */
  remove(id: string): void {
    this.#sessions.delete(id);
  }

  /**
   * The session of an identity.
   *
   * @param id As the client sent it.
   * @param owner Who asks.
   * @returns The session; `other` where it belongs to somebody else, which the client must not learn; undefined where
   * there is none.
   */
  find(id: string, owner: string): HttpSession | "other" | undefined {
    const one = this.#sessions.get(id);
    if (one === undefined || one.channel.closed) return undefined;
    return one.owner === owner ? one : "other";
  }
}
