// The one interface between a transport and a session: whole messages in, whole messages out, back pressure both ways.

/** Why a channel ended. */
export interface CloseInfo {
  /** WebSocket close code (RFC 6455 section 7.4), also used by other transports; 1006 where the peer vanished. */
  code: number;
  /** A short reason without secrets, at most 123 bytes. */
  reason: string;
  /** True when this side closed first. */
  local: boolean;
  /** Machine code for the audit when the peer broke the protocol, e.g. `ws.message_too_big`, `ws.utf8`. */
  violation?: string;
  /** True when the closing handshake did not end in time and the connection was cut (audit `ws.terminated`). */
  terminated?: boolean;
  /** What a handler threw, with violation `ws.handler_failed`: for debugging, never for the peer. */
  cause?: unknown;
}

/** What a session hands to a channel. */
export interface ChannelHandlers {
  /** One whole message; the bytes belong to the callee. Called in order, never after `onClose`. */
  onMessage(bytes: Uint8Array): void;
  /** Called exactly once. */
  onClose(info: CloseInfo): void;
  /** Called when `bufferedBytes` fell below the low-water mark after `send` returned false. */
  onDrain(): void;
  /**
   * The peer will send no more but may still read (stdio: the end of its input). Whoever takes this closes the channel
   * when every answer is sent; without it the channel closes at once.
   */
  onEnd?(): void;
  /**
   * The peer broke a rule and the connection goes on (stdio: `stdio.message_too_big`, the message is dropped unread).
   * Without it the channel closes at the first one.
   */
  onViolation?(violation: string): void;
  /**
   * A message was not taken, or its stream ended without an answer, and the connection goes on. Only transports with
   * an exchange per message say so (HTTP).
   */
  onSendFailed?(about: MessageInfo, failure: SendFailure): void;
  /**
   * How the peer goes about a request of this side's that it has not answered yet. Only transports with an exchange
   * per message say so (HTTP); who passes the answer on may do likewise.
   *
   * @param id Key of the request's id, as in {@linkcode MessageInfo}.
   */
  onManner?(id: string, manner: Manner): void;
}

/** `stream`: the answer comes on a stream; `poll`: that stream was closed, and the asker is to come back for the rest. */
export type Manner = "stream" | "poll";

/** What a message is, for transports that route it or describe it in headers; others ignore it. */
export interface MessageInfo {
  /** What the message is to its receiver. */
  kind: "response" | "request" | "notification";
  /** The method; absent in responses. */
  method?: string;
  /** The tool's or prompt's name, or the resource's URI (`Mcp-Name`, MCP 2026-07-28). */
  name?: string;
  /** Key of the id that it carries on this side (`s` or `n`, then the id); in a response the receiver's own request. */
  id?: string;
  /** Key of the receiver's request that this belongs to, e.g. the one that asked for this progress. */
  related?: string;
  /** Key of the request of the sender's that this withdraws (`notifications/cancelled`). */
  cancels?: string;
  /** Which protocol era it belongs to, where it says so itself. */
  era?: "legacy" | "modern";
  /** The protocol revision that it names itself (modern era). */
  version?: string;
  /** In a response: the code of its error, where it is one. */
  code?: number;
  /** In a response that throttles: milliseconds after which to try again. */
  retryAfterMs?: number;
  /** Headers that came with it over HTTP and go on with it: `Mcp-Param-*` only (MCP 2026-07-28). */
  headers?: readonly (readonly [name: string, value: string])[];
}

/** Why a message did not reach its receiver, or will never be answered. */
export interface SendFailure {
  /** Machine code for the audit, e.g. `status`, `redirect`, `ended`. */
  code: string;
  /** What happened, for people; without secrets. */
  message: string;
}

/** A connection of whole text messages. */
export interface Channel {
  /** `websocket`, `http`, `stdio`, ... */
  readonly transport: string;
  /** Remote address without port, or the command's name. */
  readonly remote: string;
  /** Whether others are served by the same peer, so that reading less here does not make it send less. */
  readonly shared?: boolean;
  /** Starts delivery; nothing is delivered before. */
  start(handlers: ChannelHandlers): void;
  /**
   * Queues one message. Returns false above the high-water mark: stop reading the other side until `onDrain`.
   *
   * @param text The message.
   * @param about What it is; a session always says so.
   */
  send(text: string, about?: MessageInfo): boolean;
  /**
   * A request of the peer's will get no answer, since the peer withdrew it: who keeps a place for the answer frees it.
   *
   * @param id Key of the request's id, as in {@linkcode MessageInfo}.
   */
  unanswered?(id: string): void;
  /**
   * How whoever works on a request of the peer's goes about it, so that the peer is answered in the same manner.
   *
   * @param id Key of the request's id, as in {@linkcode MessageInfo}.
   */
  manner?(id: string, manner: Manner): void;
  /** Bytes queued and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** Stops reading from the peer until `resume`; messages already read may still arrive. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Closes: sends what is queued, says goodbye, and cuts the connection after a second at the latest. Idempotent. */
  close(code: number, reason: string): void;
}
