import { expect } from "expect";
import { rawServer, RawSocket, upgradeHead } from "../../../tests/kit/ws_raw.ts";
import type { HttpLimits } from "./http_limits.ts";
import { type HttpListener, type HttpListenOptions, listen } from "./http_listener.ts";
import { header, type HttpReply, type HttpRequest } from "./http_message.ts";

interface Served {
  listener: HttpListener;
  seen: HttpRequest[];
  refusals: string[];
  errors: unknown[];
}

/** Listens with a handler that reads the body and says what it saw. */
async function serve(
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
async function talk(listener: HttpListener, text: string | Uint8Array): Promise<string> {
  const socket = await RawSocket.connect(listener.port);
  await socket.write(text);
  const answer = new TextDecoder("latin1").decode(await socket.rest());
  socket.close();
  return answer;
}

/** A request head whose connection is closed after the answer. */
const request = (line: string, ...headers: string[]): string =>
  [line, "Host: localhost", "Connection: close", ...headers, "", ""].join("\r\n");

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

Deno.test("listen() keeps a connection for several requests, and ends it when a body stays unread", async () => {
  const { listener } = await serve({}, {
    onRequest: (request) => Promise.resolve({ status: 200, body: request.path }),
  });
  const socket = await RawSocket.connect(listener.port);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  for (const path of ["/one", "/two"]) {
    await socket.write(get(path));
    expect(await socket.head()).toContain("Content-Length: 4");
    for (let i = 0; i < 4; i++) await socket.take(1);
  }
  await socket.write(
    "POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nsome",
  );
  expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
  await socket.rest();
  socket.close();
  await listener.close(1000);
});

Deno.test("listen() cuts a connection that pipelines more than allowed", async () => {
  const { promise: never, resolve: release } = Promise.withResolvers<HttpReply>();
  let asked = 0;
  const { listener } = await serve({ pipelined: 4 }, {
    onRequest: () => {
      asked++;
      return never;
    },
  });
  const answer = await talk(listener, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
  expect([answer, asked <= 4]).toEqual(["", true]);
  release({ status: 200 });
  await listener.close(1000);
});

Deno.test("listen() takes no more connections than allowed, and goes on when one ends", async () => {
  const { listener } = await serve({ connections: 2 });
  const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const kept = [await RawSocket.connect(listener.port), await RawSocket.connect(listener.port)];
  for (const socket of kept) {
    await socket.write(get);
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
  }
  const third = await RawSocket.connect(listener.port);
  await third.write(get);
  expect(await third.head()).toBe("");
  third.close();
  kept.pop()!.close();
  for (let served = false; !served;) {
    const next = await RawSocket.connect(listener.port); // the listener learns of the end a moment later
    await next.write(get);
    served = (await next.head()).startsWith("HTTP/1.1 200 ");
    next.close();
  }
  kept.forEach((socket) => socket.close());
  await listener.close(1000);
});

Deno.test("listen() answers 426 to any upgrade when it takes none", async () => {
  const { listener, seen } = await serve();
  expect(await talk(listener, upgradeHead())).toMatch(/^HTTP\/1\.1 426 /);
  const h2c = request("GET / HTTP/1.1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    .replace("Connection: close", "Connection: Upgrade, HTTP2-Settings");
  expect(await talk(listener, h2c)).toMatch(/^HTTP\/1\.1 426 /);
  expect(seen).toEqual([]);
  await listener.close(1000);
});

Deno.test("HttpListener.close() waits for requests in work, then frees the port", async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: work, resolve: finish } = Promise.withResolvers<HttpReply>();
  const { listener } = await serve({}, {
    onRequest: () => {
      start();
      return work;
    },
  });
  const answer = talk(listener, request("GET / HTTP/1.1"));
  await started;
  const closed = listener.close(60_000);
  finish({ status: 200, body: "done" });
  expect(await answer).toMatch(/done$/);
  await closed;
  expect(listener.connections).toBe(0);
  await expect(RawSocket.connect(listener.port)).rejects.toThrow(Deno.errors.ConnectionRefused);
});

Deno.test("HttpListener.close() cuts what does not end in time", async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { listener } = await serve({}, {
    onRequest: () => {
      start();
      return new Promise<HttpReply>(() => {});
    },
  });
  const answer = talk(listener, request("GET / HTTP/1.1"));
  await started;
  await listener.close(10);
  expect([await answer, listener.connections]).toEqual(["", 0]);
});

Deno.test("listen() throws when the port is taken", async () => {
  const other = rawServer(() => Promise.resolve());
  await expect(
    listen({
      host: "127.0.0.1",
      port: other.port,
      onRequest: () => Promise.resolve({ status: 200 }),
    }),
  ).rejects.toThrow(Deno.errors.AddrInUse);
  await other.close();
});
