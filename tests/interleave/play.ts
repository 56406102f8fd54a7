// Plays one plan, step by step: before each step everybody reads what has come, and the referee judges it.

import { HttpClient, PlainClient, type Said } from "./ends.ts";
import { answerTo, ask, reply, withdraw } from "./asks.ts";
import { call, cancel, serve } from "./calls.ts";
import type { Plan, Step } from "./plan.ts";
import { Misrouted, Referee, where } from "./referee.ts";
import { PlayedServer } from "./servers.ts";
import { CALL_MS, type Place, type Spoil, turns, type World, worldOf } from "./world.ts";

/** So many turns that the guard has nothing left to do. */
const QUIET = 500;

/** What happened in a plan, so that a campaign in which nothing happens is noticed. */
export type Tally = Record<string, number>;

/**
 * Plays a plan.
 *
 * @param plan The plan.
 * @param tally Counts what happened.
 * @param spoil Spoils the guard on purpose.
 * @throws {Misrouted} When something went to the wrong place, came twice, or never.
 */
export async function play(plan: Plan, tally: Tally = {}, spoil?: Spoil): Promise<void> {
  const run = new Run(plan, tally);
  await run.begin();
  spoil?.(run.world.places);
  try {
    for (const step of plan.steps) {
      run.read();
      await run.step(step);
      await turns(step.turns);
    }
    await run.finish();
  } finally {
    await run.end();
  }
  if (run.world.errors.length > 0) throw new Misrouted(`the guard failed: ${run.world.errors[0]}`);
  if (run.world.budget.used !== 0) {
    throw new Misrouted(`${run.world.budget.used} places not given back`);
  }
}

/** A plan that is being played. */
export class Run {
  /** Everybody. */
  readonly world: World;
  /** The plan. */
  readonly plan: Plan;
  /** Who judges. */
  readonly referee: Referee;
  /** The servers of each session; a shared one stands in every list. */
  readonly servers: PlayedServer[][] = [];
  /** Clients that have left, or whose session has ended. */
  readonly left = new Set<number>();
  /** What each client has answered to questions. */
  readonly answered: Said[][];
  readonly #tally: Tally;

  /** @param plan The plan. @param tally Counts what happens. */
  constructor(plan: Plan, tally: Tally) {
    this.plan = plan;
    this.#tally = tally;
    this.world = worldOf(plan);
    this.referee = new Referee(this.world);
    this.answered = this.world.places.map(() => []);
  }

  /** Everybody shakes hands. */
  async begin(): Promise<void> {
    const capabilities = { sampling: {}, elicitation: {} };
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "t" } };
    for (const { end } of this.world.places) {
      end.say({ jsonrpc: "2.0", id: "init", method: "initialize", params });
    }
    await turns(QUIET);
    const shared = this.plan.servers === "shared";
    for (const [p, { servers }] of this.world.places.entries()) {
      this.servers.push(
        shared && p > 0
          ? this.servers[0]!
          : servers.map(([channel], i) =>
            new PlayedServer(channel!, this.referee, shared ? null : p, i)
          ),
      );
    }
    this.servers.flat().forEach((server) => server.read());
    await turns(QUIET);
    for (const { end } of this.world.places) {
      if (end.heard()[0]?.message.result === undefined) throw new Error("no handshake");
      end.say({ jsonrpc: "2.0", method: "notifications/initialized" });
    }
    await turns(QUIET);
    this.read();
    if (!this.servers.flat().every((server) => server.ready)) throw new Error("not initialized");
  }

  /** Everybody reads. */
  read(): void {
    for (const [p, place] of this.world.places.entries()) {
      for (const heard of place.end.heard()) {
        this.count("heard");
        this.referee.heard(p, heard);
      }
      for (const server of this.servers[p]!) server.read();
      if (!this.left.has(p) && closed(place)) this.#lose(p, false);
    }
  }

  /** One step. */
  async step(step: Step): Promise<void> {
    const p = step.client % this.world.places.length;
    if (this.left.has(p)) return;
    const servers = this.servers[p]!;
    const server = servers[step.other % servers.length]!;
    switch (step.kind) {
      case "call":
        return await call(this, p, step);
      case "ask":
        return await ask(this, p, server, step);
      case "cancel":
        return cancel(this, p, step);
      case "reply":
      case "reply oddly":
      case "reply again":
        return reply(this, p, step);
      case "withdraw":
        return withdraw(this, p, step);
      case "time passes":
        this.world.now += step.pick % 2 === 0 ? CALL_MS : CALL_MS / 2;
        for (const { session } of this.world.places) session.sweep(this.world.now);
        return;
      case "client leaves":
        // One in three, or nobody stays.
        if (step.pick % 3 === 0) this.world.places[p]!.end.end(), this.#lose(p, true);
        return;
      case "server dies":
        if (step.pick % 3 === 0 && server.alive) this.#die(p, servers.indexOf(server));
        return;
    }
    if (!server.alive) return;
    serve(this, p, server, step);
  }

  /** Everybody says what is still owed. */
  async finish(): Promise<void> {
    await this.settle();
    for (const [p, servers] of this.servers.entries()) {
      for (const server of servers) {
        if (server.alive) { for (const known of [...server.open]) server.answer(known, false); }
      }
      if (this.left.has(p)) continue;
      for (const shown of this.referee.shown[p]!.splice(0)) this.say(p, answerTo(shown));
    }
    await this.settle();
    this.referee.over();
    if (this.world.budget.used !== 0) throw new Misrouted("places are taken and nobody waits");
  }

  /** Everybody leaves. */
  async end(): Promise<void> {
    for (const [p, { end }] of this.world.places.entries()) if (!this.left.has(p)) end.end();
    await turns(QUIET);
  }

  /** Lets everything run that waits for nothing outside, and everybody reads. */
  async settle(): Promise<void> {
    await turns(QUIET);
    this.read();
  }

  /** Counts what happens. */
  count(what: string): void {
    this.#tally[what] = (this.#tally[what] ?? 0) + 1;
  }

  /** A client says something. */
  say(p: number, message: Said): void {
    this.world.places[p]!.end.say({ jsonrpc: "2.0", ...message });
  }

  #die(p: number, server: number): void {
    this.count("server dies");
    const places = this.plan.servers === "shared" ? this.world.places.keys() : [p];
    for (const place of places) this.referee.dead.add(where({ place, server }));
    for (const ask of this.referee.asks.values()) {
      if (ask.place === p && ask.server === server) ask.lost = true;
    }
    this.servers[p]![server]!.channel.end({ code: 1006 });
  }

  /** A client is gone of its own, or its session is. */
  #lose(p: number, itself: boolean): void {
    this.count("client leaves");
    this.left.add(p);
    const { end } = this.world.places[p]!;
    // What the guard has closed ends here, too.
    if (end instanceof PlainClient) end.end();
    const died = !itself && this.servers[p]!.length === 1 &&
      this.referee.dead.has(where({ place: p, server: 0 }));
    for (const call of this.referee.calls.values()) {
      // A session whose server is gone has answered everything before it ended; who left before hears nothing.
      if (call.place === p && !(died && call.forwarded > 0)) call.lost = true;
    }
    for (const ask of this.referee.asks.values()) if (ask.place === p) ask.lost = true;
    for (const key of this.referee.reused.keys()) {
      if (key.startsWith(`${p} `)) this.referee.reused.delete(key);
    }
  }
}

/** Whether the guard has ended a session. */
function closed({ end }: Place): boolean {
  return end instanceof PlainClient
    ? end.channel.closing !== null
    : (end as HttpClient).channel.closed;
}
