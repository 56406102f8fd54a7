// Hostile servers over HTTP, behind the real program: the call that met them fails with words, the record says why, and
// the guard and the session go on.

import { expect } from "expect";
import { type PlayedHttp, playHttp, type Turn } from "../fixtures/http_played_server.ts";
import { startStage } from "../fixtures/proxy_stage.ts";
import { procText } from "../kit/proc.ts";

const POLICY = `
version: 1
auth: { mode: none }
limits: { result_bytes: 100000, call_timeout_ms: 3000 }
`;
const JSON_TYPE = { "Content-Type": "application/json" };

/** Writes until the client hangs up. */
async function flood(stream: ReturnType<Turn["stream"]>, chunk: string): Promise<void> {
  while (await stream.write(chunk));
}

/** 64 MB of zeros that fit into 65 kB, built without holding them. */
async function bomb(): Promise<Uint8Array<ArrayBuffer>> {
  let left = 1024;
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (left-- === 0) controller.close();
      else controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  return await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).bytes();
}

const PLAYS: [name: string, rule: string, play: (turn: Turn, server: PlayedHttp) => unknown][] = [
  [
    "a redirect to a metadata service (HTTP-020)",
    "redirect",
    (turn) => turn.reply(307, null, { Location: "http://169.254.169.254/latest/" }),
  ],
  [
    "a redirect to itself",
    "redirect",
    (turn, server) => turn.reply(308, null, { Location: `${server.origin}/caught` }),
  ],
  [
    "a bomb (HTTP-019)",
    "encoding",
    async (turn) => turn.reply(200, await bomb(), { ...JSON_TYPE, "Content-Encoding": "gzip" }),
  ],
  [
    "an endless body",
    "size",
    (turn) => void flood(turn.stream(JSON_TYPE), `{"jsonrpc":"2.0","x":"${"y".repeat(9000)}"`),
  ],
  ["an endless line", "size", (turn) => void flood(turn.stream(), "data: ".repeat(2000))],
  [
    "an event without an end",
    "size",
    (turn) => void flood(turn.stream(), "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(200)),
  ],
  [
    "an answer that is labelled as a page (HTTP-033)",
    "content_type",
    (turn) =>
      turn.reply(200, JSON.stringify({ jsonrpc: "2.0", id: turn.json.id, result: {} }), {
        "Content-Type": "text/html",
      }),
  ],
  [
    "the answer to another request",
    "answer",
    (turn) => turn.json200({ jsonrpc: "2.0", id: turn.json.id + 1, result: {} }),
  ],
  [
    "a demand for the client's credentials (HTTP-034)",
    "unauthorized",
    (turn) =>
      turn.reply(401, null, {
        "WWW-Authenticate": 'Bearer resource_metadata="http://169.254.169.254/"',
      }),
  ],
];

Deno.test("hostile answers over HTTP fail one call each, and nothing else", async (t) => {
  await using server = playHttp();
  await using stage = await startStage(`${server.origin}/mcp`, POLICY);
  const client = await stage.client({});
  for (const [name, rule, play] of PLAYS) {
    await t.step(name, async () => {
      const id = client.call("t");
      await play(await server.turns.next(), server);
      const answer = await client.next();
      expect(answer).toMatchObject({ id, error: { code: -31502 } });
      expect(JSON.stringify(answer)).not.toContain("169.254");
      await stage.record({ detail: `upstream.${rule}` });
    });
  }
  await t.step("a stream that never ends is given up in time, and hung up on", async () => {
    const id = client.call("t");
    const turn = await server.turns.next();
    const stream = turn.stream();
    void flood(stream, ": still here\n\n");
    expect(await client.next()).toMatchObject({ id, error: { code: -31408 } });
    // The server is told, and then its stream is closed.
    const cancel = await server.turns.next();
    expect(cancel.json.method).toBe("notifications/cancelled");
    cancel.reply(202);
    await turn.gone;
  });
  await t.step("the same session still works", async () => {
    const id = client.call("t");
    const turn = await server.turns.next();
    turn.json200({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } }, {
      "Set-Cookie": "a=b",
    });
    expect(await client.next()).toMatchObject({ id, result: { content: [] } });
    expect(server.turns.all.filter((seen) => seen.path !== "/mcp")).toEqual([]);
  });
  await t.step("memory did not grow with what was thrown at it", async () => {
    expect(await stage.metric("mcpguard_upstream_failures_total")).toBe(PLAYS.length);
    const status = await procText(stage.process.pid, "status");
    const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status!)![1]);
    expect(peakKb).toBeLessThan(400_000);
  });
  client.close();
  await client.closed;
});

Deno.test("a server that is not there fails calls, and is found when it comes", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using stage = await startStage(`http://127.0.0.1:${port}/mcp`, POLICY);
  const client = await stage.client({});
  expect((await client.asked("tools/list")).error.message).toContain("refused");
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const { id } = await request.json();
      return Response.json({ jsonrpc: "2.0", id, result: { tools: [] } });
    },
  );
  try {
    expect((await client.asked("tools/list")).result).toEqual({ tools: [] });
  } finally {
    client.close();
    await client.closed;
    await server.shutdown();
  }
});

Deno.test("small frames reach a server over HTTP, and its failure reaches them", async () => {
  await using server = playHttp();
  await using stage = await startStage(`${server.origin}/frames`, POLICY);
  const client = await stage.client({});
  const frame = { type: "tool_call", tool: "t", args: { a: 1 }, identity: "x" };
  client.send(frame);
  const turn = await server.turns.next();
  expect(turn.json).toMatchObject({ type: "tool_call", tool: "t", args: { a: 1 } });
  turn.json200({ type: "tool_result", result: 2 });
  expect(await client.next()).toMatchObject({ type: "tool_result", result: 2 });
  client.send(frame);
  (await server.turns.next()).reply(500);
  expect(await client.next()).toMatchObject({ type: "error" });
  const post = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${stage.port}/call`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(frame),
    });
  const posted = post();
  (await server.turns.next()).json200({ type: "tool_result", result: 3 });
  expect(await (await posted).json()).toMatchObject({ type: "tool_result", result: 3 });
  const failed = post();
  (await server.turns.next()).reply(500);
  const reply = await failed;
  expect([reply.status, (await reply.text()).includes("HTTP status 500")]).toEqual([502, true]);
  client.close();
  await client.closed;
});
