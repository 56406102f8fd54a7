import { expect } from "expect";
import type {
  CloseInfo,
  HttpReply,
  MessageInfo,
  ReplyStream,
  ReplyWriter,
} from "../transports/mod.ts";
import { EventLog } from "./event_log.ts";
import { HttpChannel, type HttpKind } from "./http_channel.ts";

/** A connection that takes a stream: what it was sent, and what waits in it until `flush`. */
class Connection implements ReplyStream {
  text = "";
  bufferedBytes = 0;
  ended = false;
  wasCut = false;
  readonly #writer: ReplyWriter;

  constructor(reply: HttpReply) {
    expect([reply.status, reply.headers?.[0]]).toEqual([200, [
      "Content-Type",
      "text/event-stream",
    ]]);
    this.#writer = reply.writer!;
    this.#writer.onOpen(this);
  }

  write(text: string): void {
    this.text += text;
    this.bufferedBytes += text.length;
  }

  end(): void {
    this.ended = true;
    this.flush();
    this.#writer.onClose();
  }

  cut(): void {
    this.wasCut = true;
    this.bufferedBytes = 0;
    this.#writer.onClose();
  }

  /** Everything that waits is read. */
  flush(): void {
    this.bufferedBytes = 0;
    this.#writer.onFlush();
  }

  /** The data of the events so far. */
  get data(): string[] {
    return this.text.split("\n").filter((line) => line.startsWith("data: "))
      .map((line) => line.slice(6));
  }
}

/** A channel whose handlers keep what they are told. */
function opened(kind: HttpKind, limits = {}): {
  channel: HttpChannel;
  told: string[];
  closed: CloseInfo[];
} {
  const told: string[] = [];
  const closed: CloseInfo[] = [];
  const channel = new HttpChannel({
    kind,
    remote: "127.0.0.1",
    limits: {
      highBytes: 1000,
      hardBytes: 4000,
      slowMs: 60_000,
      keepAliveMs: 60_000,
      ...limits,
    },
    log: kind === "legacy"
      ? new EventLog({ token: "t", events: 100, chars: 10_000, policy: () => 1 })
      : null,
    onClosed: () => told.push("closed"),
  });
  channel.start({
    onMessage: () => told.push("message"),
    onClose: (info) => closed.push(info),
    onDrain: () => told.push("drain"),
    onViolation: (violation) => told.push(violation),
  });
  return { channel, told, closed };
}

const response = (id: string, code?: number): MessageInfo => ({
  kind: "response",
  id,
  ...(code === undefined ? {} : { code }),
});
const notice: MessageInfo = { kind: "notification", method: "notifications/x" };
const question: MessageInfo = { kind: "request", method: "roots/list", id: "n1" };

Deno.test("HttpChannel answers a POST by JSON where the answer comes first", async () => {
  const { channel } = opened("legacy");
  const one = channel.expect("n1", { headers: (code) => [["X-Code", String(code)]] });
  const two = channel.expect("s1");
  channel.send("TWO", response("s1"));
  channel.send("ONE", response("n1", -32601));
  expect(await one.reply).toEqual({
    status: 200,
    headers: [["Content-Type", "application/json"], ["X-Code", "-32601"]],
    body: "ONE",
  });
  expect((await two.reply).body).toBe("TWO");
  expect([channel.has("n1"), channel.has("s1")]).toEqual([false, false]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel tells errors in the status too, in the modern era alone", async () => {
  for (
    const [code, status] of [[-32601, 404], [-32020, 400], [-32602, 200], [-31403, 200]] as const
  ) {
    for (const kind of ["modern", "legacy"] as const) {
      const { channel } = opened(kind);
      const { reply } = channel.expect("n1");
      channel.send("{}", response("n1", code));
      expect([code, kind, (await reply).status]).toEqual([
        code,
        kind,
        kind === "modern" ? status : 200,
      ]);
      channel.close(1000, "done");
    }
  }
});

Deno.test("HttpChannel puts what belongs to a request onto its stream, the rest onto the GET's", async () => {
  const { channel } = opened("legacy");
  const one = channel.expect("n1");
  const two = channel.expect("n2");
  const get = new Connection(channel.standalone.reply());
  channel.send("P1", { ...notice, related: "n1" });
  channel.send("X", notice);
  channel.send("Q", question);
  const first = new Connection(await one.reply);
  channel.send("A1", response("n1"));
  channel.send("A2", response("n2"));
  expect([first.data, first.ended]).toEqual([["P1", "A1"], true]);
  expect(get.data).toEqual(["X", "Q"]);
  expect((await two.reply).body).toBe("A2");
  channel.close(1000, "done");
  expect(get.ended).toBe(true);
});

Deno.test("HttpChannel gives a question to the one call that runs, and to any where nobody listens", async () => {
  const { channel } = opened("legacy");
  const get = new Connection(channel.standalone.reply());
  const one = channel.expect("n1");
  channel.send("Q1", question);
  get.cut();
  channel.expect("n2");
  const stream = new Connection(await one.reply);
  expect(stream.data).toEqual(["Q1"]);
  channel.send("CHANGED", notice);
  channel.send("Q2", question);
  stream.cut();
  const again = new Connection(channel.standalone.reply());
  expect(again.data).toEqual(["CHANGED"]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel.comeBack() sends the rest of a stream, its own log's alone", async () => {
  const { channel } = opened("legacy");
  const { reply } = channel.expect("n1", { primer: true });
  channel.send("P1", { ...notice, related: "n1" });
  const stream = new Connection(await reply);
  expect(stream.text).toBe(
    "id: t-1\nretry: 1000\ndata: \n\nevent: message\nid: t-2\ndata: P1\n\n",
  );
  stream.cut();
  channel.send("P2", { ...notice, related: "n1" });
  channel.send("A", response("n1"));
  const rest = new Connection(channel.comeBack("t-2")!);
  expect([rest.data, rest.ended]).toEqual([["P2", "A"], true]);
  expect(new Connection(channel.comeBack("t-1")!).data).toEqual(["P1", "P2", "A"]);
  expect(channel.comeBack("t-4")).toEqual({ status: 204 });
  expect(channel.comeBack("u-1")).toBeUndefined();
  expect(opened("legacy").channel.comeBack("t-9")).toBeUndefined();
  channel.close(1000, "done");
});

Deno.test("HttpChannel.manner() streams as the server does, and has the client poll as the server does", async () => {
  const { channel } = opened("legacy");
  const { reply } = channel.expect("n1", { primer: true });
  channel.manner("n1", "stream");
  const stream = new Connection(await reply);
  expect([stream.text, stream.ended]).toEqual(["id: t-1\nretry: 1000\ndata: \n\n", false]);
  channel.manner("n1", "poll");
  expect([stream.ended, stream.wasCut]).toEqual([true, false]);
  channel.send("P", { ...notice, related: "n1" });
  const again = new Connection(channel.comeBack("t-1")!);
  channel.manner("n1", "poll");
  expect([again.data, again.ended]).toEqual([["P"], true]);
  channel.send("A", response("n1"));
  const rest = new Connection(channel.comeBack("t-2")!);
  expect([rest.data, rest.ended]).toEqual([["A"], true]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel.manner() closes a stream also when it is told before the stream is open", async () => {
  const { channel } = opened("legacy");
  const { reply } = channel.expect("n1", { primer: true });
  channel.manner("n1", "stream");
  channel.manner("n1", "poll");
  const stream = new Connection(await reply);
  expect([stream.text, stream.ended]).toEqual(["id: t-1\nretry: 1000\ndata: \n\n", true]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel.manner() leaves a client alone that was not told to poll, and the other eras", async () => {
  const { channel } = opened("legacy");
  const { reply } = channel.expect("n1");
  channel.manner("n1", "stream");
  const stream = new Connection(await reply);
  channel.manner("n1", "poll");
  channel.manner("n2", "poll");
  expect(stream.ended).toBe(false);
  channel.send("A", response("n1"));
  expect([stream.data, stream.ended]).toEqual([["A"], true]);
  channel.close(1000, "done");
  const modern = opened("modern").channel;
  const one = modern.expect("n1");
  modern.manner("n1", "stream");
  modern.send("A", response("n1"));
  expect((await one.reply).body).toBe("A");
  modern.close(1000, "done");
});

Deno.test("HttpChannel cuts a stream's old connection when a new one takes it over", () => {
  const { channel } = opened("legacy");
  const old = new Connection(channel.standalone.reply());
  channel.send("1", notice);
  const fresh = new Connection(channel.comeBack("t-1")!);
  channel.send("2", notice);
  expect([old.wasCut, old.data, fresh.data]).toEqual([true, ["1"], ["2"]]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel.send() says when a client reads too slowly, and when it has read", () => {
  const { channel, told } = opened("legacy");
  const get = new Connection(channel.standalone.reply());
  expect(channel.send("x".repeat(900), notice)).toBe(true);
  expect(channel.send("x".repeat(900), notice)).toBe(false);
  expect(channel.bufferedBytes).toBeGreaterThan(1800);
  expect(told).toEqual([]);
  get.flush();
  expect(told).toEqual(["drain"]);
  expect(channel.send("x", notice)).toBe(true);
  channel.close(1000, "done");
});

Deno.test("HttpChannel cuts a connection beyond the hard bound, and goes on without it", () => {
  const { channel, told, closed } = opened("legacy");
  const get = new Connection(channel.standalone.reply());
  for (let i = 0; i < 10; i++) channel.send("x".repeat(900), notice);
  expect([get.wasCut, get.text.length < 6000]).toEqual([true, true]);
  expect(told).toEqual(["http.slow_reader", "drain"]);
  expect([channel.closed, closed]).toEqual([false, []]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel of HTTP+SSE sends everything on its stream, and ends with it", async () => {
  const { channel, told, closed } = opened("sse");
  const reply = channel.standalone.reply();
  channel.standalone.sendRaw("event: endpoint\ndata: /m\n\n");
  const stream = new Connection(reply);
  channel.send("A", response("n1"));
  channel.send("Q", question);
  expect(stream.text).toBe(
    "event: endpoint\ndata: /m\n\nevent: message\ndata: A\n\nevent: message\ndata: Q\n\n",
  );
  stream.cut();
  await Promise.resolve();
  expect(told).toContain("closed");
  expect(closed).toEqual([{ code: 1006, reason: "the stream was closed", local: false }]);
});

Deno.test("HttpChannel tells a modern client's leaving, and an end that was read", async () => {
  const { channel } = opened("modern");
  const heard: string[] = [];
  const about = (name: string): object => ({
    onGone: () => heard.push(`${name} gone`),
    onDone: () => heard.push(`${name} done`),
  });
  const one = channel.expect("n1", about("one"));
  channel.send("P", { ...notice, related: "n1" });
  new Connection(await one.reply).cut();
  const two = channel.expect("n2", about("two"));
  channel.send("UNRELATED", notice);
  const stream = new Connection(await two.reply);
  channel.send("A", response("n2"));
  channel.expect("n3", about("three"));
  channel.send("A", response("n3"));
  expect(heard).toEqual(["one gone", "two done", "three done"]);
  expect(stream.text).toBe("event: message\ndata: UNRELATED\n\nevent: message\ndata: A\n\n");
  channel.close(1000, "done");
});

Deno.test("HttpChannel.unanswered() ends a POST whose request was withdrawn", async () => {
  const { channel } = opened("legacy");
  const { reply } = channel.expect("n1");
  channel.unanswered("n1");
  const stream = new Connection(await reply);
  expect([stream.data, stream.ended, channel.has("n1")]).toEqual([[], true, false]);
  channel.close(1000, "done");
});

Deno.test("HttpChannel.close() answers every POST that waits and tells the session once", async () => {
  const { channel, closed } = opened("legacy");
  const { reply } = channel.expect("n1");
  channel.pause();
  const waiting = channel.ready();
  channel.close(1001, "idle");
  channel.close(1000, "again");
  await waiting;
  expect((await reply).status).toBe(503);
  expect(closed).toEqual([{ code: 1001, reason: "idle", local: true }]);
  expect(channel.send("late", notice)).toBe(true);
});

Deno.test("HttpChannel.ready() waits while the session takes nothing", async () => {
  const { channel } = opened("legacy");
  await channel.ready();
  channel.pause();
  let ready = false;
  const waiting = channel.ready().then(() => ready = true);
  await Promise.resolve();
  expect(ready).toBe(false);
  channel.resume();
  await waiting;
  channel.close(1000, "done");
});
