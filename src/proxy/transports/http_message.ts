// The neutral HTTP request and reply of the listener, and the rules that a request's head must keep.

/** A request's head as it came, and its body on demand. */
export interface HttpRequest {
  /** Method, upper case, e.g. `POST`. */
  readonly method: string;
  /** Path as sent, not decoded, begins with `/`. */
  readonly path: string;
  /** What follows the first `?`, without it; empty where there is none. */
  readonly query: string;
  /** `1.1` or `1.0`. */
  readonly version: string;
  /** Every header in order, as sent; names are not folded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Address of the peer, without port; IPv4 in its own form. */
  readonly remote: string;
  /**
   * Reads the whole body, once.
   *
   * @returns The body; empty where there is none.
   * @throws {HttpProblem} 413 beyond the limit, 408 when it takes too long, 400 when it breaks off.
   */
  body(): Promise<Uint8Array>;
  /**
   * Says when the peer hangs up before it has its whole answer. Absent in an upgrade, whose connection says so itself.
   *
   * @param callback Called at most once.
   */
  onGone?(callback: () => void): void;
}

/** A body that is written while it comes into being. */
export interface ReplyStream {
  /** Bytes written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Queues text; nothing after `end` or when the peer is gone. */
  write(text: string): void;
  /** Ends the body; what is queued is still sent. */
  end(): void;
  /** Cuts the connection; what is queued is lost. */
  cut(): void;
}

/** Who writes such a body. */
export interface ReplyWriter {
  /** Called once, when the head is on its way. */
  onOpen(stream: ReplyStream): void;
  /** Called whenever `bufferedBytes` has fallen. */
  onFlush(): void;
  /** Called once: the body was sent, or the peer is gone. Never before `onOpen`, but perhaps without it. */
  onClose(): void;
}

/** An answer; the length is added. */
export interface HttpReply {
  /** Status, 200 to 599. */
  status: number;
  /** Headers in order. */
  headers?: readonly (readonly [name: string, value: string])[];
  /** Body. */
  body?: string | Uint8Array;
  /** Writes the body instead, in chunks and without a deadline: who writes also watches over a slow reader. */
  writer?: ReplyWriter;
}

/** Codes for the audit of requests that are refused before anyone looks at what they ask. */
export type HttpViolation =
  | "http.duplicate_header"
  | "http.framing"
  | "http.encoding"
  | "http.target"
  | "http.host"
  | "http.too_many_headers"
  | "http.malformed"
  | "http.body_too_big"
  | "http.body_timeout"
  | "http.body_truncated";

/** A request that cannot be taken: the status that answers it. */
export class HttpProblem extends Error {
  /** The class name, stable across bundling. */
  override name = "HttpProblem";
  /** Status of the answer. */
  readonly status: number;
  /** Code for the audit. */
  readonly violation: HttpViolation;

  /**
   * Describes the problem.
   *
   * @param status Status of the answer.
   * @param violation Code for the audit.
   * @param message A short reason, sent to the peer.
   */
  constructor(status: number, violation: HttpViolation, message: string) {
    super(message);
    this.status = status;
    this.violation = violation;
  }
}

/** Headers that decide something: two of them would let two readers decide differently. */
const SINGLE = [
  "host",
  "authorization",
  "x-api-key",
  "content-length",
  "content-type",
  "origin",
  "mcp-session-id",
  "mcp-protocol-version",
  "last-event-id",
];
const MOST_HEADERS = 200;

/**
 * Finds a header.
 *
 * @param request The request.
 * @param name Its name, lower case.
 * @returns The first value, or null.
 */
export function header(request: Pick<HttpRequest, "headers">, name: string): string | null {
  return request.headers.find((h) => h[0].toLowerCase() === name)?.[1] ?? null;
}

/**
 * Checks a request's head: no header that decides something twice, one way of framing, no encoding, a plain target.
 *
 * @param target The request target as sent.
 * @param headers Every header in order.
 * @throws {HttpProblem} When the head breaks a rule (RFC 9112 sections 3.2, 6.1 and 11.2).
 */
export function checkHead(target: string, headers: HttpRequest["headers"]): void {
  if (headers.length > MOST_HEADERS) {
    throw new HttpProblem(431, "http.too_many_headers", "too many headers");
  }
  const seen = new Set<string>();
  for (const [name] of headers) {
    const lower = name.toLowerCase();
    if (seen.has(lower) && (SINGLE.includes(lower) || lower.startsWith("sec-websocket-"))) {
      throw new HttpProblem(400, "http.duplicate_header", "duplicate header");
    }
    seen.add(lower);
  }
  if (!seen.has("host")) throw new HttpProblem(400, "http.host", "missing Host");
  if (seen.has("transfer-encoding")) {
    if (seen.has("content-length")) {
      throw new HttpProblem(400, "http.framing", "Transfer-Encoding with Content-Length");
    }
    const codings = headers.filter((h) => h[0].toLowerCase() === "transfer-encoding");
    if (codings.length > 1 || codings[0]![1].toLowerCase() !== "chunked") {
      throw new HttpProblem(400, "http.framing", "unknown Transfer-Encoding");
    }
  }
  if (seen.has("content-encoding")) {
    throw new HttpProblem(415, "http.encoding", "Content-Encoding is not taken");
  }
  if (!/^\/[!-~]*$/.test(target) || target.includes("#")) {
    throw new HttpProblem(400, "http.target", "unusable request target");
  }
}

/**
 * Refuses header names and values that would break out of their line.
 *
 * @param headers Headers of an answer or of a request to send.
 * @throws {TypeError} For a name that is no token or a value with control or non-ASCII characters.
 */
export function checkHeaders(headers: readonly (readonly [string, string])[]): void {
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new TypeError("Invalid header name");
    if (!/^[\t -~]*$/.test(value)) throw new TypeError(`Invalid value of header ${name}`);
  }
}
