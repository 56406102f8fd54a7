// A client of the older HTTP+SSE transport (MCP 2024-11-05): one stream that answers, and an address to post to.

import { eventsOf } from "../kit/http_raw.ts";
import type { Message } from "./client.ts";
import type { Request } from "./scene.ts";

/** A client at `/sse`, before its handshake. */
export interface SseClient {
  /** All that came. */
  readonly said: readonly Message[];
  /** Asks; null when the stream has ended. */
  ask(request: Request): Promise<Message | null>;
  /** Says something that has no answer. */
  tell(message: Record<string, unknown>): Promise<void>;
  /** Leaves. */
  leave(): Promise<void>;
}

/** Opens the stream and learns where to post. */
export async function openSse(
  port: number,
  headers: Record<string, string>,
): Promise<SseClient> {
  const stop = new AbortController();
  const origin = `http://127.0.0.1:${port}`;
  const stream = await fetch(`${origin}/sse`, { headers, signal: stop.signal });
  if (stream.status !== 200) throw new Error(`/sse: ${stream.status} ${await stream.text()}`);
  const endpoint = Promise.withResolvers<string>();
  const said: Message[] = [];
  const waiting = new Map<string | number, (message: Message | null) => void>();
  let over = false;
  const reading = (async (): Promise<void> => {
    try {
      for await (const { type, data } of eventsOf(stream)) {
        if (type === "endpoint") {
          endpoint.resolve(data);
          continue;
        }
        const message = JSON.parse(data);
        said.push(message);
        if (message.method === undefined) waiting.get(message.id)?.(message);
      }
    } catch {
      // Whoever leaves cuts the stream.
    } finally {
      over = true;
      endpoint.reject(new Error("the stream ended before its endpoint"));
      for (const give of waiting.values()) give(null);
    }
  })();
  const path = await endpoint.promise;
  const post = async (message: Record<string, unknown>): Promise<void> => {
    const reply = await fetch(new URL(path, origin), {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
    await reply.body?.cancel();
  };
  return {
    said,
    ask: async (request) => {
      if (over) return null;
      const answer = new Promise<Message | null>((give) => waiting.set(request.id, give));
      await post({ ...request });
      return await answer;
    },
    tell: post,
    leave: async () => {
      stop.abort();
      await reading;
    },
  };
}
