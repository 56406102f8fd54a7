// Who may come in, and what operators see: Host, Origin, the number of clients, health, readiness.

import { expect } from "expect";
import { obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, type Stage, startStage } from "../fixtures/proxy_stage.ts";
import { redisTest, startRedis } from "../kit/redis.ts";
import { RawSocket } from "../kit/ws_raw.ts";

/** Sends a plain HTTP request with exactly these headers and returns the status and the rest. */
async function ask(
  port: number,
  line: string,
  headers: readonly (readonly [string, string])[],
  body = "",
): Promise<{ status: number; text: string }> {
  const socket = await RawSocket.connect(port);
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await socket.write(
    `${line} HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  const text = new TextDecoder().decode(await socket.rest());
  socket.close();
  return { status: Number(text.split(" ")[1]), text };
}

/** Asks until the answer is as wanted: health follows events by at most some seconds. */
async function readiness(stage: Stage, ready: boolean): Promise<Record<string, boolean>> {
  for (let left = 200;; left--) {
    const response = await fetch(`http://127.0.0.1:${stage.adminPort}/readyz`);
    const body = await response.json();
    expect(response.status).toBe(body.ready ? 200 : 503);
    if (body.ready === ready) return body.checks;
    if (left === 0) throw new Error(`still ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("Host and Origin are looked at before the key, on every route", async (t) => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url);
  const upgrade = (headers: [string, string][]): Promise<unknown> =>
    stage.raw([...headers, ["X-API-Key", KEY]]);
  const body = '{"type":"tool_call","tool":"t"}';
  const call = (host: string, ...more: [string, string][]): ReturnType<typeof ask> =>
    ask(stage.port, "POST /call", [["Host", host], ["X-API-Key", KEY], ...more], body);
  const self = `127.0.0.1:${stage.port}`;

  await t.step("/ws", async () => {
    for (const origin of ["http://evil.example", "null", `http://${self}.evil.example`]) {
      await expect(upgrade([["Origin", origin]])).rejects.toThrow("403");
    }
    await stage.record({ reason: "OriginDenied", detail: "http.origin" });
    expect(server.connections.all.length).toBe(0);
  });
  await t.step("/call", async () => {
    expect((await call(self)).status).toBe(200);
    expect((await call("rebound.example")).status).toBe(403);
    expect((await call(self, ["Origin", "http://evil.example"])).status).toBe(403);
    await stage.record({ reason: "OriginDenied", detail: "http.host" });
  });
  await t.step("a key in the URL is refused, and not repeated anywhere", async () => {
    const { status, text } = await ask(
      stage.port,
      `POST /call?api_key=${KEY}`,
      [["Host", self]],
      body,
    );
    expect(status).toBe(401);
    expect(text).not.toContain(KEY);
    await stage.record({ detail: "auth.in_url" });
    expect(stage.process.lines().join("\n")).not.toContain(KEY);
  });
  await t.step("the admin listener answers its own address only, and no page", async () => {
    const admin = `127.0.0.1:${stage.adminPort}`;
    const metrics = (...headers: [string, string][]): ReturnType<typeof ask> =>
      ask(stage.adminPort, "GET /metrics", headers);
    expect((await metrics(["Host", admin])).status).toBe(200);
    expect((await metrics(["Host", "rebound.example"])).status).toBe(403);
    expect((await metrics(["Host", admin], ["Origin", `http://${admin}`])).status).toBe(403);
    expect((await ask(stage.adminPort, "POST /metrics", [["Host", admin]])).status).toBe(405);
    expect((await ask(stage.adminPort, "GET /config", [["Host", admin]])).status).toBe(404);
  });
  await t.step("the data port serves its routes and nothing of the admin's", async () => {
    const get = (path: string): ReturnType<typeof ask> =>
      ask(stage.port, `GET ${path}`, [["Host", self]]);
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/ws")).status).toBe(426);
    for (const path of ["/metrics", "/readyz", "/", "/ws/", "/WS"]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });
});

Deno.test("limits.connections: one more is refused by 503, and a place comes back", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, `${POLICY}limits: { connections: 2 }\n`);
  // At once: the check and the handshake of one must not overlook the other.
  const tries = await Promise.allSettled([stage.raw(), stage.raw(), stage.raw(), stage.raw()]);
  const open = tries.filter((t) => t.status === "fulfilled").map((t) => t.value);
  expect(open.length).toBe(2);
  for (const t of tries) if (t.status === "rejected") expect(String(t.reason)).toContain("503");
  await stage.record({ reason: "LimitExceeded", detail: "limits.connections" });
  expect(await stage.metric("mcpguard_connections ")).toBe(2);
  const upstream = await server.connections.next();
  const both = [upstream, await server.connections.next()];
  open[0]!.close();
  await Promise.race(both.map((peer) => peer.closed));
  const again = await stage.client();
  expect((await again.asked("ping")).result).toBeDefined();
  open[1]!.close();
});

Deno.test("readiness: the disk of the audit file is full, and has room again", async () => {
  await using server = playServer(obliging);
  await using disk = await smallDisk();
  if (disk === null) return console.log("SKIPPED: no tmpfs can be mounted here");
  await using stage = await startStage(
    server.url,
    `${POLICY}logging: { output: file, file_path: ${disk.path}/audit.jsonl }\n`,
  );
  const { client, upstream } = await stage.pair(server);
  expect((await client.asked("ping")).result).toBeDefined();
  expect(await readiness(stage, true)).toEqual({
    serving: true,
    audit: true,
    rate_limit: true,
    policy: true,
    approvals: true,
    flows: true,
    memory: true,
  });
  const filler = await Deno.open(`${disk.path}/filler`, { create: true, write: true });
  try {
    for (;;) await filler.write(new Uint8Array(65536));
  } catch (error) {
    expect(String(error)).toContain("No space");
  } finally {
    filler.close();
  }
  // What is left of the last page takes some records; then nothing is forwarded any more.
  const before = upstream.inbox.all.length;
  let passed = 0;
  let answer = await client.asked("ping");
  for (; answer.result !== undefined; answer = await client.asked("ping")) passed++;
  expect(answer.error.code).toBe(-31504);
  expect(upstream.inbox.all.length).toBe(before + passed);
  expect((await readiness(stage, false)).audit).toBe(false);
  expect(await stage.metric("mcpguard_audit_failures_total")).toBeGreaterThan(0);
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  await Deno.remove(`${disk.path}/filler`);
  await readiness(stage, true);
  expect((await client.asked("ping")).result).toBeDefined();
});

/** A file system of 256 KiB, or null where none can be mounted. */
async function smallDisk(): Promise<({ path: string } & AsyncDisposable) | null> {
  const path = await Deno.makeTempDir({ prefix: "mcpguard-disk-" });
  const run = async (command: string, ...args: string[]): Promise<boolean> =>
    (await new Deno.Command(command, { args, stderr: "null" }).output()).success;
  if (!await run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path)) {
    await Deno.remove(path);
    return null;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run("umount", "-l", path);
      await Deno.remove(path);
    },
  };
}

redisTest("readiness: Redis is gone, and back", async () => {
  await using redis = await startRedis();
  await using server = playServer(obliging);
  await using stage = await startStage(
    server.url,
    `${POLICY}rate_limit: { capacity: 50, refill_rate_per_sec: 50, backend: redis, redis_dsn: "${redis.dsn}" }\n`,
  );
  const client = await stage.client();
  await readiness(stage, true);
  client.call("t");
  expect((await client.next()).result.isError).toBeUndefined();
  await redis.kill();
  expect((await readiness(stage, false)).rate_limit).toBe(false);
  client.call("t");
  const refused = (await client.next()).result;
  expect(refused.isError).toBe(true);
  expect(refused._meta["mcpguard/decision"].reason).toBe("DependencyFailed");
  expect(server.got.all.length).toBe(1);
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  await redis.restart();
  await readiness(stage, true);
  client.call("t");
  expect((await client.next()).result.isError).toBeUndefined();
});
