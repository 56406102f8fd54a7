// Turns upgrade requests of the HTTP listener into channels: handshake, authorization before the 101, then frames.

import type { ByteStream } from "./byte_stream.ts";
import { checkHeaders, type HttpReply, type HttpRequest } from "./http_message.ts";
import { refuseUpgrade } from "./http_raw_reply.ts";
import { WebSocketChannel } from "./ws_channel.ts";
import { WEBSOCKET_LIMITS, type WebSocketLimits } from "./ws_limits.ts";
import { checkUpgrade } from "./ws_handshake.ts";

/** What `authorize` says: a context for the session, or the answer instead of the 101. */
export type Authorization<C> = { ok: true; context: C } | ({ ok: false } & HttpReply);

/** What the WebSocket listener needs. */
export interface WebSocketListenOptions<C> {
  /** Bounds and deadlines, where a function anew for each connection; the rest are `WEBSOCKET_LIMITS`. */
  limits?: Partial<WebSocketLimits> | (() => Partial<WebSocketLimits>);
  /** Looks at path, Host, Origin and credentials before the upgrade is accepted. A throw is answered by 500. */
  authorize(request: HttpRequest): Promise<Authorization<C>>;
  /** Takes the open channel, which delivers nothing until `start`. */
  onChannel(channel: WebSocketChannel, context: C, request: HttpRequest): void;
  /** Told of handshakes that are refused before `authorize`, for the audit. */
  onRefused?(
    refused: { remote: string; status: number; violation: "ws.upgrade" | "ws.subprotocol" },
  ): void;
  /** Told of errors that `authorize` or `onChannel` threw. */
  onError?(error: unknown): void;
}

/**
 * Makes the upgrade handler for `listen`.
 *
 * @typeParam C What `authorize` hands to the session.
 * @param options Limits and callbacks.
 * @returns The handler.
 */
export function webSocketUpgrade<C>(
  options: WebSocketListenOptions<C>,
): (request: HttpRequest, stream: ByteStream) => void {
  return (request, stream) => {
    const checked = checkUpgrade(request);
    if ("violation" in checked) {
      const { violation, reply } = checked;
      options.onRefused?.({ remote: request.remote, status: reply.status, violation });
      return refuseUpgrade(stream, reply);
    }
    let answered = false;
    const accept = async (): Promise<void> => {
      const decided = await options.authorize(request);
      if (!decided.ok) {
        answered = true;
        return refuseUpgrade(stream, decided);
      }
      checkHeaders(checked.accept);
      const head = checked.accept.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      answered = true;
      stream.write(
        new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\n${head}\r\n`),
      );
      const channel = new WebSocketChannel({
        stream,
        side: "server",
        remote: request.remote,
        limits: {
          ...WEBSOCKET_LIMITS,
          ...(typeof options.limits === "function" ? options.limits() : options.limits),
        },
      });
      options.onChannel(channel, decided.context, request);
    };
    accept().catch((error) => {
      options.onError?.(error);
      if (answered) stream.destroy();
      else refuseUpgrade(stream, { status: 500 });
    });
  };
}
