// Requests that wait for their answer. Ids are the guard's own on the far side, so an answer can only ever
// reach the caller that asked (CVE-2026-25536); the key of a peer's id carries its type (1 is not "1").

import type { Decision, Inquiry } from "../guard/mod.ts";
import { JsonNumber, JsonObject, type MethodSpec, type RpcId } from "../wire/mod.ts";
import { TaskTokens } from "./extensions.ts";

/** One request between the two sides. */
export interface PendingRequest {
  /** The asker's own id. */
  readonly peerId: RpcId;
  /** The id under which the guard asked the other side. */
  readonly guardId: number;
  /** What the inspection table says about the method. */
  readonly spec: MethodSpec;
  /** The params as forwarded. */
  readonly params: JsonObject | undefined;
  /** What let it through. */
  readonly decision: Decision;
  /** What was judged. */
  readonly inquiry: Inquiry;
  /** Whether the request was of the modern era. */
  readonly modern: boolean;
  /** The caller's progress token as a key, or null. */
  readonly progressKey: string | null;
  /** Monotonic milliseconds when it was forwarded. */
  readonly startedAt: number;
  /** Monotonic milliseconds when it is given up; Infinity for a subscription. */
  deadline: number;
}

/** A peer's id as a map key: the type is part of it. */
export function idKey(id: string | JsonNumber): string {
  return typeof id === "string" ? `s${id}` : `n${id.raw}`;
}

/** The requests of one direction of one session. */
export class PendingTable {
  readonly #byPeer = new Map<string, PendingRequest>();
  readonly #byGuard = new Map<number, PendingRequest>();
  readonly #progress = new Map<string, PendingRequest>();
  /** Progress that goes on after the answer. */
  readonly tasks = new TaskTokens();
  #counter = 0;
  #endless = 0;

  /** How many wait. */
  get size(): number {
    return this.#byGuard.size;
  }

  /** How many of them end by themselves; a subscription does not. */
  get ending(): number {
    return this.#byGuard.size - this.#endless;
  }

  /** An id that this table has never given out. */
  nextId(): number {
    return ++this.#counter;
  }

  /** Whether the peer waits for this id already. */
  has(id: RpcId): boolean {
    return this.#byPeer.has(idKey(id));
  }

  /** Whether a request of this method waits. */
  waitsFor(method: string): boolean {
    for (const { spec } of this.#byGuard.values()) if (spec.method === method) return true;
    return false;
  }

  /** Adds a request. */
  add(request: PendingRequest): void {
    this.#byPeer.set(idKey(request.peerId), request);
    this.#byGuard.set(request.guardId, request);
    if (request.deadline === Infinity) this.#endless++;
    if (request.progressKey !== null) this.#progress.set(request.progressKey, request);
  }

  /** The request that was asked under this guard id, removed; undefined when there is none. */
  take(guardId: RpcId): PendingRequest | undefined {
    const request = this.byGuardId(guardId);
    if (request !== undefined) this.remove(request);
    return request;
  }

  /** The request that was asked under this guard id. */
  byGuardId(guardId: RpcId): PendingRequest | undefined {
    // Only the exact spelling that the guard wrote counts: 1.0 or "1" is not 1.
    if (typeof guardId === "string") return undefined;
    const request = this.#byGuard.get(guardId.value);
    return request !== undefined && String(request.guardId) === guardId.raw ? request : undefined;
  }

  /** The request whose guard id has this key. */
  byKey(key: string): PendingRequest | undefined {
    return this.#byGuard.get(key.startsWith("n") ? Number(key.slice(1)) : NaN);
  }

  /** The request that the peer asked under its own id. */
  byPeerId(id: RpcId): PendingRequest | undefined {
    return this.#byPeer.get(idKey(id));
  }

  /** Whether this very request still waits. */
  holds(request: PendingRequest): boolean {
    return this.#byGuard.get(request.guardId) === request;
  }

  /** Whether progress still belongs to this very request: it waits, or its answer has begun a task. */
  reports(request: PendingRequest): boolean {
    const { progressKey } = request;
    return this.holds(request) || (progressKey !== null && this.tasks.has(progressKey));
  }

  /** The live request with this progress token. */
  byProgress(key: string): PendingRequest | undefined {
    return this.#progress.get(key);
  }

  /** Removes a request that is in the table. */
  remove(request: PendingRequest): void {
    this.#byPeer.delete(idKey(request.peerId));
    this.#byGuard.delete(request.guardId);
    if (request.deadline === Infinity) this.#endless--;
    if (request.progressKey !== null && this.#progress.get(request.progressKey) === request) {
      this.#progress.delete(request.progressKey);
    }
  }

  /** Removes and returns every request whose deadline has passed. */
  expire(now: number): PendingRequest[] {
    const late: PendingRequest[] = [];
    for (const request of this.#byGuard.values()) if (request.deadline <= now) late.push(request);
    for (const request of late) this.remove(request);
    return late;
  }

  /** Removes and returns every request. */
  drain(): PendingRequest[] {
    const all = [...this.#byGuard.values()];
    this.#byPeer.clear();
    this.#byGuard.clear();
    this.#progress.clear();
    this.#endless = 0;
    return all;
  }
}

/**
 * The progress token of a request (`_meta.progressToken`) or of a progress notification (`progressToken`) as a key.
 *
 * @param params The params of either.
 * @returns The key, or null where there is none.
 */
export function progressKey(params: JsonObject | undefined): string | null {
  const meta = params?.get("_meta");
  const token = params?.get("progressToken") ??
    (meta instanceof JsonObject ? meta.get("progressToken") : undefined);
  return typeof token === "string" || token instanceof JsonNumber ? idKey(token) : null;
}
