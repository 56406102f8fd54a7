// Masking keys of a WebSocket client: from the system's strong randomness, fetched for many frames at once.

/** Bytes fetched at once: a call costs the same for these as for four. */
const POOL_BYTES = 256;

/** Gives out keys, each once. */
export class MaskKeys {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;

  /** Four unpredictable bytes (RFC 6455 section 10.3), to be used before the next call. */
  next(): Uint8Array {
    if (this.#used === POOL_BYTES) {
      crypto.getRandomValues(this.#pool);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += 4;
    return this.#pool.subarray(from, this.#used);
  }
}
