// Actions at the opening handshake, and the conformance suite for what follows it.

import { CONFORMANCE } from "../../kit/ws_conformance.ts";
import { closeCode, closing, frame, openRaw } from "../../kit/ws_raw.ts";
import { listen, webSocketUpgrade } from "../../../src/proxy/transports/mod.ts";
import { decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { Client, handshake, type HttpAnswer } from "../client.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, type Stage, startStage } from "../stage.ts";
import { abuse, DENIED_CALL } from "./websocket.ts";

/** Tries handshakes that must be refused with one status: one record each, no connection to the server. */
async function refusedUpgrades(
  stage: Stage,
  wanted: readonly number[],
  attempts: readonly (() => Promise<HttpAnswer>)[],
): Promise<string[]> {
  const wrong: string[] = [];
  await stage.audit.mark();
  const before = stage.upstream.connections.length;
  for (const [index, attempt] of attempts.entries()) {
    const { status } = await attempt();
    if (!wanted.includes(status)) {
      wrong.push(`handshake ${index + 1} got ${status}, not ${wanted.join(" or ")}`);
    }
  }
  if (stage.upstream.connections.length !== before) wrong.push("the server was connected to");
  const lines = await stage.audit.reach(attempts.length);
  if (decisionsIn(lines) !== attempts.length) {
    wrong.push(`${decisionsIn(lines)} decisions for ${attempts.length} handshakes`);
  }
  const seen = JSON.stringify(lines) + stage.said();
  if (seen.includes("SECRET")) wrong.push("a token of the handshake was written down");
  return wrong;
}

/** `ws_upgrade`: each must be refused; the client's messages after it never happen. */
export async function upgrades(one: Case): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  const steps = one.steps.filter((s) => s.do === "ws_upgrade");
  // Credentials are right wherever they are not the matter of the case.
  const who = one.class === "auth" ? [] : ALICE;
  const attempts = steps.map((step) => () =>
    handshake(stage.port, [...who, ...(step.headers ?? []) as [string, string][]])
  );
  const wrong = await refusedUpgrades(stage, [one.expected.http ?? 401], attempts);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  // A page of this machine may connect, so the check does not only say no.
  if (one.id === "WS-012") {
    const headers: [string, string][] = [...ALICE, ["Origin", "http://localhost:8080"]];
    wrong.push(...await passNeighbours(stage, neighboursOf(one), headers));
  }
  if (one.id === "WS-013") {
    const headers: [string, string][] = [...ALICE, ["Sec-WebSocket-Protocol", "mcp"]];
    wrong.push(...await passNeighbours(stage, neighboursOf(one), headers));
  }
  return wrong;
}

/** `ws_upgrade_matrix`: everything that is no WebSocket handshake, and the odd spellings that are one. */
export async function upgradeMatrix(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const without = (drop: string, ...more: [string, string][]) => (): Promise<HttpAnswer> =>
    handshake(stage.port, [...ALICE, ...more], { drop: [drop] });
  const version = (v: string) => without("Sec-WebSocket-Version", ["Sec-WebSocket-Version", v]);
  const key = (k: string) => without("Sec-WebSocket-Key", ["Sec-WebSocket-Key", k]);
  const wrong = await refusedUpgrades(stage, [one.expected.http ?? 426], [
    version("8"),
    version("0"),
    version("13, 8"),
    without("Sec-WebSocket-Version"),
    without("Sec-WebSocket-Key"),
    key("short"),
    key(""),
    (): Promise<HttpAnswer> => handshake(stage.port, ALICE, { method: "POST" }),
  ]);
  // Without an upgrade it is a plain request for /ws: told what to do, and nothing was judged.
  for (const drop of ["Upgrade", "Connection"]) {
    const { status } = await without(drop)();
    if (status !== 426) wrong.push(`without ${drop} it got ${status}, not 426`);
  }
  const spelled: [string, string][][] = [
    [["Upgrade", "WebSocket"], ["Connection", "Upgrade"]],
    [["Upgrade", "websocket"], ["Connection", "keep-alive, Upgrade"]],
    [["Upgrade", "WEBSOCKET"], ["Connection", "upgrade"]],
  ];
  for (const headers of spelled) {
    const socket = await openRaw(stage.port, {
      drop: ["Host", "Upgrade", "Connection"],
      headers: [["Host", `127.0.0.1:${stage.port}`], ...ALICE, ...headers],
    });
    const client = new Client(socket);
    const server = await stage.upstream.accept();
    await client.close();
    await server.closed;
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** WS-005: compression is never agreed on, so a compressed frame breaks the protocol before it is inflated. */
export async function deflateBomb(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const offer: [string, string] = ["Sec-WebSocket-Extensions", "permessage-deflate"];
  const { status, head } = await handshake(stage.port, [...ALICE, offer]);
  const wrong: string[] = [];
  if (status !== 101) wrong.push(`the handshake got ${status}`);
  if (/sec-websocket-extensions/i.test(head)) wrong.push("compression was agreed on");
  await (await stage.upstream.accept()).closed;
  const zeros = new Blob([new Uint8Array(16 << 20)]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  const bomb = new Uint8Array(await new Response(zeros).arrayBuffer());
  // A reserved bit without its extension is 1002 by RFC 6455 section 5.2; the case's 1009 would be for inflating.
  const ending = { close: 1009, or: [1002] };
  wrong.push(...await abuse(stage, [frame({ rsv: 4, payload: bomb })], ending));
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** WS-010: a message after Close never counts; impossible close codes break the protocol. */
export async function closeRaces(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const late = frame({ payload: DENIED_CALL });
  // The case's Close is a valid one without a code, answered alike before the late message is seen.
  const wrong = await abuse(stage, [closing(), late], { close: 1002, or: [1005] });
  for (const bad of [closing(1005), closing(999), frame({ op: 8, payload: "a" })]) {
    wrong.push(...await abuse(stage, [bad, late], { close: 1002 }));
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `autobahn`: the kit's conformance table against the real listener, by an echo in the place of the guard. */
export async function autobahn(): Promise<string[]> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    onRequest: () => Promise.resolve({ status: 404 }),
    onUpgrade: webSocketUpgrade({
      limits: { messageBytes: 16 << 20, fragments: 100_000, hardCapBytes: 64 << 20 },
      authorize: () => Promise.resolve({ ok: true, context: null }),
      onChannel: (channel) => {
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
        channel.start({
          onMessage: (bytes) => void channel.send(decoder.decode(bytes)),
          onClose: () => {},
          onDrain: () => {},
        });
      },
    }),
  });
  const wrong: string[] = [];
  let cases = 0;
  for (const section of Object.values(CONFORMANCE)) {
    for (const one of section) {
      cases++;
      const socket = await openRaw(listener.port);
      const sending = one.chop ? socket.writeInPieces(one.send, one.chop) : socket.write(one.send);
      const back: string[] = [];
      let close: number | undefined;
      for (const got of await socket.frames()) {
        if (got.op === 8) close = closeCode(got);
        else if (got.op === 1) back.push(new TextDecoder().decode(got.payload));
        else back.push(`pong:${new TextDecoder("latin1").decode(got.payload)}`);
      }
      await sending;
      socket.close();
      const same = back.length === one.back.length && back.every((b, i) => b === one.back[i]);
      if (close !== one.close || !same) wrong.push(`${one.id} failed`);
    }
  }
  await listener.close(1000);
  if (cases < 200) wrong.push(`only ${cases} conformance cases`);
  return wrong;
}
