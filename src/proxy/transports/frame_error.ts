// Why a WebSocket connection is ended for breaking the rules, and which close codes the rules know.

/** Codes for the audit, one per kind of violation. */
export type Violation =
  | "ws.protocol"
  | "ws.utf8"
  | "ws.binary"
  | "ws.message_too_big"
  | "ws.fragments"
  | "ws.ping_flood"
  | "ws.slow_reader"
  | "ws.truncated"
  | "ws.dead_peer"
  | "ws.handler_failed";

/** The peer broke RFC 6455 or a limit: the connection ends with this close code. */
export class FrameError extends Error {
  /** The class name, stable across bundling. */
  override name = "FrameError";
  /** Close code to send (RFC 6455 section 7.4.1). */
  readonly code: number;
  /** Code for the audit. */
  readonly violation: Violation;

  /**
   * Describes the violation.
   *
   * @param code Close code to send.
   * @param violation Code for the audit.
   * @param message A short reason, sent to the peer; at most 123 bytes.
   * @param options The cause, never sent.
   */
  constructor(code: number, violation: Violation, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.violation = violation;
  }
}

/**
 * Says whether a peer may send this close code (RFC 6455 section 7.4, IANA registry): not the codes that only
 * stand for an absent one (1005, 1006, 1015), nor unassigned ones.
 *
 * @param code The code received, 0 to 65535.
 * @returns True when it may travel in a Close frame.
 */
export function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999);
}
