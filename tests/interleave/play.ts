// Plays one plan, step by step: before each step everybody reads what has come, and the referee judges it.

import { HttpClient, PlainClient, type Said } from "./ends.ts";
import { IDS, type Plan, type Step, TOKENS } from "./plan.ts";
import { type Ask, type Call, keyOf, Misrouted, Referee, where } from "./referee.ts";
import { PlayedServer, reply } from "./servers.ts";
import { CALL_MS, NAMES, type Place, type Spoil, turns, type World, worldOf } from "./world.ts";

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

class Run {
  readonly world: World;
  readonly #plan: Plan;
  readonly #referee: Referee;
  readonly #servers: PlayedServer[][] = [];
  readonly #left = new Set<number>();
  readonly #tally: Tally;
  readonly #answered: Said[][];

  constructor(plan: Plan, tally: Tally) {
    this.#plan = plan;
    this.#tally = tally;
    this.world = worldOf(plan);
    this.#referee = new Referee(this.world);
    this.#answered = this.world.places.map(() => []);
  }

  /** Everybody shakes hands. */
  async begin(): Promise<void> {
    const capabilities = { sampling: {}, elicitation: {} };
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "t" } };
    for (const { end } of this.world.places) {
      end.say({ jsonrpc: "2.0", id: "init", method: "initialize", params });
    }
    await turns(QUIET);
    const shared = this.#plan.servers === "shared";
    for (const [p, { servers }] of this.world.places.entries()) {
      this.#servers.push(
        shared && p > 0
          ? this.#servers[0]!
          : servers.map(([channel], i) =>
            new PlayedServer(channel!, this.#referee, shared ? null : p, i)
          ),
      );
    }
    this.#servers.flat().forEach((server) => server.read());
    await turns(QUIET);
    for (const { end } of this.world.places) {
      if (end.heard()[0]?.message.result === undefined) throw new Error("no handshake");
      end.say({ jsonrpc: "2.0", method: "notifications/initialized" });
    }
    await turns(QUIET);
    this.read();
    if (!this.#servers.flat().every((server) => server.ready)) throw new Error("not initialized");
  }

  /** Everybody reads. */
  read(): void {
    for (const [p, place] of this.world.places.entries()) {
      for (const heard of place.end.heard()) {
        this.#count("heard");
        this.#referee.heard(p, heard);
      }
      for (const server of this.#servers[p]!) server.read();
      if (!this.#left.has(p) && closed(place)) this.#lose(p);
    }
  }

  /** One step. */
  async step(step: Step): Promise<void> {
    const p = step.client % this.world.places.length;
    if (this.#left.has(p)) return;
    const servers = this.#servers[p]!;
    const server = servers[step.other % servers.length]!;
    switch (step.kind) {
      case "call":
        return await this.#call(p, step);
      case "ask":
        return await this.#ask(p, server, step);
      case "cancel":
        return this.#cancel(p, step);
      case "reply":
      case "reply oddly":
      case "reply again":
        return this.#reply(p, step);
      case "withdraw":
        return this.#withdraw(p, step);
      case "time passes":
        this.world.now += step.pick % 2 === 0 ? CALL_MS : CALL_MS / 2;
        for (const { session } of this.world.places) session.sweep(this.world.now);
        return;
      case "client leaves":
        // One in three, or nobody stays.
        if (step.pick % 3 === 0) this.world.places[p]!.end.end(), this.#lose(p);
        return;
      case "server dies":
        if (step.pick % 3 === 0 && server.alive) this.#die(p, servers.indexOf(server));
        return;
    }
    if (!server.alive) return;
    this.#serve(p, server, step);
  }

  /** Everybody says what is still owed. */
  async finish(): Promise<void> {
    await this.#settle();
    for (const [p, servers] of this.#servers.entries()) {
      for (const server of servers) {
        if (server.alive) { for (const known of [...server.open]) server.answer(known, false); }
      }
      if (this.#left.has(p)) continue;
      for (const shown of this.#referee.shown[p]!.splice(0)) this.#say(p, answerTo(shown));
    }
    await this.#settle();
    this.#referee.over();
    if (this.world.budget.used !== 0) throw new Misrouted("places are taken and nobody waits");
  }

  /** Everybody leaves. */
  async end(): Promise<void> {
    for (const [p, { end }] of this.world.places.entries()) if (!this.#left.has(p)) end.end();
    await turns(QUIET);
  }

  async #settle(): Promise<void> {
    await turns(QUIET);
    this.read();
  }

  #count(what: string): void {
    this.#tally[what] = (this.#tally[what] ?? 0) + 1;
  }

  #say(p: number, message: Said): void {
    this.world.places[p]!.end.say({ jsonrpc: "2.0", ...message });
  }

  async #call(p: number, step: Step): Promise<void> {
    const { end } = this.world.places[p]!;
    const id = IDS[step.pick % IDS.length]!;
    const key = keyOf(id);
    const crossing = this.#referee.crossing(p, key);
    if (this.#referee.live(p, key) !== undefined || crossing.length > 0) {
      // What is on its way comes first: then it is certain whether the id still waits, and whose an error is.
      await this.#settle();
      if (this.#left.has(p)) return;
      for (const call of crossing) call.over = true;
    }
    // The listener itself turns such a POST away.
    if (end instanceof HttpClient && end.channel.has(key)) return;
    const server = step.other % this.#servers[p]!.length;
    // One token belongs to one running call.
    const drawn = TOKENS[(step.pick + step.other) % TOKENS.length] ?? null;
    const taken = [...this.#referee.calls.values()].some((call) =>
      call.place === p && call.live && drawn !== null && call.token === keyOf(drawn)
    );
    const token = taken ? null : drawn;
    const call: Call = {
      mark: `call-${this.#referee.calls.size}`,
      place: p,
      server,
      key,
      token: token === null ? null : keyOf(token),
      at: this.world.now,
      live: true,
      cancelled: false,
      lost: false,
      over: false,
      answers: 0,
      forwarded: 0,
    };
    const params = {
      name: this.#servers[p]!.length === 1 ? "t" : `${NAMES[server]}__t`,
      arguments: { mark: call.mark },
      ...(token === null ? {} : { _meta: { progressToken: token } }),
    };
    if (this.#referee.live(p, key) !== undefined) {
      this.#count("id reused");
      const reused = `${p} ${key}`;
      this.#referee.reused.set(reused, (this.#referee.reused.get(reused) ?? 0) + 1);
    } else {
      this.#count("calls");
      this.#referee.calls.set(call.mark, call);
    }
    this.#say(p, { id, method: "tools/call", params });
  }

  #cancel(p: number, step: Step): void {
    const live = [...this.#referee.calls.values()].filter((call) => call.live && call.place === p);
    const call = live[step.pick % live.length];
    if (call === undefined) return;
    this.#count("cancelled");
    call.live = false;
    call.cancelled = true;
    const requestId = call.key.startsWith("n") ? Number(call.key.slice(1)) : call.key.slice(1);
    this.#say(p, { method: "notifications/cancelled", params: { requestId } });
  }

  /** A server says something about calls. */
  #serve(p: number, server: PlayedServer, step: Step): void {
    const open = server.open[step.pick % server.open.length];
    const past = server.past[step.pick % server.past.length];
    const odd = (text: string): void => {
      this.#count(step.kind);
      server.channel.say(text);
    };
    if (step.kind === "answer" && open !== undefined) {
      this.#count("answers");
      server.answer(open, step.pick % 5 === 4);
    } else if (step.kind === "answer again" && past !== undefined) {
      odd(JSON.stringify(reply(past.id, past.mark)));
    } else if (step.kind === "answer oddly" && open !== undefined) {
      const spelled = [`"${open.id}"`, `${open.id}.0`, `${open.id}e0`, `-${open.id}`, "null"];
      const id = spelled[step.turns % spelled.length];
      odd(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"odd"}]}}`);
    } else if (step.kind === "answer for another") {
      const last = Math.max(0, ...[...server.open, ...server.past].map(({ id }) => id));
      const mine = this.#servers[p]!.filter((other) => other !== server);
      // Ids of the other servers of this session; else ids of other sessions that this server knew once, or nobody's.
      const ids = this.#plan.servers === "shared"
        ? [last + 1000]
        : mine.length > 0
        ? mine.flatMap((other) => other.open.map(({ id }) => id))
        : this.#servers.flat().flatMap((other) => other.open.map(({ id }) => id))
          .filter((id) => id < last && !server.open.some((one) => one.id === id));
      const id = ids[step.pick % ids.length];
      if (id !== undefined) odd(JSON.stringify(reply(id, "not its own")));
    } else if (step.kind === "progress" && open?.token !== undefined) {
      this.#count("progress");
      server.progress(open, step.turns);
    } else if (step.kind === "late progress" && past?.token !== undefined) {
      this.#count("late progress");
      server.progress(past, step.turns);
    }
  }

  async #ask(p: number, server: PlayedServer, step: Step): Promise<void> {
    // Whom a shared server asks cannot always be told, and then nobody is asked.
    if (!server.alive || this.#plan.servers === "shared") return;
    const id = IDS[step.pick % IDS.length]!;
    const key = keyOf(id);
    const index = this.#servers[p]!.indexOf(server);
    const waits = (): boolean =>
      [...this.#referee.asks.values()].some((ask) =>
        ask.place === p && ask.server === index && ask.key === key &&
        !ask.twice && !ask.withdrawn && ask.answers === 0
      );
    if (waits()) await this.#settle();
    if (!server.alive || this.#left.has(p)) return;
    const ask: Ask = {
      mark: `ask-${this.#referee.asks.size}`,
      place: p,
      server: index,
      key,
      twice: waits(),
      withdrawn: false,
      lost: false,
      shown: 0,
      answers: 0,
    };
    this.#count(ask.twice ? "ask's id reused" : "asks");
    this.#referee.asks.set(ask.mark, ask);
    const content = { type: "text", text: ask.mark };
    const question = step.turns % 2 === 0
      ? {
        method: "sampling/createMessage",
        params: { messages: [{ role: "user", content }], maxTokens: 1 },
      }
      : {
        method: "elicitation/create",
        params: {
          message: ask.mark,
          requestedSchema: { type: "object", properties: { m: { type: "string" } } },
        },
      };
    server.channel.say({ jsonrpc: "2.0", id, ...question });
  }

  #reply(p: number, step: Step): void {
    if (step.kind === "reply again") {
      const again = this.#answered[p]![step.pick % this.#answered[p]!.length];
      if (again === undefined) return;
      this.#count("reply again");
      return this.#say(p, again);
    }
    const open = this.#referee.shown[p]!;
    const shown = open[step.pick % open.length];
    if (shown === undefined) return;
    if (step.kind === "reply oddly") {
      this.#count("reply oddly");
      const id = typeof shown.id === "number" ? String(shown.id) : `${shown.id} `;
      return this.#say(p, { ...answerTo(shown), id });
    }
    this.#count("replies");
    open.splice(open.indexOf(shown), 1);
    const answer = step.turns % 4 === 3
      ? { id: shown.id, error: { code: -1, message: shown.mark } }
      : answerTo(shown);
    this.#answered[p]!.push(answer);
    this.#say(p, answer);
  }

  #withdraw(p: number, step: Step): void {
    const open = [...this.#referee.asks.values()].filter((ask) =>
      ask.place === p && !ask.withdrawn && !ask.twice && ask.answers === 0 &&
      this.#servers[p]![ask.server]!.alive
    );
    const ask = open[step.pick % open.length];
    if (ask === undefined) return;
    this.#count("withdrawn");
    ask.withdrawn = true;
    const requestId = ask.key.startsWith("n") ? Number(ask.key.slice(1)) : ask.key.slice(1);
    this.#servers[p]![ask.server]!.channel.say({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId },
    });
  }

  #die(p: number, server: number): void {
    this.#count("server dies");
    const places = this.#plan.servers === "shared" ? this.world.places.keys() : [p];
    for (const place of places) this.#referee.dead.add(where({ place, server }));
    for (const ask of this.#referee.asks.values()) {
      if (ask.place === p && ask.server === server) ask.lost = true;
    }
    this.#servers[p]![server]!.channel.end({ code: 1006 });
  }

  /** A client is gone, or its session is. */
  #lose(p: number): void {
    this.#count("client leaves");
    this.#left.add(p);
    const { end } = this.world.places[p]!;
    // What the guard has closed ends here, too.
    if (end instanceof PlainClient) end.end();
    const died = this.#servers[p]!.length === 1 &&
      this.#referee.dead.has(where({ place: p, server: 0 }));
    for (const call of this.#referee.calls.values()) {
      // A session whose server is gone has answered everything before it ended.
      if (call.place === p && !(died && call.forwarded > 0)) call.lost = true;
    }
    for (const ask of this.#referee.asks.values()) if (ask.place === p) ask.lost = true;
    for (const key of this.#referee.reused.keys()) {
      if (key.startsWith(`${p} `)) this.#referee.reused.delete(key);
    }
  }
}

/** Whether the guard has ended a session. */
function closed({ end }: Place): boolean {
  return end instanceof PlainClient
    ? end.channel.closing !== null
    : (end as HttpClient).channel.closed;
}

function answerTo(
  { id, mark, method }: { id: number | string; mark: string; method: string },
): Said {
  return method === "elicitation/create"
    ? { id, result: { action: "accept", content: { m: mark } } }
    : {
      id,
      result: { role: "assistant", model: "m", content: { type: "text", text: mark } },
    };
}
