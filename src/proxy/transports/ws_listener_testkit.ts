// What the tests of the WebSocket listener share: a listener that notes what is delivered.

import { expect } from "expect";
import { closeCode, openRaw } from "../../../tests/kit/ws_raw.ts";
import type { CloseInfo } from "./channel.ts";
import { type HttpListener, listen } from "./http_listener.ts";
import type { HttpRequest } from "./http_message.ts";
import type { WebSocketChannel } from "./ws_channel.ts";
import type { WebSocketLimits } from "./ws_limits.ts";
import { type Authorization, webSocketUpgrade } from "./ws_listener.ts";

/** A call that must not get through. */
export const DENIED_CALL: string =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_file","arguments":{"path":"/x"}}}';

/** A listener, and all that it told. */
export interface Guarded extends AsyncDisposable {
  listener: HttpListener;
  port: number;
  got: string[];
  channels: WebSocketChannel[];
  refusals: string[];
  errors: unknown[];
  /** The end of the first channel. */
  closed: Promise<CloseInfo>;
  /** The first channel. */
  opened: Promise<WebSocketChannel>;
  /** Resolves with each `onDrain`. */
  drained: Promise<void>;
}

/** Listens, notes what is delivered, and answers nothing. */
export async function guarded(
  limits: Partial<WebSocketLimits> = {},
  authorize?: (request: HttpRequest) => Promise<Authorization<string>>,
  onChannel?: () => void,
): Promise<Guarded> {
  const closed = Promise.withResolvers<CloseInfo>();
  const opened = Promise.withResolvers<WebSocketChannel>();
  const drained = Promise.withResolvers<void>();
  const got: string[] = [];
  const channels: WebSocketChannel[] = [];
  const refusals: string[] = [];
  const errors: unknown[] = [];
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    onRequest: () => Promise.resolve({ status: 404 }),
    onRefused: ({ status, violation }) => void refusals.push(`${status} ${violation}`),
    onUpgrade: webSocketUpgrade<string>({
      limits: { closeMs: 200, ...limits },
      authorize: authorize ?? (() => Promise.resolve({ ok: true, context: "context" })),
      onRefused: ({ status, violation }) => void refusals.push(`${status} ${violation}`),
      onError: (error) => void errors.push(error),
      onChannel: (channel, context) => {
        expect(context).toBe("context");
        onChannel?.();
        channels.push(channel);
        channel.start({
          onMessage: (bytes) => void got.push(new TextDecoder().decode(bytes)),
          onClose: closed.resolve,
          onDrain: drained.resolve,
        });
        opened.resolve(channel);
      },
    }),
  });
  return {
    listener,
    port: listener.port,
    got,
    channels,
    refusals,
    errors,
    closed: closed.promise,
    opened: opened.promise,
    drained: drained.promise,
    [Symbol.asyncDispose]: () => listener.close(0),
  };
}

/** Sends bytes on a fresh WebSocket and says by which close code the server ended it. */
export async function endedBy(port: number, bytes: Uint8Array): Promise<number> {
  const socket = await openRaw(port);
  await socket.write(bytes);
  const frames = await socket.frames();
  socket.close();
  expect(frames.map((f) => f.op)).toEqual([8]);
  return closeCode(frames[0]!);
}
