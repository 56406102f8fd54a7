// Cases written as frames or bytes after the upgrade, and the actions of the class websocket.

import { concat, frame, hex } from "../../kit/ws_raw.ts";
import { decisionsIn } from "../audit.ts";
import type { Case, Step } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { barrier, ended } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { connect, type Pair, type Stage } from "../stage.ts";

/** The denied call that frames carry. */
export const DENIED_CALL =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_file","arguments":{"path":"/x"}}}';

/** The bytes of a frame step, made one by one: a gigabyte is never held. */
export function* frameBytes(step: Step): Generator<Uint8Array> {
  if (step.ws_hex !== undefined) return yield hex(step.ws_hex);
  const spec = step.ws_frame ?? {};
  const payload = spec.text === undefined
    ? String(spec.fill ?? "").repeat(Number(spec.size ?? 0))
    : String(spec.text);
  const bytes = frame({
    fin: Number(spec.fin ?? 1) === 1,
    op: Number(spec.op ?? 1),
    payload,
    ...(spec.mask === false ? { mask: false as const } : {}),
  });
  for (let i = 0; i < Number(spec.repeat ?? 1); i++) yield bytes;
}

/** What a connection must look like after it was abused. */
export interface Ending {
  /** Close code; undefined where the case names none. */
  close?: number | undefined;
  /** Close codes that mean the same. */
  or?: readonly number[];
}

/**
 * Sends bytes on one fresh connection until the guard hangs up.
 *
 * @param stage The guard.
 * @param bytes What to send.
 * @param ending How it must end.
 * @returns What is wrong: the close code, something forwarded, not exactly one record.
 */
export async function abuse(
  stage: Stage,
  bytes: Iterable<Uint8Array>,
  ending: Ending,
): Promise<string[]> {
  await stage.audit.mark();
  const pair = await connect(stage);
  for (const part of bytes) if (!await pair.client.raw(part)) break;
  return await endedBy(stage, pair, ending);
}

/** Waits for the end of a connection and judges it. */
export async function endedBy(stage: Stage, pair: Pair, ending: Ending): Promise<string[]> {
  await ended(pair);
  const wrong: string[] = [];
  const code = pair.client.closeCode ?? 0;
  if (ending.close !== undefined && code !== ending.close && !ending.or?.includes(code)) {
    wrong.push(`closed by ${code}, not ${ending.close}`);
  }
  if (pair.server.received.length > 0) {
    wrong.push(`forwarded ${brief(pair.server.received[0]!.text)}`);
  }
  const decisions = decisionsIn(await stage.audit.reach(1));
  if (decisions !== 1) wrong.push(`${decisions} decisions recorded, not 1`);
  return wrong;
}

/** Plays frame steps: all on one connection, and whole frames that stand alone also one by one. */
export async function playFrames(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const ending = { close: one.expected.ws_close };
  const wrong: string[] = [];
  const all = function* (): Generator<Uint8Array> {
    for (const step of one.steps) yield* frameBytes(step);
  };
  wrong.push(...await abuse(stage, all(), ending));
  if (one.steps.length > 1 && one.steps.every((s) => s.ws_hex !== undefined)) {
    for (const step of one.steps) wrong.push(...await abuse(stage, frameBytes(step), ending));
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `ws_fragment` with a text: one message in so many parts, cut wherever that falls; it must be judged as a whole. */
async function fragmentedText(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const step = one.steps[0]!;
  const escaped = String(step.text).replace("delete_file", "d\\u0065lete_file")
    .replace('"/x"', '"/\u{1F600}"');
  const wrong: string[] = [];
  for (const text of [String(step.text), escaped]) {
    await stage.audit.mark();
    const pair = await connect(stage);
    await pair.client.raw(inParts(new TextEncoder().encode(text), Number(step.parts)));
    await barrier(pair);
    const answer = pair.client.messages.find((m) => m.id === 1) ?? null;
    if (!refuses(answer)) wrong.push(`answered by ${brief(answer)}`);
    if (pair.server.received.length > 0) wrong.push("it was forwarded");
    await pair.client.close();
    await ended(pair);
    const decisions = decisionsIn(await stage.audit.reach(1));
    if (decisions !== 1) wrong.push(`${decisions} decisions recorded, not 1`);
  }
  // The neighbour comes in the same pieces.
  const pair = await connect(stage);
  pair.server.answerAll();
  const allowed = String(step.text).replace("delete_file", "read_file");
  await pair.client.raw(inParts(new TextEncoder().encode(allowed), Number(step.parts)));
  const answer = await pair.client.find((m) => m.id === 1);
  if (answer?.result === undefined) wrong.push(`its allowed neighbour got ${brief(answer)}`);
  await pair.client.close();
  await ended(pair);
  return wrong;
}

/** A text message in so many fragments of about the same size. */
function inParts(bytes: Uint8Array, parts: number): Uint8Array {
  const cuts = Array.from({ length: parts + 1 }, (_, i) => Math.round(i * bytes.length / parts));
  return concat(...Array.from({ length: parts }, (_, i) =>
    frame({
      op: i === 0 ? 1 : 0,
      fin: i === parts - 1,
      payload: bytes.subarray(cuts[i]!, cuts[i + 1]!),
    })));
}

/** `ws_fragment`: a message in parts; one that only has a size is refused for its number of fragments. */
export async function fragments(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  if (step.text !== undefined) return await fragmentedText(one, bench);
  const stage = await bench.stages.get(FIXTURE);
  const payload = "a".repeat(Number(step.size));
  const all = function* (): Generator<Uint8Array> {
    for (let i = 0; i < Number(step.total) / payload.length; i++) {
      yield frame({ op: i === 0 ? 1 : 0, fin: false, payload });
    }
  };
  return [
    ...await abuse(stage, all(), { close: one.expected.ws_close }),
    ...await passNeighbours(stage, neighboursOf(one)),
  ];
}

/** `ws_ping_flood`: pings without reading a pong, also between the fragments of a message. */
export async function pingFlood(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const step = one.steps[0]!;
  const n = bench.full ? Number(step.n) : Math.max(2000, Number(step.n) / 50);
  const ping = frame({ op: 9, payload: "p".repeat(Number(step.size ?? 0)) });
  const many = new Uint8Array(ping.length * 100);
  for (let i = 0; i < 100; i++) many.set(ping, i * ping.length);
  const ending = { close: one.expected.ws_close };
  const flood = function* (): Generator<Uint8Array> {
    for (let i = 0; i < n / 100; i++) yield many;
  };
  const between = function* (): Generator<Uint8Array> {
    yield frame({ fin: false, payload: DENIED_CALL.slice(0, 50) });
    yield* flood();
    yield frame({ op: 0, payload: DENIED_CALL.slice(50) });
  };
  return [
    ...await abuse(stage, flood(), ending),
    ...await abuse(stage, between(), ending),
    ...await passNeighbours(stage, neighboursOf(one)),
  ];
}

/** `ws_half`: half of a message, FIN, then RST: nothing of it may count. */
export async function halfMessage(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const whole = frame({ payload: String(one.steps[0]!.text) });
  const wrong: string[] = [];
  for (const fin of [true, false]) {
    await stage.audit.mark();
    const pair = await connect(stage);
    // Answered before the cut, so that the upgrade is over; the half that follows is then a message of its own.
    await barrier(pair);
    await pair.client.raw(whole.subarray(0, whole.length >> 1));
    if (fin) await pair.client.closeWrite();
    else pair.client.drop();
    await pair.server.closed;
    wrong.push(...await endedBy(stage, pair, {}));
    if (pair.client.messages.some((m) => m.id === 1)) wrong.push("half a message was answered");
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** `ws_after_close_flood`: after the guard has closed, whatever still comes changes nothing. */
export async function floodAfterClose(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const megabytes = bench.full ? Number(one.steps[0]!.mb) : 20;
  const filler = frame({ payload: "a".repeat(1 << 20) });
  const all = function* (): Generator<Uint8Array> {
    yield frame({ announce: 1n << 40n, lengthBytes: 8 });
    for (let i = 0; i < megabytes; i++) yield filler;
    yield frame({ payload: DENIED_CALL });
  };
  return [
    ...await abuse(stage, all(), { close: 1009, or: [1006] }),
    ...await passNeighbours(stage, neighboursOf(one)),
  ];
}
