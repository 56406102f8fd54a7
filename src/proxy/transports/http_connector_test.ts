// Tests of the HTTP connector: sessions, streams, resumption, both eras.

import { expect } from "expect";
import { playHttp, type Turn } from "../../../tests/fixtures/http_played_server.ts";
import type { MessageInfo } from "./channel.ts";
import { connectHttp, type HttpConnectOptions } from "./http_connector.ts";
import {
  about,
  ended,
  initialized,
  notice,
  open,
  request,
  result,
} from "./http_connector_testkit.ts";

Deno.test("connectHttp() refuses addresses and headers that it must not use", async () => {
  const cases: [string, HttpConnectOptions, string][] = [
    ["ws://h/", {}, "expected http: or https:"],
    ["http://user:hunter2@h/", {}, "credentials in the URL"],
    ["http://h/#x", {}, "fragment"],
    ["http://h/", { headers: [["Mcp-Session-Id", "x"]] }, "the transport owns it"],
    ["http://h/", { headers: [["Accept-Encoding", "gzip"]] }, "the transport owns it"],
    ["http://h/", { headers: [["Cookie", "a=b"]] }, "the transport owns it"],
    ["http://h/", { headers: [["X-A", "b\r\nX-C: d"]] }, "Invalid value"],
  ];
  for (const [url, options, message] of cases) {
    await expect(connectHttp(url, options)).rejects.toThrow(message);
  }
});

Deno.test("HttpChannel keeps the session's id and revision, opens the GET stream and ends by DELETE", async () => {
  await using server = playHttp();
  const played = await open(server, { headers: [["Authorization", "Bearer upstream"]] });
  played.channel.send(request(1, "initialize"), about(1, "initialize"));
  played.channel.send(request(2, "tools/list"), about(2, "tools/list"));
  const first = await server.turns.next();
  expect(first.method).toBe("POST");
  expect(first.path).toBe("/mcp");
  expect(first.body).toBe(request(1, "initialize"));
  expect(Object.fromEntries(first.headers)).toMatchObject({
    accept: "application/json, text/event-stream",
    "accept-encoding": "identity",
    authorization: "Bearer upstream",
    "content-type": "application/json",
  });
  expect(first.headers.has("mcp-session-id")).toBe(false);
  expect(first.headers.has("mcp-protocol-version")).toBe(false);
  // The second request waits for what the first one's answer says.
  expect(server.turns.waiting).toBe(0);
  first.json200(result(1, { protocolVersion: "2025-11-25" }), {
    "Mcp-Session-Id": "s-1",
    "Set-Cookie": "a=b",
  });
  expect(JSON.parse(await played.messages.next())).toMatchObject({ id: 1 });
  const second = await server.turns.next();
  expect(second.json.method).toBe("tools/list");
  expect(second.headers.get("mcp-session-id")).toBe("s-1");
  expect(second.headers.get("mcp-protocol-version")).toBe("2025-11-25");
  expect(second.headers.has("cookie")).toBe(false);
  second.json200(result(2));
  await played.messages.next();
  played.channel.send(...notice("notifications/initialized"));
  (await server.turns.next()).reply(202);
  const listen = await server.turns.next();
  expect(listen.method).toBe("GET");
  expect(listen.headers.get("accept")).toBe("text/event-stream");
  expect(listen.headers.get("mcp-session-id")).toBe("s-1");
  expect(listen.headers.get("authorization")).toBe("Bearer upstream");
  const stream = listen.stream();
  await stream.event({ jsonrpc: "2.0", id: 5, method: "ping" });
  expect(JSON.parse(await played.messages.next())).toMatchObject({ id: 5, method: "ping" });
  await stream.event(result(2));
  expect(await played.violations.next()).toBe("http.foreign_answer");
  const last = await ended(server, played);
  expect(last.method).toBe("DELETE");
  expect(last.headers.get("mcp-session-id")).toBe("s-1");
  expect(last.headers.get("mcp-protocol-version")).toBe("2025-11-25");
  expect(played.failures.all).toEqual([]);
  await listen.gone;
});

Deno.test("HttpChannel takes 405 for a GET as a server without that stream", async () => {
  await using server = playHttp();
  const played = await open(server);
  (await initialized(server, played)).reply(405);
  played.channel.send(request(2, "ping"), about(2, "ping"));
  (await server.turns.next()).json200(result(2));
  await played.messages.next();
  await ended(server, played);
  expect(played.violations.all).toEqual([]);
});

Deno.test("HttpChannel reads an answer as a stream, with what belongs to it", async () => {
  await using server = playHttp();
  await using played = await open(server);
  played.channel.send(request(7, "tools/call"), about(7, "tools/call"));
  const stream = (await server.turns.next()).stream();
  await stream.write(": hello\n\nevent: message\n");
  await stream.event({ jsonrpc: "2.0", method: "notifications/progress", params: {} });
  await stream.event({ jsonrpc: "2.0", id: 7, method: "sampling/createMessage" });
  await stream.event(result(7, { ok: true }));
  await stream.end();
  const seen = await played.messages.take(3);
  expect(seen.map((text) => JSON.parse(text).method ?? "answer"))
    .toEqual(["notifications/progress", "sampling/createMessage", "answer"]);
  expect(played.failures.all).toEqual([]);
});

Deno.test("HttpChannel comes back with the last id for an answer that a server polls out", async () => {
  await using server = playHttp();
  const played = await open(server);
  (await initialized(server, played)).reply(405);
  played.channel.send(request(2, "tools/call"), about(2, "tools/call"));
  const first = (await server.turns.next()).stream();
  await first.write("id: primer-1\nretry: 30\ndata:\n\n");
  await first.end();
  const again = await server.turns.next();
  expect([again.method, again.headers.get("last-event-id"), again.headers.get("mcp-session-id")])
    .toEqual(["GET", "primer-1", "s-1"]);
  const second = again.stream();
  await second.event({ jsonrpc: "2.0", method: "notifications/progress", params: {} }, "e-2");
  await second.end();
  const third = await server.turns.next();
  expect(third.headers.get("last-event-id")).toBe("e-2");
  await third.stream().event(result(2), "e-3");
  expect(JSON.parse(await played.messages.next()).method).toBe("notifications/progress");
  expect(JSON.parse(await played.messages.next())).toEqual(result(2));
  expect(played.manners).toEqual(["n2 stream", "n2 poll", "n2 poll"]);
  await ended(server, played);
  expect(played.failures.all).toEqual([]);
});

Deno.test("HttpChannel opens a lost GET stream again, with its last id", async () => {
  await using server = playHttp();
  const played = await open(server, { limits: { retryMs: 20, retryMaxMs: 40 } });
  const stream = (await initialized(server, played)).stream();
  await stream.event({ jsonrpc: "2.0", method: "notifications/tools/list_changed" }, "g-1");
  await stream.end();
  const again = await server.turns.next();
  expect([again.method, again.headers.get("last-event-id")]).toEqual(["GET", "g-1"]);
  again.reply(503);
  const third = await server.turns.next();
  expect(third.headers.get("last-event-id")).toBe("g-1");
  await third.stream().event({ jsonrpc: "2.0", method: "notifications/prompts/list_changed" });
  expect(await played.messages.next()).toContain("tools/list_changed");
  expect(await played.messages.next()).toContain("prompts/list_changed");
  await ended(server, played);
});

Deno.test("HttpChannel fails a request whose stream ended for good", async (t) => {
  await using server = playHttp();
  const played = await open(server, { limits: { retryMs: 20, attempts: 2 } });
  (await initialized(server, played)).reply(405);
  await t.step("without an id", async () => {
    played.channel.send(request(2, "tools/call"), about(2, "tools/call"));
    await (await server.turns.next()).stream().end();
    expect(await played.failures.next()).toMatchObject({ code: "ended", about: { id: "n2" } });
  });
  await t.step("with an id that leads to nothing, after some attempts", async () => {
    played.channel.send(request(3, "tools/call"), about(3, "tools/call"));
    const stream = (await server.turns.next()).stream();
    await stream.event({ jsonrpc: "2.0", method: "notifications/message" }, "x");
    await stream.end();
    await played.messages.next();
    for (let i = 0; i < 2; i++) await (await server.turns.next()).stream().end();
    expect(await played.failures.next()).toMatchObject({ code: "ended", about: { id: "n3" } });
    expect(server.turns.waiting).toBe(0);
  });
  await ended(server, played);
});

Deno.test("HttpChannel forwards a cancellation and then hangs up (legacy)", async () => {
  await using server = playHttp();
  const played = await open(server);
  (await initialized(server, played)).reply(405);
  played.channel.send(request(2, "tools/call"), about(2, "tools/call"));
  const call = await server.turns.next();
  call.stream();
  const [text, info] = notice("notifications/cancelled", { requestId: 2 });
  played.channel.send(text, { ...info, cancels: "n2" });
  const cancel = await server.turns.next();
  expect(cancel.body).toBe(text);
  cancel.reply(202);
  await call.gone;
  await ended(server, played);
  expect(played.failures.all).toEqual([]);
});

Deno.test("HttpChannel of the modern era says in headers what the body says, and has no session", async (t) => {
  await using server = playHttp();
  const played = await open(server);
  const modern = (id: number, method: string, more: Partial<MessageInfo> = {}): MessageInfo =>
    about(id, method, { era: "modern", version: "2026-07-28", ...more });
  const sent = async (text: string, info: MessageInfo): Promise<Turn> => {
    played.channel.send(text, info);
    return await server.turns.next();
  };
  await t.step("names are encoded where a header cannot hold them", async () => {
    const cases: [string, string][] = [
      ["plain", "plain"],
      ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
      [" padded ", "=?base64?IHBhZGRlZCA=?="],
      ["a\r\nX-Evil: 1", "=?base64?YQ0KWC1FdmlsOiAx?="],
      ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
    ];
    for (const [i, [name, shown]] of cases.entries()) {
      const turn = await sent(request(i, "tools/call"), modern(i, "tools/call", { name }));
      expect(Object.fromEntries(turn.headers)).toMatchObject({
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": shown,
      });
      expect(turn.headers.has("x-evil")).toBe(false);
      turn.json200(result(i), { "Mcp-Session-Id": "not-wanted" });
      await played.messages.next();
    }
  });
  await t.step("closing the stream is the cancellation", async () => {
    const turn = await sent(request(50, "tools/call"), modern(50, "tools/call", { name: "t" }));
    expect(turn.headers.has("mcp-session-id")).toBe(false);
    turn.stream();
    const [text, info] = notice("notifications/cancelled", { requestId: 50 });
    played.channel.send(text, { ...info, cancels: "n50" });
    await turn.gone;
    expect(server.turns.waiting).toBe(0);
  });
  await t.step("arguments that a tool wants in headers are put there, from the body", async () => {
    const list = await sent(request(60, "tools/list"), modern(60, "tools/list"));
    const property = (type: string, header: string): unknown => ({ type, "x-mcp-header": header });
    list.json200(result(60, {
      tools: [{
        name: "sql",
        inputSchema: {
          type: "object",
          properties: {
            region: property("string", "Region"),
            deep: { type: "object", properties: { flag: property("boolean", "Flag") } },
            count: property("integer", "Count"),
            none: property("string", "None"),
            evil: property("string", "Evil\r\nX: y"),
            list: { type: "array", items: property("string", "Item") },
          },
        },
      }],
    }));
    await played.messages.next();
    const args = { region: "us-wést", deep: { flag: true }, count: 42, none: null, evil: "z" };
    const shown = async (id: number, headers?: [string, string][]): Promise<unknown> => {
      const about = headers === undefined ? { name: "sql" } : { name: "sql", headers };
      const call = await sent(
        request(id, "tools/call", { name: "sql", arguments: args }),
        modern(id, "tools/call", about),
      );
      call.json200(result(id));
      await played.messages.next();
      return Object.fromEntries(
        [...call.headers].filter(([name]) => name.startsWith("mcp-param-")),
      );
    };
    const region = "=?base64?dXMtd8Opc3Q=?=";
    expect(await shown(61)).toEqual({
      "mcp-param-region": region,
      "mcp-param-flag": "true",
      "mcp-param-count": "42",
    });
    // A client over HTTP speaks for itself: what it leaves out the server misses, and a lie goes nowhere.
    expect(
      await shown(62, [
        ["Mcp-Param-Region", "forged"],
        ["mcp-param-count", "=?base64?NDI=?="],
        ["Mcp-Param-Other", "kept"],
      ]),
    ).toEqual({ "mcp-param-count": "=?base64?NDI=?=", "mcp-param-other": "kept" });
    expect(await shown(63, [["Mcp-Param-Region", region]])).toEqual({ "mcp-param-region": region });
    expect(await shown(64, [])).toEqual({});
  });
  await t.step("a coded refusal is the server's own answer, whatever the HTTP status", async () => {
    for (const [i, [status, code]] of [[404, -32601], [400, -32020], [400, -32022]].entries()) {
      const turn = await sent(request(70 + i, "x"), modern(70 + i, "x"));
      const error = { jsonrpc: "2.0", id: 70 + i, error: { code, message: "no" } };
      turn.reply(status!, JSON.stringify(error), { "Content-Type": "application/json" });
      expect(JSON.parse(await played.messages.next())).toEqual(error);
    }
  });
  await t.step("no GET, no DELETE", async () => {
    played.channel.close(1000, "done");
    await played.closes.next();
    expect(server.turns.waiting).toBe(0);
  });
  expect(played.failures.all).toEqual([]);
});
