// Bounds and deadlines of the way to a server over HTTP, and their defaults.

/** Bounds and deadlines of one channel to a server over HTTP. */
export interface HttpConnectorLimits {
  /** Bytes that one message of the server may have. */
  messageBytes: number;
  /** Queued bytes at which `send` returns false. */
  highWaterBytes: number;
  /** Requests that may wait for their answers at once; a further one fails. */
  requests: number;
  /**
   * Milliseconds until a request's answer must have begun. Servers that answer with plain JSON begin when they are
   * done, so this is to be longer than a call may take.
   */
  answerMs: number;
  /** Milliseconds until the server must have taken a notification or an answer, or opened a stream. */
  acceptMs: number;
  /** Milliseconds before a lost stream is opened again, where the server names no time by `retry`. */
  retryMs: number;
  /** Milliseconds that a server may ask for at most by `retry`; also the longest pause between attempts. */
  retryMaxMs: number;
  /** Attempts in a row to resume the stream of a request before the request fails. */
  attempts: number;
  /** Milliseconds that a stream may stay open after the answer it was opened for. */
  lingerMs: number;
  /** Milliseconds that closing may take. */
  closeMs: number;
}

/** The defaults. */
export const HTTP_CONNECTOR_LIMITS: Readonly<HttpConnectorLimits> = Object.freeze({
  messageBytes: 4 * 1024 * 1024,
  highWaterBytes: 1024 * 1024,
  requests: 256,
  answerMs: 300_000,
  acceptMs: 30_000,
  retryMs: 1000,
  retryMaxMs: 30_000,
  attempts: 5,
  lingerMs: 1000,
  closeMs: 1000,
});
