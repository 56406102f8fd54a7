// IP addresses in every spelling that resolvers take, and which of them lead into private networks.

/** An IPv4 address as a number from 0 to 2^32-1. */
export type IPv4 = number;

/**
 * Reads an IPv4 address as browsers and inet_aton do: one to four parts, decimal, octal (0...) or hex (0x...).
 *
 * @param text A host name in lower case.
 * @returns The address; `null` where the host is a name; `undefined` where it ends in a number and is no address.
 * @see https://url.spec.whatwg.org/#concept-ipv4-parser
 */
export function parseIPv4(text: string): IPv4 | null | undefined {
  const parts = text.split(".");
  const last = parts.at(-1)!;
  if (!/^(?:[0-9]+|0x[0-9a-f]*)$/.test(last)) return null;
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    let value: number;
    if (/^0x[0-9a-f]*$/.test(part)) value = part === "0x" ? 0 : parseInt(part.slice(2), 16);
    else if (/^0[0-7]*$/.test(part)) value = parseInt(part, 8);
    else if (/^[1-9][0-9]*$/.test(part)) value = parseInt(part, 10);
    else return undefined;
    numbers.push(value);
  }
  const tail = numbers.pop()!;
  if (numbers.some((n) => n > 255) || tail >= 256 ** (4 - numbers.length)) return undefined;
  return numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), tail);
}

/**
 * Writes an IPv4 address with dots.
 *
 * @param ip The address.
 * @returns E.g. `127.0.0.1`.
 */
export function formatIPv4(ip: IPv4): string {
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join(".");
}

/**
 * Reads an IPv6 address without brackets and without a zone.
 *
 * @param text The address in lower case.
 * @returns Its eight groups, or null.
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.2
 */
export function parseIPv6(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2 || text.length > 45) return null;
  const groups = halves.map((half) => readGroups(half));
  const [head, tail] = [groups[0], halves.length === 2 ? groups[1] : []];
  if (!head || !tail) return null;
  // Only the last half may end in IPv4.
  if (halves.length === 2 && halves[0]!.includes(".")) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Groups of one side of `::`, or null. */
function readGroups(half: string): number[] | null {
  if (half === "") return [];
  const out: number[] = [];
  const parts = half.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.includes(".")) {
      if (
        i !== parts.length - 1 ||
        !/^(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})$/.test(part)
      ) {
        return null;
      }
      const ip = parseIPv4(part);
      if (ip === null || ip === undefined) return null;
      out.push(ip >>> 16, ip & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/.test(part)) {
      out.push(parseInt(part, 16));
    } else {
      return null;
    }
  }
  return out;
}

/**
 * Writes an IPv6 address in the one form of RFC 5952.
 *
 * @param groups Eight groups.
 * @returns The address without brackets; IPv4-mapped addresses in hex like all others.
 */
export function formatIPv6(groups: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { at: i, length };
  }
  const hex = groups.map((g) => g.toString(16));
  if (best.at < 0) return hex.join(":");
  return hex.slice(0, best.at).join(":") + "::" + hex.slice(best.at + best.length).join(":");
}

/** Blocks that are not the public internet, as `[first address, prefix length]` (IANA special-purpose registry). */
const PRIVATE_V4: readonly { readonly block: number; readonly size: number }[] = ([
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32], // Azure's host service
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] satisfies [string, number][]).map(([first, bits]) => {
  const size = 2 ** (32 - bits);
  return { block: parseIPv4(first)! / size, size };
});

/**
 * Whether an IPv4 address is loopback, private, link-local, shared, multicast, reserved or a metadata service.
 *
 * @param ip The address.
 * @returns True where it is not on the public internet.
 */
export function isPrivateIPv4(ip: IPv4): boolean {
  return PRIVATE_V4.some(({ block, size }) => Math.floor(ip / size) === block);
}

/**
 * The IPv4 address that an IPv6 address carries to its destination.
 *
 * @param g Eight groups.
 * @returns The address of mapped, compatible, translated, NAT64, 6to4, Teredo and ISATAP forms; else null.
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5
 */
export function embeddedIPv4(g: readonly number[]): IPv4 | null {
  const [a, b] = [g[0]!, g[1]!];
  const v4 = (at: number): IPv4 => g[at]! * 65536 + g[at + 1]!;
  if (zero(g, 0, 6)) return g[6] === 0 && g[7]! < 2 ? null : v4(6); // ::a.b.c.d
  if (zero(g, 0, 5) && g[5] === 0xffff) return v4(6); // mapped
  if (zero(g, 0, 4) && g[4] === 0xffff && g[5] === 0) return v4(6); // RFC 2765
  if (a === 0x64 && b === 0xff9b) return v4(6); // NAT64, RFC 6052 and 8215
  if (a === 0x2002) return v4(1); // 6to4, RFC 3056
  if (a === 0x2001 && b === 0) return (~v4(6)) >>> 0; // Teredo client, RFC 4380
  if ((g[4]! & 0xfdff) === 0 && g[5] === 0x5efe) return v4(6); // ISATAP, RFC 5214
  return null;
}

/** Whether groups of a range are all zero. */
function zero(g: readonly number[], from: number, to: number): boolean {
  return g.slice(from, to).every((n) => n === 0);
}

/**
 * Whether an IPv6 address is not on the public internet, IPv4 addresses embedded in it included.
 *
 * @param g Eight groups.
 * @returns True for loopback, unique-local, link-local, multicast, reserved, and private embedded IPv4.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry/
 */
export function isPrivateIPv6(g: readonly number[]): boolean {
  const [a, b] = [g[0]!, g[1]!];
  const inside = embeddedIPv4(g);
  if (inside !== null && isPrivateIPv4(inside)) return true;
  if (zero(g, 0, 7) && g[7]! < 2) return true; // ::, ::1
  if (a === 0x64 && b === 0xff9b && !zero(g, 2, 6)) return true; // local NAT64 prefix
  if (a === 0x2001 && b === 0 && isPrivateIPv4(g[2]! * 65536 + g[3]!)) return true; // Teredo server
  if (a === 0x100 && zero(g, 1, 4)) return true; // discard only, RFC 6666
  if (a === 0x2001 && (b === 0xdb8 || (b & 0xfff0) === 0x10 || (b & 0xfff0) === 0x20)) return true;
  return (a & 0xfe00) === 0xfc00 || (a & 0xffc0) === 0xfe80 || (a & 0xffc0) === 0xfec0 ||
    (a & 0xff00) === 0xff00 || a === 0x3fff || a === 0x5f00;
}
