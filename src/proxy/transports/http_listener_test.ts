// Tests of the HTTP listener: what it reads, and what it refuses.

import { expect } from "expect";
import { RawSocket } from "../../../tests/kit/ws_raw.ts";
import { header } from "./http_message.ts";
import { request, serve, talk } from "./http_listener_testkit.ts";

Deno.test("listen() hands over method, path, query and every header as sent", async () => {
  const { listener, seen } = await serve();
  expect(listener.port).toBeGreaterThan(0);
  const answer = await talk(
    listener,
    request(
      "POST /call/%2e%2e?a=1&b=%20?c HTTP/1.1",
      "X-one: 1",
      "x-ONE:  2 ",
      "Content-Length: 5",
    ) + "hello",
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain("X-Seen: /call/%2e%2e\r\n");
  expect(answer.endsWith("\r\n\r\n5 bytes")).toBe(true);
  const [got] = seen;
  expect([got!.method, got!.path, got!.query, got!.version, got!.remote])
    .toEqual(["POST", "/call/%2e%2e", "a=1&b=%20?c", "1.1", "127.0.0.1"]);
  expect(got!.headers).toEqual([
    ["Host", "localhost"],
    ["Connection", "close"],
    ["X-one", "1"],
    ["x-ONE", "2"],
    ["Content-Length", "5"],
  ]);
  expect([header(got!, "x-one"), header(got!, "absent")]).toEqual(["1", null]);
  await listener.close(1000);
});

Deno.test("listen() refuses heads that two readers could read differently", async () => {
  const { listener, seen, refusals } = await serve();
  const post = "POST /call HTTP/1.1";
  const cases: [string, string, string][] = [
    ["two Host", request(post, "Host: evil.example"), "400 http.duplicate_header"],
    [
      "two Authorization",
      request(post, "Authorization: a", "authorization: b"),
      "400 http.duplicate_header",
    ],
    ["two X-API-Key", request(post, "X-API-Key: a", "x-api-key: b"), "400 http.duplicate_header"],
    [
      "two equal X-API-Key",
      request(post, "X-API-Key: a", "X-API-Key: a"),
      "400 http.duplicate_header",
    ],
    [
      "two Origin",
      request(post, "Origin: http://a", "Origin: http://b"),
      "400 http.duplicate_header",
    ],
    [
      "two Sec-WebSocket-Key",
      request("GET /ws HTTP/1.1", "Sec-WebSocket-Key: a", "Sec-WebSocket-Key: b"),
      "400 http.duplicate_header",
    ],
    ["gzip", request(post, "Content-Encoding: gzip", "Content-Length: 0"), "415 http.encoding"],
    [
      "identity",
      request(post, "Content-Encoding: identity", "Content-Length: 0"),
      "415 http.encoding",
    ],
    ["absolute form", request("GET http://localhost/call HTTP/1.1"), "400 http.target"],
    ["asterisk form", request("OPTIONS * HTTP/1.1"), "400 http.target"],
    ["fragment", request("GET /a#b HTTP/1.1"), "400 http.target"],
    [
      "many headers",
      request(post, ...Array.from({ length: 300 }, (_, i) => `h${i}: v`)),
      "431 http.too_many_headers",
    ],
  ];
  for (const [name, text, refusal] of cases) {
    refusals.length = 0;
    const answer = await talk(listener, text);
    expect([name, answer.slice(0, 12), refusals])
      .toEqual([name, `HTTP/1.1 ${refusal.slice(0, 3)}`, [refusal]]);
  }
  expect(seen).toEqual([]);
  await listener.close(1000);
});

Deno.test("listen() refuses broken framing, bare LF, missing Host, and HTTP/2", async () => {
  const { listener, seen } = await serve();
  const body = "0\r\n\r\n";
  for (
    const text of [
      request("POST /call HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 5") + body,
      request("POST /call HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + body,
      request("POST /call HTTP/1.1", "Content-Length: 5", "Content-Length: 6") + "hello!",
      request("POST /call HTTP/1.1", "Content-Length: 5", "Content-Length: 5") + "hello",
      request("POST /call HTTP/1.1", "Content-Length: -5"),
      request("POST /call HTTP/1.1", "Content-Length: 5x") + "hello",
      request("POST /call HTTP/1.1", "Transfer-Encoding: xchunked") + body,
      request("POST /call HTTP/1.1", "Transfer-Encoding: gzip, chunked") + body,
      request("POST /call HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") +
      body,
      request("POST /call HTTP/1.1", "Transfer-Encoding : chunked") + body,
      request("POST /call HTTP/1.1", " folded: yes"),
      "GET / HTTP/1.1\nHost: localhost\nConnection: close\n\n",
      "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
      "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    ]
  ) {
    const answer = await talk(listener, text);
    expect([text, answer.slice(0, 10)]).toEqual([text, "HTTP/1.1 4"]);
  }
  expect(seen).toEqual([]);
  await listener.close(1000);
});

Deno.test("listen() refuses a head beyond its size", async () => {
  const { listener, seen, refusals } = await serve({ headerBytes: 4096 });
  const answer = await talk(listener, request("GET / HTTP/1.1", `X-Long: ${"x".repeat(5000)}`));
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect([seen.length, refusals]).toEqual([0, ["431 http.malformed"]]);
  await listener.close(1000);
});

Deno.test("listen() counts bodies while reading, announced and chunked", async () => {
  const { listener, refusals } = await serve({ messageBytes: 100 });
  const post = "POST /call HTTP/1.1";
  const chunk = (n: number): string => `${n.toString(16)}\r\n${"x".repeat(n)}\r\n`;
  const chunked = (...sizes: number[]): string =>
    request(post, "Transfer-Encoding: chunked") + sizes.map(chunk).join("") + "0\r\n\r\n";
  expect(await talk(listener, request(post, "Content-Length: 100") + "x".repeat(100))).toMatch(
    /100 bytes$/,
  );
  expect(await talk(listener, chunked(60, 40))).toMatch(/100 bytes$/);
  expect(refusals).toEqual([]);
  expect(await talk(listener, request(post, "Content-Length: 101"))).toMatch(/^HTTP\/1\.1 413 /);
  expect(await talk(listener, chunked(60, 41))).toMatch(/^HTTP\/1\.1 413 /);
  expect(await talk(listener, request(post, "Transfer-Encoding: chunked") + chunk(101))).toMatch(
    /^HTTP\/1\.1 413 /,
  );
  expect(refusals).toEqual(Array(3).fill("413 http.body_too_big"));
  // Whoever asks first is told no before the body, and yes where it fits.
  const asking = (n: number): string =>
    request(post, `Content-Length: ${n}`, "Expect: 100-continue");
  expect(await talk(listener, asking(101))).toMatch(/^HTTP\/1\.1 413 /);
  expect(await talk(listener, asking(100) + "x".repeat(100))).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*100 bytes$/,
  );
  await listener.close(1000);
});

Deno.test("listen() gives up slow heads, also after an answer", async () => {
  const { listener, seen, refusals } = await serve({ headersMs: 50 });
  expect(await talk(listener, "GET / HTTP/1.1\r\nHost: loc")).toMatch(/^HTTP\/1\.1 408 /);
  expect(await talk(listener, "")).toMatch(/^HTTP\/1\.1 408 /);
  expect([seen.length, refusals]).toEqual([0, ["408 http.malformed", "408 http.malformed"]]);
  await listener.close(1000);
  const kept = await serve({ keepAliveMs: 50 });
  const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const answer = await talk(kept.listener, get + get.slice(0, 20));
  expect([answer.startsWith("HTTP/1.1 200 "), kept.seen.length]).toEqual([true, 1]);
  await kept.listener.close(1000);
});

Deno.test("listen() gives up slow bodies", async () => {
  const { listener, seen, refusals } = await serve({ bodyMs: 50 });
  const slow = request("POST / HTTP/1.1", "Content-Length: 9") + "slow";
  expect(await talk(listener, slow)).toMatch(/^HTTP\/1\.1 408 /);
  expect([seen.length, refusals]).toEqual([1, ["408 http.body_timeout"]]);
  await listener.close(1000);
});

Deno.test("listen() tells a handler that a body broke off", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { listener } = await serve({}, {
    onRequest: async (request) => {
      await request.body().catch(resolve);
      return { status: 200 };
    },
  });
  const socket = await RawSocket.connect(listener.port);
  await socket.write(request("POST / HTTP/1.1", "Content-Length: 9") + "half");
  socket.close();
  expect(await promise).toMatchObject({ status: 400, violation: "http.body_truncated" });
  await listener.close(1000);
});

Deno.test("listen() answers 500 for a handler that throws, and for headers that cannot be sent", async () => {
  const cause = new Error("bug");
  const { listener, errors } = await serve({}, {
    onRequest: (request) => {
      if (request.path === "/throw") throw cause;
      return Promise.resolve({ status: 200, headers: [["X-Evil", "a\r\nSet-Cookie: b"]] });
    },
  });
  for (const path of ["/throw", "/split"]) {
    const answer = await talk(listener, request(`GET ${path} HTTP/1.1`));
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain("Set-Cookie");
  }
  expect([errors.length, errors[0]]).toEqual([2, cause]);
  await listener.close(1000);
});
