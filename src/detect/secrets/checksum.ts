// The checksum at the end of GitHub's and npm's tokens: CRC-32 of what stands before, in six digits of base 62.
// Source: GitHub, "Behind GitHub's new authentication token formats" (2021).

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 6;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * The checksum of the random part of a token.
 *
 * @param random What stands between prefix and checksum, ASCII.
 * @returns Six digits.
 */
export function checksumOf(random: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < random.length; i++) {
    crc = TABLE[(crc ^ random.charCodeAt(i)) & 255]! ^ (crc >>> 8);
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let digits = "";
  for (let i = 0; i < LENGTH; i++) {
    digits = DIGITS[rest % 62]! + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Whether the last six characters of what follows a token's prefix are its checksum. */
export function passesChecksum(rest: string): boolean {
  return checksumOf(rest.slice(0, -LENGTH)) === rest.slice(-LENGTH);
}
