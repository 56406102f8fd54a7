// Test that processes share one limit: real processes, a real server.

import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";

redisTest("three processes admit exactly 10 of 200 concurrent calls (RATE-009)", async () => {
  await using server = await startRedis();
  const script = new URL("./testdata/take_many.ts", import.meta.url).href;
  const flags = ["--no-prompt", "--quiet", "--ignore-env", `--allow-net=127.0.0.1:${server.port}`];
  const workers = [67, 67, 66].map((calls) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, script, server.dsn, String(calls)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    return { child, out: child.stdout.pipeThrough(new TextDecoderStream()).getReader() };
  });
  const ready = await Promise.all(workers.map(({ out }) => out.read()));
  expect(ready.map((r) => r.value)).toEqual(["ready\n", "ready\n", "ready\n"]);
  // All are connected: now all at once.
  await Promise.all(workers.map(async ({ child }) => {
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    await writer.close();
  }));
  const total = { ok: 0, throttled: 0, degraded: 0 };
  for (const { child, out } of workers) {
    let text = "";
    for (let part = await out.read(); !part.done; part = await out.read()) text += part.value;
    const counts = JSON.parse(text);
    for (const name of ["ok", "throttled", "degraded"] as const) total[name] += counts[name];
    expect((await child.status).code).toBe(0);
  }
  expect(total).toEqual({ ok: 10, throttled: 190, degraded: 0 });
});
