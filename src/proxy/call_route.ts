// `POST /call`: one small frame by plain HTTP, for curl and scripts. Each call has a server connection of its own,
// so that its answer can belong to nobody else.

import type { Decision, Identity, MessageContext, Outcome } from "../guard/mod.ts";
import {
  CODE,
  isFrame,
  JsonError,
  type JsonObject,
  type JsonValue,
  parseJson,
  type RpcId,
  type ToolCallFrame,
  writeJson,
} from "../wire/mod.ts";
import { decide, keepOutcome, refuse } from "./asking.ts";
import {
  frameIdentity,
  frameInquiry,
  refusalFrame,
  refusedCallFrame,
  screenedAnswer,
  upstreamFailedFrame,
} from "./frame_calls.ts";
import { clientJsonLimits, readClientBytes, serverJsonLimits } from "./reading.ts";
import type { ProxyParts } from "./server.ts";
import {
  type Channel,
  header,
  HttpProblem,
  type HttpReply,
  type HttpRequest,
  UpstreamError,
} from "./transports/mod.ts";

/** The status of a call whose caller has left; never sent. */
const GONE = 499;

/** Content types that carry a frame; the second is what `curl -d` says when nobody tells it better. */
const CONTENT_TYPES = ["application/json", "application/x-www-form-urlencoded"];

/** Answers one `POST /call`. */
export async function callRoute(
  parts: ProxyParts,
  request: HttpRequest,
  identity: Identity,
): Promise<HttpReply> {
  const { budget } = parts;
  const context: MessageContext = { transport: "http", remote: request.remote };
  const read = await readFrameBody(parts, request);
  if ("problem" in read) {
    const { status, code, message, id } = read.problem;
    parts.metrics.count("mcpguard_malformed_total");
    const decision = await refuse(parts, {
      reason: "MalformedMessage",
      rule: code,
      message,
      identity,
      method: "tool_call",
      context,
    });
    return frameReply(status, refusalFrame(decision, id));
  }
  const { frame } = read;
  const who = frameIdentity(frame, identity);
  if (parts.draining() || !budget.take()) {
    const decision = await refuse(parts, {
      reason: "LimitExceeded",
      rule: parts.draining() ? "limits.draining" : budget.rule,
      message: "no more calls are taken now; try again later",
      identity: who,
      method: "tool_call",
      tool: frame.tool,
      context,
    });
    return frameReply(503, refusalFrame(decision, frame.id), [["Retry-After", "1"]]);
  }
  try {
    const inquiry = frameInquiry(frame, who, context);
    // Of the policy that decides: another may be in force when the decision is there.
    const { stealth } = parts.guard.policy.tools;
    const decision = await decide(parts, inquiry);
    if (!decision.allowed) {
      return refusedReply(decision, refusedCallFrame(decision, frame, stealth), stealth);
    }
    const started = parts.clock.monotonic();
    const answer = await exchange(parts, request, inquiry.payload, frame.id);
    const { failed, tree, ...said } = "heard" in answer
      ? await screenedAnswer(parts, inquiry, frame, answer.heard)
      : { ...answer, failed: true, findings: [] };
    const status = "heard" in answer ? (failed ? 502 : 200) : answer.status;
    keepOutcome(parts, decision, inquiry, {
      status: STATUSES.get(status) ?? "error",
      response: tree,
      durationMs: parts.clock.monotonic() - started,
      findings: said.findings,
      ...("detail" in said && said.detail !== undefined ? { detail: said.detail } : {}),
    });
    return frameReply(status, tree);
  } finally {
    budget.give();
  }
}

/** What the record says of a call, by the status of its answer; 499 is for nobody: the caller has left. */
const STATUSES: ReadonlyMap<number, Outcome["status"]> = new Map([
  [200, "ok"],
  [504, "timeout"],
  [GONE, "cancelled"],
]);

/** What is wrong with a body, and how it is answered. */
interface BodyProblem {
  status: number;
  code: string;
  message: string;
  id?: RpcId | undefined;
}

async function readFrameBody(
  parts: ProxyParts,
  request: HttpRequest,
): Promise<{ frame: ToolCallFrame } | { problem: BodyProblem }> {
  const type = (header(request, "content-type") ?? "application/json").split(";", 1)[0]!.trim();
  if (!CONTENT_TYPES.includes(type.toLowerCase())) {
    const message = "send the frame as application/json";
    return { problem: { status: 415, code: "http.content_type", message } };
  }
  let bytes: Uint8Array;
  try {
    bytes = await request.body();
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const { status, violation, message } = error;
    return { problem: { status, code: violation, message } };
  }
  const read = readClientBytes(bytes, clientJsonLimits(parts.guard.policy.limits));
  if (read.kind === "frame") return read;
  if (read.kind === "refused") {
    const { code, message, rpcCode, id } = read.refusal;
    return { problem: { status: rpcCode === CODE.TOOLARGE ? 413 : 400, code, message, id } };
  }
  const message = "POST /call takes a tool_call frame; MCP goes to /ws";
  return { problem: { status: 400, code: "frame.shape", message } };
}

/** How a call failed: the HTTP status and the frame. */
interface Failed {
  status: number;
  tree: JsonObject;
}

/** What a server answered, not yet judged; or how the call failed. */
type Answer = { heard: JsonValue } | Failed;

/** Sends one frame over a connection of its own and takes the one answer. Never rejects. */
async function exchange(
  parts: ProxyParts,
  request: HttpRequest,
  frame: JsonObject,
  id: RpcId | undefined,
): Promise<Answer> {
  const { limits } = parts.guard.policy;
  const failed = (status: number, text: string): Failed => {
    parts.metrics.count("mcpguard_upstream_failures_total");
    return { status, tree: upstreamFailedFrame(text, id) };
  };
  let channel: Channel;
  try {
    channel = await parts.connect({ authorization: parts.authorization(request) });
  } catch (error) {
    if (!(error instanceof UpstreamError)) parts.onError(error);
    return failed(
      502,
      error instanceof UpstreamError ? error.message : "the server cannot be reached",
    );
  }
  return await new Promise((resolve) => {
    let over = false;
    // Asked for only once: what comes after the answer is of no interest, its own closing included.
    const end = (answer: () => Answer): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      resolve(answer());
      channel.close(1000, "done");
    };
    const timer = setTimeout(() => {
      parts.metrics.count("mcpguard_call_timeouts_total");
      end(() => failed(504, `the server did not answer within ${limits.callTimeoutMs} ms`));
    }, limits.callTimeoutMs);
    // Closing the connection is how the server learns that nobody waits any more.
    request.onGone?.(() =>
      end(() => ({ status: GONE, tree: upstreamFailedFrame("cancelled", id) }))
    );
    channel.start({
      onMessage: (bytes) => {
        let tree: JsonValue;
        try {
          tree = parseJson(bytes, serverJsonLimits(limits));
        } catch (error) {
          if (!(error instanceof JsonError)) parts.onError(error);
          return end(() => failed(502, "the server's answer is no JSON frame"));
        }
        // A server of both dialects may greet in the other one.
        if (!isFrame(tree)) return;
        end(() => ({ heard: tree }));
      },
      onSendFailed: (_about, failure) => end(() => failed(502, failure.message)),
      onClose: () => end(() => failed(502, "the server closed the connection without an answer")),
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

function refusedReply(decision: Decision, tree: JsonObject, stealth: boolean): HttpReply {
  // As a server's own word that there is no such tool would be passed on.
  if (stealth && decision.reason === "ToolDenied") return frameReply(502, tree);
  if (decision.effect === "throttle") {
    // A bucket that never refills has no time to name.
    const wait = decision.retryAfterMs;
    const seconds = wait === null ? [] : [String(Math.max(1, Math.ceil(wait / 1000)))];
    return frameReply(429, tree, seconds.map((text) => ["Retry-After", text]));
  }
  const failed = decision.reason === "DependencyFailed" || decision.reason === "InternalError";
  // What a human has not approved yet is a condition that is not met.
  const waits = decision.reason === "ApprovalRequired";
  return frameReply(failed ? 503 : waits ? 412 : 403, tree);
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
