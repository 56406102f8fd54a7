import { expect } from "expect";
import {
  type PlayedHttp,
  playHttp,
  type Turn,
} from "../../../tests/fixtures/http_played_server.ts";
import { Inbox } from "../../../tests/fixtures/proxy_inbox.ts";
import type { CloseInfo, MessageInfo } from "./channel.ts";
import type { HttpConnectOptions } from "./http_connector.ts";
import { connectSse, type SseChannel } from "./http_connector_sse.ts";

interface Played {
  messages: Inbox<string>;
  failures: Inbox<{ about: MessageInfo; code: string }>;
  violations: Inbox<string>;
  closes: Inbox<CloseInfo>;
}

function listen(channel: SseChannel): Played {
  const played: Played = {
    messages: new Inbox("the session"),
    failures: new Inbox("failures"),
    violations: new Inbox("violations"),
    closes: new Inbox("closes"),
  };
  channel.start({
    onMessage: (bytes) => played.messages.push(new TextDecoder().decode(bytes)),
    onSendFailed: (about, { code }) => played.failures.push({ about, code }),
    onViolation: (code) => played.violations.push(code),
    onClose: (info) => played.closes.push(info),
    onDrain: () => {},
  });
  return played;
}

/** Opens a channel; the test plays the stream's turn. */
async function open(
  server: PlayedHttp,
  play: (turn: Turn) => unknown,
  options: HttpConnectOptions = {},
): Promise<SseChannel> {
  const channel = connectSse(`${server.origin}/sse`, options);
  channel.catch(() => {}); // the caller waits for it below
  await play(await server.turns.next());
  return await channel;
}

const endpoint = (address: string): string => `event: endpoint\ndata: ${address}\n\n`;
const ping: [string, MessageInfo] = [
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  { kind: "request", id: "n1", method: "ping", era: "legacy" },
];

Deno.test("connectSse() posts to the address that the stream names, and hears from the stream", async () => {
  await using server = playHttp();
  let stream!: ReturnType<Turn["stream"]>;
  let gone!: Promise<void>;
  const channel = await open(server, async (turn) => {
    expect([turn.method, turn.path, turn.headers.get("accept"), turn.headers.get("authorization")])
      .toEqual(["GET", "/sse", "text/event-stream", "Bearer up"]);
    gone = turn.gone;
    stream = turn.stream();
    await stream.write(endpoint("/messages?session=1#x") + "data: 1\n\ndata: 2\n\n");
  }, { headers: [["Authorization", "Bearer up"]] });
  const played = listen(channel);
  // What came with the address is not lost.
  expect(await played.messages.take(2)).toEqual(["1", "2"]);
  channel.send(...ping);
  const turn = await server.turns.next();
  expect([turn.method, turn.path, turn.body, turn.headers.get("authorization")])
    .toEqual(["POST", "/messages?session=1", ping[0], "Bearer up"]);
  turn.reply(202);
  await stream.event({ jsonrpc: "2.0", id: 1, result: {} });
  expect(JSON.parse(await played.messages.next())).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  await stream.write(endpoint("http://evil.example/collect"));
  expect(await played.violations.next()).toBe("sse.event_type");
  channel.send(...ping);
  const again = await server.turns.next();
  expect(again.path).toBe("/messages?session=1");
  again.reply(500);
  expect(await played.failures.next()).toMatchObject({ code: "status", about: { id: "n1" } });
  channel.close(1000, "done");
  expect(await played.closes.next()).toEqual({ code: 1000, reason: "done", local: true });
  await gone;
});

Deno.test("connectSse() refuses an address of another origin, and what is none", async (t) => {
  await using server = playHttp();
  const port = new URL(server.origin).port;
  const cases = [
    "http://evil.example/collect",
    "//evil.example/collect",
    "https://127.0.0.1:" + port + "/x",
    "http://127.0.0.1:1/x",
    `http://localhost:${port}/x`,
    `http://user:pw@127.0.0.1:${port}/x`,
    "http://[",
    "x".repeat(5000),
    "file:///etc/passwd",
  ];
  for (const address of cases) {
    await t.step(address.slice(0, 40), async () => {
      const opened = open(server, (turn) => void turn.stream().write(endpoint(address)));
      await expect(opened).rejects.toMatchObject({ name: "UpstreamError", code: "handshake" });
    });
  }
});

Deno.test("connectSse() tells why there is no session", async (t) => {
  await using server = playHttp();
  const cases: [string, (turn: Turn) => unknown, string][] = [
    ["404", (turn) => turn.reply(404), "status"],
    ["401", (turn) => turn.reply(401), "unauthorized"],
    ["a redirect", (turn) => turn.reply(302, null, { Location: "/x" }), "redirect"],
    ["no stream", (turn) => turn.json200({}), "content_type"],
    ["an encoded stream", (turn) => turn.stream({ "Content-Encoding": "gzip" }), "encoding"],
    ["a message first", (turn) => turn.stream().write("data: {}\n\n"), "handshake"],
    ["a stream that ends", (turn) => turn.stream().end(), "ended"],
    ["silence", (turn) => turn.stream(), "timeout"],
    ["an endless line", (turn) => void flood(turn), "size"],
  ];
  for (const [name, play, code] of cases) {
    await t.step(name, async () => {
      const limits = { messageBytes: 10_000, ...(code === "timeout" && { acceptMs: 300 }) };
      await expect(open(server, play, { limits })).rejects.toMatchObject({ code });
    });
  }
});

async function flood(turn: Turn): Promise<void> {
  const stream = turn.stream();
  while (await stream.write("x".repeat(5000)));
}

Deno.test("SseChannel closes with its stream, and says when the server broke its bounds", async (t) => {
  await using server = playHttp();
  let stream!: ReturnType<Turn["stream"]>;
  const opened = async (): Promise<Played> =>
    listen(
      await open(server, async (turn) => {
        stream = turn.stream();
        await stream.write(endpoint("/m"));
      }, { limits: { messageBytes: 10_000 } }),
    );
  await t.step("at its end", async () => {
    const played = await opened();
    await stream.end();
    expect(await played.closes.next())
      .toEqual({ code: 1006, reason: "the server closed its stream", local: false });
  });
  await t.step("at an event that is too large", async () => {
    const played = await opened();
    await stream.event("x".repeat(20_000));
    expect(await played.closes.next()).toMatchObject({ code: 1009, violation: "sse.size" });
    expect(played.messages.all).toEqual([]);
  });
  await t.step("also when nobody listens yet", async () => {
    const channel = await open(server, async (turn) => {
      stream = turn.stream();
      await stream.write(endpoint("/m"));
    });
    channel.close(1001, "changed my mind");
    expect(await listen(channel).closes.next()).toMatchObject({ code: 1001, local: true });
  });
});

Deno.test("SseChannel sends a notification after what was said before it", async () => {
  await using server = playHttp();
  const channel = await open(server, (turn) => void turn.stream().write(endpoint("/m")));
  const played = listen(channel);
  const cancel: [string, MessageInfo] = [
    '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
    { kind: "notification", method: "notifications/cancelled", cancels: "n1" },
  ];
  channel.send(...ping);
  const first = await server.turns.next();
  expect(first.json.method).toBe("ping");
  channel.send(...cancel);
  channel.send(...ping);
  expect(server.turns.waiting).toBe(0);
  first.reply(202);
  const second = await server.turns.next();
  expect(second.json.method).toBe("notifications/cancelled");
  second.reply(202);
  // A request that has not been sent yet is withdrawn without a word, and so is its cancellation.
  (await server.turns.next()).reply(202);
  channel.send(...ping);
  channel.send(...cancel);
  channel.close(1000, "done");
  await played.closes.next();
  expect(server.turns.waiting).toBe(0);
});
