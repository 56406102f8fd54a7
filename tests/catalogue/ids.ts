// Ids in server steps are the client's: the guard asks under its own, so they are mapped before they are sent.

import type { Message } from "./client.ts";
import type { Received, UpstreamConnection } from "./upstream.ts";

/**
 * Writes a server step as the server would send it: the id of an answer becomes the guard's.
 *
 * @param bytes The step's message.
 * @param asked Requests of the client that are out, oldest first.
 * @param server The guard's connection.
 * @returns The bytes to send, and the id they answer, or undefined where they answer nothing that was asked.
 */
export function mapped(
  bytes: Uint8Array<ArrayBuffer>,
  asked: readonly Message[],
  server: UpstreamConnection,
): { bytes: string | Uint8Array<ArrayBuffer>; answers: string | number | undefined } {
  let text: string;
  let step: Message;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    step = JSON.parse(text);
  } catch {
    return { bytes, answers: undefined };
  }
  if (step === null || step?.id === undefined || "method" in step) {
    return { bytes: text, answers: undefined };
  }
  const request = asked.find((message) => message.id === step.id);
  // The guard keeps the order of a session: the oldest waiting message with the same content is the client's.
  const same = (other: Received, content: boolean): boolean =>
    !other.answered && other.json?.method === request?.method &&
    (!content || JSON.stringify(other.json?.params) === JSON.stringify(request?.params));
  const received = server.received.find((m) => same(m, true)) ??
    server.received.find((m) => same(m, false));
  if (request === undefined || received?.json?.id === undefined) {
    return { bytes: text, answers: undefined };
  }
  received.answered = true;
  // Only the id's spelling changes; everything else goes out as the case writes it.
  const needle = JSON.stringify(step.id);
  const replaced = text.replace(`"id":${needle}`, () => `"id":${JSON.stringify(received.json.id)}`);
  return { bytes: replaced, answers: step.id };
}
