// Plays the message steps of a case over real connections and writes down what both sides saw.

import { type AuditLine, RUNNER_ID } from "./audit.ts";
import { type Case, clientBytes, serverBytes } from "./case.ts";
import type { Message } from "./client.ts";
import { mapped } from "./ids.ts";
import { ALICE, connect, type Pair, type Stage } from "./stage.ts";
import { type Received, RUNNER_MARK } from "./upstream.ts";

/** One client message and what came of it. */
export interface Sent {
  /** The message as an object, or undefined where it is none. */
  json: Message;
  /** The answer, or null. */
  answer: Message | null;
  /** The close code, where the guard hung up on it. */
  closed: number | null;
}

/** Everything that could be seen of one play. */
export interface Play {
  /** The client's messages. */
  sent: Sent[];
  /** How many messages the server sent. */
  serverSteps: number;
  /** What reached the server. */
  toServer: Received[];
  /** What reached the client besides the runner's own answers. */
  toClient: Message[];
  /** What was recorded. */
  lines: AuditLine[];
}

let counter = 0;

/** An id of the runner's own. */
export function runnerId(): string {
  return `${RUNNER_ID}${++counter}`;
}

/**
 * A message of the runner that the server answers at once. A session keeps its order, so its answer means that
 * everything before it has been handled; null means that the guard has hung up.
 */
export async function barrier(pair: Pair): Promise<Message | null> {
  const answer = await pair.client.ask({
    id: runnerId(),
    method: "ping",
    params: { _meta: { [RUNNER_MARK]: true } },
  });
  if (answer === null) await ended(pair);
  return answer;
}

/** Waits until the guard has finished with a connection that is over: it then leaves the server, too. */
export async function ended(pair: Pair): Promise<void> {
  await pair.client.closed;
  pair.client.drop();
  await pair.server.closed;
}

/** Plays the case's `client`, `gen` and `server` steps. */
export async function play(stage: Stage, one: Case): Promise<Play> {
  const pairs: Pair[] = [];
  const sent: Sent[] = [];
  const asked: Message[] = [];
  let serverSteps = 0;
  await stage.audit.mark();
  let pair = await connect(stage, ALICE);
  pairs.push(pair);
  for (const step of one.steps) {
    const bytes = clientBytes(step);
    if (bytes !== null) {
      if (pair.client.closeCode !== null) pairs.push(pair = await connect(stage, ALICE));
      const json = parsed(bytes);
      if (json?.id !== undefined) asked.push(json);
      const from = pair.client.messages.length;
      await pair.client.send(bytes);
      const alive = await barrier(pair);
      const closed = alive === null ? pair.client.closeCode : null;
      sent.push({ json, closed, answer: answerTo(json, pair.client.messages.slice(from)) });
    }
    const said = serverBytes(step) as Uint8Array<ArrayBuffer> | null;
    if (said !== null) {
      serverSteps++;
      const id = parsed(said)?.id;
      // A refused answer is told to somebody who asked; where no step asks, the runner does.
      if (
        one.expected.rpc_code !== undefined && id !== undefined && !asked.some((m) => m.id === id)
      ) {
        const call = { id, method: "tools/call", params: { name: "read_file", arguments: {} } };
        asked.push(call);
        await pair.client.send(JSON.stringify({ jsonrpc: "2.0", ...call }));
        await barrier(pair);
      }
      const { bytes: out, answers } = mapped(said, asked, pair.server);
      pair.server.send(out);
      if (answers !== undefined) {
        asked.splice(asked.findIndex((m) => m.id === answers), 1);
      }
      // The first may overtake what the server said; after the second its record is on disk, too.
      await barrier(pair);
      await barrier(pair);
    }
  }
  const toServer = pairs.flatMap((p) => [...p.server.received]);
  // Where the server attacks, what it does not say is not said.
  if (one.dir !== "s2c") { for (const p of pairs) p.server.answerAll(); }
  const waiting = sent.filter((s) =>
    s.answer === null && s.closed === null && s.json?.id !== undefined
  );
  if (pair.client.closeCode === null) await barrier(pair);
  const others = sent.map((s) => s.answer);
  const unclaimed = pair.client.messages.filter((m) => !others.includes(m));
  for (const one of waiting) one.answer = answerTo(one.json, unclaimed);
  const toClient = pairs.flatMap((p) => p.client.messages).filter((m) => !isRunners(m));
  for (const p of pairs) {
    if (p.client.closeCode === null) await p.client.close();
    await ended(p);
  }
  return { sent, serverSteps, toServer, toClient, lines: await stage.audit.reach(sent.length) };
}

function isRunners(message: Message): boolean {
  return typeof message?.id === "string" && message.id.startsWith(RUNNER_ID);
}

/** The answer to a message: by its id, or without one where the id could not be read. */
function answerTo(json: Message, messages: readonly Message[]): Message | null {
  const answers = messages.filter((m) => !isRunners(m) && ("result" in m || "error" in m));
  return answers.find((m) => json?.id !== undefined && m.id === json.id) ??
    answers.find((m) => m.id === null && "error" in m) ??
    (json === undefined || Array.isArray(json) ? answers[0] : undefined) ?? null;
}

function parsed(bytes: Uint8Array): Message {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
