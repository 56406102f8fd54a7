// A stream's bytes in one piece, and never more of them than the reader wants to hold.

/**
 * Reads a stream to its end.
 *
 * @param stream Where the bytes come from.
 * @param most The most bytes that are read.
 * @param tooMany Makes the error for one byte more.
 * @returns The bytes.
 * @throws {Error} What `tooMany` makes, or what the stream throws.
 *
 * @example
 * ```ts
 * import { collect } from "./collect.ts";
 * import { expect } from "expect";
 *
 * const stream = new Blob(["ab", "c"]).stream();
 * expect(await collect(stream, 3, () => new Error("too many"))).toEqual(new Uint8Array([97, 98, 99]));
 * await expect(collect(new Blob(["abcd"]).stream(), 3, () => new Error("too many"))).rejects.toThrow();
 * ```
 */
export async function collect(
  stream: AsyncIterable<Uint8Array>,
  most: number,
  tooMany: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > most) throw tooMany();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
