// What a caller presented: reads headers into at most one key and one token, or says why they cannot be told apart.

import type { Credentials } from "../guard/ports.ts";

/** One kind of credential in the headers. */
export type Presented =
  | { kind: "none" }
  | { kind: "ambiguous" }
  /** Something that can never be right, e.g. another scheme. */
  | { kind: "malformed" }
  | { kind: "value"; value: string };

const NONE: Presented = { kind: "none" };
const AMBIGUOUS: Presented = { kind: "ambiguous" };
const MALFORMED: Presented = { kind: "malformed" };

/**
 * Reads `X-API-Key`.
 *
 * @param credentials Every header, repeated ones repeated.
 * @returns The key; ambiguous for two headers or for a value that two headers may have been joined into.
 */
export function presentedKey(credentials: Credentials): Presented {
  const value = single(credentials, "x-api-key");
  if (typeof value !== "string") return value;
  if (value.includes(",")) return AMBIGUOUS;
  return value === "" ? NONE : { kind: "value", value };
}

/**
 * Reads `Authorization: Bearer` (RFC 6750 section 2.1): the scheme in any case (RFC 9110 section 11.1), one space or
 * more, and the token. A tab is no space here.
 *
 * @param credentials Every header, repeated ones repeated.
 * @returns The token; malformed for other schemes; ambiguous for two headers or two tokens.
 */
export function presentedBearer(credentials: Credentials): Presented {
  const value = single(credentials, "authorization");
  if (typeof value !== "string") return value;
  if (value === "") return NONE;
  const space = value.indexOf(" ");
  const scheme = space < 0 ? value : value.slice(0, space);
  if (scheme.toLowerCase() !== "bearer") return MALFORMED;
  if (space < 0) return NONE;
  let start = space;
  while (value.charCodeAt(start) === 0x20) start++;
  const token = value.slice(start);
  if (token.includes(",")) return AMBIGUOUS;
  return { kind: "value", value: token };
}

function single(credentials: Credentials, lowerName: string): string | Presented {
  let value: string | undefined;
  for (const [name, text] of credentials.headers) {
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    if (value !== undefined) return AMBIGUOUS;
    value = text;
  }
  return value === undefined ? NONE : trimOws(value);
}

/** Takes optional white space (RFC 9110 section 5.6.3) off both ends; some HTTP readers leave it there. */
function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
