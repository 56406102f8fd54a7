// What hostile and wrong clients send to the HTTP routes, byte for byte, and what comes of it: nothing that is refused
// reaches the server, and each refusal has a neighbour that passes. Case ids are those of the catalogue.

import { expect } from "expect";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { rawHttp, rawHttpAll, type RawReply, rawRequest } from "../kit/http_raw.ts";

const ALICE = "a-key-of-alice-that-is-long-enough";
const BOB = "a-key-of-bob-that-is-long-enough-too";
const POLICY = `
version: 1
auth: { mode: bearer, allowed_tokens: [{ key: ${ALICE}, identity: alice }, { key: ${BOB}, identity: bob }] }
tools: { deny: ["admin/*"] }
limits: { message_bytes: 4096 }
`;

type Pairs = [string, string][];
const BASE: Pairs = [
  ["Content-Type", "application/json"],
  ["Accept", "application/json, text/event-stream"],
];
const alice: Pairs = [...BASE, ["Authorization", `Bearer ${ALICE}`]];
const bob: Pairs = [...BASE, ["Authorization", `Bearer ${BOB}`]];
const without = (pairs: Pairs, name: string): Pairs => pairs.filter(([key]) => key !== name);
const put = (pairs: Pairs, name: string, value: string): Pairs => [
  ...without(pairs, name),
  [name, value],
];

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  },
});
const ADD =
  '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"calculator.add","arguments":{"a":1,"b":2}}}';
const META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
const MODERN_ADD =
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"calculator.add","arguments":{"a":1,"b":2},${META}}}`;
const modern: Pairs = [
  ...alice,
  ["MCP-Protocol-Version", "2026-07-28"],
  ["Mcp-Method", "tools/call"],
  ["Mcp-Name", "calculator.add"],
];

interface Case {
  id: string;
  method?: string;
  path?: string;
  headers: Pairs;
  body?: string | null;
  status: number;
  code?: number;
  rule?: string;
}

Deno.test("the HTTP routes refuse what the catalogue's http class sends", async (t) => {
  await using server = startSdkServer();
  await using guard = await startGuard(POLICY, server.url);
  const send = (text: string): Promise<RawReply> =>
    rawHttp(guard.port, text.replaceAll("PORT", String(guard.port)));
  const post = (headers: Pairs, body: string): Promise<RawReply> =>
    send(rawRequest("POST", "/mcp", headers, body));
  const open = async (who: Pairs): Promise<string> => {
    const reply = await post(who, INITIALIZE);
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/json"]);
    return reply.headers.get("mcp-session-id")!;
  };
  const sid = await open(alice);
  const mine: Pairs = [...alice, ["Mcp-Session-Id", sid]];
  const ping = (id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;

  await t.step("neighbours pass: each era's plain call", async () => {
    const legacy = await post(mine, ADD);
    expect([legacy.status, JSON.parse(legacy.body).result.structuredContent]).toEqual([
      200,
      { sum: 3 },
    ]);
    for (
      const headers of [
        modern,
        put(modern, "Mcp-Name", `=?base64?${btoa("calculator.add")}?=`),
        put(modern, "Content-Type", 'Application/JSON; charset="UTF-8"'),
        put(modern, "Accept", "*/*"),
        [...modern, ["Mcp-Param-Region", "eu"]] as Pairs,
        // What a client names to be dropped or claims to be is not believed (HTTP-023, HTTP-029).
        put(modern, "Connection", "close, Authorization, Mcp-Session-Id"),
      ]
    ) {
      const reply = await post(headers, MODERN_ADD);
      expect([headers.at(-1), reply.status, JSON.parse(reply.body).result?.structuredContent])
        .toEqual([headers.at(-1), 200, { sum: 3 }]);
    }
  });
  const calls = server.calls.length;

  const cases: Case[] = [
    // Media types
    { id: "HTTP-001 text", headers: put(mine, "Content-Type", "text/plain"), status: 415 },
    {
      id: "HTTP-001 utf-16",
      headers: put(mine, "Content-Type", "application/json; charset=utf-16"),
      status: 415,
    },
    { id: "HTTP-001 missing", headers: without(mine, "Content-Type"), status: 415 },
    {
      id: "HTTP-001 two",
      headers: put(mine, "Content-Type", "application/json, text/html"),
      status: 415,
    },
    { id: "HTTP-001 twice", headers: [...mine, ["Content-Type", "text/plain"]], status: 400 },
    { id: "HTTP-018", headers: [...mine, ["Content-Encoding", "gzip"]], status: 415 },
    { id: "HTTP-027 html", headers: put(mine, "Accept", "text/html"), status: 406 },
    { id: "HTTP-027 only JSON", headers: put(mine, "Accept", "application/json"), status: 406 },
    {
      id: "HTTP-027 q=0",
      headers: put(mine, "Accept", "application/json, text/event-stream;q=0"),
      status: 406,
    },
    // Headers against the body
    {
      id: "HTTP-002",
      headers: put(modern, "Mcp-Name", "read_file"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
      rule: "http.header_mismatch",
    },
    {
      id: "HTTP-003 base64 of another name",
      headers: put(modern, "Mcp-Name", `=?base64?${btoa("admin.echo-env")}?=`),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "HTTP-003 no base64",
      headers: put(modern, "Mcp-Name", "=?base64?%%%?="),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "HTTP-003 twice",
      headers: [...modern, ["mcp-method", "tools/list"]],
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "HTTP-003 missing method",
      headers: without(modern, "Mcp-Method"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "HTTP-003 missing name",
      headers: without(modern, "Mcp-Name"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "HTTP-003 case of a value",
      headers: put(modern, "Mcp-Method", "TOOLS/CALL"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "modern body, legacy header",
      headers: put(modern, "MCP-Protocol-Version", "2025-11-25"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "modern body, no header",
      headers: without(modern, "MCP-Protocol-Version"),
      body: MODERN_ADD,
      status: 400,
      code: -32020,
    },
    {
      id: "modern header, body without _meta",
      headers: modern,
      body: ADD,
      status: 400,
      code: -32602,
    },
    {
      id: "unknown version",
      headers: [...mine, ["MCP-Protocol-Version", "1999-01-01"]],
      status: 400,
      code: -32022,
    },
    {
      id: "version twice",
      headers: [...modern, ["MCP-Protocol-Version", "2025-11-25"]],
      body: MODERN_ADD,
      status: 400,
    },
    // Host and Origin
    { id: "HTTP-005 host", headers: [["Host", "evil.example:8080"], ...mine], status: 403 },
    { id: "HTTP-005 port", headers: [["Host", "127.0.0.1:1"], ...mine], status: 403 },
    {
      id: "HTTP-006 prefix",
      headers: [...mine, ["Origin", "http://localhost.evil.example"]],
      status: 403,
    },
    { id: "HTTP-006 null", headers: [...mine, ["Origin", "null"]], status: 403 },
    {
      id: "HTTP-006 twice",
      headers: [...mine, ["Origin", "http://localhost:8080"], ["Origin", "http://evil.example"]],
      status: 400,
    },
    // Sessions
    {
      id: "HTTP-008",
      headers: [...alice, ["Mcp-Session-Id", "attacker-chosen"]],
      body: INITIALIZE,
      status: 404,
      rule: "session.unknown",
    },
    { id: "initialize again", headers: mine, body: INITIALIZE, status: 400 },
    { id: "no session", headers: alice, status: 400, rule: "session.missing" },
    { id: "HTTP-009 POST", headers: [...bob, ["Mcp-Session-Id", sid]], status: 404 },
    {
      id: "HTTP-009 GET",
      method: "GET",
      headers: [...bob, ["Mcp-Session-Id", sid]],
      body: null,
      status: 404,
    },
    {
      id: "HTTP-009 DELETE",
      method: "DELETE",
      headers: [...bob, ["Mcp-Session-Id", sid]],
      body: null,
      status: 404,
    },
    { id: "HTTP-010 no credential", headers: without(mine, "Authorization"), status: 401 },
    { id: "HTTP-024 probe", headers: [...BASE, ["User-Agent", "kube-probe/1.30"]], status: 401 },
    ...["ALICE-42", "1", "-1", "9".repeat(4000), `${sid}-1`].map((last): Case => ({
      id: `HTTP-011 ${last.slice(0, 12)}`,
      method: "GET",
      headers: [...mine, ["Last-Event-ID", last]],
      body: null,
      status: 404,
      rule: "session.event_owner",
    })),
    // Paths and methods
    ...["//mcp", "/%6dcp", "/mcp;x=1", "/MCP", "/mcp/", "/healthz/../mcp", "/mcp/../healthz"]
      .map((path): Case => ({ id: `HTTP-025 ${path}`, path, headers: mine, status: 404 })),
    ...["PUT", "PATCH", "TRACE", "OPTIONS", "HEAD"]
      .map((method): Case => ({ id: `HTTP-026 ${method}`, method, headers: mine, status: 405 })),
    { id: "HTTP-026 post", method: "post", headers: mine, status: 400 },
    {
      id: "HTTP-035 GET",
      method: "GET",
      headers: [...mine, ["MCP-Protocol-Version", "2026-07-28"]],
      body: null,
      status: 405,
    },
    {
      id: "HTTP-035 DELETE",
      method: "DELETE",
      headers: [...mine, ["MCP-Protocol-Version", "2026-07-28"]],
      body: null,
      status: 405,
    },
    // Bodies
    { id: "no JSON", headers: mine, body: "{", status: 400, code: -32700 },
    {
      id: "HTTP-036",
      headers: mine,
      body: `{"jsonrpc":"2.0","method":"notifications/initialized"}${ADD}`,
      status: 400,
      code: -32700,
      rule: "json.trailing",
    },
    { id: "batch", headers: mine, body: `[${ADD}]`, status: 400, code: -32600, rule: "rpc.batch" },
    {
      id: "duplicate key",
      headers: mine,
      body: ADD.replace('"id":7', '"id":7,"id":8'),
      status: 400,
    },
    {
      id: "HTTP-017",
      headers: mine,
      body: ADD.replace("{", `{"x":"${"x".repeat(5000)}",`),
      status: 413,
      code: -31413,
    },
    {
      id: "small frame",
      headers: mine,
      body: '{"type":"tool_call","tool":"calculator.add","args":{}}',
      status: 400,
    },
    {
      id: "modern answer",
      headers: modern,
      body: '{"jsonrpc":"2.0","id":1,"result":{}}',
      status: 400,
    },
    {
      id: "modern unknown method",
      headers: without(put(modern, "Mcp-Method", "admin/exec"), "Mcp-Name"),
      body: `{"jsonrpc":"2.0","id":7,"method":"admin/exec","params":{${META}}}`,
      status: 404,
      code: -32601,
    },
    {
      id: "modern removed method",
      headers: without(put(modern, "Mcp-Method", "ping"), "Mcp-Name"),
      body: `{"jsonrpc":"2.0","id":7,"method":"ping","params":{${META}}}`,
      status: 404,
      code: -32601,
    },
  ];
  for (const one of cases) {
    await t.step(one.id, async () => {
      const body = one.body === null ? undefined : one.body ?? ADD;
      const reply = await send(
        rawRequest(one.method ?? "POST", one.path ?? "/mcp", one.headers, body),
      );
      expect(reply.status).toBe(one.status);
      if (one.code !== undefined) expect(JSON.parse(reply.body).error.code).toBe(one.code);
      if (one.rule !== undefined) {
        expect(JSON.parse(reply.body).error.data.rule).toBe(
          // Another identity's session is told apart in the record alone.
          one.rule,
        );
      }
    });
  }

  await t.step("framing that two readers could understand differently is refused", async () => {
    const heads = [
      "Transfer-Encoding: chunked\r\nContent-Length: 5",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: gzip, chunked",
      "Content-Length: 5\r\nContent-Length: 6",
      "Content-Length: +5",
      "Content-Length : 5",
    ];
    for (const head of heads) {
      const lines = mine.map(([name, value]) => `${name}: ${value}`).join("\r\n");
      const reply = await send(
        `POST /mcp HTTP/1.1\r\nHost: localhost:PORT\r\n${lines}\r\n${head}\r\n\r\n0\r\n\r\n`,
      );
      expect([head, reply.status]).toEqual([head, 400]);
    }
    const missing = await send("POST /mcp HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
    expect(missing.status).toBe(400);
    const absolute = await send(
      "POST http://evil.example/mcp HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 2\r\n\r\n{}",
    );
    expect(absolute.status).toBe(400);
  });
  await t.step("HTTP-014: a pipelined request is authenticated for itself", async () => {
    const first = rawRequest("POST", "/mcp", put(mine, "Connection", "keep-alive"), ping(1));
    const second = rawRequest("POST", "/mcp", without(mine, "Authorization"), ADD);
    const replies = await rawHttpAll(
      guard.port,
      (first + second).replaceAll("PORT", String(guard.port)),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 401]);
    expect(replies[1]!.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });
  await t.step("nothing of all that reached the server, and the session still works", async () => {
    expect(server.calls.length).toBe(calls);
    const reply = await post(mine, ADD);
    expect(JSON.parse(reply.body).result.structuredContent).toEqual({ sum: 3 });
  });
  await t.step("the record tells another's session from none", async () => {
    await guard.process.line(/"detail":"session\.owner"/, "stderr");
  });
  await t.step("a policy's denial is a readable tool error, never a bare 403", async () => {
    for (
      const [headers, body] of [
        [mine, ADD],
        [put(modern, "Mcp-Name", "admin.echo-env"), MODERN_ADD],
      ] as [Pairs, string][]
    ) {
      const reply = await post(headers, body.replace("calculator.add", "admin.echo-env"));
      const { result } = JSON.parse(reply.body);
      expect([reply.status, result.isError]).toEqual([200, true]);
    }
    expect(server.calls).not.toContain("admin.echo-env");
  });
  await t.step(
    "HTTP+SSE: another identity's session is not there, and one must be named",
    async () => {
      const stream = await fetch(`${guard.origin}/sse`, {
        headers: { Authorization: `Bearer ${ALICE}`, Accept: "text/event-stream" },
      });
      const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
      const { value } = await reader.read();
      const path = /^event: endpoint\ndata: (\/message\?sessionId=\S+)\n\n$/.exec(value!)![1]!;
      const to = async (who: Pairs, target: string, body = ADD): Promise<number> =>
        (await send(rawRequest("POST", target, who, body))).status;
      expect(await to(bob, path)).toBe(404);
      expect(await to(alice, "/message")).toBe(400);
      expect(await to(alice, `${path}&sessionId=x`)).toBe(400);
      expect(await to(alice, path, "{")).toBe(400);
      expect(await to(alice, path, ping(1))).toBe(202);
      expect((await reader.read()).value).toContain('"id":1');
      await reader.cancel();
      const gone = async (): Promise<number> => await to(alice, path, ping(2));
      // The stream's end ends the session; until that is seen, messages are still taken.
      while (await gone() !== 404);
      expect((await send(rawRequest("POST", "/sse", alice, INITIALIZE))).status).toBe(405);
    },
  );
});

Deno.test("a body that never ends is given up, and the listener goes on", async () => {
  await using server = startSdkServer();
  await using guard = await startGuard("version: 1\n", server.url);
  const head = rawRequest("POST", "/mcp", BASE).replace(
    "\r\n\r\n",
    "\r\nContent-Length: 99\r\n\r\n",
  );
  const slow = rawHttp(guard.port, head.replaceAll("PORT", String(guard.port)) + '{"jsonrpc"');
  const quick = await rawHttp(
    guard.port,
    rawRequest("POST", "/mcp", BASE, INITIALIZE).replaceAll("PORT", String(guard.port)),
  );
  expect(quick.status).toBe(200);
  expect((await slow).status).toBe(408);
});
