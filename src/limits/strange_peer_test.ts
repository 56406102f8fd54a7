// Tests of the Redis limiter with a peer that is no Redis: silent, talking nonsense, or agreeing to all.

import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import { key, PATIENT, watched } from "./testdata/helpers.ts";

interface Peer extends AsyncDisposable {
  dsn: string;
}

/** Accepts connections, sends `greeting`, and answers every packet with `answer`. */
function peer(greeting: string, answer: string): Peer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const bytes = new TextEncoder();
  const open: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      open.push((async () => {
        const buffer = new Uint8Array(65_536);
        try {
          if (greeting !== "") await connection.write(bytes.encode(greeting));
          while (await connection.read(buffer) !== null) {
            if (answer !== "") await connection.write(bytes.encode(answer));
          }
        } catch {
          // the limiter hung up
        } finally {
          connection.close();
        }
      })());
    }
  })();
  return {
    dsn: `redis://:secret@127.0.0.1:${listener.addr.port}`,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

Deno.test("connect() gives up on a peer that accepts and says nothing", async () => {
  for (const scheme of ["redis", "rediss"]) {
    await using silent = peer("", "");
    await using limiter = watched({
      dsn: silent.dsn.replace("redis", scheme),
      connectTimeoutMs: 50,
    });
    expect(await limiter.connect()).toBe(false);
    await expect(limiter.take(key("a"))).rejects.toThrow(DependencyFailed);
    expect(limiter.healthy()).toBe(false);
  }
});

Deno.test("connect() fails on a peer that speaks HTTP, garbage or plain text to TLS", async () => {
  const greetings = [
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "\u0000\u0001\u0002",
    "-ERR go away secret\r\n",
    "*1000000000\r\n",
  ];
  for (const greeting of greetings) {
    for (const scheme of ["redis", "rediss"]) {
      await using odd = peer(greeting, "");
      await using limiter = watched({
        dsn: odd.dsn.replace("redis", scheme),
        connectTimeoutMs: 200,
      });
      expect(await limiter.connect()).toBe(false);
      await expect(limiter.take(key("a"))).rejects.toThrow(DependencyFailed);
      expect(limiter.lines.join()).not.toContain("secret");
    }
  }
});

Deno.test("take() does not trust a peer that says OK to everything", async () => {
  await using yes = peer("", "+OK\r\n+OK\r\n");
  await using limiter = watched({ dsn: yes.dsn, ...PATIENT });
  await limiter.connect();
  await expect(limiter.take(key("a"))).rejects.toThrow(DependencyFailed);
});
