// One Server-Sent Events stream toward a client. In the legacy era it outlives its connection: what comes meanwhile is
// kept in the session's log, and a client that comes back gets the rest. A reader that is too slow loses the connection.

import type { HttpReply, ReplyStream, ReplyWriter } from "../transports/mod.ts";
import type { EventLog } from "./event_log.ts";

/** Bounds of a stream. */
export interface StreamLimits {
  /** Bytes that wait for the client at which the other side is held back. */
  highBytes: number;
  /** Bytes that wait for the client at which its connection is cut. */
  hardBytes: number;
  /** Milliseconds that a client may stay above `highBytes`. */
  slowMs: number;
  /** Milliseconds between comments that keep the connection alive. */
  keepAliveMs: number;
}

/** What a stream is made of. */
export interface SseStreamOptions {
  /** Keeps events for a client that comes back; null where streams cannot be resumed. */
  log: EventLog | null;
  /** Milliseconds after which a client may come back; makes the first event a primer (MCP 2025-11-25). */
  retryMs: number | null;
  /** Bounds. */
  limits: StreamLimits;
  /** Headers of the answer that carries the stream. */
  headers: readonly (readonly [string, string])[];
  /** Told when waiting bytes have become few again, or are gone with their connection. */
  onRoom: () => void;
  /** Told when the connection has ended before the stream has. */
  onGone: () => void;
  /** Told when the connection has ended after the stream had. */
  onEnd?: () => void;
  /** Told when the connection was cut because the client did not read. */
  onSlow: () => void;
}

/** One event as the format has it (WHATWG HTML, 9.2); data holds no line breaks, since JSON text has none. */
export function eventText(
  event: { id?: string; retry?: number; type?: string; data: string },
): string {
  const lines: string[] = [];
  if (event.type !== undefined) lines.push(`event: ${event.type}`);
  if (event.id !== undefined) lines.push(`id: ${event.id}`);
  if (event.retry !== undefined) lines.push(`retry: ${event.retry}`);
  lines.push(`data: ${event.data}`, "", "");
  return lines.join("\n");
}

/** A stream of events. */
export class SseStream {
  readonly #options: SseStreamOptions;
  /** Events of a stream without a log, until its connection is open. */
  #early: string[] = [];
  #connection: ReplyWriter | null = null;
  #out: ReplyStream | null = null;
  #finished = false;
  #resting = false;
  #sent = 0;
  /** The first event that was sent while the connection of now was there already. */
  #underWay = Infinity;
  #full = false;
  #slow: ReturnType<typeof setTimeout> | undefined;
  #alive: ReturnType<typeof setInterval> | undefined;

  /** @param options What the stream is made of. */
  constructor(options: SseStreamOptions) {
    this.#options = options;
    if (options.retryMs !== null) options.log?.append(this, "");
  }

  /** Whether a connection carries it, or is about to. */
  get attached(): boolean {
    return this.#connection !== null;
  }

  /** Whether nothing more comes and nobody listens. */
  get over(): boolean {
    return this.#finished && this.#connection === null;
  }

  /** Whether too much waits for the client. */
  get full(): boolean {
    return this.#full;
  }

  /** Bytes that wait for the client. */
  get bufferedBytes(): number {
    return this.#out?.bufferedBytes ?? 0;
  }

  /** Sends one message, now or when a connection comes. */
  send(data: string): void {
    const { log } = this.#options;
    if (log === null) return this.sendRaw(eventText({ type: "message", data }));
    const event = log.append(this, data);
    if (this.#out === null) return;
    this.#sent = event.seq;
    this.#write(this.#out, eventText({ type: "message", id: log.idOf(event), data }));
  }

  /** Sends the text of a whole event that is never sent again. */
  sendRaw(text: string): void {
    if (this.#out !== null) this.#write(this.#out, text);
    else if (!this.#finished && this.#early.length < 64) this.#early.push(text);
  }

  /** Ends the stream when everything is sent. */
  finish(): void {
    this.#finished = true;
    if (this.#connection === null) this.#options.onRoom();
    else this.#out?.end();
  }

  /**
   * Closes the connection for now: the client comes back for the rest when its time is up (MCP 2025-11-25, SEP-1699).
   * Nothing happens where the client was not told so by a primer.
   */
  rest(): void {
    if (this.#options.log === null || this.#options.retryMs === null || this.#finished) return;
    this.#resting = this.#out === null && this.#connection !== null;
    if (this.#out !== null) this.#leave();
  }

  /**
   * The answer that carries the stream from here on; a connection that carries it now is cut.
   *
   * @param after The last event that the client has got; by default the last one that was sent.
   */
  reply(after?: number): HttpReply {
    this.#drop()?.cut();
    this.#resting = false;
    if (after !== undefined) this.#sent = after;
    this.#underWay = this.#options.log?.next ?? Infinity;
    const connection: ReplyWriter = {
      onOpen: (out) => this.#connection === connection ? this.#open(out) : out.cut(),
      onFlush: () => this.#connection === connection && this.#flushed(),
      onClose: () => this.#connection === connection && this.#closed(),
    };
    this.#connection = connection;
    return {
      status: 200,
      headers: [
        ["Content-Type", "text/event-stream"],
        ["Cache-Control", "no-cache, no-transform"],
        ["X-Accel-Buffering", "no"],
        ...this.#options.headers,
      ],
      writer: connection,
    };
  }

  /** Cuts the connection. */
  cut(): void {
    this.#out?.cut();
  }

  #open(out: ReplyStream): void {
    const { log, limits, retryMs } = this.#options;
    this.#out = out;
    this.#alive = setInterval(() => this.#write(out, ":\n\n"), limits.keepAliveMs);
    for (const text of this.#early.splice(0)) this.#write(out, text);
    for (const event of log?.after(this, this.#sent, this.#underWay) ?? []) {
      this.#sent = event.seq;
      const id = log!.idOf(event);
      const text = event.data === "" && retryMs !== null
        ? eventText({ id, retry: retryMs, data: "" })
        : eventText({ type: "message", id, data: event.data });
      this.#write(out, text);
    }
    if (this.#finished) out.end();
    else if (this.#resting) this.#leave();
  }

  #write(out: ReplyStream, text: string): void {
    const { highBytes, hardBytes, slowMs } = this.#options.limits;
    out.write(text);
    const tooSlow = (): void => {
      this.#options.onSlow();
      out.cut();
    };
    if (out.bufferedBytes > Math.max(hardBytes, highBytes + text.length)) return tooSlow();
    if (this.#full || out.bufferedBytes <= highBytes) return;
    this.#full = true;
    this.#slow = setTimeout(tooSlow, slowMs);
  }

  #flushed(): void {
    if (!this.#full || this.bufferedBytes > this.#options.limits.highBytes / 2) return;
    this.#full = false;
    clearTimeout(this.#slow);
    this.#options.onRoom();
  }

  #closed(): void {
    this.#drop();
    if (this.#finished) this.#options.onEnd?.();
    else this.#options.onGone();
    this.#options.onRoom();
  }

  /** Ends the connection, not the stream. */
  #leave(): void {
    this.#drop()?.end();
    this.#options.onRoom();
  }

  /** Forgets the connection. */
  #drop(): ReplyStream | null {
    const out = this.#out;
    clearTimeout(this.#slow);
    clearInterval(this.#alive);
    this.#connection = null;
    this.#out = null;
    this.#full = false;
    return out;
  }
}
