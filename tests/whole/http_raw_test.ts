// What hostile and wrong clients send to the HTTP routes, byte for byte, and what comes of it: nothing that is refused
// reaches the server, and each refusal has a neighbour that passes. Case ids are those of the catalogue.

import { expect } from "expect";
import {
  ADD,
  ALICE,
  alice,
  BASE,
  bob,
  INITIALIZE,
  modern,
  MODERN_ADD,
  type Pairs,
  POLICY,
  put,
  refusedCases,
  without,
} from "../fixtures/http_cases.ts";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { rawHttp, rawHttpAll, type RawReply, rawRequest } from "../kit/http_raw.ts";

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

  for (const one of refusedCases(sid)) {
    await t.step(one.id, async () => {
      const body = one.body === null ? undefined : one.body ?? ADD;
      const reply = await send(
        rawRequest(one.method ?? "POST", one.path ?? "/mcp", one.headers, body),
      );
      expect(reply.status).toBe(one.status);
      if (one.code !== undefined) expect(JSON.parse(reply.body).error.code).toBe(one.code);
      if (one.rule !== undefined) {
        expect(JSON.parse(reply.body).error.data.rule).toBe(one.rule);
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
  await t.step("the record tells another's session from none, the answer does not", async () => {
    const answers = [];
    for (const id of [sid, "A".repeat(sid.length)]) {
      const reply = await post([...bob, ["Mcp-Session-Id", id]], ADD);
      answers.push(reply.body.replace(/\[decision [^\]]+\]/, "") + reply.status);
    }
    expect(answers[0]).toBe(answers[1]);
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
