import { expect } from "expect";
import fc from "fast-check";
import type { LineChannel } from "./stdio_channel.ts";
import type { StdioLimits } from "./stdio_limits.ts";
import { stdioServerChannel } from "./stdio_server.ts";
import { FakeInput, FakeOutput, listenTo } from "./stdio_testkit.ts";

interface Rig {
  stdin: FakeInput;
  stdout: FakeOutput;
  channel: LineChannel;
}

function rig(limits: Partial<StdioLimits> = {}, room = Infinity): Rig {
  const stdin = new FakeInput();
  const stdout = new FakeOutput(room);
  return { stdin, stdout, channel: stdioServerChannel({ stdin, stdout, limits }) };
}

/** Lets everything run that waits for nothing. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("stdioServerChannel() delivers each line once, in order, however they come", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer(), { minLength: 1, maxLength: 50 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
      async (numbers, sizes) => {
        const { stdin, channel } = rig();
        const text = numbers.map((n) => `{"n":${n}}\n`).join("");
        for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]!) {
          stdin.feed(text.slice(at, at + sizes[i % sizes.length]!));
        }
        stdin.feed(null);
        const told = listenTo(channel);
        expect(await told.closed).toEqual({ code: 1000, reason: "the input ended", local: false });
        expect(told.messages).toEqual(numbers.map((n) => `{"n":${n}}`));
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("stdioServerChannel() reads nothing before start, and delivers nothing within it", async () => {
  const { stdin, channel } = rig();
  stdin.feed("1\n", null);
  await settle();
  expect(stdin.reads).toBe(0);
  const told = listenTo(channel);
  expect(told.messages).toEqual([]);
  await told.closed;
  expect(told.messages).toEqual(["1"]);
});

Deno.test("pause() stops the reading, resume() goes on; a chunk on its way waits too", async () => {
  const { stdin, channel } = rig();
  const told = listenTo(channel, {}, (text) => text === "1" && channel.pause());
  stdin.feed("1\n");
  await told.messagesAre(1);
  stdin.feed("2\n", "3\n");
  await settle();
  expect([told.messages, stdin.reads]).toEqual([["1"], 1]);
  channel.resume();
  expect(await told.messagesAre(3)).toEqual(["1", "2", "3"]);
  channel.pause(); // the read that waits by now
  stdin.feed("4\n");
  await settle();
  expect([told.messages.length, stdin.reads]).toEqual([3, 4]);
  channel.resume();
  channel.pause();
  await settle();
  expect(told.messages.length).toBe(3);
  channel.resume();
  await told.messagesAre(4);
  channel.close(1000, "done");
  await told.closed;
});

Deno.test("send() writes whole lines in order, through short writes", async () => {
  const { stdout, channel } = rig();
  const told = listenTo(channel);
  const texts = Array.from({ length: 50 }, (_, i) => JSON.stringify(`${i}`.repeat(5000)));
  for (const text of texts) channel.send(text);
  channel.close(1000, "done");
  expect(await told.closed).toEqual({ code: 1000, reason: "done", local: true });
  expect(stdout.text).toBe(texts.map((text) => text + "\n").join(""));
  expect(stdout.closed).toBe(true);
});

Deno.test("send() refuses a text of two lines: it would be two messages", () => {
  const { channel } = rig();
  expect(() => channel.send('{}\n{"method":"x"}')).toThrow(TypeError);
  expect(channel.bufferedBytes).toBe(0);
});

Deno.test("send() returns false above the high-water mark, and onDrain follows below half of it", async () => {
  const { stdout, channel } = rig({ highWaterBytes: 1000 }, 1);
  const told = listenTo(channel);
  expect(channel.send("a".repeat(400))).toBe(true);
  await settle();
  expect(channel.send("b".repeat(700))).toBe(false);
  expect(channel.send("c")).toBe(false); // stays false until the drain
  stdout.allow(400);
  await settle();
  expect(told.events).toEqual([]); // 702 bytes still wait
  stdout.allow(10_000);
  await told.event("drain");
  expect([channel.bufferedBytes, channel.send("d")]).toEqual([0, true]);
  channel.close(1000, "");
  await told.closed;
});

Deno.test("send() writes out what other readers take for the end of a line (STD-002)", async () => {
  const { stdout, channel } = rig();
  channel.send('{"a":"b\u2028c\u2029d\u0085e é"}');
  await settle();
  expect(stdout.text).toBe('{"a":"b\\u2028c\\u2029d\\u0085e é"}\n');
  expect(JSON.parse(stdout.text)).toEqual({ a: "b\u2028c\u2029d\u0085e é" });
});

Deno.test("send() keeps a bounded queue: the peer that reads nothing is cut off (STD-011)", async () => {
  const { stdout, channel } = rig({ highWaterBytes: 1000, hardCapBytes: 5000, closeMs: 10 }, 0);
  const told = listenTo(channel);
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    channel.send("x".repeat(100));
    most = Math.max(most, channel.bufferedBytes);
  }
  expect(most).toBeLessThan(5200);
  expect(await told.closed).toMatchObject({
    ...{ code: 1013, violation: "stdio.slow_reader", local: true, terminated: true },
  });
  stdout.allow(100_000); // the write that hung ends, and nothing follows it
  await settle();
  expect(stdout.text.length).toBeLessThan(200);
});

Deno.test("slowReaderMs ends a connection whose peer stays behind, when asked for", async () => {
  const { channel } = rig({ highWaterBytes: 10, slowReaderMs: 5, closeMs: 5 }, 0);
  const told = listenTo(channel);
  channel.send("a".repeat(20));
  expect(await told.closed).toMatchObject({ code: 1013, violation: "stdio.slow_reader" });
});

Deno.test("a broken output closes the channel (EPIPE)", async () => {
  const { stdin, stdout, channel } = rig();
  const told = listenTo(channel);
  stdout.failure = new Deno.errors.BrokenPipe("gone");
  channel.send("{}");
  expect(await told.closed).toEqual({ code: 1006, reason: "the peer reads no more", local: false });
  expect([stdin.closed, stdout.closed, channel.send("{}")]).toEqual([true, true, false]);
});

Deno.test("a broken input closes the channel", async () => {
  const { stdin, channel } = rig();
  const told = listenTo(channel);
  stdin.feed("1\n", new Error("EIO"), "2\n");
  expect(await told.closed).toMatchObject({ code: 1006, local: false });
  expect(told.messages).toEqual(["1"]);
});

Deno.test("pipes that somebody made non-blocking are tried again, not given up", async () => {
  const { stdin, stdout, channel } = rig();
  stdout.failure = new Deno.errors.WouldBlock("full");
  stdin.feed(new Deno.errors.WouldBlock("empty"), "1\n");
  const told = listenTo(channel);
  channel.send("2");
  expect(await told.messagesAre(1)).toEqual(["1"]);
  channel.close(1000, "");
  await told.closed;
  expect(stdout.text).toBe("2\n");
});

Deno.test("a line without its end is no message (STD-001)", async () => {
  const { stdin, channel } = rig();
  stdin.feed('{"id', '":1}', null);
  const told = listenTo(channel, { onEnd: true });
  expect(await told.closed).toEqual({
    ...{ code: 1006, reason: "the input ended within a line", local: false },
    violation: "stdio.truncated",
  });
  expect([told.messages, told.events]).toEqual([[], ["close"]]);
});

Deno.test("onEnd tells the end of the input, and answers still go out until close", async () => {
  const { stdin, stdout, channel } = rig();
  const told = listenTo(channel, { onEnd: true });
  stdin.feed("1\n", null);
  await told.event("end");
  channel.send("answer");
  channel.close(1000, "all answered");
  expect(await told.closed).toMatchObject({ code: 1000, local: true });
  expect([told.messages, stdout.text]).toEqual([["1"], "answer\n"]);
});

Deno.test("a line that is too long is dropped and told, and the third ends the connection (STD-003)", async () => {
  const { stdin, channel } = rig({ messageBytes: 10 });
  const told = listenTo(channel, { onViolation: true });
  const long = "x".repeat(11) + "\n";
  stdin.feed("x".repeat(10) + "\n", long, "ok\n", long, "fine\n" + long + "never\n");
  expect(await told.closed).toMatchObject({
    ...{ code: 1009, local: true, violation: "stdio.message_too_big" },
  });
  expect(told.messages).toEqual(["x".repeat(10), "ok", "fine"]);
  expect(told.events).toEqual([...Array(3).fill("stdio.message_too_big"), "close"]);
});

Deno.test("a line that is too long ends the connection where nobody would answer for it", async () => {
  const { stdin, channel } = rig({ messageBytes: 10 });
  const told = listenTo(channel);
  stdin.feed("x".repeat(11), "\nnever\n");
  expect(await told.closed).toMatchObject({ code: 1009, violation: "stdio.message_too_big" });
  expect(told.messages).toEqual([]);
});

Deno.test("a line that never ends is read only so far", async () => {
  const { stdin, channel } = rig({ messageBytes: 10, skipBytes: 100_000 });
  const told = listenTo(channel, { onViolation: true });
  for (let i = 0; i < 100; i++) stdin.feed("x".repeat(10_000));
  expect(await told.closed).toMatchObject({ code: 1009, violation: "stdio.message_too_big" });
  expect(stdin.reads).toBeLessThan(13);
});

Deno.test("a handler that throws ends its channel with the cause", async () => {
  const { stdin, channel } = rig();
  const told = listenTo(channel, {}, () => {
    throw new Error("bug");
  });
  stdin.feed("1\n2\n");
  const info = await told.closed;
  expect(info).toMatchObject({ code: 1011, violation: "stdio.handler_failed", local: true });
  expect((info.cause as Error).message).toBe("bug");
  expect(told.messages).toEqual(["1"]);
});

Deno.test("close() is idempotent, ends reading at once, and tells a later start", async () => {
  const { stdin, channel } = rig();
  channel.close(1001, "first");
  channel.close(1002, "second");
  stdin.feed("1\n");
  const told = listenTo(channel);
  expect(await told.closed).toEqual({ code: 1001, reason: "first", local: true });
  expect([told.messages, told.events]).toEqual([[], ["close"]]);
});

Deno.test("close() cuts an output that takes nothing after closeMs", async () => {
  const { stdout, channel } = rig({ closeMs: 5 }, 0);
  const told = listenTo(channel);
  channel.send("{}");
  channel.close(1000, "done");
  expect(await told.closed).toMatchObject({ code: 1000, terminated: true });
  expect(stdout.closed).toBe(true);
});
