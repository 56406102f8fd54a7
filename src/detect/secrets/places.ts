// Secrets that are known by where they stand: private keys, passwords in URLs, keys in connection strings, JWTs.

import { SEAM } from "../normalise/gathered.ts";
import type { SpanFinding } from "../types.ts";
import { ALPHABETS, makeupOf, runEnd } from "./alphabet.ts";

function found(rule_id: string, reason: string, start: number, end: number): SpanFinding {
  return { rule_id, severity: "high", reason, start, end };
}

/** Longest private key that is cut out as a whole; an 8192-bit RSA key in PEM has about 6,400 characters. */
const MAX_PEM = 16_384;

/**
 * A private key in PEM or OpenPGP armour (RFC 7468, RFC 9580).
 *
 * @param text The text.
 * @param at Where `-----BEGIN ` stands.
 */
export function privateKeyAt(text: string, at: number): SpanFinding | null {
  const head = text.slice(at, at + 80);
  const name = head.slice(11, head.indexOf("-----", 11));
  if (!name.endsWith("PRIVATE KEY") && !name.endsWith("PRIVATE KEY BLOCK")) return null;
  const rest = text.slice(at, at + MAX_PEM);
  const stop = rest.lastIndexOf("-----END");
  const close = stop > 0 ? text.indexOf("-----", at + stop + 8) : -1;
  const seam = close > 0 ? -1 : rest.indexOf(SEAM);
  const end = close > 0 ? close + 5 : at + (seam > 0 ? seam : rest.length);
  return found("secret_private_key", "a private key", at, end);
}

/**
 * The password of a URL's authority (RFC 3986, section 3.2.1).
 *
 * @param text The text.
 * @param at Where `://` stands.
 */
export function urlPasswordAt(text: string, at: number): SpanFinding | null {
  const from = at + 3;
  let colon = -1;
  let last = -1;
  const stop = Math.min(text.length, from + 300);
  for (let i = from; i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c <= 0x20 || c === 0x2f || c === 0x3f || c === 0x22 || c === 0x27 || c === 0x3c) break;
    if (c === 0x3a && colon < 0) colon = i;
    // A password may hold an @ that nobody escaped: the last one ends it.
    else if (c === 0x40) last = i;
  }
  if (colon < 0 || last < colon + 2) return null;
  const password = text.slice(colon + 1, last);
  if (/^[<$%{*[(]|^x+$|^\.+$|^(?:pass(?:word|wd)?|pw|secret)$/i.test(password)) return null;
  return found("secret_url_password", "a password in a URL", colon + 1, last);
}

/** What stands between the word and the number: `PIN 1234`, `pin: "1234"`, `PIN code is 1234`. */
const PIN = /^([ _-]?code)?(?: is)?["']?( {0,2}[:=] {0,2}| )["']?([0-9]{4,6})/;

/** What makes a number part of a longer one, or of a word. */
const GOES_ON = /^(?:[0-9A-Za-z]|[.,/-][0-9])/;

/**
 * A personal identification number. Six digits behind `PIN code` are a place in India, and `pin 13` is one of a chip.
 *
 * @param text The text.
 * @param start Where the word begins.
 * @param end Where it ends.
 */
export function pinAt(text: string, start: number, end: number): SpanFinding | null {
  const seen = PIN.exec(text.slice(end, end + 32));
  if (seen === null || GOES_ON.test(text.slice(end + seen[0].length, end + 34))) return null;
  const [all, code, between, digits] = seen;
  const assigned = between !== " ";
  if (digits!.length > 4 && (code !== undefined || !assigned)) return null;
  // The word is a verb, too.
  if (!assigned && text.slice(start, end) !== "PIN") return null;
  const stop = end + all.length;
  return {
    ...{ rule_id: "secret_pin", severity: "medium", reason: "a personal identification number" },
    ...{ start: stop - digits!.length, end: stop },
  };
}

/** Names in connection strings whose value is a secret, lower case. */
const PARTS = ["accountkey", "sharedaccesskey", "sharedaccesssignature", "sig", "secret"];

/**
 * A key in a connection string: `AccountKey=...`, `SharedAccessKey=...`.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param start Where the name begins.
 * @param end Where it ends, before `=`.
 */
export function connectionKeyAt(
  text: string,
  units: Uint16Array,
  start: number,
  end: number,
): SpanFinding | null {
  const first = text.charCodeAt(start) | 32;
  if (text[end] !== "=" || end - start > 24 || (first !== 0x61 && first !== 0x73)) return null;
  if (!PARTS.includes(text.slice(start, end).toLowerCase())) return null;
  const stop = runEnd(units, end + 1, CONNECTION);
  return stop - end - 1 < 40
    ? null
    : found("secret_connection_string", "a key in a connection string", end + 1, stop);
}

const CONNECTION: Uint8Array = (() => {
  const out = new Uint8Array(ALPHABETS.base64);
  out[0x25] = 1;
  return out;
})();

/**
 * A JSON Web Token (RFC 7519): two or three parts of base64url, the first of which is a JSON object.
 *
 * @param text The text.
 * @param at Where `eyJ` stands.
 * @param endOf Where a run of base64url ends.
 */
export function jwtAt(
  text: string,
  at: number,
  endOf: (at: number) => number,
): SpanFinding | null {
  const first = endOf(at);
  if (first - at < 16 || text[first] !== ".") return null;
  const second = endOf(first + 1);
  if (second - first - 1 < 16) return null;
  const end = text[second] === "." ? Math.max(second, endOf(second + 1)) : second;
  // Without a signature both parts must be JSON, or a file name would do.
  if (end === second && text.slice(first + 1, first + 4) !== "eyJ") return null;
  return found("secret_jwt", "a JSON Web Token", at, end);
}

/**
 * A hashed password in crypt(3) form.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param at Where `$` stands.
 */
export function passwordHashAt(text: string, units: Uint16Array, at: number): SpanFinding | null {
  const head = /^\$(?:2[abxy]?\$[0-9]{2}\$|[56y]\$|argon2(?:id|i|d)\$|7\$|scrypt\$)/
    .exec(text.slice(at, at + 12));
  if (head === null) return null;
  const end = runEnd(units, at + head[0].length, HASH, 200);
  return end - at < 40 ? null : found("secret_password_hash", "a hashed password", at, end);
}

const HASH: Uint8Array = (() => {
  const out = new Uint8Array(ALPHABETS.base64);
  for (const c of "$.,") out[c.charCodeAt(0)] = 1;
  return out;
})();

/**
 * A Telegram bot token: the bot's number, a colon, and 35 characters.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param at Where the colon stands.
 */
export function botTokenAt(text: string, units: Uint16Array, at: number): SpanFinding | null {
  let start = at;
  while (start > 0 && at - start < 12 && isDigit(text.charCodeAt(start - 1))) start--;
  if (at - start < 8 || (start > 0 && isDigit(text.charCodeAt(start - 1)))) return null;
  const end = runEnd(units, at + 1, ALPHABETS.word, 40);
  if (end - at < 34 || end - at > 37) return null;
  const made = makeupOf(units, at + 1, end);
  if (made.upper < 3 || made.lower < 3) return null;
  return found("secret_telegram_token", "a Telegram bot token", start, end);
}

/**
 * A Discord bot token: three parts of base64url, of which the first is the bot's number.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param start Where the first part begins.
 * @param first Where it ends.
 */
export function discordTokenAt(
  text: string,
  units: Uint16Array,
  start: number,
  first: number,
): SpanFinding | null {
  if (first - start < 23 || first - start > 28) return null;
  const second = runEnd(units, first + 1, ALPHABETS.word, 8);
  if (second - first !== 7 || text[second] !== ".") return null;
  const end = runEnd(units, second + 1, ALPHABETS.word, 50);
  if (end - second < 20 || end - second > 42) return null;
  return found("secret_discord_token", "a Discord bot token", start, end);
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}
