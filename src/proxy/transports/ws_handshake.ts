// The opening handshake of RFC 6455 section 4: which upgrade requests are taken, and what answers prove.

import { createHash } from "node:crypto";
import { header, type HttpReply, type HttpRequest } from "./http_message.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** The only subprotocol there is. */
export const SUBPROTOCOL = "mcp";

/** A handshake that is not taken. */
export interface HandshakeProblem {
  /** Code for the audit. */
  violation: "ws.upgrade" | "ws.subprotocol";
  /** The answer. */
  reply: HttpReply;
}

/**
 * Computes Sec-WebSocket-Accept.
 *
 * @param key The Sec-WebSocket-Key.
 * @returns The proof (RFC 6455 section 4.2.2).
 */
export function acceptKey(key: string): string {
  return createHash("sha1").update(key + GUID).digest("base64");
}

/**
 * Says whether a comma-separated header has a token.
 *
 * @param value The header's value, or null.
 * @param token The token, lower case.
 * @returns True when it has, whatever the case.
 */
export function hasToken(value: string | null, token: string): boolean {
  return value !== null && value.split(",").some((part) => part.trim().toLowerCase() === token);
}

function problem(
  violation: HandshakeProblem["violation"],
  status: number,
  body: string,
): HandshakeProblem {
  const headers: [string, string][] = [["Content-Type", "text/plain; charset=utf-8"]];
  if (status === 426) headers.push(["Upgrade", "websocket"], ["Sec-WebSocket-Version", "13"]);
  return { violation, reply: { status, headers, body: `${body}\n` } };
}

/**
 * Checks an upgrade request. Whatever is wrong with the handshake itself is answered by 426, which names what would
 * be right; offering subprotocols other than `mcp` is answered by 400, and never echoed, as some clients hide
 * tokens there.
 *
 * @param request The request's head.
 * @returns The problem, or the headers of the 101.
 */
export function checkUpgrade(
  request: HttpRequest,
): HandshakeProblem | { accept: readonly (readonly [string, string])[] } {
  const fault = (text: string): HandshakeProblem => problem("ws.upgrade", 426, text);
  if (request.method !== "GET") return fault("a WebSocket begins with GET");
  if (request.version !== "1.1") return fault("a WebSocket begins with HTTP/1.1");
  if (!hasToken(header(request, "upgrade"), "websocket")) return fault("only websocket upgrades");
  if (!hasToken(header(request, "connection"), "upgrade")) {
    return fault("Connection: Upgrade misses");
  }
  if (header(request, "sec-websocket-version") !== "13") {
    return fault("WebSocket version is not 13");
  }
  if ((header(request, "content-length") ?? "0") !== "0" || header(request, "transfer-encoding")) {
    return fault("an upgrade has no body");
  }
  const key = header(request, "sec-websocket-key") ?? "";
  // 16 bytes in base64: 22 characters, of which the last carries two bits, and padding
  if (!/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key)) return fault("Sec-WebSocket-Key is not 16 bytes");
  const accept: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(key)],
  ];
  const offered = header(request, "sec-websocket-protocol");
  if (offered !== null) {
    if (offered.split(",").some((token) => token.trim() !== SUBPROTOCOL)) {
      return problem("ws.subprotocol", 400, "the only subprotocol is mcp");
    }
    accept.push(["Sec-WebSocket-Protocol", SUBPROTOCOL]);
  }
  return { accept };
}
