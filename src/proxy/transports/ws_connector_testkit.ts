// What the tests of the WebSocket connector share: a server that the test plays, and what the connector tells.

import { expect } from "expect";
import {
  closeCode,
  frame,
  type FrameSpec,
  rawServer,
  RawSocket,
} from "../../../tests/kit/ws_raw.ts";
import type { CloseInfo } from "./channel.ts";
import { UpstreamError } from "./upstream_error.ts";
import { connectWebSocket, type WebSocketConnectOptions } from "./ws_connector.ts";
import type { WebSocketChannel } from "./ws_channel.ts";
import { acceptKey } from "./ws_handshake.ts";
import {} from "./ws_listener.ts";

/** A frame as servers send it. */
export const server = (spec: FrameSpec): Uint8Array => frame({ mask: false, ...spec });
/** The key of a handshake. */
export const keyOf = (head: string): string => /^Sec-WebSocket-Key: (.*)\r$/m.exec(head)![1]!;

/** Answers the handshake; `change` may spoil the answer. */
export async function shakeHands(
  socket: RawSocket,
  change: (reply: string) => string = (reply) => reply,
): Promise<string> {
  const head = await socket.head();
  await socket.write(change(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(keyOf(head))}\r\n\r\n`,
  ));
  return head;
}

/** What `connectWebSocket` fails with. */
export async function failure(
  url: string,
  options?: WebSocketConnectOptions,
): Promise<UpstreamError> {
  try {
    await connectWebSocket(url, options);
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error("it connected");
}

/** Starts a channel that collects; `last` resolves at the message "last". */
export function collect(
  channel: WebSocketChannel,
): { got: string[]; closed: Promise<CloseInfo>; last: Promise<void> } {
  const got: string[] = [];
  const { promise: last, resolve: onLast } = Promise.withResolvers<void>();
  const { promise: closed, resolve } = Promise.withResolvers<CloseInfo>();
  channel.start({
    onMessage: (bytes) => {
      got.push(new TextDecoder().decode(bytes));
      if (got.at(-1) === "last") onLast();
    },
    onClose: resolve,
    onDrain: () => {},
  });
  return { got, closed, last };
}

/** Connects to a server that sends bytes after the handshake, and says how the channel ended. */
export async function against(
  bytes: Uint8Array,
  options: WebSocketConnectOptions = {},
): Promise<{ got: string[]; info: CloseInfo; answered: number[] }> {
  let answered: number[] = [];
  const upstream = rawServer(async (socket) => {
    await shakeHands(socket);
    await socket.write(bytes);
    const closes: number[] = [];
    for (let f = await socket.frame(); f !== null; f = await socket.frame()) {
      expect(f.masked).toBe(true);
      if (f.op !== 8) continue;
      closes.push(closeCode(f));
      break;
    }
    answered = closes;
    socket.close();
  });
  const channel = await connectWebSocket(`ws://127.0.0.1:${upstream.port}/`, options);
  const { got, closed } = collect(channel);
  const info = await closed;
  await upstream.close();
  return { got, info, answered };
}
