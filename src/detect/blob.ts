// The content of a resource in base64: as text, where it is one, and back.

/**
 * Decodes base64 that holds text.
 *
 * @param base64 Base64 (RFC 4648, either alphabet, line breaks allowed).
 * @returns The text, or null where it is no base64 or no UTF-8.
 */
export function textOfBlob(base64: string): string | null {
  let bytes: string;
  try {
    bytes = atob(base64.replace(/-/g, "+").replace(/_/g, "/").replace(/[\r\n]/g, ""));
  } catch {
    return null;
  }
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes.charCodeAt(i);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(out);
  } catch {
    return null;
  }
}

/** Encodes a text as base64. */
export function blobOfText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const parts: string[] = [];
  // The most arguments that a call surely takes.
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return btoa(parts.join(""));
}
