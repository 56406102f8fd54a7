// The numbers in JSON-RPC errors: JSON-RPC's own, and mcpguard's (-31000 minus the HTTP status it would be).

/** Error codes of JSON-RPC 2.0 section 5.1. */
export const RPC = {
  /** The text is no acceptable JSON. */
  PARSE: -32700,
  /** The JSON is no acceptable message. */
  INVALID_REQUEST: -32600,
  /** The method does not exist, or the policy forbids it altogether. */
  METHOD_NOT_FOUND: -32601,
  /** The parameters are wrong; also the answer for an unknown tool. */
  INVALID_PARAMS: -32602,
  /** Something broke inside the guard. */
  INTERNAL: -32603,
} as const;

/**
 * Error codes of mcpguard. They lie outside -32768..-32000, which JSON-RPC reserves, so that they cannot collide with a
 * code the MCP specification may define later. A code from an upstream in this range is not to be believed: see
 * {@linkcode isGuardCode}.
 */
export const CODE = {
  /** Not authenticated. */
  UNAUTH: -31401,
  /** Refused by policy. */
  POLICY: -31403,
  /** Timed out. */
  TIMEOUT: -31408,
  /** Waits for a human's approval. */
  APPROVAL: -31412,
  /** Too large, too deep, too many. */
  TOOLARGE: -31413,
  /** Throttled. */
  RATE: -31429,
  /** Stopped by data loss prevention. */
  DLP: -31451,
  /** The upstream failed or answered nonsense. */
  UPSTREAM: -31502,
  /** The guard has too much to do. */
  OVERLOAD: -31503,
  /** A part that the decision depends on failed. */
  DEP: -31504,
} as const;

/**
 * Says whether a code lies in the range that only mcpguard may use, so that an upstream cannot fake a denial.
 *
 * @param code An error code as read from a peer.
 * @returns True from -31999 to -31000.
 *
 * @example The guard's own codes are in the range
 * ```ts
 * import { CODE, isGuardCode, RPC } from "./codes.ts";
 *
 * if (!isGuardCode(CODE.POLICY) || isGuardCode(RPC.PARSE)) throw new Error("unexpected");
 * ```
 */
export function isGuardCode(code: number): boolean {
  return code >= -31999 && code <= -31000;
}
