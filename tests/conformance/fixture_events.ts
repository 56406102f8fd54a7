// The fixture's memory of the events of one session's streams, from which a stream is taken up again.

import type { EventStore, JSONRPCMessage } from "npm:@modelcontextprotocol/server@2.4.0";

/** Every event of one session, in order; event ids count up. */
export class MemoryEvents implements EventStore {
  readonly #events: { stream: string; message: JSONRPCMessage }[] = [];

  /** @returns The id of the event, which is its place. */
  storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    return Promise.resolve(String(this.#events.push({ stream, message }) - 1));
  }

  /** @returns The stream of an event, or undefined for one that never was. */
  getStreamIdForEventId(id: string): Promise<string | undefined> {
    return Promise.resolve(this.#events[Number(id)]?.stream);
  }

  /** Sends what followed an event on its stream. */
  async replayEventsAfter(
    id: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const stream = this.#events[Number(id)]?.stream;
    if (stream === undefined) throw new Error(`No event ${JSON.stringify(id)}`);
    for (let i = Number(id) + 1; i < this.#events.length; i++) {
      const event = this.#events[i]!;
      // What opens a stream carries no message and is not repeated.
      if (event.stream === stream && "jsonrpc" in event.message) {
        await send(String(i), event.message);
      }
    }
    return stream;
  }
}
