// Hosts of web schemes: one spelling each, and whether a fetch would stay on this machine or network.

import { UriError } from "./errors.ts";
import { foldText } from "./fold.ts";
import {
  formatIPv4,
  formatIPv6,
  isPrivateIPv4,
  isPrivateIPv6,
  parseIPv4,
  parseIPv6,
} from "./ip.ts";
import { decodeOnce } from "./percent.ts";
import { decodePunycode } from "./punycode.ts";

/** A host in its one spelling. */
export interface Host {
  /** Lower case, IDN as punycode, IPv6 in brackets. */
  readonly host: string;
  /** True where it is not on the public internet. */
  readonly private: boolean;
}

/** Names and endings that resolve to this machine or to a network behind it. */
const PRIVATE_NAMES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
  // Public names whose answers are private addresses by design.
  "nip.io",
  "sslip.io",
  "xip.io",
  "localtest.me",
  "lvh.me",
  "vcap.me",
  "lacolhost.com",
];

/** Scripts that are written together with Latin or with each other. */
const SCRIPT_SETS: readonly RegExp[] = [
  /^[\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}]+$/u,
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Common}\p{sc=Inherited}a-z]+$/u,
  /^[\p{sc=Han}\p{sc=Bopomofo}\p{sc=Common}\p{sc=Inherited}a-z]+$/u,
  /^[\p{sc=Hangul}\p{sc=Han}\p{sc=Common}\p{sc=Inherited}a-z]+$/u,
  ...[
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Armenian",
    "Georgian",
    "Devanagari",
    "Bengali",
    "Tamil",
    "Telugu",
    "Thai",
    "Ethiopic",
    "Khmer",
    "Sinhala",
    "Gujarati",
    "Gurmukhi",
    "Kannada",
    "Malayalam",
    "Lao",
    "Myanmar",
  ].map((script) => new RegExp(`^[\\p{sc=${script}}\\p{sc=Common}\\p{sc=Inherited}]+$`, "u")),
];

/**
 * Brings the host of a web URI into its one spelling.
 *
 * @param raw The host as written, without port; IPv6 in brackets.
 * @returns The host.
 * @throws {UriError} `uri.host` for what is no host, mixed scripts, and names that imitate ASCII names.
 */
export function canonicalHost(raw: string): Host {
  if (raw.startsWith("[")) return ipv6Host(raw);
  const decoded = decodeOnce(raw);
  if (decoded.invalid || decoded.text.includes("%")) bad("the host has escapes that are no text");
  let host = decoded.text.toLowerCase();
  if (/[^\x21-\x7e]/.test(host)) host = idnHost(host);
  if (host.endsWith(".")) host = host.slice(0, -1);
  const ip = parseIPv4(host);
  if (ip === undefined) bad("the host ends in a number and is no IPv4 address");
  if (typeof ip === "number") return { host: formatIPv4(ip), private: isPrivateIPv4(ip) };
  if (host.length > 253 || !/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/.test(host)) {
    bad("the host is empty or holds characters that no host name has");
  }
  if (host.includes("xn--")) { for (const label of host.split(".")) checkLabel(label); }
  return { host, private: isPrivateName(host) };
}

/** Whether a name, in lower case and without a final dot, resolves into a private network by convention. */
function isPrivateName(host: string): boolean {
  return !host.includes(".") || PRIVATE_NAMES.some((n) => host === n || host.endsWith("." + n));
}

/** An IPv6 host; zones name interfaces of one machine and are refused. */
function ipv6Host(raw: string): Host {
  const groups = raw.endsWith("]") ? parseIPv6(raw.slice(1, -1).toLowerCase()) : null;
  if (groups === null) bad("the host in brackets is no IPv6 address");
  return { host: `[${formatIPv6(groups)}]`, private: isPrivateIPv6(groups) };
}

/** An international name as punycode, unless its letters imitate others. */
function idnHost(host: string): string {
  if (/[\u3002\uff0e\uff61\u2024\ufe52]/.test(host)) {
    bad("the host has dots that are no ASCII dots");
  }
  if (host.normalize("NFKC") !== host) bad("the host has letters in compatibility forms");
  for (const label of host.split(".")) checkLabel(label);
  let name: string;
  try {
    name = new URL(`http://${host}/`).hostname;
  } catch {
    bad("the host is no international domain name");
  }
  if (!name.includes("xn--")) bad("the host is no international domain name");
  return name;
}

/** Refuses a label whose letters mix scripts or imitate ASCII; punycode is judged by the letters it shows. */
function checkLabel(ascii: string): void {
  const label = ascii.startsWith("xn--") ? decodePunycode(ascii.slice(4)) : ascii;
  if (label === null) bad("a label of the host is no punycode");
  if (/^[\x21-\x7e]*$/.test(label)) {
    if (ascii.startsWith("xn--")) bad("a label of the host is punycode for ASCII");
    return;
  }
  if (!SCRIPT_SETS.some((set) => set.test(label))) bad("a label of the host mixes scripts");
  if (/^[\x21-\x7e]*$/.test(foldText(label)) && !/^[\p{sc=Latin}\p{sc=Common}]+$/u.test(label)) {
    bad("a label of the host imitates an ASCII name");
  }
}

/** Refuses a host. */
function bad(message: string): never {
  throw new UriError("uri.host", message);
}
