// Several real sessions at one shared server, whose programs and clients are in the test's hands.

import { parsePolicy } from "../../policy/mod.ts";
import { serverJsonLimits } from "../reading.ts";
import {
  ask,
  PlayedChannel,
  type SessionStage,
  settled,
  type StageOptions,
  startSession,
} from "../session_testkit.ts";
import { SharedServer } from "./shared_server.ts";
import type { Odd } from "./types.ts";

/** One client. */
export interface SharedClient extends SessionStage {
  /** Takes what the client got since the last look. */
  // deno-lint-ignore no-explicit-any -- tests look into whatever was sent
  got(): any[];
}

/** A shared server and what a test needs of it. */
export interface SharedStage {
  /** The programs that were started, the last one last. */
  programs: PlayedChannel[];
  /** What went to nobody. */
  odd: Odd[];
  /** One more client. */
  join(options?: StageOptions): SharedClient;
  /** One more client, after its handshake. */
  joined(capabilities?: object, options?: StageOptions): Promise<SharedClient>;
  /** Takes what the program got since the last look. */
  // deno-lint-ignore no-explicit-any -- tests look into whatever was sent
  heard(): any[];
  /** Sets the time of the shared server. */
  at(ms: number): void;
  /** Ends it. */
  close(): void;
}

/** Capabilities of the played server. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true },
  logging: {},
  tasks: { list: {} },
};

/**
 * Starts a shared server.
 *
 * @param waitingBytes Bytes that may wait for one client.
 * @param connect Starts a program.
 * @param waitingTotal Bytes that may wait for all clients.
 * @param patienceMs Milliseconds for which a client that reads slowly is waited for.
 */
export function startShared(
  waitingBytes = 1 << 20,
  connect?: (program: PlayedChannel) => Promise<PlayedChannel>,
  waitingTotal = Infinity,
  patienceMs = 0,
): SharedStage {
  const programs: PlayedChannel[] = [];
  const odd: Odd[] = [];
  let now = 0;
  const server = new SharedServer({
    connect: () => {
      const program = new PlayedChannel();
      programs.push(program);
      return connect?.(program) ?? Promise.resolve(program);
    },
    about: { name: "mcpguard", version: "1" },
    limits: () => serverJsonLimits(parsePolicy("version: 1", "test.yaml").limits),
    waitingBytes: () => waitingBytes,
    patienceMs: () => patienceMs,
    waitingTotal: () => waitingTotal,
    sendingHigh: () => 600,
    sendingMost: () => 1000,
    handshakeMs: () => 600_000,
    withdrawnMs: () => 1000,
    now: () => now,
    odd: (one) => odd.push(one),
  });
  const join = (options: StageOptions = {}): SharedClient => {
    const stage = startSession({ ...options, connect: () => Promise.resolve(server.connect()) });
    return { ...stage, got: looker(() => stage.client.sent) };
  };
  return {
    programs,
    odd,
    join,
    joined: async (capabilities = {}, options) => {
      const client = join(options);
      client.client.say(initialize(capabilities));
      await settled();
      const asked = programs.at(-1)!.sent.at(-1);
      if (asked?.method === "initialize") await answer(programs.at(-1)!, asked.id, HELLO);
      client.client.say({ jsonrpc: "2.0", method: "notifications/initialized" });
      await settled();
      client.got();
      return client;
    },
    heard: looker(() => programs.at(-1)?.sent ?? []),
    at: (ms) => now = ms,
    close: () => server.close(),
  };
}

/** What the played server answers to `initialize`. */
export const HELLO = {
  protocolVersion: "2025-11-25",
  capabilities: CAPABILITIES,
  serverInfo: { name: "played", version: "1" },
  instructions: "Share.",
};

/** A client's `initialize`. */
export function initialize(capabilities: object = {}): string {
  return ask("initialize", "init", {
    ...{ protocolVersion: "2025-06-18", capabilities },
    clientInfo: { name: "c", version: "1" },
  });
}

/** A program answers. */
export async function answer(program: PlayedChannel, id: unknown, result: object): Promise<void> {
  program.say({ jsonrpc: "2.0", id, result });
  await settled();
}

/** A notification. */
export function note(method: string, params: object = {}): object {
  return { jsonrpc: "2.0", method: `notifications/${method}`, params };
}

/** The members of `_meta` that every request of the modern era carries. */
export function modern(capabilities: object = {}): object {
  return {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "c", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
}

// deno-lint-ignore no-explicit-any -- tests look into whatever was sent
function looker(list: () => any[]): () => any[] {
  let of: unknown;
  let seen = 0;
  return () => {
    const all = list();
    if (of !== all) seen = 0;
    of = all;
    const fresh = all.slice(seen);
    seen = all.length;
    return fresh;
  };
}
