// Why an upstream server could not be reached.

import { McpGuardError } from "../../errors.ts";

/**
 * Kinds of failure: the address took no connection, the time was up, the server did not shake hands as asked, TLS
 * failed, the name has no address, the caller gave up, or the server's command could not be started. Over HTTP also:
 * a redirect, a status that is no success, a demand for credentials, an encoded body, a content type that MCP does not
 * have, something too large, an event stream that is none, a stream that ended before its answer, an answer that is
 * none, a session that the server has ended, and more requests at once than the guard makes. `circuit_open`: a program
 * that ended again and again is not started for a while.
 */
export type UpstreamCode =
  | "refused"
  | "timeout"
  | "handshake"
  | "tls"
  | "dns"
  | "aborted"
  | "command"
  | "redirect"
  | "status"
  | "unauthorized"
  | "encoding"
  | "content_type"
  | "size"
  | "stream"
  | "ended"
  | "answer"
  | "session"
  | "busy"
  | "circuit_open";

/** An upstream server could not be reached, or did not shake hands. */
export class UpstreamError extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "UpstreamError";
  /** What failed. */
  readonly code: UpstreamCode;
  /** The HTTP status, where the server answered with one that is no success. */
  readonly status?: number;

  /**
   * Describes the failure.
   *
   * @param code What failed.
   * @param message What failed, for a human; without secrets.
   * @param options The cause, kept for debugging and never printed, and the HTTP status.
   */
  constructor(
    code: UpstreamCode,
    message: string,
    options: ErrorOptions & { status?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.status !== undefined) this.status = options.status;
  }
}
