// Bad input, whatever it is: nothing crashes, nothing is forwarded that was not judged, the log says why.

import { expect } from "expect";
import fc from "fast-check";
import { type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, type Stage, startStage } from "../fixtures/proxy_stage.ts";
import { closeCode, frame, type RawSocket } from "../kit/ws_raw.ts";

/** Cases of the short form. */
const CASES = { numRuns: 300 };

/** A call that must never be forwarded, in both dialects. */
const FORBIDDEN = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"admin/x","arguments":{}}}',
  '{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///priv/x"}}',
  '{"jsonrpc":"2.0","id":3,"method":"own/method","params":{"name":"calculator.add"}}',
  '{"type":"tool_call","tool":"admin/x","args":{}}',
];
/** Calls that pass as they are; changed, they are whatever they then are. */
const GOOD = [
  '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"t","arguments":{"a":[1,{"b":null}]}}}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4,"reason":"x"}}',
  '{"type":"tool_call","tool":"t","args":{"a":1.5},"prompt":"p","resources":["file:///pub/a"],"id":"f"}',
];
const PIECES = [
  ...['"', "\\", "\\u0000", "\\ud800", "\u0000", "\ufeff", "\u202e", "{", "}", "[", "]", ",", ":"],
  ...["1e999", "-0", "1.0", "null", '"id":null,', '"method":"tools/call",', '"Name":"admin/x",'],
  ...['"jsonrpc":"2.0",', '"type":"tool_call",', "[".repeat(200), "9".repeat(400), "admin/x"],
];

/** One change of a text. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })),
});

/** What one case sends, as one text message. */
const input: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json({ maxDepth: 6 }).map(encode),
  fc.constantFrom(...FORBIDDEN).map(encode),
  fc.tuple(fc.constantFrom(...FORBIDDEN, ...GOOD), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) => encode(changes.reduce(changed, text))),
  fc.tuple(fc.constantFrom(...GOOD), fc.nat(), fc.nat({ max: 255 })).map(([text, at, byte]) => {
    const bytes = encode(text);
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
);

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function changed(text: string, { at, cut, put }: { at: number; cut: number; put: string }): string {
  const from = Math.floor(at * text.length);
  return text.slice(0, from) + put + text.slice(from + cut);
}

/** Whether the server may see this: it was judged, and what is judged and denied is not forwarded. */
function expectJudged(message: Json): void {
  if (message.type === "tool_call") {
    expect(Object.keys(message)).toEqual(
      ["type", "tool", "args", "prompt", "resources", "identity"].filter((k) => k in message),
    );
    expect([message.identity, message.tool.startsWith("admin")]).toEqual(["alice", false]);
    return;
  }
  expect(message.jsonrpc).toBe("2.0");
  expect(["ping", "tools/call", "resources/read", "notifications/cancelled"]).toContain(
    message.method,
  );
  // Requests travel under the guard's own ids.
  if ("id" in message) expect(Number.isInteger(message.id)).toBe(true);
  expect(message.params?.name ?? "").not.toMatch(/^admin/i);
  expect(message.params?.uri ?? "").not.toContain("priv");
}

const PROBE = '{"jsonrpc":"2.0","id":"probe","method":"ping"}';

/** Sends one message and a probe behind it, and reads until the probe is answered or the connection closed. */
async function send(socket: RawSocket, payload: Uint8Array): Promise<"goes on" | number> {
  await socket.write(frame({ payload }));
  await socket.write(frame({ payload: PROBE }));
  for (;;) {
    const got = await socket.frame();
    if (got === null) return 1006;
    if (got.op === 8) return closeCode(got);
    if (got.op !== 1) continue;
    const message = JSON.parse(new TextDecoder().decode(got.payload));
    if (message.id === "probe") return "goes on";
  }
}

Deno.test("random and mutated client messages: the program stays up, the server sees judged ones only", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url);
  let socket = await stage.raw();
  const closes = new Set<number>();
  try {
    await fc.assert(
      fc.asyncProperty(input, async (payload) => {
        const seen = server.got.all.length;
        const end = await send(socket, payload);
        for (const message of server.got.all.slice(seen)) expectJudged(message);
        if (end === "goes on") return;
        closes.add(end);
        socket.close();
        socket = await stage.raw();
      }),
      { ...CASES, endOnFailure: true },
    );
  } finally {
    socket.close();
  }
  // Refused for what they are: no text, no JSON; or one refusal too many.
  for (const code of closes) expect([1007, 1008]).toContain(code);
  await expectAlive(stage);
  const { stderr } = await stage.process.stop();
  expect(stderr).not.toContain("internal failure");
  expect(stderr).not.toContain(KEY);
  for (const record of stage.records().filter((r) => r.event === "decision")) {
    if (record.decision !== "allow") expect(record.detail ?? record.rule).toBeTruthy();
  }
});

Deno.test("random and mutated server messages: the program stays up, the client hears answers only", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { call_timeout_ms: 60000 }\n`);
  const answers = [
    '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"x"}]}}',
    '{"jsonrpc":"2.0","id":ID,"error":{"code":-31403,"message":"m"}}',
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}',
    '{"type":"tool_result","result":1}',
  ];
  const pair = await stage.pair(server);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...answers),
      fc.array(change, { maxLength: 4 }),
      async (answer, changes) => {
        const { client, upstream } = pair;
        const id = client.call("t");
        const call = await upstream.next();
        upstream.send(changes.reduce(changed, answer.replace("ID", String(call.id))));
        // Behind it a true answer: taken when the first was none, dropped when it was.
        upstream.answer(call, { content: [] });
        for (;;) {
          const heard = await client.next();
          if (heard.id === undefined) {
            expect(heard.method).toBe("notifications/message");
            continue;
          }
          expect([heard.id, heard.method]).toEqual([id, undefined]);
          if (heard.error !== undefined && heard.error.code <= -31000) {
            expect(heard.error.code).not.toBe(-31403);
          }
          break;
        }
      },
    ),
    { ...CASES, endOnFailure: true },
  );
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
  expect(await stage.metric("mcpguard_internal_errors_total")).toBe(0);
  await expectAlive(stage);
});

async function expectAlive(stage: Stage): Promise<void> {
  expect(await stage.metric("mcpguard_internal_errors_total")).toBe(0);
  const client = await stage.client();
  client.close();
  await client.closed;
}
