// An answer that is written while it comes into being (Server-Sent Events): chunks out, what waits is counted.

import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { ReplyStream, ReplyWriter } from "./http_message.ts";

/**
 * Lets a writer write the body of an answer whose head is set.
 *
 * @param response The answer.
 * @param writer Who writes it.
 * @param cut Cuts the connection.
 */
export function streamBody(response: ServerResponse, writer: ReplyWriter, cut: () => void): void {
  let buffered = 0;
  let over = false;
  response.once("close", () => {
    over = true;
    writer.onClose();
  });
  const stream: ReplyStream = {
    get bufferedBytes(): number {
      return buffered;
    },
    write: (text) => {
      if (over) return;
      const chunk = Buffer.from(text);
      buffered += chunk.length;
      response.write(chunk, () => {
        buffered -= chunk.length;
        if (!over) writer.onFlush();
      });
    },
    end: () => {
      if (over) return;
      over = true;
      response.end();
    },
    cut,
  };
  // A stream may have nothing to say for a long time; its head must not wait for that.
  response.flushHeaders();
  writer.onOpen(stream);
}
