// What was sent to one HTTP session, for a while: a client whose stream broke asks for the rest by `Last-Event-ID`.
// The log belongs to one session, so an id of another session's means nothing here (CVE-2026-33946).

import {
  CODE,
  errorReply,
  type JsonLimits,
  JsonNumber,
  JsonObject,
  parseJson,
  writeJson,
} from "../../wire/mod.ts";

/** One event that was sent or waits for its stream. */
export interface LoggedEvent {
  /** Its number within the session, from 1. */
  readonly seq: number;
  /** The stream it belongs to. */
  readonly stream: object;
  /** Its data; empty in a primer. */
  readonly data: string;
  /** The policy in force when it was let through. */
  readonly policy: unknown;
}

/** What a log may keep. */
export interface EventLogOptions {
  /** An unguessable text that no other session has. */
  token: string;
  /** Most events. */
  events: number;
  /** Most characters of data over all events. */
  chars: number;
  /** The policy in force, as something that another one is not equal to. */
  policy: () => unknown;
}

/** The events of one session, oldest first, bounded in number and size. */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #events: LoggedEvent[] = [];
  #chars = 0;
  #seq = 0;

  /** @param options What it may keep. */
  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  /** Keeps one event, and drops the oldest ones where there is no room. */
  append(stream: object, data: string): LoggedEvent {
    const event: LoggedEvent = { seq: ++this.#seq, stream, data, policy: this.#options.policy() };
    this.#events.push(event);
    this.#chars += data.length;
    const { events, chars } = this.#options;
    let drop = 0;
    // The last one always stays: a stream that is not connected yet has it nowhere else.
    while (
      drop < this.#events.length - 1 &&
      (this.#events.length - drop > events || this.#chars > chars)
    ) {
      this.#chars -= this.#events[drop++]!.data.length;
    }
    if (drop > 0) this.#events.splice(0, drop);
    return event;
  }

  /** The number that the next event gets. */
  get next(): number {
    return this.#seq + 1;
  }

  /** The id under which a client gets an event. */
  idOf(event: LoggedEvent): string {
    return `${this.#options.token}-${event.seq}`;
  }

  /**
   * The event with an id.
   *
   * @param id A `Last-Event-ID`, as sent.
   * @returns The event; undefined where it is another session's, was never given out, or is no longer kept.
   */
  find(id: string): LoggedEvent | undefined {
    const { token } = this.#options;
    const digits = id.slice(token.length + 1);
    if (!id.startsWith(`${token}-`) || !/^[1-9][0-9]{0,14}$/.test(digits)) return undefined;
    const seq = Number(digits);
    return this.#events.find((event) => event.seq === seq);
  }

  /**
   * What is kept of a stream's events after a number, oldest first. What an earlier policy let through says nothing of
   * what this one would: an answer of then becomes an error, so that its client can ask again, and the rest is left out.
   *
   * @param stream The stream.
   * @param seq The number after which.
   * @param underWay From which number on events went to a connection that was there: they are on their way, and stay.
   */
  after(stream: object, seq: number, underWay = Infinity): LoggedEvent[] {
    const policy = this.#options.policy();
    return this.#events.filter((event) => event.stream === stream && event.seq > seq)
      .map((event) =>
        event.policy === policy || event.seq >= underWay
          ? event
          : { ...event, data: outdated(event.data) }
      )
      .filter((event): event is LoggedEvent => event.data !== null);
  }
}

/** It has been read and judged before: no bound of its own. */
const ANY: JsonLimits = {
  ...{ bytes: Infinity, depth: 10_000, tokens: Infinity, keys: Infinity },
  numbers: "preserve",
};

/** What stands for an event of an earlier policy; null where nothing does. */
function outdated(data: string): string | null {
  if (data === "") return data;
  const message = parseJson(data, ANY);
  if (!(message instanceof JsonObject)) return null;
  const [id, method] = [message.get("id"), message.get("method")];
  if (typeof method === "string") return method.endsWith("/list_changed") ? data : null;
  if (typeof id !== "string" && !(id instanceof JsonNumber)) return null;
  const text = "mcpguard withheld this answer: the policy has changed since it came; ask again";
  return writeJson(errorReply(id, CODE.POLICY, text));
}
