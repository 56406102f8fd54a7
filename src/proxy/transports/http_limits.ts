// Bounds and deadlines of the HTTP listener, and their defaults.

/** Bounds and deadlines of a listener. */
export interface HttpLimits {
  /** Largest body, bytes. */
  messageBytes: number;
  /** Open connections, upgraded ones too; keep it below the limit of file descriptors. */
  connections: number;
  /** Largest request head, bytes. */
  headerBytes: number;
  /** Milliseconds until a request's head must be whole. */
  headersMs: number;
  /** Milliseconds until a request's body must be whole, counted from the first read. */
  bodyMs: number;
  /** Milliseconds an answer may take to be read. */
  replyMs: number;
  /** Milliseconds an idle connection is kept for a next request. */
  keepAliveMs: number;
  /** Requests of one connection in work at the same time (pipelining). */
  pipelined: number;
}

/** Values for whatever a caller leaves out. */
export const HTTP_LIMITS: Readonly<HttpLimits> = {
  messageBytes: 1_048_576,
  connections: 512,
  headerBytes: 16_384,
  headersMs: 5000,
  bodyMs: 10_000,
  replyMs: 10_000,
  keepAliveMs: 30_000,
  pipelined: 8,
};
