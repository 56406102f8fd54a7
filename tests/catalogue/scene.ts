// Clients of either era over each listener, and the honest server behind them, whose answers a case may change: for
// cases that need more than bytes on one connection.

import { eventsOf } from "../kit/http_raw.ts";
import { HttpMcp } from "../kit/http_mcp.ts";
import type { Case } from "./case.ts";
import { Client, type Message } from "./client.ts";
import { brief, refuses } from "./judge.ts";
import { runnerId } from "./play.ts";
import { openSse } from "./scene_sse.ts";
import type { Stage } from "./stage.ts";
import { type Received, RUNNER_MARK, type UpstreamConnection } from "./upstream.ts";

/** A listener and the era that is spoken there. */
export type Door = "ws" | "http" | "sse" | "modern";

/** Who may come, by the fixture's tokens. */
export type Who = "ALICE" | "BOB";

/** A request without its version. */
export interface Request {
  id: string | number;
  method: string;
  params?: Record<string, unknown>;
}

/** A client. */
export interface Talker {
  /** Where it came in. */
  readonly door: Door;
  /** All that came besides answers to what it asked over HTTP; over a WebSocket all of it. */
  readonly said: readonly Message[];
  /** Asks; null when the guard hung up. */
  ask(request: Request): Promise<Message | null>;
  /** Says something that has no answer. */
  tell(message: Record<string, unknown>): Promise<void>;
  /** Resolves when what the server said before is here, or dropped. */
  settle(): Promise<void>;
  /** Leaves. */
  leave(): Promise<void>;
}

const CLIENT = { name: "catalogue", version: "1" };

/** The parameters of a legacy handshake. */
export const HELLO: Readonly<Record<string, unknown>> = {
  protocolVersion: "2025-11-25",
  capabilities: { sampling: {}, elicitation: {}, roots: {} },
  clientInfo: CLIENT,
};

/** Comes in through a door; where the era has one, the handshake is done. */
export async function enter(stage: Stage, door: Door, who: Who = "ALICE"): Promise<Talker> {
  const headers: [string, string][] = [["Authorization", `Bearer ${who}`]];
  if (door === "ws") return await throughSocket(stage, headers);
  if (door === "sse") return await throughSse(stage, Object.fromEntries(headers));
  return await throughHttp(stage, door, Object.fromEntries(headers));
}

async function throughSocket(stage: Stage, headers: [string, string][]): Promise<Talker> {
  const client = await Client.open(stage.port, headers);
  return await greeted("ws", {
    said: client.messages,
    ask: (request) => client.ask({ ...request }),
    tell: async (message) => {
      await client.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
    },
    leave: () => client.close(),
  });
}

async function throughSse(stage: Stage, headers: Record<string, string>): Promise<Talker> {
  return await greeted("sse", await openSse(stage.port, headers));
}

/** Does the handshake of a connection that carries everything. */
async function greeted(door: Door, client: Omit<Talker, "door" | "settle">): Promise<Talker> {
  const { ask } = client;
  const params = { ...HELLO, ...MARKED };
  const hello = await ask({ id: runnerId(), method: "initialize", params });
  if (hello?.result === undefined) throw new Error(`no handshake: ${brief(hello)}`);
  return {
    ...client,
    door,
    settle: async () => {
      for (let i = 0; i < 2; i++) await ask(barrier("ping"));
    },
  };
}

const MARKED = { _meta: { [RUNNER_MARK]: true } };

function barrier(method: string): Request {
  return { id: runnerId(), method, params: MARKED };
}

async function throughHttp(
  stage: Stage,
  door: "http" | "modern",
  headers: Record<string, string>,
): Promise<Talker> {
  const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, headers);
  const said: Message[] = [];
  const stop = new AbortController();
  const read = async (reply: Response, id?: string | number): Promise<Message | null> => {
    if (reply.headers.get("content-type") !== "text/event-stream") {
      const text = await reply.text();
      return text === "" ? null : JSON.parse(text);
    }
    for await (const { data } of eventsOf(reply)) {
      if (data === "") continue;
      const message = JSON.parse(data);
      if (id !== undefined && message.id === id && message.method === undefined) return message;
      said.push(message);
    }
    return null;
  };
  let listening: Promise<unknown> = Promise.resolve();
  if (door === "http") {
    await http.open();
    const stream = await http.listen(undefined, stop.signal);
    listening = read(stream).catch(() => {});
  }
  const ask = async (request: Request): Promise<Message | null> => {
    const { id, method, params = {} } = request;
    const reply = door === "http"
      ? await http.send({ id, method, params })
      : await http.modern(id, method, params);
    return await read(reply, id);
  };
  return {
    door,
    said,
    ask,
    tell: async (message) => {
      const reply = await http.send(message);
      await reply.body?.cancel();
    },
    settle: async () => {
      for (let i = 0; i < 2; i++) await ask(barrier(door === "http" ? "ping" : "tools/list"));
    },
    leave: async () => {
      stop.abort();
      await listening;
      if (door === "http") await (await http.end()).body?.cancel();
    },
  };
}

/** The client messages of a case, parsed. */
export function messagesOf(one: Case): Message[] {
  return one.steps.flatMap((s) => s.client === undefined ? [] : [JSON.parse(s.client)]);
}

/** The server messages of a case, parsed. */
export function serverSays(one: Case): Message[] {
  return one.steps.flatMap((s) => s.server === undefined ? [] : [JSON.parse(s.server)]);
}

/** What a case is told of its play, on one door. */
export interface Scene {
  /** The guard. */
  stage: Stage;
  /** The door in question. */
  door: Door;
  /** Comes in through it. */
  enter(who?: Who): Promise<Talker>;
  /** What the server answers, by method, until the scene is over: results, or errors as `{error}`. */
  answers: Map<string, (params: Message) => unknown>;
  /** Messages of these methods that have reached the server in this scene. */
  reached(...methods: string[]): Received[];
  /** The server's connection that was opened last. */
  server(): UpstreamConnection;
  /** Adds to what is wrong, unless the condition holds. */
  expect(holds: boolean, otherwise: string): void;
}

/**
 * Plays a case once for each door, on a program whose server is honest.
 *
 * @param stage The program.
 * @param doors Where clients come in.
 * @param play The play.
 * @param note What the records must say in the end (`detail`), where the case cares.
 * @returns What is wrong.
 */
export async function onDoors(
  stage: Stage,
  doors: readonly Door[],
  play: (scene: Scene) => Promise<void>,
  note?: string | RegExp,
): Promise<string[]> {
  const { upstream } = stage;
  const wrong: string[] = [];
  for (const door of doors) {
    await stage.audit.mark();
    const seen = new Map(upstream.connections.map((c) => [c, c.received.length]));
    const left: Talker[] = [];
    upstream.answering = true;
    for (const one of upstream.connections) one.answering = true;
    const received = (): Received[] =>
      upstream.connections.flatMap((c) => c.received.slice(seen.get(c) ?? 0));
    const expect = (holds: boolean, otherwise: string): void => {
      if (!holds) wrong.push(`over ${door}: ${otherwise}`);
    };
    try {
      await play({
        stage,
        door,
        enter: async (who) => {
          const talker = await enter(stage, door, who);
          left.push(talker);
          return talker;
        },
        answers: upstream.answers,
        reached: (...methods) => received().filter(({ json }) => methods.includes(json?.method)),
        server: () => upstream.connections.at(-1)!,
        expect,
      });
      if (note !== undefined) {
        const says = (text: string): boolean =>
          typeof note === "string" ? text.includes(`"${note}"`) : note.test(text);
        const lines = await stage.audit.when((all) => all.some((l) => says(JSON.stringify(l))));
        expect(lines.some((l) => says(JSON.stringify(l))), `no record says ${note}`);
      }
    } finally {
      for (const talker of left) await talker.leave();
      upstream.answers.clear();
      upstream.answering = false;
      upstream.forget();
    }
  }
  return wrong;
}

/** Notes that an answer must refuse. */
export function mustRefuse(
  scene: Scene,
  answer: Message | null,
  codes: readonly number[],
  what = "it",
): void {
  const code = answer?.error?.code;
  const tool = answer?.result?.isError === true;
  scene.expect(
    refuses(answer) && (tool || codes.includes(code)),
    `${what} was answered by ${brief(answer)}`,
  );
}

/** Notes that an answer must be one. */
export function mustPass(scene: Scene, answer: Message | null, what = "it"): void {
  scene.expect(
    answer?.result !== undefined && !refuses(answer),
    `${what} was answered by ${brief(answer)}`,
  );
}
