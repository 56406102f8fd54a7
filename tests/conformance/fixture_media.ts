// The smallest files of each kind that the fixture hands out, made here byte by byte.

import { crc32, deflateSync } from "node:zlib";

const big = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const small = (value: number): number[] => big(value).reverse();
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const base64 = (bytes: readonly number[]): string => btoa(String.fromCharCode(...bytes));

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...ascii(type), ...data];
  return [...big(data.length), ...body, ...big(crc32(new Uint8Array(body)))];
}

/** One red pixel, in base64. */
export const PNG: string = base64([
  ...[0x89, ...ascii("PNG\r\n\x1a\n")],
  ...chunk("IHDR", [...big(1), ...big(1), 8, 2, 0, 0, 0]),
  ...chunk("IDAT", [...deflateSync(new Uint8Array([0, 255, 0, 0]))]),
  ...chunk("IEND", []),
]);

/** One silent sample at 8 kHz, in base64. */
export const WAV: string = base64([
  ...[...ascii("RIFF"), ...small(38), ...ascii("WAVEfmt "), ...small(16)],
  ...[1, 0, 1, 0, ...small(8000), ...small(8000), 1, 0, 8, 0],
  ...[...ascii("data"), ...small(1), 128, 0],
]);
