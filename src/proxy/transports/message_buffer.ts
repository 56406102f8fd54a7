// The growing buffer of one unfinished message: memory follows the bytes received, never the length announced.

/** Smallest buffer, bytes: most messages fit without growing. */
const FIRST_BYTES = 512;

/** Collects one message at a time and unmasks it on the way (RFC 6455 section 5.3). */
export class MessageBuffer {
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #length = 0;

  /** Bytes collected. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory in use. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Forgets the message. */
  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#words = new Uint32Array(0);
    this.#length = 0;
  }

  /**
   * Ends the message.
   *
   * @returns Its bytes; the buffer starts a new message.
   */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.clear();
    return bytes;
  }

  /**
   * Appends a piece of a frame.
   *
   * @param chunk Bytes that hold the piece.
   * @param at Where it begins in `chunk`.
   * @param count Its length, bytes.
   * @param key Masking key of four bytes, or undefined.
   * @param phase Offset of the piece in its frame, which the key's rotation follows.
   * @param expected Bytes that the message has at the end of this frame, as announced.
   * @param limit Bytes that the message may have at most.
   */
  append(
    chunk: Uint8Array,
    at: number,
    count: number,
    key: Uint8Array | undefined,
    phase: number,
    expected: number,
    limit: number,
  ): void {
    const from = this.#length;
    const to = from + count;
    if (to > this.#bytes.length) this.#grow(to, expected, limit);
    this.#bytes.set(chunk.subarray(at, at + count), from);
    this.#length = to;
    if (key !== undefined) unmask(this.#bytes, this.#words, from, to, key, phase);
  }

  /** Room for `need` bytes: exactly `expected` when that is near, else at most double, and never above the limit. */
  #grow(need: number, expected: number, limit: number): void {
    const double = Math.max(need, this.#bytes.length * 2, FIRST_BYTES);
    const size = Math.min(expected <= double ? Math.max(expected, need) : double, limit);
    const buffer = new ArrayBuffer((size + 3) & ~3);
    const bytes = new Uint8Array(buffer);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#words = new Uint32Array(buffer);
  }
}

/** XORs bytes `from` to `to` with the key, four at a time in the middle; `words` views the same memory. */
function unmask(
  bytes: Uint8Array,
  words: Uint32Array,
  from: number,
  to: number,
  key: Uint8Array,
  phase: number,
): void {
  const turn = phase - from; // key index of byte i is (turn + i) & 3
  const firstWord = Math.min((from + 3) & ~3, to);
  const lastWord = Math.max(to & ~3, firstWord);
  let i = from;
  for (; i < firstWord; i++) bytes[i]! ^= key[(turn + i) & 3]!;
  if (i < lastWord) {
    const turned = new Uint8Array(4);
    for (let k = 0; k < 4; k++) turned[k] = key[(turn + i + k) & 3]!;
    const word = new Uint32Array(turned.buffer)[0]!;
    for (let w = i >> 2; w < lastWord >> 2; w++) words[w]! ^= word;
    i = lastWord;
  }
  for (; i < to; i++) bytes[i]! ^= key[(turn + i) & 3]!;
}

/** Below this, bytes, a plain loop beats the calls of the other way. */
const SMALL_BYTES = 256;

/**
 * Copies a whole payload out of a chunk and unmasks it: the way of nearly every message.
 *
 * @param chunk Bytes that hold the payload.
 * @param at Where it begins.
 * @param count Its length, bytes.
 * @param key Masking key of four bytes, or undefined.
 * @returns A copy of its own.
 */
export function copyPayload(
  chunk: Uint8Array,
  at: number,
  count: number,
  key: Uint8Array | undefined,
): Uint8Array {
  if (count <= SMALL_BYTES) {
    const bytes = new Uint8Array(count);
    if (key === undefined) { for (let i = 0; i < count; i++) bytes[i] = chunk[at + i]!; }
    else for (let i = 0; i < count; i++) bytes[i] = chunk[at + i]! ^ key[i & 3]!;
    return bytes;
  }
  const buffer = new ArrayBuffer((count + 3) & ~3);
  const bytes = new Uint8Array(buffer, 0, count);
  bytes.set(chunk.subarray(at, at + count));
  if (key !== undefined) unmask(bytes, new Uint32Array(buffer), 0, count, key, 0);
  return bytes;
}
