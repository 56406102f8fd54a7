// Tests of the Redis limiter over TLS with a real server.

import { expect } from "expect";
import { redisTest, selfSigned, startRedis } from "../../tests/kit/redis.ts";
import { key, PATIENT, watched } from "./testdata/helpers.ts";

redisTest(
  "take() works over TLS with a password, and only with a certificate that is trusted",
  async () => {
    await using certificate = await selfSigned();
    if (certificate === null) return console.log("SKIPPED: openssl is not installed");
    const started = await startRedis({ tls: certificate, password: "s3cret" }).catch((
      error: Error,
    ) => error);
    if (started instanceof Error) {
      // A redis-server that was built without TLS says so in these words.
      expect(started.message).toMatch(/Bad directive|without TLS|tls-/i);
      return console.log("SKIPPED: this redis-server was built without TLS");
    }
    await using server = started;
    for (const host of ["127.0.0.1", "localhost"]) {
      const dsn = server.dsn.replace("127.0.0.1", host);
      await using limiter = watched({ dsn, ca: certificate.ca, ...PATIENT });
      expect(await limiter.connect()).toBe(true);
      expect((await limiter.take(key(host))).remaining).toBe(9);
    }
    await using wary = watched({ dsn: server.dsn, ...PATIENT });
    expect(await wary.connect()).toBe(false);
    await expect(wary.take(key("a"))).rejects.toThrow(/not connected/);
    expect(wary.lines[0]).toMatch(/CERT/i);
    await using strangers = await selfSigned("DNS:other.example");
    if (strangers === null) throw new Error("openssl is gone");
    await using elsewhere = await startRedis({ tls: strangers });
    await using misled = watched({ dsn: elsewhere.dsn, ca: strangers.ca, ...PATIENT });
    expect(await misled.connect()).toBe(false);
    expect(misled.lines[0]).toMatch(/ALTNAME/);
    // Plain text at a TLS port is a failure like any other.
    await using plain = watched({
      dsn: server.dsn.replace("rediss:", "redis:"),
      connectTimeoutMs: 200,
    });
    expect(await plain.connect()).toBe(false);
  },
);

redisTest("take() trusts the certificate that the runtime was told to trust", async () => {
  await using certificate = await selfSigned();
  if (certificate === null) return console.log("SKIPPED: openssl is not installed");
  const started = await startRedis({ tls: certificate }).catch((error: Error) => error);
  if (started instanceof Error) {
    return console.log(`SKIPPED: no redis-server with TLS: ${started.message.split("\n")[0]}`);
  }
  await using server = started;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--quiet", "--ignore-env", `--cert=${certificate.certFile}`],
      `--allow-net=127.0.0.1:${server.port}`,
      ...[new URL("./testdata/take_many.ts", import.meta.url).href, server.dsn, "12"],
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  expect(new TextDecoder().decode(stdout)).toBe('ready\n{"ok":10,"throttled":2,"degraded":0}\n');
});
