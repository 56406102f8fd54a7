// What the tests of the HTTP connector share: a channel to a server that the test plays, and all that it tells.

import type { PlayedHttp, Turn } from "../../../tests/fixtures/http_played_server.ts";
import { Inbox } from "../../../tests/fixtures/proxy_inbox.ts";
import type { CloseInfo, MessageInfo, SendFailure } from "./channel.ts";
import { connectHttp, type HttpChannel, type HttpConnectOptions } from "./http_connector.ts";

/** A channel and what it told. */
export interface Played extends AsyncDisposable {
  channel: HttpChannel;
  messages: Inbox<string>;
  failures: Inbox<{ about: MessageInfo; code: string; message: string }>;
  violations: Inbox<string>;
  closes: Inbox<CloseInfo>;
  drains: Inbox<true>;
  manners: string[];
}

/** Connects a channel to a played server. */
export async function open(server: PlayedHttp, options: HttpConnectOptions = {}): Promise<Played> {
  const channel = await connectHttp(`${server.origin}/mcp`, options);
  const played = {
    channel,
    messages: new Inbox<string>("the session"),
    failures: new Inbox<{ about: MessageInfo; code: string; message: string }>("failures"),
    violations: new Inbox<string>("violations"),
    closes: new Inbox<CloseInfo>("closes"),
    drains: new Inbox<true>("drains"),
    manners: [] as string[],
    [Symbol.asyncDispose]: async () => {
      channel.close(1000, "the test is over");
      if (played.closes.all.length === 0) await played.closes.next();
    },
  };
  channel.start({
    onMessage: (bytes) => played.messages.push(new TextDecoder().decode(bytes)),
    onSendFailed: (about, { code, message }: SendFailure) =>
      played.failures.push({ about, code, message }),
    onViolation: (code) => played.violations.push(code),
    onManner: (id, manner) => played.manners.push(`${id} ${manner}`),
    onClose: (info) => played.closes.push(info),
    onDrain: () => played.drains.push(true),
  });
  return played;
}

/** A request as text. */
export const request = (id: number, method: string, params: unknown = {}): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });
/** A result. */
export const result = (id: number, value: unknown = {}): unknown => ({
  jsonrpc: "2.0",
  id,
  result: value,
});
/** What the session says of a request. */
export const about = (
  id: number,
  method: string,
  more: Partial<MessageInfo> = {},
): MessageInfo => ({
  kind: "request",
  id: `n${id}`,
  method,
  era: "legacy",
  ...more,
});
/** A notification, and what the session says of it. */
export const notice = (method: string, params: unknown = {}): [string, MessageInfo] => [
  JSON.stringify({ jsonrpc: "2.0", method, params }),
  { kind: "notification", method },
];

/** A session that is initialized, with its GET stream as a turn. */
export async function initialized(server: PlayedHttp, played: Played): Promise<Turn> {
  played.channel.send(request(1, "initialize"), about(1, "initialize"));
  const first = await server.turns.next();
  first.json200(result(1, { protocolVersion: "2025-11-25" }), { "Mcp-Session-Id": "s-1" });
  await played.messages.next();
  played.channel.send(...notice("notifications/initialized"));
  (await server.turns.next()).reply(202);
  return await server.turns.next();
}

/** Answers the DELETE of a session that ends. */
export async function ended(server: PlayedHttp, played: Played): Promise<Turn> {
  played.channel.close(1000, "done");
  const last = await server.turns.next();
  last.reply(200);
  await played.closes.next();
  return last;
}
