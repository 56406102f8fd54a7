// What the tests of the HTTP listener share: a listener with a handler that notes, and raw requests.

import { RawSocket } from "../../../tests/kit/ws_raw.ts";
import type { HttpLimits } from "./http_limits.ts";
import { type HttpListener, type HttpListenOptions, listen } from "./http_listener.ts";
import { type HttpReply, type HttpRequest } from "./http_message.ts";

/** A listener, and what it handed over. */
export interface Served {
  listener: HttpListener;
  seen: HttpRequest[];
  refusals: string[];
  errors: unknown[];
}

/** Listens with a handler that reads the body and says what it saw. */
export async function serve(
  limits: Partial<HttpLimits> = {},
  more: Partial<HttpListenOptions> = {},
): Promise<Served> {
  const seen: HttpRequest[] = [];
  const refusals: string[] = [];
  const errors: unknown[] = [];
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    limits,
    onRequest: async (request): Promise<HttpReply> => {
      seen.push(request);
      const body = await request.body();
      return { status: 200, headers: [["X-Seen", request.path]], body: `${body.length} bytes` };
    },
    onRefused: ({ status, violation }) => void refusals.push(`${status} ${violation}`),
    onError: (error) => void errors.push(error),
    ...more,
  });
  return { listener, seen, refusals, errors };
}

/** Sends raw text on a new connection and reads what comes until the server hangs up. */
export async function talk(listener: HttpListener, text: string | Uint8Array): Promise<string> {
  const socket = await RawSocket.connect(listener.port);
  await socket.write(text);
  const answer = new TextDecoder("latin1").decode(await socket.rest());
  socket.close();
  return answer;
}

/** A request head whose connection is closed after the answer. */
export const request = (line: string, ...headers: string[]): string =>
  [line, "Host: localhost", "Connection: close", ...headers, "", ""].join("\r\n");
