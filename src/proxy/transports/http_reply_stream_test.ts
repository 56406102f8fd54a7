import { expect } from "expect";
import { type HttpListener, type HttpRequest, listen, type ReplyStream } from "./mod.ts";

/** What a writer was told, and the stream once it is open. */
class Told {
  readonly opened = Promise.withResolvers<ReplyStream>();
  readonly closed = Promise.withResolvers<void>();
  readonly never = Promise.withResolvers<void>();
  readonly gone = Promise.withResolvers<string>();
  readonly events: string[] = [];
  flushed = (): void => {};
}

/** A listener that answers every request by a stream, and `/json` by a text after the peer has gone or not. */
async function streaming(told: Told): Promise<{ listener: HttpListener; url: string }> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    onRequest: (request: HttpRequest) => {
      request.onGone!(() => told.gone.resolve(request.path));
      if (request.path === "/json") return Promise.resolve({ status: 200, body: "{}" });
      if (request.path === "/never") {
        told.never.resolve();
        return new Promise(() => {});
      }
      return Promise.resolve({
        status: 200,
        headers: [["Content-Type", "text/event-stream"]],
        writer: {
          onOpen: (stream) => {
            told.events.push("open");
            told.opened.resolve(stream);
          },
          onFlush: () => told.flushed(),
          onClose: () => {
            told.events.push("close");
            told.closed.resolve();
          },
        },
      });
    },
  });
  return { listener, url: `http://127.0.0.1:${listener.port}` };
}

Deno.test("a reply's writer sends its head at once, and its text when it comes", async () => {
  const told = new Told();
  const { listener, url } = await streaming(told);
  const response = await fetch(`${url}/stream`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("content-length")).toBeNull();
  const stream = await told.opened.promise;
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (const text of ["data: 1\n\n", "data: grüße\n\n"]) {
    stream.write(text);
    expect((await reader.read()).value).toBe(text);
  }
  stream.end();
  stream.write("late");
  expect((await reader.read()).done).toBe(true);
  await told.closed.promise;
  expect(told.events).toEqual(["open", "close"]);
  expect(await (await fetch(`${url}/json`)).text()).toBe("{}");
  await listener.close(0);
});

Deno.test("a reply's writer hears of a peer that leaves, and so does who asked for onGone", async () => {
  const told = new Told();
  const { listener, url } = await streaming(told);
  const leaving = new AbortController();
  const response = await fetch(`${url}/stream`, { signal: leaving.signal });
  const stream = await told.opened.promise;
  leaving.abort();
  await expect(response.text()).rejects.toThrow();
  await told.closed.promise;
  expect(await told.gone.promise).toBe("/stream");
  stream.write("nobody reads this");
  stream.end();
  expect([stream.bufferedBytes, told.events]).toEqual([0, ["open", "close"]]);
  await listener.close(0);
});

Deno.test("HttpRequest.onGone() tells of a peer that does not wait for its answer, and only then", async () => {
  const told = new Told();
  const { listener, url } = await streaming(told);
  expect(await (await fetch(`${url}/json`)).text()).toBe("{}");
  const leaving = new AbortController();
  const asked = fetch(`${url}/never`, { signal: leaving.signal });
  await told.never.promise;
  leaving.abort();
  await expect(asked).rejects.toThrow();
  expect(await told.gone.promise).toBe("/never");
  await listener.close(0);
});

Deno.test("ReplyStream.bufferedBytes counts what the peer has not taken, and cut() ends it", async () => {
  const told = new Told();
  const { listener } = await streaming(told);
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
  await conn.write(new TextEncoder().encode("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"));
  const stream = await told.opened.promise;
  const flushed = new Promise<void>((resolve) => told.flushed = resolve);
  const size = 16_000_000;
  stream.write("x".repeat(size));
  stream.write("y");
  expect(stream.bufferedBytes).toBe(size + 1);
  const buffer = new Uint8Array(65_536);
  for (let read = 0; read < size; read += await conn.read(buffer) ?? size);
  await flushed;
  expect(stream.bufferedBytes).toBeLessThanOrEqual(1);
  stream.cut();
  await told.closed.promise;
  conn.close();
  await listener.close(0);
});
