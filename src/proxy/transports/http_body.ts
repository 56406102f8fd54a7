// Reads a request's body: counted while it comes, and within a deadline.

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./http_message.ts";

/**
 * Reads a whole body.
 *
 * @param message The request; its body must not have been read.
 * @param limits `messageBytes`: largest body; `bodyMs`: deadline, milliseconds.
 * @returns The body.
 * @throws {HttpProblem} 413 beyond the limit, 408 when it takes too long, 400 when it breaks off.
 */
export function readBody(
  message: IncomingMessage,
  limits: { messageBytes: number; bodyMs: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): void => {
      clearTimeout(timer);
      message.off("data", onData).off("end", onEnd).off("close", onClose);
      message.pause();
    };
    const fail = (status: number, violation: HttpProblem["violation"], text: string): void => {
      settle();
      reject(new HttpProblem(status, violation, text));
    };
    const tooBig = (): void => fail(413, "http.body_too_big", "body too big");
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.messageBytes) tooBig();
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle();
      const whole = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      resolve(whole);
    };
    const onClose = (): void => fail(400, "http.body_truncated", "body broke off");
    const timer = setTimeout(() => fail(408, "http.body_timeout", "body too slow"), limits.bodyMs);
    if (Number(message.headers["content-length"] ?? 0) > limits.messageBytes) return tooBig();
    if (message.destroyed) return onClose();
    message.on("data", onData).on("end", onEnd).on("close", onClose).on("error", () => {});
  });
}
