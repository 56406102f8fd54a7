// Requests of all sessions that wait for the shared server, each under an id of its own toward the server: an answer,
// progress or a withdrawal can only ever concern the session that asked (CVE-2026-25536).

import { JsonNumber, type RpcId } from "../../wire/mod.ts";
import { idKey } from "../pending.ts";
import type { Member } from "./member.ts";

/** Sessions whose withdrawn calls are remembered. */
const MOST_WITHDRAWN = 4096;

/** One request on its way. */
export interface Call {
  /** Whose it is; null for the guard's own. */
  readonly member: Member | null;
  /** The session's id for it. */
  readonly id: RpcId;
  /** The id under which the server knows it. */
  readonly own: number;
  /** The method. */
  readonly method: string;
  /** The progress token that the client gave, or null. */
  readonly token: string | JsonNumber | null;
  /** The resource that it subscribes to, or null. */
  readonly uri: string | null;
}

/** Whose calls the server works on. */
export type Working = Member | "nobody" | "several";

/** The requests of all sessions of one program. */
export class Calls {
  readonly #byOwn = new Map<number, Call>();
  readonly #byMember = new Map<Member, Map<string, Call>>();
  /** How many of a session's calls are no subscriptions, which last without any work. */
  readonly #busy = new Map<Member, number>();
  /** Until when the server may still work on what a session has withdrawn. */
  readonly #withdrawn = new Map<Member, number>();
  readonly #now: () => number;
  #counter = 0;
  #unknownUntil = -Infinity;

  /** @param now Monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many wait. */
  get size(): number {
    return this.#byOwn.size;
  }

  /** Adds one, and gives it its id. */
  add(about: Omit<Call, "own">): Call {
    const call = { ...about, own: ++this.#counter };
    this.#byOwn.set(call.own, call);
    const { member } = call;
    if (member === null) return call;
    const own = this.#byMember.get(member) ?? new Map<string, Call>();
    own.set(idKey(call.id), call);
    this.#byMember.set(member, own);
    if (isWork(call)) this.#busy.set(member, (this.#busy.get(member) ?? 0) + 1);
    return call;
  }

  /** The one that the server knows by this id; only the exact spelling that the guard wrote counts. */
  get(own: unknown): Call | undefined {
    if (!(own instanceof JsonNumber)) return undefined;
    const call = this.#byOwn.get(own.value);
    return call !== undefined && String(call.own) === own.raw ? call : undefined;
  }

  /** The one that the server knows by this id, removed. */
  take(own: unknown): Call | undefined {
    const call = this.get(own);
    if (call !== undefined) this.#remove(call);
    return call;
  }

  /** The session's one of this id. */
  of(member: Member, id: RpcId): Call | undefined {
    return this.#byMember.get(member)?.get(idKey(id));
  }

  /** The session withdraws one; the server may work on it for a while. */
  withdraw(call: Call, forMs: number): void {
    this.#remove(call);
    const { member } = call;
    if (member === null || !isWork(call)) return;
    const until = this.#now() + forMs;
    this.#withdrawn.delete(member);
    this.#withdrawn.set(member, until);
    this.#forget();
  }

  /** All of a session's. */
  all(member: Member): Call[] {
    return [...this.#byMember.get(member)?.values() ?? []];
  }

  /** Removes and returns all; nobody works on anything any more. */
  drain(): Call[] {
    const all = [...this.#byOwn.values()];
    this.#byOwn.clear();
    this.#byMember.clear();
    this.#busy.clear();
    this.#withdrawn.clear();
    this.#unknownUntil = -Infinity;
    return all;
  }

  /** Whose calls the server works on; what it may still work on though it was withdrawn makes that uncertain. */
  get working(): Working {
    this.#forget();
    if (this.#busy.size > 1 || this.#unknownUntil > this.#now()) return "several";
    const [only] = this.#busy.keys();
    if (only === undefined) return "nobody";
    for (const member of this.#withdrawn.keys()) if (member !== only) return "several";
    return only;
  }

  #remove(call: Call): void {
    this.#byOwn.delete(call.own);
    const { member } = call;
    if (member === null) return;
    const own = this.#byMember.get(member);
    // The session may have used the id anew.
    if (own?.get(idKey(call.id)) === call) own.delete(idKey(call.id));
    if (own?.size === 0) this.#byMember.delete(member);
    if (!isWork(call)) return;
    const left = (this.#busy.get(member) ?? 1) - 1;
    if (left > 0) this.#busy.set(member, left);
    else this.#busy.delete(member);
  }

  #forget(): void {
    const now = this.#now();
    for (const [member, until] of this.#withdrawn) {
      if (until > now && this.#withdrawn.size <= MOST_WITHDRAWN) return;
      this.#withdrawn.delete(member);
      // Whom nobody remembers any more must not pass for nobody.
      if (until > now) this.#unknownUntil = Math.max(this.#unknownUntil, until);
    }
  }
}

function isWork({ method }: Call): boolean {
  return method !== "subscriptions/listen";
}
