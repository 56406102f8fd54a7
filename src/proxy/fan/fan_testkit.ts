// A session with several played servers behind it: the real session, guard and fan, and peers in the test's hands.

import { parsePolicy } from "../../policy/mod.ts";
import { serverJsonLimits } from "../reading.ts";
import {
  ask,
  PlayedChannel,
  type SessionStage,
  settled,
  startSession,
} from "../session_testkit.ts";
import { type Channel, UpstreamError } from "../transports/mod.ts";
import { FanChannel } from "./fan_channel.ts";

/** A session and its servers. */
export interface FanStage extends SessionStage {
  /** The server's connections so far, by name; the last one is in use. */
  servers: Record<string, PlayedChannel[]>;
  /** The connection of a server that is in use. */
  of(name: string): PlayedChannel;
  /** Takes what the client got since the last look. */
  // deno-lint-ignore no-explicit-any -- tests look into whatever was sent
  got(): any[];
}

/** What a test sets. */
export interface FanStageOptions {
  /** Sections of the policy besides `upstreams`. */
  policy?: string;
  /** Keys of single servers. */
  own?: Record<string, object>;
  /** Servers that cannot be reached. */
  dead?: readonly string[];
  /** Whether every server is connected before the client speaks, as `mcpguard run` does. */
  eager?: boolean;
  /** Another session of the same guard. */
  beside?: SessionStage;
  /** Milliseconds that answers of several wait; as long as a test lasts unless given. */
  gatherMs?: number;
}

/** Starts a session with servers of these names. */
export function startFan(names: readonly string[], options: FanStageOptions = {}): FanStage {
  const servers: Record<string, PlayedChannel[]> = Object.fromEntries(names.map((n) => [n, []]));
  const upstreams = names.map((name) => ({ name, command: ["x"], ...options.own?.[name] }));
  const connect = (name: string): Promise<Channel> => {
    if (options.dead?.includes(name)) {
      return Promise.reject(new UpstreamError("refused", "upstream x refused"));
    }
    const channel = new PlayedChannel();
    servers[name]!.push(channel);
    return Promise.resolve(channel);
  };
  const stage = startSession({
    ...(options.beside === undefined ? {} : { beside: options.beside }),
    policy: `upstreams: ${JSON.stringify(upstreams)}\n${options.policy ?? ""}`,
    connect: async () => {
      const fan = new FanChannel({
        servers: names.map((name) => ({ name, connect: () => connect(name) })),
        about: { name: "mcpguard", version: "1" },
        limits: serverJsonLimits(parsePolicy("version: 1", "test.yaml").limits),
        handshakeMs: options.gatherMs ?? 600_000,
        gatherMs: options.gatherMs ?? 600_000,
        modern: new Set(),
      });
      if (options.eager === true) await fan.open();
      return fan;
    },
  });
  let seen = 0;
  return {
    ...stage,
    servers,
    of: (name) => servers[name]!.at(-1)!,
    got: () => {
      const fresh = stage.client.sent.slice(seen);
      seen = stage.client.sent.length;
      return fresh;
    },
  };
}

/** What a server answers to `initialize` unless a test says otherwise. */
export const CAPABILITIES = { tools: {}, resources: {}, prompts: {}, logging: {} };

/** Goes through the handshake with every server that is there. */
export async function initialized(stage: FanStage, version = "2025-11-25"): Promise<void> {
  stage.client.say(ask("initialize", "init", { protocolVersion: version, capabilities: {} }));
  await settled();
  for (const [name, channels] of Object.entries(stage.servers)) {
    const server = channels.at(-1);
    if (server === undefined) continue;
    const { id } = server.sent.at(-1);
    server.say({
      jsonrpc: "2.0",
      id,
      result: {
        protocolVersion: version,
        capabilities: CAPABILITIES,
        serverInfo: { name, version: "1" },
        instructions: `Use ${name}.`,
      },
    });
  }
  await settled();
  stage.client.say({ jsonrpc: "2.0", method: "notifications/initialized" });
  await settled();
}

/** The server answers what it was asked last. */
export async function answer(server: PlayedChannel, result: object): Promise<void> {
  server.say({ jsonrpc: "2.0", id: server.sent.at(-1).id, result });
  await settled();
}
