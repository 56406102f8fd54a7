// Several clients of one guard and their servers, all of whom use the same few ids and tokens: what each says is drawn at
// random, and whatever reaches somebody must be theirs.

import { answerOf, type Asked, askText, callText, Party, type Said } from "./party.ts";
import { atClient, atServer, expectThat } from "./checks.ts";
import { initialized, startFan } from "../../src/proxy/fan/fan_testkit.ts";
import { ask, type SessionStage, settled, startSession } from "../../src/proxy/session_testkit.ts";

/** Ids and tokens that everybody uses; 1 is not "1". */
const IDS = ["1", '"1"', "2", '"2"', "0", "-1", '""', '"a__1"'] as const;

/** One step; numbers choose among what is possible at the time. */
export interface Step {
  /** What is done. */
  act: (typeof ACTS)[number];
  /** Which client. */
  client: number;
  /** Which of its servers, requests or questions. */
  which: number;
  /** Which id. */
  id: number;
  /** Whether everything runs before the next step. */
  settle: boolean;
}

/** What may be done. */
export const ACTS = [
  ...[
    "call",
    "call",
    "call",
    "call",
    "again",
    "cancel",
    "answer",
    "answer",
    "repeat",
    "odd",
  ] as const,
  ...[
    "call",
    "progress",
    "progress",
    "late progress",
    "ask",
    "ask",
    "reply",
    "reply",
    "reply twice",
  ] as const,
  ...["withdraw", "server dies", "client dies"] as const,
] as const;

/** What reaches a client; a test of the property changes it, to see whether that is noticed. */
export type Tamper = (client: number, message: Said, all: readonly Said[][]) => Said[];

/** The world. Its methods throw when something reaches somebody whose it is not. */
export class World {
  readonly #parties: Party[] = [];
  readonly #tamper: Tamper;
  #nonces = 0;
  /** Messages that were looked at. */
  looked = 0;
  /** Whether everything has run since the last thing that was said. */
  #quiet = true;

  private constructor(tamper: Tamper) {
    this.#tamper = tamper;
  }

  /**
   * Connects clients.
   *
   * @param shapes For each client, the names of its servers; none for one server without a name.
   * @param tamper See {@linkcode Tamper}.
   */
  static async start(
    shapes: readonly (readonly string[])[],
    tamper: Tamper = (_, message) => [message],
  ): Promise<World> {
    const world = new World(tamper);
    // Engines differ by their policies; those of the same shape share one.
    const first = new Map<boolean, SessionStage>();
    for (const names of shapes) {
      const several = names.length > 0;
      const beside = first.get(several);
      const with_ = beside === undefined ? {} : { beside };
      if (several) {
        const stage = startFan(names, with_);
        await initialized(stage);
        first.set(several, stage);
        const servers = new Map(names.map((name) => [name, stage.of(name)]));
        world.#parties.push(new Party(stage, servers));
      } else {
        const stage = startSession(with_);
        stage.client.say(ask("initialize", "init", {
          ...{ protocolVersion: "2025-11-25", capabilities: { sampling: {} } },
          clientInfo: { name: "c", version: "1" },
        }));
        await settled();
        stage.server.say({
          ...{ jsonrpc: "2.0", id: stage.server.sent.at(-1).id },
          result: {
            ...{ protocolVersion: "2025-11-25", capabilities: { tools: {} } },
            serverInfo: { name: "s", version: "1" },
          },
        });
        await settled();
        stage.client.say({ jsonrpc: "2.0", method: "notifications/initialized" });
        await settled();
        first.set(several, stage);
        world.#parties.push(new Party(stage, new Map([["", stage.server]])));
      }
    }
    return world;
  }

  /** Does one step. */
  async step(step: Step): Promise<void> {
    const party = this.#parties[step.client % this.#parties.length]!;
    if (!party.gone) this.#act(party, step);
    this.#quiet = step.settle;
    if (step.settle) await this.look();
  }

  /** Everything that waits is answered; nothing may be left. */
  async finish(): Promise<void> {
    await this.look();
    for (const party of this.#parties) {
      if (party.gone) continue;
      for (const [name, asked] of party.asked) {
        if (!party.dead.has(name)) { for (const one of asked) this.#answer(party, one); }
      }
      for (const one of party.questions) this.#reply(party, one);
    }
    await this.look();
    for (const { calls, asks, stage, gone, dead } of this.#parties) {
      if (gone) continue;
      expectThat(calls.size === 0, `never answered: ${[...calls.values()].map((c) => c.nonce)}`);
      for (const [name, own] of asks) {
        expectThat(dead.has(name) || own.size === 0, `a question of ${name} was never answered`);
      }
      expectThat(stage.session.inFlight === 0, "a place was not given back");
      expectThat(stage.errors.length === 0, `the guard failed: ${stage.errors[0]}`);
    }
  }

  #act(party: Party, { act, which, id }: Step): void {
    const { stage } = party;
    const pick = <T>(all: readonly T[]): T | undefined => all[which % Math.max(1, all.length)];
    const names = [...party.servers.keys()].filter((name) => !party.dead.has(name));
    const server = pick(names);
    const raw = IDS[id % IDS.length]!;
    const asked = names.flatMap((name) => party.asked.get(name)!);
    switch (act) {
      case "call": {
        if (server === undefined || party.calls.has(raw) || party.refused.has(raw)) return;
        if (party.crossing.has(raw)) return;
        const inUse = [...party.calls.values()].some((one) => one.token === raw);
        const token = id % 3 === 0 || inUse ? null : raw;
        const open = { raw, nonce: this.#nonce("call"), token, server };
        party.calls.set(raw, open);
        return stage.client.say(callText(open));
      }
      case "again": {
        const open = pick([...party.calls.values()]);
        // While its answer may be under way, nobody can tell whether the id is free again.
        if (open === undefined || !this.#quiet) return;
        party.refused.set(open.raw, (party.refused.get(open.raw) ?? 0) + 1);
        return stage.client.say(callText({ ...open, nonce: this.#nonce("again"), token: null }));
      }
      case "cancel": {
        const open = pick([...party.calls.values()]);
        if (open === undefined || party.refused.has(open.raw)) return;
        party.calls.delete(open.raw);
        party.crossing.set(open.raw, open);
        return stage.client.say(
          `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${open.raw}}}`,
        );
      }
      case "answer": {
        const one = pick(asked.filter(({ done }) => !done));
        return one === undefined ? undefined : this.#answer(party, one);
      }
      case "repeat": {
        const one = pick(asked.filter(({ done }) => done));
        if (one !== undefined) this.#say(party, one.server, { id: one.id, ...answerOf("stale") });
        return;
      }
      case "odd": {
        // An id that this server was asked under, in another spelling; or one of some other server's.
        const all = this.#parties.flatMap((one) => [...one.asked.values()].flat());
        const one = pick(id % 4 < 2 ? asked.filter(({ done }) => !done) : all);
        if (server === undefined || one === undefined || !this.#quiet) return;
        const spelled =
          [JSON.stringify(String(one.id)), `${one.id}.0`, `${one.id}`, "99999"][id % 4];
        const to = id % 4 < 2 ? one.server : server;
        if (party.asked.get(to)!.some((o) => !o.done && String(o.id) === spelled)) return;
        return party.servers.get(to)!.say(
          `{"jsonrpc":"2.0","id":${spelled},"result":{"content":[{"type":"text","text":"stale"}]}}`,
        );
      }
      case "progress":
      case "late progress": {
        const late = act === "late progress";
        const one = pick(asked.filter(({ done, token }) => done === late && token !== undefined));
        if (one === undefined) return;
        // A token that the client uses again at the same server names the new request: nobody can tell that it is late.
        const again =
          asked.some((o) => o !== one && o.server === one.server && o.token === one.token) ||
          [...party.calls.values()].some((o) =>
            o.token === JSON.stringify(one.token) && o.nonce !== one.nonce
          );
        if (again) return;
        return this.#say(party, one.server, {
          method: "notifications/progress",
          params: { progressToken: one.token, progress: 1, message: late ? "stale" : one.nonce },
        });
      }
      case "ask": {
        if (server === undefined || party.asks.get(server)!.has(raw)) return;
        if (party.crossing.has(`${server}?${raw}`)) return;
        const open = { raw, nonce: this.#nonce("ask"), token: null, server };
        party.asks.get(server)!.set(raw, open);
        return party.servers.get(server)!.say(askText(open));
      }
      case "reply":
      case "reply twice": {
        const twice = act === "reply twice";
        const one = pick(party.questions.filter(({ done }) => done === twice));
        return one === undefined ? undefined : this.#reply(party, one, twice);
      }
      case "withdraw": {
        const open = server === undefined ? undefined : pick([...party.asks.get(server)!.values()]);
        if (open === undefined) return;
        party.asks.get(open.server)!.delete(open.raw);
        party.crossing.set(`${open.server}?${open.raw}`, open);
        return party.servers.get(open.server)!.say(
          `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${open.raw}}}`,
        );
      }
      case "server dies":
        // The last one takes its session along, which is the next case.
        if (server === undefined || names.length < 2) return;
        party.dead.add(server);
        return party.servers.get(server)!.end({ code: 1006 });
      case "client dies":
        if (this.#parties.filter(({ gone }) => !gone).length < 2) return;
        party.gone = true;
        return stage.client.end();
    }
  }

  #answer(party: Party, one: Asked): void {
    if (one.done) return;
    one.done = true;
    this.#say(party, one.server, { id: one.id, ...answerOf(one.nonce) });
  }

  #reply(party: Party, one: Asked, again = false): void {
    if (one.done !== again) return;
    one.done = true;
    const text = again ? "stale" : one.nonce;
    const result = { role: "assistant", model: "m", content: { type: "text", text } };
    party.stage.client.say({ jsonrpc: "2.0", id: one.id, result });
  }

  #say(party: Party, server: string, message: object): void {
    party.servers.get(server)!.say({ jsonrpc: "2.0", ...message });
  }

  #nonce(what: string): string {
    return `${what}-${++this.#nonces}`;
  }

  /** Lets everything run, and looks at all that arrived. */
  async look(): Promise<void> {
    await settled();
    const fresh = this.#parties.map(({ stage }, i) => this.#parties[i]!.fresh(stage.client));
    this.#parties.forEach((party, i) => {
      for (const [name, channel] of party.servers) {
        for (const message of party.fresh(channel)) {
          this.looked++;
          atServer(party, name, message);
        }
      }
      for (const message of fresh[i]!) {
        for (const one of this.#tamper(i, message, fresh)) {
          this.looked++;
          atClient(party, one);
        }
      }
      party.crossing.clear();
    });
  }
}
