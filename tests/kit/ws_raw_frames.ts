// WebSocket frames for tests, right or wrong, byte by byte.

/** One frame as it came. */
export interface RawFrame {
  /** The FIN bit. */
  fin: boolean;
  /** The three reserved bits, 0 to 7. */
  rsv: number;
  /** Opcode, 0 to 15. */
  op: number;
  /** Whether it was masked; the payload is unmasked either way. */
  masked: boolean;
  /** Payload. */
  payload: Uint8Array;
}

/** What to put into a frame; everything may be wrong. */
export interface FrameSpec {
  /** FIN bit; true by default. */
  fin?: boolean;
  /** Reserved bits, 0 to 7; 0 by default. */
  rsv?: number;
  /** Opcode; 1 (text) by default. */
  op?: number;
  /** Masking key, or false for none; a fixed key by default, as clients must mask. */
  mask?: Uint8Array | false;
  /** Payload; text is sent as UTF-8. */
  payload?: string | Uint8Array;
  /** Length to announce instead of the true one. */
  announce?: bigint;
  /** Bytes of length field, instead of the shortest that fits. */
  lengthBytes?: 0 | 2 | 8;
}

const KEY = new Uint8Array([0x37, 0xfa, 0x21, 0x3d]);

/**
 * Makes bytes from hexadecimal digits.
 *
 * @param digits Pairs of digits; spaces are skipped.
 * @returns The bytes.
 */
export function hex(digits: string): Uint8Array {
  const plain = digits.replaceAll(" ", "");
  return Uint8Array.from(
    { length: plain.length / 2 },
    (_, i) => parseInt(plain.slice(2 * i, 2 * i + 2), 16),
  );
}

/**
 * Joins byte arrays.
 *
 * @param parts The arrays.
 * @returns One array.
 */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Makes a frame, right or wrong.
 *
 * @param spec What to put into it.
 * @returns Its bytes.
 */
export function frame(spec: FrameSpec = {}): Uint8Array {
  const payload = typeof spec.payload === "string"
    ? new TextEncoder().encode(spec.payload)
    : spec.payload ?? new Uint8Array(0);
  const length = spec.announce ?? BigInt(payload.length);
  const lengthBytes = spec.lengthBytes ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const mask = spec.mask ?? KEY;
  const head = new Uint8Array(2 + lengthBytes);
  head[0] = ((spec.fin ?? true) ? 0x80 : 0) | ((spec.rsv ?? 0) << 4) | (spec.op ?? 1);
  head[1] = (mask ? 0x80 : 0) |
    (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127);
  for (let i = 0; i < lengthBytes; i++) {
    head[1 + lengthBytes - i] = Number((length >> BigInt(8 * i)) & 0xffn);
  }
  if (!mask) return concat(head, payload);
  const masked = new Uint8Array(payload.length);
  payload.forEach((byte, i) => masked[i] = byte ^ mask[i & 3]!);
  return concat(head, mask, masked);
}

/**
 * Makes a Close frame.
 *
 * @param code Close code; undefined gives an empty body.
 * @param reason Reason.
 * @returns Its bytes.
 */
export function closing(code?: number, reason: string | Uint8Array = ""): Uint8Array {
  if (code === undefined) return frame({ op: 8 });
  const text = typeof reason === "string" ? new TextEncoder().encode(reason) : reason;
  return frame({ op: 8, payload: concat(new Uint8Array([code >> 8, code & 255]), text) });
}

/** The close code in a Close frame's payload; 1005 where there is none. */
export function closeCode(received: RawFrame): number {
  return received.payload.length < 2 ? 1005 : received.payload[0]! * 256 + received.payload[1]!;
}

/**
 * Reads a frame.
 *
 * @param bytes Bytes that begin with it.
 * @returns The frame and its size in bytes, or undefined while it is not whole.
 */
export function parseFrame(bytes: Uint8Array): { frame: RawFrame; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const masked = (bytes[1]! & 0x80) !== 0;
  const short = bytes[1]! & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  let length = short < 126 ? short : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + bytes[2 + i]!;
  if (bytes.length < start + length) return undefined;
  const payload = bytes.slice(start, start + length);
  if (masked) payload.forEach((byte, i) => payload[i] = byte ^ bytes[start - 4 + (i & 3)]!);
  const first = bytes[0]!;
  return {
    frame: { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, op: first & 15, masked, payload },
    size: start + length,
  };
}
