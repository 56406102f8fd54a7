// Is the peer of a WebSocket alive, and does it ping more than it may? Timers and counters, no frames.

import { FrameError } from "./frame_error.ts";

/** A token bucket for control frames: so many per second, and as many at once. */
export class PingBudget {
  readonly #perSec: number;
  #left: number;
  #filledAt = performance.now();

  /**
   * Starts full.
   *
   * @param perSec Control frames per second, at least 1.
   */
  constructor(perSec: number) {
    this.#perSec = perSec;
    this.#left = perSec;
  }

  /**
   * Counts one control frame.
   *
   * @throws {FrameError} 1008 when there were too many.
   */
  take(): void {
    if (this.#left < 1) {
      const now = performance.now();
      const refill = (now - this.#filledAt) / 1000 * this.#perSec;
      this.#left = Math.min(this.#perSec, this.#left + refill);
      this.#filledAt = now;
      if (this.#left < 1) throw new FrameError(1008, "ws.ping_flood", "too many pings");
    }
    this.#left -= 1;
  }
}

/** Pings a silent peer, and gives it up when it stays silent. */
export class KeepAlive {
  readonly #idleMs: number;
  readonly #pongMs: number;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #heard = false;
  #pinged = false;
  #suspended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Sets it up; `start` begins.
   *
   * @param limits Silence before a ping and after it, ms; a `keepAliveMs` of 0 switches it off.
   * @param actions What pings, and what ends the connection.
   */
  constructor(
    limits: { keepAliveMs: number; pongMs: number },
    actions: { ping(): void; dead(): void },
  ) {
    this.#idleMs = limits.keepAliveMs;
    this.#pongMs = limits.pongMs;
    this.#ping = actions.ping;
    this.#dead = actions.dead;
  }

  /** Begins. */
  start(): void {
    if (this.#idleMs > 0) this.#wait(this.#idleMs);
  }

  /** Ends. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The peer is alive. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * Holds judgement.
   *
   * @param on True while nothing is read, so that silence says nothing.
   */
  suspend(on: boolean): void {
    this.#suspended = on;
    this.#heard = true;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    const alive = this.#heard || this.#suspended;
    this.#heard = false;
    if (alive) {
      this.#pinged = false;
      this.#wait(this.#idleMs);
    } else if (this.#pinged) this.#dead();
    else {
      this.#pinged = true;
      this.#ping();
      this.#wait(this.#pongMs);
    }
  }
}
