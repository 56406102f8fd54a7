// The WebSocket frame writer (RFC 6455 section 5.2): one message, one frame, one piece of memory, one write.

import { Buffer } from "node:buffer";

/** Most bytes of reason in a Close frame (RFC 6455 section 5.5: 125 less the code). */
const REASON_BYTES = 123;

/** Below this, bytes, a plain loop beats making word views. */
const SMALL_BYTES = 256;

function headBytes(size: number, masked: boolean): number {
  return (size < 126 ? 2 : size < 65536 ? 4 : 10) + (masked ? 4 : 0);
}

/** A frame whose payload begins on a word boundary, so that masking can go by words. */
function allocate(head: number, size: number): Buffer {
  const pad = -head & 3;
  return Buffer.allocUnsafe(pad + head + size).subarray(pad);
}

/** Writes the header before `size` payload bytes that end the frame; the payload is masked in place. */
function seal(frame: Uint8Array, opcode: number, size: number, key: Uint8Array | undefined): void {
  const flag = key === undefined ? 0 : 0x80;
  frame[0] = 0x80 | opcode;
  if (size < 126) frame[1] = flag | size;
  else if (size < 65536) {
    frame[1] = flag | 126;
    frame[2] = size >> 8;
    frame[3] = size & 255;
  } else {
    frame[1] = flag | 127;
    new DataView(frame.buffer, frame.byteOffset).setBigUint64(2, BigInt(size));
  }
  if (key === undefined) return;
  const start = frame.length - size;
  frame.set(key, start - 4);
  if (size <= SMALL_BYTES) {
    for (let i = 0; i < size; i++) frame[start + i]! ^= key[i & 3]!;
    return;
  }
  // allocate() put the payload on a word boundary
  const words = new Uint32Array(frame.buffer, frame.byteOffset + start, size >> 2);
  const word = new Uint32Array(key.slice().buffer)[0]!;
  for (let w = 0; w < words.length; w++) words[w]! ^= word;
  for (let i = start + (size & ~3), k = 0; i < frame.length; i++, k++) frame[i]! ^= key[k]!;
}

/**
 * Makes one frame of a text message.
 *
 * @param text The message; lone surrogates become U+FFFD.
 * @param key Four random bytes where this side is the client, else undefined.
 * @returns The whole frame.
 */
export function textFrame(text: string, key?: Uint8Array): Uint8Array {
  const size = Buffer.byteLength(text);
  const head = headBytes(size, key !== undefined);
  const frame = allocate(head, size);
  frame.write(text, head);
  seal(frame, 1, size, key);
  return frame;
}

/**
 * Makes one frame from bytes: for control frames, and for tests of the reader.
 *
 * @param opcode Frame type, 0 to 15.
 * @param payload Payload, copied.
 * @param key Four random bytes where this side is the client, else undefined.
 * @returns The whole frame.
 */
export function frameOf(opcode: number, payload: Uint8Array, key?: Uint8Array): Uint8Array {
  const head = headBytes(payload.length, key !== undefined);
  const frame = allocate(head, payload.length);
  frame.set(payload, head);
  seal(frame, opcode, payload.length, key);
  return frame;
}

/**
 * Makes a Close frame.
 *
 * @param code Close code; 1005 stands for none and gives an empty body (RFC 6455 section 7.1.5).
 * @param reason Reason; cut to 123 bytes at a character.
 * @param key Four random bytes where this side is the client, else undefined.
 * @returns The whole frame.
 */
export function closeFrame(code: number, reason: string, key?: Uint8Array): Uint8Array {
  if (code === 1005) return frameOf(8, new Uint8Array(0), key);
  const body = new Uint8Array(2 + REASON_BYTES);
  body[0] = code >> 8;
  body[1] = code & 255;
  const { written } = new TextEncoder().encodeInto(reason, body.subarray(2));
  return frameOf(8, body.subarray(0, 2 + written), key);
}
