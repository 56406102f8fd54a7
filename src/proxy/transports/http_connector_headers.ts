// The headers by which MCP over HTTP repeats parts of a message (MCP 2026-07-28, transports/streamable-http).

import { Buffer } from "node:buffer";
import type { MessageInfo } from "./channel.ts";

/** Name and value of a header. */
export type Header = readonly [name: string, value: string];

/** The revision in which headers repeat the body, and which has no sessions. */
const MODERN = "2026-07-28";

/**
 * Encodes a value so that it can stand in a header: as it is where that is safe, else as `=?base64?...?=`.
 *
 * @param value Any text.
 * @returns Printable ASCII.
 *
 * @example A name outside ASCII
 * ```ts
 * import { encodeHeaderValue } from "./http_connector_headers.ts";
 *
 * if (encodeHeaderValue("Hello, 世界") !== "=?base64?SGVsbG8sIOS4lueVjA==?=") throw new Error("unexpected");
 * ```
 */
export function encodeHeaderValue(value: string): string {
  const plain = /^[\t -~]*$/.test(value) && value.trim() === value;
  const looksEncoded = value.startsWith("=?base64?") && value.endsWith("?=");
  if (plain && !looksEncoded) return value;
  return `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;
}

/**
 * Decodes a header's value: plain, or `=?base64?...?=` around UTF-8.
 *
 * @param value The value as sent.
 * @returns The text; undefined where it is neither.
 */
export function decodeHeaderValue(value: string): string | undefined {
  if (!/^[\t -~]*$/.test(value)) return undefined;
  if (!value.startsWith("=?base64?") || !value.endsWith("?=")) return value;
  const coded = value.slice("=?base64?".length, -2);
  // Stricter than atob, which forgives missing padding and spaces: no two ways to read a value.
  if (coded.length % 4 !== 0 || !/^[A-Za-z0-9+/=]*$/.test(coded)) return undefined;
  try {
    const binary = atob(coded);
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The headers of a message of the modern era.
 *
 * @param about What the message is.
 * @param version The revision it names itself, where it does.
 * @returns Version, method and name.
 */
export function modernHeaders(about: MessageInfo, version: string | undefined): Header[] {
  // A version that no header can hold cannot be one; the server then says that the body differs.
  const safe = version !== undefined && isVersion(version) ? version : MODERN;
  const headers: Header[] = [["MCP-Protocol-Version", safe]];
  if (about.method !== undefined) headers.push(["Mcp-Method", encodeHeaderValue(about.method)]);
  if (about.name !== undefined) headers.push(["Mcp-Name", encodeHeaderValue(about.name)]);
  return headers;
}

/** Whether a text can be a protocol revision. */
export function isVersion(text: string): boolean {
  return /^[0-9A-Za-z.-]{1,64}$/.test(text);
}

/** Whether a text can be a session id: visible ASCII (MCP 2025-11-25, transports), and not without end. */
export function isSessionId(text: string): boolean {
  return text.length <= 1024 && /^[!-~]+$/.test(text);
}
