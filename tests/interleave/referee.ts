// Knows every call and every question by its mark, and says at once when one reaches somebody whom it is not for, comes
// twice, or never comes.

import { idKey } from "../../src/proxy/pending.ts";
import { JsonNumber } from "../../src/wire/mod.ts";
import type { Heard, Said } from "./ends.ts";
import { CALL_MS, type World } from "./world.ts";

/** A call of a client's. */
export interface Call {
  mark: string;
  place: number;
  server: number;
  key: string;
  token: string | null;
  /** When it was made. */
  at: number;
  /** Whether the client waits for its answer. */
  live: boolean;
  cancelled: boolean;
  /** Whether it was made when its session could not work any more. */
  lost: boolean;
  /** Whether it was withdrawn so long ago that no answer can be on its way any more. */
  over: boolean;
  answers: number;
  forwarded: number;
}

/** A question of a server's. */
export interface Ask {
  mark: string;
  place: number;
  server: number;
  key: string;
  withdrawn: boolean;
  /** Whether the server asked under an id that still waited: nobody may see it. */
  twice: boolean;
  lost: boolean;
  shown: number;
  answers: number;
}

/** Something went to the wrong place. */
export class Misrouted extends Error {}

/** The key of an id or a token as the guard knows it: a number is not its string. */
export function keyOf(id: number | string): string {
  return idKey(typeof id === "string" ? id : new JsonNumber(String(id)));
}

const MARK = /\b(?:call|ask)-[0-9]+\b/;

/** The mark that a message carries. */
export function markOf(message: Said): string | undefined {
  return MARK.exec(JSON.stringify(message))?.[0];
}

/** Judges what everybody gets. */
export class Referee {
  readonly calls = new Map<string, Call>();
  readonly asks = new Map<string, Ask>();
  /** Questions that a client has been shown and not answered, by place. */
  readonly shown: { id: number | string; mark: string; method: string }[][];
  /** Calls under an id that still waited, by place and key. */
  readonly reused = new Map<string, number>();
  /** Servers that are gone, as `place/server`. */
  readonly dead = new Set<string>();
  readonly #world: World;

  /** @param world Who is there. */
  constructor(world: World) {
    this.#world = world;
    this.shown = world.places.map(() => []);
  }

  /** The call of a client under an id that waits. */
  live(place: number, key: string): Call | undefined {
    return [...this.calls.values()].find((c) => c.live && c.place === place && c.key === key);
  }

  /** Calls that a client has withdrawn, while an answer or progress may be on its way, by their id or token. */
  crossing(place: number, key: string, token?: string): Call[] {
    return [...this.calls.values()].filter((c) =>
      c.cancelled && c.answers === 0 && !c.over && c.place === place &&
      (c.key === key || (token !== undefined && c.token === token))
    );
  }

  /** Whether a call is late enough to be given up. */
  late(call: Call): boolean {
    return this.#world.now - call.at >= CALL_MS;
  }

  /** A server got a call. @param place Its session; null where all share it. */
  called(place: number | null, server: number, message: Said): string {
    const mark = markOf(message) ?? "";
    const call = this.calls.get(mark);
    if (call === undefined) throw new Misrouted(`a call of nobody's: ${show(message)}`);
    if ((place !== null && call.place !== place) || call.server !== server) {
      throw new Misrouted(`${mark} of ${where(call)} reached ${place}/${server}`);
    }
    if (++call.forwarded > 1) throw new Misrouted(`${mark} was forwarded twice`);
    return mark;
  }

  /** A server was told that nobody waits for a call any more. */
  callWithdrawn(place: number | null, mark: string | undefined): void {
    const call = this.calls.get(mark ?? "");
    if (call === undefined) throw new Misrouted("a call was withdrawn that was never made");
    const foreign = place !== null && call.place !== place;
    if (foreign || !(call.cancelled || call.lost || this.late(call))) {
      throw new Misrouted(`${call.mark} of ${where(call)} was withdrawn and still waits`);
    }
  }

  /** A server got an answer to its question. */
  answered(place: number | null, server: number, message: Said): void {
    const mark = markOf(message);
    const key = keyOf(message.id);
    const ask = mark === undefined ? undefined : this.asks.get(mark);
    if (ask === undefined) throw new Misrouted(`an answer of nobody's: ${show(message)}`);
    if (ask.place !== place || ask.server !== server || ask.key !== key) {
      throw new Misrouted(`${mark} of ${where(ask)} was answered to ${place}/${server}, ${key}`);
    }
    if (++ask.answers > 1) throw new Misrouted(`${mark} was answered twice`);
  }

  /** A client heard something. */
  heard(place: number, { message, post }: Heard): void {
    const { method, id } = message;
    if (method === "notifications/progress") return this.#progress(place, message, post);
    if (method === "notifications/cancelled") return this.#askWithdrawn(place, message);
    if (method !== undefined) return this.#asked(place, message);
    const key = keyOf(id);
    if (post !== null && post !== key) {
      throw new Misrouted(`the answer to ${key} came on the POST of ${post}`);
    }
    const mark = markOf(message);
    if (mark === undefined) return this.#refused(place, key, message);
    const call = this.calls.get(mark);
    if (call === undefined) throw new Misrouted(`an answer of nobody's: ${show(message)}`);
    if (call.place !== place || call.key !== key) {
      throw new Misrouted(`the answer to ${mark} of ${where(call)} came to ${place}, ${key}`);
    }
    this.#end(call);
  }

  /** Everything is over: who still waits waits for ever. */
  over(): void {
    for (const call of this.calls.values()) {
      const due = !call.cancelled && !call.lost;
      if (due && call.answers !== 1) throw new Misrouted(`${call.mark} was never answered`);
    }
    for (const [key, n] of this.reused) if (n > 0) throw new Misrouted(`${key}: no word of reuse`);
    for (const ask of this.asks.values()) {
      if (ask.twice || ask.withdrawn || ask.lost) continue;
      if (ask.shown !== 1) throw new Misrouted(`${ask.mark} was never shown`);
      if (ask.answers !== 1) throw new Misrouted(`${ask.mark} was never answered`);
    }
  }

  #end(call: Call): void {
    if (call.over) throw new Misrouted(`${call.mark} was answered long after it was withdrawn`);
    if (++call.answers > 1) throw new Misrouted(`${call.mark} was answered twice`);
    call.live = false;
  }

  /** The guard's own word on a call. */
  #refused(place: number, key: string, message: Said): void {
    const code = message.error?.code;
    if (code === -32600) {
      const left = (this.reused.get(`${place} ${key}`) ?? 0) - 1;
      if (left < 0) throw new Misrouted(`${place}, ${key} was told of a reuse that is none`);
      this.reused.set(`${place} ${key}`, left);
      return;
    }
    const call = this.live(place, key) ?? this.crossing(place, key)[0];
    if (call === undefined) throw new Misrouted(`${place} never asked: ${show(message)}`);
    const gone = code === -31502 && this.dead.has(where(call));
    const late = code === -31408 && this.late(call);
    if (!gone && !late) throw new Misrouted(`${call.mark} was refused: ${show(message)}`);
    this.#end(call);
  }

  #progress(place: number, message: Said, post: string | null): void {
    const mark = markOf(message) ?? "";
    const call = this.calls.get(mark);
    const token = keyOf(message.params.progressToken);
    if (call?.place !== place || call.token !== token) {
      throw new Misrouted(`progress of ${mark} came to ${place}: ${show(message)}`);
    }
    const owners = [...this.calls.values()].filter((c) =>
      c.place === place && c.token === token && c.server === call.server &&
      (c.live || (c.cancelled && c.answers === 0 && !c.over))
    );
    if (owners.length === 0) throw new Misrouted(`progress of ${mark} came after its end`);
    if (post !== null && !owners.some((c) => c.key === post)) {
      throw new Misrouted(`progress of ${mark} came on the POST of ${post}`);
    }
  }

  #asked(place: number, message: Said): void {
    const mark = markOf(message) ?? "";
    const ask = this.asks.get(mark);
    if (ask?.place !== place) throw new Misrouted(`${mark} was shown to ${place}`);
    if (ask.twice) throw new Misrouted(`${mark} was shown, whose id was taken`);
    if (++ask.shown > 1) throw new Misrouted(`${mark} was shown twice`);
    this.shown[place]!.push({ id: message.id, mark, method: message.method });
  }

  #askWithdrawn(place: number, message: Said): void {
    const at = this.shown[place]!.findIndex((s) => s.id === message.params.requestId);
    // A client that has answered already hears of it too late.
    if (at < 0) return;
    const ask = this.asks.get(this.shown[place]![at]!.mark)!;
    if (!ask.withdrawn && !this.dead.has(where(ask))) {
      throw new Misrouted(`${ask.mark} was withdrawn and its server still waits`);
    }
    this.shown[place]!.splice(at, 1);
  }
}

/** Whose it is. */
export function where({ place, server }: { place: number; server: number }): string {
  return `${place}/${server}`;
}

function show(message: Said): string {
  return JSON.stringify(message).slice(0, 200);
}
