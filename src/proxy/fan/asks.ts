// What servers ask of a client: every request gets an id of the guard's own that says whose it is, so that an answer,
// progress or a withdrawal can only ever reach the server that asked.

import { askId } from "../../guard/mod.ts";
import type { JsonNumber, JsonValue, RpcId } from "../../wire/mod.ts";
import { idKey } from "../pending.ts";

/** Most entries of a map whose keys peers choose. */
const MOST = 4096;

/** One request of a server's. */
export interface Ask {
  /** The server. */
  upstream: string;
  /** The server's own id for it. */
  id: RpcId;
  /** The server's own progress token, where it gave one. */
  token: string | JsonNumber | null;
}

/** The requests of all servers of one session that wait for the client. */
export class Asks {
  readonly #byOwn = new Map<string, Ask>();
  readonly #byServer = new Map<string, string>();
  #counter = 0;

  /** Adds one. @returns The guard's id for it; null where the server has one of this id already. */
  add(ask: Ask): string | null {
    const key = keyOf(ask.upstream, ask.id);
    if (this.#byServer.has(key)) return null;
    const own = askId(ask.upstream, ++this.#counter);
    this.#byOwn.set(own, ask);
    this.#byServer.set(key, own);
    return own;
  }

  /** The request that the guard gave this id. */
  get(own: JsonValue | undefined): Ask | undefined {
    return typeof own === "string" ? this.#byOwn.get(own) : undefined;
  }

  /** Removes and returns it. */
  take(own: JsonValue | undefined): Ask | undefined {
    const ask = this.get(own);
    if (ask === undefined) return undefined;
    this.#byOwn.delete(own as string);
    this.#byServer.delete(keyOf(ask.upstream, ask.id));
    return ask;
  }

  /** Removes the one that a server knows by an id, and returns the guard's. */
  withdraw(upstream: string, id: RpcId): string | undefined {
    const own = this.#byServer.get(keyOf(upstream, id));
    this.take(own);
    return own;
  }

  /** Removes all of one server, and returns the guard's ids. */
  drop(upstream: string): string[] {
    const gone = [...this.#byOwn].filter(([, ask]) => ask.upstream === upstream).map(([own]) =>
      own
    );
    for (const own of gone) this.take(own);
    return gone;
  }
}

function keyOf(upstream: string, id: RpcId): string {
  return `${upstream} ${idKey(id)}`;
}

/** Which server something belongs to that lives longer than a request; the oldest is forgotten when there are many. */
export class Owners {
  readonly #owners = new Map<string, string>();

  /** Notes the owner. */
  set(key: string, upstream: string): void {
    this.#owners.delete(key);
    if (this.#owners.size >= MOST) this.#owners.delete(this.#owners.keys().next().value!);
    this.#owners.set(key, upstream);
  }

  /** Forgets one that is this server's. */
  forget(key: string | null, upstream: string): void {
    if (key !== null && this.#owners.get(key) === upstream) this.#owners.delete(key);
  }

  /** The owner. */
  get(key: string): string | undefined {
    return this.#owners.get(key);
  }
}
