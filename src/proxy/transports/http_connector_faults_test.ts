// Tests of the HTTP connector: wrong answers, servers that are gone, back-pressure.

import { expect } from "expect";
import {
  type PlayedHttp,
  playHttp,
  type Turn,
} from "../../../tests/fixtures/http_played_server.ts";
import {
  about,
  initialized,
  notice,
  open,
  type Played,
  request,
  result,
} from "./http_connector_testkit.ts";

Deno.test("HttpChannel names what is wrong with an answer, and stays", async (t) => {
  await using server = playHttp();
  await using played = await open(server, { limits: { messageBytes: 10_000 } });
  let id = 0;
  const failed = async (
    name: string,
    play: (turn: Turn, id: number) => unknown,
    code: string,
    text = "",
  ): Promise<void> => {
    await t.step(name, async () => {
      id++;
      played.channel.send(request(id, "ping"), about(id, "ping"));
      await play(await server.turns.next(), id);
      const failure = await played.failures.next();
      expect(failure).toMatchObject({ code, about: { id: `n${id}` } });
      expect(failure.message).toContain(text);
    });
  };
  const JSON_TYPE = { "Content-Type": "application/json" };
  await failed(
    "a redirect is not followed",
    (turn) => turn.reply(307, null, { Location: `${server.origin}/elsewhere` }),
    "redirect",
    "307",
  );
  await failed(
    "the wrong content type",
    (turn, id) => turn.reply(200, JSON.stringify(result(id)), { "Content-Type": "text/html" }),
    "content_type",
  );
  await failed("no content at all", (turn) => turn.reply(202), "content_type");
  await failed(
    "an encoded body",
    (turn, id) =>
      turn.reply(200, JSON.stringify(result(id)), { ...JSON_TYPE, "Content-Encoding": "gzip" }),
    "encoding",
  );
  await failed(
    "a huge body",
    (turn) =>
      turn.reply(200, `{"jsonrpc":"2.0","id":1,"result":"${"x".repeat(20_000)}"}`, JSON_TYPE),
    "size",
  );
  await failed(
    "an endless body",
    (turn) => {
      const stream = turn.stream(JSON_TYPE);
      void (async () => {
        while (await stream.write(" ".repeat(5000)));
      })();
    },
    "size",
  );
  await failed(
    "an endless line in a stream",
    (turn) => {
      const stream = turn.stream();
      void (async () => {
        while (await stream.write("data: xxxxxxxxxxxxxxxxxxxx".repeat(100)));
      })();
    },
    "size",
  );
  await failed("an answer for another id", (turn, id) => turn.json200(result(id + 1)), "answer");
  await failed("an answer without an id", (turn) => turn.json200({ error: {} }), "answer");
  await failed("a batch", (turn, id) => turn.json200([result(id)]), "answer");
  await failed(
    "a request in place of an answer",
    (turn, id) => turn.json200({ jsonrpc: "2.0", id, method: "x" }),
    "answer",
  );
  await failed("401", (turn) => turn.reply(401), "unauthorized", "asks for credentials");
  await failed("403", (turn) => turn.reply(403), "unauthorized", "refuses the guard's credentials");
  await failed("500", (turn) => turn.reply(500, "oops"), "status", "500");
  await failed(
    "400 with an error for nobody",
    (turn) => turn.reply(400, '{"jsonrpc":"2.0","id":null,"error":{}}', JSON_TYPE),
    "status",
    "400",
  );
  await failed(
    "an answer for another id on a stream is dropped, and the end of the stream fails the call",
    async (turn, id) => {
      const stream = turn.stream();
      await stream.event(result(id + 1));
      expect(await played.violations.next()).toBe("http.foreign_answer");
      await stream.end();
    },
    "ended",
  );
  expect(played.messages.all).toEqual([]);
  expect(played.closes.all).toEqual([]);
});

Deno.test("HttpChannel fails what is not answered in time", async () => {
  await using server = playHttp();
  await using played = await open(server, { limits: { answerMs: 300 } });
  played.channel.send(request(1, "ping"), about(1, "ping"));
  await server.turns.next();
  expect(await played.failures.next()).toMatchObject({ code: "timeout", about: { id: "n1" } });
  expect([played.messages.all, played.closes.all]).toEqual([[], []]);
});

Deno.test("HttpChannel fails what a server that is not there should have taken", async () => {
  const port = await freePort();
  await using server = playHttp();
  const played = await open({ ...server, origin: `http://127.0.0.1:${port}` });
  played.channel.send(request(1, "ping"), about(1, "ping"));
  expect(await played.failures.next()).toMatchObject({ code: "refused", about: { id: "n1" } });
  played.channel.send(...notice("notifications/x"));
  expect(await played.failures.next()).toMatchObject({ code: "refused" });
  played.channel.close(1000, "done");
  await played.closes.next();
});

function freePort(): Promise<number> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return Promise.resolve(port);
}

Deno.test("HttpChannel closes when the server has ended the session", async () => {
  await using server = playHttp();
  const played = await open(server);
  (await initialized(server, played)).reply(405);
  played.channel.send(request(2, "ping"), about(2, "ping"));
  (await server.turns.next()).reply(
    404,
    '{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":""}}',
    {
      "Content-Type": "application/json",
    },
  );
  expect(await played.closes.next()).toEqual({
    code: 1001,
    reason: "the server has ended the session",
    local: false,
  });
  expect(server.turns.waiting).toBe(0);
});

Deno.test("HttpChannel refuses a session id that could not be repeated", async () => {
  await using server = playHttp();
  await using played = await open(server);
  played.channel.send(request(1, "initialize"), about(1, "initialize"));
  (await server.turns.next()).json200(result(1), { "Mcp-Session-Id": "x".repeat(1025) });
  expect(await played.failures.next()).toMatchObject({ code: "session" });
});

Deno.test("HttpChannel sends notifications and answers one after the other", async () => {
  await using server = playHttp();
  await using played = await open(server);
  for (let i = 0; i < 3; i++) played.channel.send(...notice(`notifications/${i}`));
  for (let i = 0; i < 3; i++) {
    const turn = await server.turns.next();
    expect(turn.json.method).toBe(`notifications/${i}`);
    expect(server.turns.waiting).toBe(0);
    turn.reply(202);
  }
});

Deno.test("HttpChannel holds its sender back, and lets it go on", async () => {
  await using server = playHttp();
  await using played = await open(server, { limits: { highWaterBytes: 100 } });
  expect(played.channel.send(...notice("notifications/a"))).toBe(true);
  expect(played.channel.send(...notice("notifications/b"))).toBe(false);
  expect(played.channel.bufferedBytes).toBeGreaterThan(100);
  (await server.turns.next()).reply(202);
  (await server.turns.next()).reply(202);
  await played.drains.next();
  expect(played.channel.send(...notice("notifications/c"))).toBe(true);
  (await server.turns.next()).reply(202);
});

Deno.test("HttpChannel reads nothing while it is paused", async () => {
  await using server = playHttp();
  await using played = await open(server);
  played.channel.send(request(1, "ping"), about(1, "ping"));
  const turn = await server.turns.next();
  played.channel.pause();
  const stream = turn.stream();
  let written = 0;
  const flood = (async () => {
    const comment = `:${"x".repeat(64 * 1024)}\n`;
    while (written < 200 && await stream.write(comment)) written++;
    await stream.event(result(1));
    await stream.end();
  })();
  // What the operating system takes is bounded, so a flood that is not read does not end.
  const other = await Promise.race([flood.then(() => "flood"), settledProbe(server, played)]);
  expect(other).toBe("probe");
  expect(played.messages.all).toEqual([]);
  played.channel.resume();
  await flood;
  expect(JSON.parse(await played.messages.next())).toEqual(result(1));
});

/** A few exchanges on other connections, which take longer than a flood that is read. */
async function settledProbe(server: PlayedHttp, played: Played): Promise<string> {
  for (let i = 0; i < 100; i++) {
    played.channel.send(...notice("notifications/x"));
    (await server.turns.next()).reply(202);
  }
  return "probe";
}

Deno.test("HttpChannel makes no more requests at once than it may", async () => {
  await using server = playHttp();
  await using played = await open(server, { limits: { requests: 2 } });
  for (let i = 1; i <= 3; i++) played.channel.send(request(i, "ping"), about(i, "ping"));
  expect(await played.failures.next()).toMatchObject({ code: "busy", about: { id: "n3" } });
  for (let i = 1; i <= 2; i++) {
    const turn = await server.turns.next();
    turn.json200(result(turn.json.id));
    await played.messages.next();
  }
  expect(server.turns.waiting).toBe(0);
});

Deno.test("HttpChannel takes whatever comes back for a small frame as its answer", async () => {
  await using server = playHttp();
  await using played = await open(server);
  played.channel.send('{"type":"tool_call","tool":"t"}');
  (await server.turns.next()).json200({ type: "tool_result", result: 1 });
  expect(await played.messages.next()).toBe('{"type":"tool_result","result":1}');
  played.channel.send('{"type":"tool_call","tool":"t"}');
  (await server.turns.next()).reply(500);
  expect(await played.failures.next()).toMatchObject({
    code: "status",
    about: { kind: "request" },
  });
});
