// A server of one session: keeps what it was asked and under which id, and can answer rightly, twice, late and wrongly.

import type { PlayedChannel } from "../../src/proxy/session_testkit.ts";
import type { Said } from "./ends.ts";
import { type Referee, where } from "./referee.ts";

/** A call as a server knows it. */
export interface Known {
  id: number;
  mark: string;
  token: number | string | undefined;
}

/** One server behind one session. */
export class PlayedServer {
  /** Calls that wait for its answer. */
  open: Known[] = [];
  /** Calls that it need not answer any more. */
  readonly past: Known[] = [];
  /** Whether it was told that the client is ready. */
  ready = false;
  readonly channel: PlayedChannel;
  readonly #referee: Referee;
  readonly #place: number | null;
  readonly #index: number;
  #seen = 0;

  /** @param channel Its connection. @param referee Who judges. @param place Its session; null where all share it. @param index Which it is. */
  constructor(channel: PlayedChannel, referee: Referee, place: number | null, index: number) {
    this.channel = channel;
    this.#referee = referee;
    this.#place = place;
    this.#index = index;
  }

  /** Whether it can say anything. */
  get alive(): boolean {
    return this.channel.closing === null &&
      !this.#referee.dead.has(where({ place: this.#place ?? 0, server: this.#index }));
  }

  /** Takes what has come. */
  read(): void {
    for (; this.#seen < this.channel.sent.length; this.#seen++) {
      this.#take(this.channel.sent[this.#seen]);
    }
  }

  /** Answers a call, by a result or by an error. */
  answer(known: Known, byError: boolean): void {
    this.channel.say(reply(known.id, known.mark, byError));
    this.open = this.open.filter((one) => one !== known);
    if (!this.past.includes(known)) this.past.push(known);
  }

  /** Says that it goes on. */
  progress({ mark, token }: Known, progress: number): void {
    const params = { progressToken: token, progress, message: mark };
    this.channel.say({ jsonrpc: "2.0", method: "notifications/progress", params });
  }

  #take(message: Said): void {
    const { id, method, params } = message;
    if (method === undefined) return this.#referee.answered(this.#place, this.#index, message);
    if (method === "initialize") {
      const result = {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "played", version: "1" },
      };
      return this.channel.say({ jsonrpc: "2.0", id, result });
    }
    if (method === "notifications/initialized") this.ready = true;
    if (method === "notifications/cancelled") {
      const known = [...this.open, ...this.past].find((one) => one.id === params.requestId);
      this.#referee.callWithdrawn(this.#place, known?.mark);
      this.open = this.open.filter((one) => one !== known);
      if (!this.past.includes(known!)) this.past.push(known!);
    }
    if (method !== "tools/call") return;
    const mark = this.#referee.called(this.#place, this.#index, message);
    this.open.push({ id, mark, token: params._meta?.progressToken });
  }
}

/** An answer under an id. */
export function reply(id: number | string, mark: string, byError = false): Said {
  return byError
    ? { jsonrpc: "2.0", id, error: { code: -5, message: mark } }
    : { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: mark }] } };
}
