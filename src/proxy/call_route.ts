// `POST /call`: one small frame by plain HTTP, for curl and scripts. Each call has a server connection of its own,
// so that its answer can belong to nobody else.

import type { Decision, Identity, MessageContext } from "../guard/mod.ts";
import { type JsonObject, writeJson } from "../wire/mod.ts";
import {
  answerFrame,
  frameIdentity,
  frameInquiry,
  outgoingFrame,
  refusalFrame,
  upstreamFailedFrame,
} from "./frame_calls.ts";
import { clientJsonLimits, readClientBytes, serverJsonLimits } from "./reading.ts";
import { isFrame, parseJson } from "../wire/mod.ts";
import type { ProxyParts } from "./server.ts";
import {
  type Channel,
  header,
  HttpProblem,
  type HttpReply,
  type HttpRequest,
  UpstreamError,
} from "./transports/mod.ts";

/** Content types that carry a frame; the second is what `curl -d` says when nobody tells it better. */
const CONTENT_TYPES = ["application/json", "application/x-www-form-urlencoded"];

/** Answers one `POST /call`. */
export async function callRoute(
  parts: ProxyParts,
  request: HttpRequest,
  identity: Identity,
): Promise<HttpReply> {
  const { guard, metrics, budget } = parts;
  const { limits } = guard.policy;
  const context: MessageContext = { transport: "http", remote: request.remote };
  const malformed = async (status: number, code: string, message: string): Promise<HttpReply> => {
    metrics.count("mcpguard_malformed_total");
    const decision = await guard.refuse({
      reason: "MalformedMessage",
      rule: code,
      message,
      identity,
      method: "tool_call",
      context,
    });
    metrics.decision(decision.effect, decision.reason);
    return frameReply(status, refusalFrame(decision, undefined));
  };
  const type = (header(request, "content-type") ?? "application/json").split(";", 1)[0]!.trim();
  if (!CONTENT_TYPES.includes(type.toLowerCase())) {
    return await malformed(415, "http.content_type", "send the frame as application/json");
  }
  let bytes: Uint8Array;
  try {
    bytes = await request.body();
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    return await malformed(error.status, error.violation, error.message);
  }
  const read = readClientBytes(bytes, clientJsonLimits(limits));
  if (read.kind === "refused") {
    const { code, message, rpcCode } = read.refusal;
    return await malformed(rpcCode === -31413 ? 413 : 400, code, message);
  }
  if (read.kind === "message") {
    return await malformed(
      400,
      "frame.shape",
      "POST /call takes a tool_call frame; MCP goes to /ws",
    );
  }
  const who = frameIdentity(read.frame, identity);
  if (parts.draining() || budget.used >= limits.inFlightTotal) {
    const decision = await guard.refuse({
      reason: "LimitExceeded",
      rule: parts.draining() ? "limits.draining" : "limits.in_flight_total",
      message: "too many calls wait for their answer; try again later",
      identity: who,
      method: "tool_call",
      tool: read.frame.tool,
      context,
    });
    metrics.decision(decision.effect, decision.reason);
    return frameReply(503, refusalFrame(decision, read.frame.id), [["Retry-After", "1"]]);
  }
  const inquiry = frameInquiry(read.frame, who, context);
  const decision = await guard.decide(inquiry);
  metrics.decision(decision.effect, decision.reason);
  if (!decision.allowed) return refusedReply(decision, refusalFrame(decision, read.frame.id));
  budget.used++;
  metrics.move("mcpguard_in_flight", 1);
  const started = parts.clock.monotonic();
  const answer = await exchange(parts, outgoingFrame(read.frame, who), read.frame.id);
  budget.used--;
  metrics.move("mcpguard_in_flight", -1);
  try {
    await guard.outcome(decision, inquiry, {
      status: answer.status === 200 ? "ok" : answer.status === 504 ? "timeout" : "error",
      response: answer.tree,
      durationMs: parts.clock.monotonic() - started,
    });
  } catch {
    // The call has happened; the sink's own health refuses the next one.
    metrics.count("mcpguard_audit_failures_total");
  }
  return frameReply(answer.status, answer.tree);
}

/** Sends one frame over a connection of its own and takes the one answer. */
async function exchange(
  parts: ProxyParts,
  frame: JsonObject,
  id: Parameters<typeof upstreamFailedFrame>[1],
): Promise<{ status: number; tree: JsonObject }> {
  const { limits } = parts.guard.policy;
  const failed = (status: number, text: string): { status: number; tree: JsonObject } => {
    parts.metrics.count("mcpguard_upstream_failures_total");
    return { status, tree: upstreamFailedFrame(text, id) };
  };
  let channel: Channel;
  try {
    channel = await parts.connect();
  } catch (error) {
    return failed(
      502,
      error instanceof UpstreamError ? error.message : "the server cannot be reached",
    );
  }
  return await new Promise((resolve) => {
    const timer = setTimeout(
      () => done(failed(504, `the server did not answer within ${limits.callTimeoutMs} ms`)),
      limits.callTimeoutMs,
    );
    const done = (answer: { status: number; tree: JsonObject }): void => {
      clearTimeout(timer);
      resolve(answer);
      channel.close(1000, "done");
    };
    channel.start({
      onMessage: (bytes) => {
        try {
          const tree = parseJson(bytes, serverJsonLimits(limits));
          if (!isFrame(tree)) return;
          const answer = answerFrame(tree, id);
          done({ status: answer.failed ? 502 : 200, tree: answer.tree });
        } catch {
          done(failed(502, "the server's answer is no JSON frame"));
        }
      },
      onClose: () => done(failed(502, "the server closed the connection without an answer")),
      onDrain: () => {},
    });
    channel.send(writeJson(frame));
  });
}

/** A refusal at the entrance, in the dialect of this route: same status and headers, an `error` frame as the body. */
export function refusedEntry(reply: HttpReply, decision: Decision): HttpReply {
  const headers = (reply.headers ?? []).filter(([name]) => name !== "Content-Type");
  return frameReply(
    reply.status,
    refusalFrame(decision, undefined),
    headers.map(([name, value]) => [name, value]),
  );
}

function refusedReply(decision: Decision, tree: JsonObject): HttpReply {
  if (decision.effect === "throttle") {
    const seconds = Math.max(1, Math.ceil((decision.retryAfterMs ?? 60_000) / 1000));
    return frameReply(429, tree, [["Retry-After", String(seconds)]]);
  }
  const failed = decision.reason === "DependencyFailed" || decision.reason === "InternalError";
  return frameReply(failed ? 503 : 403, tree);
}

function frameReply(
  status: number,
  tree: JsonObject,
  headers: [string, string][] = [],
): HttpReply {
  return {
    status,
    headers: [["Content-Type", "application/json"], ["Cache-Control", "no-store"], ...headers],
    body: `${writeJson(tree)}\n`,
  };
}
