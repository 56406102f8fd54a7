// Follows one logical event stream of the server over as many connections as it takes: a server may close a stream
// whenever it likes and have the client come back with the last id (MCP 2025-11-25, SEP-1699).

import { discard, isOf, statusError } from "./http_connector_exchange.ts";
import { readEvents, type ReadGate } from "./http_connector_body.ts";
import type { HttpConnectorLimits } from "./http_connector_limits.ts";
import type { Stop } from "./http_connector_stop.ts";
import { SseParser } from "./sse_parser.ts";
import { UpstreamError } from "./upstream_error.ts";

/** What a stream is made of. */
export interface StreamParts {
  /**
   * Opens the stream again.
   *
   * @param lastEventId The last id seen; empty where there is none.
   * @returns The answer, whatever its status.
   * @throws {UpstreamError} When there is none.
   */
  open(lastEventId: string): Promise<Response>;
  /** Takes one message; empty ones never get here. */
  message(data: Uint8Array): void;
  /** Told that a connection has ended from which the stream goes on over another one. */
  pausing?(): void;
  /** Told of an event of another type, which is dropped. */
  strange(type: string): void;
  /** Resolves when nothing more is wanted; absent for a stream without an end. */
  over?: Promise<void>;
  /** Whether nothing more is wanted. */
  isOver(): boolean;
  /** Ends everything, waiting included. */
  stop: Stop;
  /** Holds reading back. */
  gate: ReadGate;
  /** Bounds and pauses. */
  limits: HttpConnectorLimits;
  /** True for a stream that is worth opening again without an id, and for ever. */
  standing: boolean;
  /** False where ids mean nothing (the modern era): the stream ends with its connection. */
  resumable: boolean;
}

/**
 * Follows a stream until nothing more is wanted of it.
 *
 * @param parts What the stream is made of.
 * @param first The answer that began it, or undefined where it is still to be opened.
 * @throws {UpstreamError} When it cannot go on: no id to come back with, too many attempts, a status that forbids it.
 */
export async function follow(parts: StreamParts, first: Response | undefined): Promise<void> {
  const { limits, standing, stop } = parts;
  let lastEventId = "";
  let retryMs: number | undefined;
  let response = first;
  let failures = 0;
  while (!parts.isOver()) {
    let lost = new UpstreamError("ended", "the server's stream ended before the answer");
    try {
      response ??= await parts.open(lastEventId);
      await checkStream(response);
      const parser = new SseParser(limits.messageBytes, ({ type, data }) => {
        failures = 0;
        if (type !== "message") parts.strange(type);
        else if (data.length > 0) parts.message(data);
      }, lastEventId);
      try {
        await readEvents(response, parser, parts.gate, parts.over);
      } finally {
        lastEventId = parser.lastEventId;
        retryMs = parser.retryMs ?? retryMs;
      }
    } catch (error) {
      if (stop.ended || !isPassing(error)) throw error;
      lost = error;
    }
    response = undefined;
    if (parts.isOver()) return;
    if (stop.ended) throw new UpstreamError("aborted", "the stream was given up");
    const comesBack = parts.resumable && (standing || lastEventId !== "");
    if (!comesBack || (++failures > limits.attempts && !standing)) throw lost;
    parts.pausing?.();
    failures = Math.min(failures, 16);
    const wanted = retryMs ?? limits.retryMs;
    // The first return is as soon as the server asks; after failures the pauses grow.
    const pause = Math.max(wanted, MIN_RETRY_MS) * 2 ** Math.max(0, failures - 1);
    await sleep(Math.min(pause, limits.retryMaxMs), stop.step().signal);
  }
}

/** A server that asks for less gets this, ms: nobody may have the guard knock without a pause. */
const MIN_RETRY_MS = 20;

/** Refuses an answer that is no event stream. */
async function checkStream(response: Response): Promise<void> {
  if (isOf(response, "text/event-stream")) return;
  await discard(response);
  if (!response.ok) throw statusError(response);
  throw new UpstreamError("content_type", "the server answered with something else than a stream");
}

/** Failures that may be over a moment later. */
function isPassing(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false;
  if (error.code === "status") return error.status! >= 500 || error.status === 429;
  return ["ended", "refused", "timeout", "dns"].includes(error.code);
}

/** Waits, and rejects when the signal comes first. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new UpstreamError("aborted", "the stream was given up"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
