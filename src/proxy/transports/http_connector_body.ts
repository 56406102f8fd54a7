// Reads bodies of answers, within bounds and only while the session wants more.

import type { SseParser } from "./sse_parser.ts";
import { UpstreamError } from "./upstream_error.ts";

/** Holds every reader of a channel back between `pause` and `resume`. */
export class ReadGate {
  #paused: PromiseWithResolvers<void> | null = null;

  /** Lets nobody read on. */
  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  /** Lets everybody read on. */
  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  /** Resolves when reading is allowed; null when it is. */
  get closed(): Promise<void> | null {
    return this.#paused?.promise ?? null;
  }
}

/**
 * Reads a whole body.
 *
 * @param response Where from.
 * @param limit Bytes it may have.
 * @param gate Holds reading back.
 * @returns The bytes.
 * @throws {UpstreamError} `size` when there are more, `ended` when the connection breaks.
 */
export async function readBody(
  response: Response,
  limit: number,
  gate: ReadGate,
): Promise<Uint8Array> {
  const header = response.headers.get("content-length");
  const announced = header === null ? NaN : Number(header);
  if (announced <= limit && gate.closed === null) return await readAnnounced(response);
  const chunks: Uint8Array[] = [];
  let length = 0;
  await readChunks(response, gate, (chunk) => {
    length += chunk.length;
    if (length > limit || announced > limit) {
      throw new UpstreamError("size", `the server's answer is larger than ${limit} bytes`);
    }
    chunks.push(chunk);
  });
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Reads a body whose length is known, which no connection exceeds: much cheaper than piece by piece. */
async function readAnnounced(response: Response): Promise<Uint8Array> {
  try {
    return await response.bytes();
  } catch (cause) {
    throw new UpstreamError("ended", "the server's answer broke off", { cause });
  }
}

/**
 * Reads an event stream to its end.
 *
 * @param response Where from.
 * @param parser Takes it apart, and throws when it breaks its bounds.
 * @param gate Holds reading back.
 * @param over Resolves when nothing that may still come is wanted.
 * @throws {UpstreamError} What the parser throws, and `ended` when the connection breaks.
 */
export async function readEvents(
  response: Response,
  parser: SseParser,
  gate: ReadGate,
  over?: Promise<void>,
): Promise<void> {
  await readChunks(response, gate, (chunk) => parser.push(chunk), over);
}

async function readChunks(
  response: Response,
  gate: ReadGate,
  take: (chunk: Uint8Array) => void,
  stop?: Promise<void>,
): Promise<void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const cancel = (): Promise<void> => reader.cancel().catch(() => {});
  void stop?.then(cancel);
  try {
    for (;;) {
      while (gate.closed !== null) await gate.closed;
      let next: ReadableStreamReadResult<Uint8Array>;
      try {
        next = await reader.read();
      } catch (cause) {
        throw new UpstreamError("ended", "the server's answer broke off", { cause });
      }
      if (next.done) return;
      // What came while the session asked to wait is kept until it wants more.
      while (gate.closed !== null) await gate.closed;
      take(next.value);
    }
  } catch (error) {
    await cancel();
    throw error;
  }
}
