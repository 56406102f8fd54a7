// Slows repeated wrong credentials of one address. It bounds noise; keys are safe by their entropy.

import type { Clock } from "../guard/ports.ts";

/** How many wrong credentials an address may send. */
export interface FailureLimits {
  /** Failures at once: 1 or more, 10 by default. */
  burst: number;
  /** Failures per second that are forgiven, above 0, 1 by default. */
  perSec: number;
  /** Addresses that are remembered, 1 or more, 10,000 by default; the least recently failing one is forgotten. */
  addresses: number;
}

const DEFAULTS: FailureLimits = { burst: 10, perSec: 1, addresses: 10_000 };

/** Longest text kept for an address that is none. */
const MAX_ADDRESS = 64;

/** A token bucket of failures per address. */
export class FailureLimiter {
  readonly #clock: Clock;
  readonly #limits: FailureLimits;
  /** In order of the last failure, oldest first. */
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /**
   * @param clock Its monotonic side is read.
   * @param limits What differs from the defaults.
   */
  constructor(clock: Clock, limits: Partial<FailureLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** Addresses remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Counts one failure.
   *
   * @param remote The address without port.
   * @returns 0 within the limit; else the milliseconds until a failure is answered as one again.
   */
  fail(remote: string): number {
    const { burst, perSec, addresses } = this.#limits;
    const key = addressGroup(remote);
    const at = this.#clock.monotonic();
    const old = this.#buckets.get(key);
    const tokens = old === undefined
      ? burst
      : Math.min(burst, old.tokens + Math.max(0, at - old.at) / 1000 * perSec);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#buckets.delete(key);
    if (this.#buckets.size >= addresses) {
      const oldest = this.#buckets.keys().next();
      if (!oldest.done) this.#buckets.delete(oldest.value);
    }
    this.#buckets.set(key, { tokens: left, at });
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSec * 1000);
  }
}

/**
 * The part of an address that one party holds: an IPv4 address, an IPv4 address mapped into IPv6 as itself, and the
 * first 64 bits of any other IPv6 address (RFC 6177: a site gets at least a /64).
 *
 * @param remote The address without port, with or without brackets and zone.
 * @returns A text that is equal for addresses of one party; for no address, the text itself, at most 64 characters.
 */
export function addressGroup(remote: string): string {
  if (remote.length > MAX_ADDRESS || !remote.includes(":")) return remote.slice(0, MAX_ADDRESS);
  const bare = remote.startsWith("[") && remote.endsWith("]") ? remote.slice(1, -1) : remote;
  const address = bare.split("%")[0]!;
  const groups = ipv6Groups(address);
  if (groups === null) return remote;
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) {
    const [high, low] = [groups[6]!, groups[7]!];
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return groups.slice(0, 4).map((g) => g.toString(16)).join(":") + "::/64";
}

/** The eight groups of an IPv6 address (RFC 4291 section 2.2), or null. */
function ipv6Groups(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const sides = halves.map(sideGroups);
  const [head, tail] = [sides[0]!, sides.length === 2 ? sides[1]! : []];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function sideGroups(side: string): number[] | null {
  if (side === "") return [];
  const groups: number[] = [];
  const parts = side.split(":");
  for (const [i, part] of parts.entries()) {
    if (part.includes(".") && i === parts.length - 1) {
      const bytes = part.split(".").map((p) => /^[0-9]{1,3}$/.test(p) ? Number(p) : 256);
      if (bytes.length !== 4 || bytes.some((b) => b > 255)) return null;
      groups.push(bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}
