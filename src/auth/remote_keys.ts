// The issuer's keys from its address: fetched when first needed, kept, and asked for again so rarely that a flood of
// tokens with unknown keys cannot become a flood of requests.

import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from "jose";
import { collect } from "../collect.ts";
import { DependencyFailed } from "../errors.ts";
import type { Clock } from "../guard/ports.ts";
import { BadKeys, MAX_JWKS_BYTES, readJwks } from "./jwks.ts";

/** Finds the key for a token's header, as jose asks for it. */
export type FindKey = (
  header: JWSHeaderParameters,
  token: FlattenedJWSInput,
) => Promise<CryptoKey | Uint8Array>;

/** Milliseconds until an answer must be whole. */
const FETCH_MS = 2000;
/** Milliseconds after which keys are asked for again, while the old ones serve. */
const FRESH_MS = 600_000;
/** Milliseconds between two requests because of an unknown key. */
const UNKNOWN_MS = 60_000;
/** Milliseconds between two requests while the address does not answer. */
const RETRY_MS = 5000;
/** Milliseconds that keys are used while the address does not answer. */
const STALE_MS = 86_400_000;

/** What remote keys need. */
export interface RemoteKeysOptions {
  /** The key set's address. */
  url: string;
  /** Its monotonic side is read. */
  clock: Clock;
  /** Makes jose's lookup from a set. */
  lookup: (keys: JSONWebKeySet) => FindKey;
  /** Whether an error of the lookup says that no key of the set fits. */
  isUnknown: (error: unknown) => boolean;
  /** Told in words when the address fails and when it works again. */
  report?: (message: string) => void;
}

/** Keys of one address. */
export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  #find: FindKey | null = null;
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #failed = false;
  #pending: Promise<void> | null = null;

  /** @param options The address and what is needed to ask it. */
  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /**
   * The key for a token.
   *
   * @throws {DependencyFailed} When the address has not answered, so that nothing can be said about the token.
   */
  readonly find: FindKey = async (header, token) => {
    const age = this.#since(this.#fetchedAt);
    if (this.#find === null || age > STALE_MS) {
      await this.#refresh(this.#failed ? RETRY_MS : 0);
      if (this.#find === null || this.#since(this.#fetchedAt) > STALE_MS) throw this.#away();
    } else if (age > FRESH_MS) void this.#refresh(RETRY_MS);
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!this.#options.isUnknown(error)) throw error;
      await this.#refresh(UNKNOWN_MS);
      try {
        return await this.#find(header, token);
      } catch (again) {
        // While the address fails it is unknown whether the key is: that is no wrong credential.
        throw this.#failed && this.#options.isUnknown(again) ? this.#away() : again;
      }
    }
  };

  /** Asks again, unless that was done within so many milliseconds. Never rejects; one request at a time. */
  async #refresh(pauseMs: number): Promise<void> {
    if (this.#pending === null && this.#since(this.#triedAt) < pauseMs) return;
    this.#pending ??= this.#fetch().finally(() => this.#pending = null);
    await this.#pending;
  }

  async #fetch(): Promise<void> {
    const { url, lookup, clock, report } = this.#options;
    this.#triedAt = clock.monotonic();
    try {
      this.#find = lookup(readJwks(await download(url)));
      this.#fetchedAt = clock.monotonic();
      if (this.#failed) report?.("the keys of auth.jwt.jwks_url can be read again");
      this.#failed = false;
    } catch (error) {
      // What failed in the network may quote the other side; only our own words are told.
      const why = error instanceof BadKeys ? error.message : "does not answer";
      if (!this.#failed) {
        report?.(`auth.jwt.jwks_url ${why}; tokens cannot be checked without keys`);
      }
      this.#failed = true;
    }
  }

  #away(): DependencyFailed {
    return new DependencyFailed("jwks", "the issuer's keys cannot be read");
  }

  #since(at: number): number {
    return this.#options.clock.monotonic() - at;
  }
}

/** Reads the address: no redirects, bounded in time and size. */
async function download(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), FETCH_MS);
  try {
    const reply = await fetch(url, {
      redirect: "error",
      signal: abort.signal,
      headers: { Accept: "application/jwk-set+json, application/json" },
    });
    if (reply.status !== 200 || reply.body === null) {
      await reply.body?.cancel();
      throw new BadKeys(`answers with status ${reply.status}`);
    }
    return await collect(
      reply.body,
      MAX_JWKS_BYTES,
      () => new BadKeys(`sends more than ${MAX_JWKS_BYTES} bytes`),
    );
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}
