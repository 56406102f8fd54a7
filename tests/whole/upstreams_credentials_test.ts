// Credentials and several servers: each server gets what the policy has for it by `env:`, and of the client's own
// nothing at all, or its Authorization where the policy says so and to nobody else.

import { expect } from "expect";
import { startSdkHttpServer } from "../fixtures/sdk_http_server.ts";
import { startGuard } from "../kit/guard.ts";
import { HttpMcp } from "../kit/http_mcp.ts";
import { runProgram } from "../kit/program.ts";
import { policyFile } from "../kit/policy.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** What a client shows that is nobody's business but the guard's. */
const OWN = {
  "Authorization": "Bearer CLIENT-SECRET",
  "Cookie": "session=CLIENT-SECRET",
  "X-API-Key": "CLIENT-SECRET",
  "Proxy-Authorization": "Basic CLIENT-SECRET",
};

/** A WebSocket server that keeps the headers of its handshakes and answers initialize. */
function startWebSocketServer(): AsyncDisposable & {
  url: string;
  heads: Record<string, string>[];
} {
  const heads: Record<string, string>[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    heads.push(Object.fromEntries(request.headers));
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "mcp" });
    socket.onmessage = ({ data }): void => {
      const { id, method, params } = JSON.parse(data);
      if (method !== "initialize") return;
      const { protocolVersion } = params;
      const serverInfo = { name: "ws", version: "1" };
      const result = { protocolVersion, capabilities: {}, serverInfo };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    };
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    heads,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens a session over WebSocket, which the SDK's client cannot with headers. */
async function overWebSocket(url: string): Promise<void> {
  const socket = new WebSocket(url, { protocols: ["mcp"], headers: OWN });
  const answered = Promise.withResolvers<void>();
  socket.onmessage = (): void => answered.resolve();
  socket.onerror = (): void => answered.reject(new Error("no session"));
  socket.onopen = (): void =>
    socket.send(JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "c", version: "1" },
      },
    }));
  await answered.promise;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
}

Deno.test(
  "servers get their own credentials, and nothing of the client's, over http, sse and ws",
  OPTIONS,
  async () => {
    await using http = await startSdkHttpServer("session");
    await using sse = await startSdkHttpServer("sse");
    await using ws = startWebSocketServer();
    await using forwarded = await startSdkHttpServer("stateless");
    const upstreams = [
      {
        name: "http",
        target: http.url,
        headers: [{ name: "Authorization", value: "Bearer env:HTTP_TOKEN" }],
      },
      { name: "sse", target: sse.url, headers: [{ name: "X-Api-Key", value: "env:SSE_KEY" }] },
      { name: "ws", target: ws.url, headers: [{ name: "Authorization", value: "env:WS_AUTH" }] },
      { name: "forwarded", target: forwarded.url, forward_client_credentials: true },
    ];
    await using guard = await startGuard(
      `version: 1\nupstreams: ${JSON.stringify(upstreams)}\n`,
      null,
      [],
      { HTTP_TOKEN: "for-http", SSE_KEY: "for-sse", WS_AUTH: "Basic for-ws" },
    );
    const client = await new HttpMcp(`${guard.origin}/mcp`, OWN).open();
    const list = await client.send({ id: 1, method: "tools/list" });
    expect(await list.text()).toContain("forwarded__calculator.add");
    await overWebSocket(`ws://127.0.0.1:${guard.port}/ws`);
    for (const name of ["http", "sse", "forwarded"]) {
      await new HttpMcp(`${guard.origin}/mcp/${name}`, OWN).open();
    }
    await overWebSocket(`ws://127.0.0.1:${guard.port}/ws/ws`);

    const seen = {
      http: http.requests.map((one) => one.headers),
      sse: sse.requests.map((one) => one.headers),
      ws: ws.heads,
      forwarded: forwarded.requests.map((one) => one.headers),
    };
    for (const [name, heads] of Object.entries(seen)) {
      expect(heads.length).toBeGreaterThan(1);
      for (const head of heads) {
        const { authorization, ...rest } = head as Record<string, string>;
        expect([name, JSON.stringify(rest).includes("CLIENT-SECRET")]).toEqual([name, false]);
        expect(authorization).toBe(
          {
            http: "Bearer for-http",
            sse: undefined,
            ws: "Basic for-ws",
            forwarded: "Bearer CLIENT-SECRET",
          }[name],
        );
        if (name === "sse") expect(rest["x-api-key"]).toBe("for-sse");
      }
    }
    // Nor does any of it stand in what the program says.
    const said = guard.process.lines().join("\n");
    for (const secret of ["CLIENT-SECRET", "for-http", "for-sse", "for-ws"]) {
      expect(said).not.toContain(secret);
    }
  },
);

Deno.test("a token that is passed on serves its own client only", OPTIONS, async () => {
  await using server = await startSdkHttpServer("session");
  const upstreams = [{ name: "one", target: server.url, forward_client_credentials: true }];
  await using guard = await startGuard(
    `version: 1\nupstreams: ${JSON.stringify(upstreams)}\n`,
    null,
  );
  const url = `${guard.origin}/mcp`;
  const alice = await new HttpMcp(url, { Authorization: "Bearer ALICE" }).open();
  // Whoever has the session's id and no token of hers cannot use hers.
  for (const headers of [{}, { Authorization: "Bearer BOB" }]) {
    const thief = new HttpMcp(url, headers);
    thief.session = alice.session;
    const reply = await thief.send({ id: 1, method: "tools/list" });
    expect(reply.status).toBe(404);
    await reply.body?.cancel();
  }
  const own = await alice.send({ id: 1, method: "tools/list" });
  expect(await own.text()).toContain("one__calculator.add");
  expect(new Set(server.requests.map((one) => one.headers.authorization)))
    .toEqual(new Set(["Bearer ALICE"]));
});

Deno.test("a start without the named variable, or with a server too many, is refused in words", async () => {
  const upstreams = (more: object): string =>
    `version: 1\nupstreams: ${
      JSON.stringify([{ name: "a", target: "http://127.0.0.1:9/mcp", ...more }])
    }\n`;
  const ports = ["--port", "0", "--admin", "off"];
  const header = { headers: [{ name: "Authorization", value: "Bearer env:NOT_SET_ANYWHERE" }] };
  await using missing = await policyFile(upstreams(header));
  await using fine = await policyFile(upstreams({}));
  await using none = await policyFile("version: 1\n");
  const cases: [args: string[], says: string][] = [
    [["proxy", "--policy", missing.path, ...ports], "variable NOT_SET_ANYWHERE for a is not set"],
    [["run", "--policy", missing.path], "variable NOT_SET_ANYWHERE for a is not set"],
    [
      ["proxy", "--policy", fine.path, "--target", "http://127.0.0.1:9/mcp", ...ports],
      "none may be given on the command line",
    ],
    [["run", "--policy", fine.path, "--", "cat"], "none may be given on the command line"],
    [["proxy", "--policy", none.path, ...ports], "is missing, or the section `upstreams`"],
    [["run", "--policy", none.path], "is missing, or the section `upstreams`"],
  ];
  for (const [args, says] of cases) {
    const { code, stderr } = await runProgram(args);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining(says)]);
  }
});
