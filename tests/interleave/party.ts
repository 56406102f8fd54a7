// One client and its servers as a run of interleavings sees them: what each of them waits for, and how it is written.

import type { PlayedChannel, SessionStage } from "../../src/proxy/session_testkit.ts";

// deno-lint-ignore no-explicit-any -- whatever was sent
export type Said = any;

/** A request that somebody has sent: it is to be answered once, to whoever sent it. */
export interface Open {
  /** The asker's id as it is written. */
  raw: string;
  /** What tells it from every other request of the run. */
  nonce: string;
  /** The progress token as it is written, or null. */
  token: string | null;
  /** Which server. */
  server: string;
}

/** What one side holds of a request that it was asked. */
export interface Asked {
  id: unknown;
  nonce: string;
  token: unknown;
  server: string;
  done: boolean;
}

/** One client and its servers. */
export class Party {
  /** Own requests that wait, by id as written. */
  readonly calls = new Map<string, Open>();
  /** Requests and questions that were given up, while an answer may have been under way; their ids rest until then. */
  readonly crossing = new Map<string, Open>();
  /** Errors that a second request with the id of a waiting one must get, by id. */
  readonly refused = new Map<string, number>();
  /** What the client was asked. */
  readonly questions: Asked[] = [];
  /** By server: what it was asked, and what it asks. */
  readonly asked = new Map<string, Asked[]>();
  readonly asks = new Map<string, Map<string, Open>>();
  /** Servers that are gone. */
  readonly dead = new Set<string>();
  gone = false;
  #seen = new Map<PlayedChannel, number>();

  constructor(
    readonly stage: SessionStage,
    readonly servers: ReadonlyMap<string, PlayedChannel>,
  ) {
    for (const name of servers.keys()) {
      this.asked.set(name, []);
      this.asks.set(name, new Map());
    }
    this.fresh(stage.client);
    for (const channel of servers.values()) this.fresh(channel);
  }

  /** What was sent to a peer since the last look. */
  fresh(channel: PlayedChannel): Said[] {
    const from = this.#seen.get(channel) ?? 0;
    this.#seen.set(channel, channel.sent.length);
    return channel.sent.slice(from);
  }
}

/** A call as its client writes it. */
export function callText({ raw, nonce, token, server }: Open): string {
  const name = server === "" ? "t" : `${server}__t`;
  const meta = token === null ? "" : `,"_meta":{"progressToken":${token}}`;
  return `{"jsonrpc":"2.0","id":${raw},"method":"tools/call","params":` +
    `{"name":"${name}","arguments":{"nonce":"${nonce}"}${meta}}}`;
}

/** A question as its server writes it. */
export function askText({ raw, nonce }: Open): string {
  return `{"jsonrpc":"2.0","id":${raw},"method":"sampling/createMessage","params":{"maxTokens":5,` +
    `"messages":[{"role":"user","content":{"type":"text","text":"${nonce}"}}]}}`;
}

/** An answer that says whose it is. */
export function answerOf(nonce: string): object {
  return { result: { content: [{ type: "text", text: nonce }] } };
}
