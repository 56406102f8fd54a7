// The small frames, judged by the same engine as MCP: `tool_call` in, `tool_result` or `error` out.

import type { Decision, Finding, Identity, Inquiry, MessageContext } from "../guard/mod.ts";
import {
  errorFrame,
  fromPlain,
  inspectFrame,
  inspectFrameAnswer,
  JsonObject,
  type JsonValue,
  readUpstreamFrame,
  RpcError,
  type RpcId,
  type ToolCallFrame,
  toolResultFrame,
  type UpstreamFrame,
} from "../wire/mod.ts";
import { detailsOf } from "./answers.ts";
import { type Desk, refuse } from "./asking.ts";

/** Names of errors in an `error` frame. */
export type FrameErrorName =
  | "PolicyDenied"
  | "Unauthorized"
  | "MalformedMessage"
  | "UpstreamFailed";

const GUARD_NAMES: ReadonlySet<string> = new Set<FrameErrorName>([
  "PolicyDenied",
  "Unauthorized",
  "MalformedMessage",
  "UpstreamFailed",
]);

/**
 * The identity a frame counts for: the authenticated one; only without authentication the frame's own word,
 * which then is a claim and nothing more.
 */
export function frameIdentity(frame: ToolCallFrame, identity: Identity): Identity {
  return identity.method === "none" && frame.identity !== undefined
    ? { id: frame.identity, roles: [], method: "none" }
    : identity;
}

/** A small frame, taken apart; its payload is the frame as the server gets it. */
export type FrameInquiry = Inquiry & { payload: JsonObject };

/** Takes a frame apart for the guard. What the guard redacts in it is redacted in what goes on. */
export function frameInquiry(
  frame: ToolCallFrame,
  identity: Identity,
  context: MessageContext,
): FrameInquiry {
  const payload = outgoingFrame(frame, identity);
  const uses = inspectFrame({ ...frame, tree: payload });
  return {
    identity,
    direction: "c2s",
    method: "tool_call",
    known: true,
    tool: uses.tool,
    names: uses.names,
    uris: uses.uris,
    texts: uses.texts,
    payload,
    metered: true,
    context: frame.id === undefined
      ? context
      : { ...context, requestId: typeof frame.id === "string" ? frame.id : frame.id.raw },
  };
}

/** The frame as the server gets it: what was judged, under the identity it was judged for. */
function outgoingFrame(frame: ToolCallFrame, identity: Identity): JsonObject {
  const tree = new JsonObject(["type", "tool"], ["tool_call", frame.tool]);
  if (frame.args !== undefined) tree.set("args", frame.args);
  if (frame.prompt !== undefined) tree.set("prompt", frame.prompt);
  if (frame.resources !== undefined) tree.set("resources", frame.resources);
  tree.set("identity", identity.id);
  return tree;
}

/**
 * The `error` frame of a refused call. With `tools.stealth` a denied tool is one that does not exist.
 *
 * @param decision Why it is refused.
 * @param frame The call.
 * @param stealth The policy's `tools.stealth`.
 * @returns The frame for the client.
 */
export function refusedCallFrame(
  decision: Decision,
  frame: ToolCallFrame,
  stealth: boolean,
): JsonObject {
  return stealth && decision.reason === "ToolDenied"
    ? errorFrame("ToolNotFound", `Unknown tool: ${frame.tool.slice(0, 128)}`, undefined, frame.id)
    : refusalFrame(decision, frame.id);
}

/** The `error` frame of a refusal. */
export function refusalFrame(decision: Decision, id: RpcId | undefined): JsonObject {
  const name: FrameErrorName = decision.reason === "Unauthorized"
    ? "Unauthorized"
    : decision.reason === "MalformedMessage"
    ? "MalformedMessage"
    : decision.reason === "UpstreamFailed"
    ? "UpstreamFailed"
    : "PolicyDenied";
  return errorFrame(name, decision.message, fromPlain(detailsOf(decision)) as JsonObject, id);
}

/** What a client gets for a server's answer, and what the outcome's record says of it. */
export interface FrameAnswer {
  /** The frame for the client. */
  tree: JsonObject;
  /** Whether the server failed or its answer was withheld. */
  failed: boolean;
  /** What was seen in it. */
  findings: readonly Finding[];
  /** Machine code of what became of it, where there is one. */
  detail?: string;
}

/**
 * Judges a server's answer to a frame, as the client would get it.
 *
 * @param desk The engine.
 * @param inquiry The call.
 * @param frame The call's frame.
 * @param tree What the server sent.
 * @returns What the client gets.
 */
export async function screenedAnswer(
  desk: Desk,
  inquiry: Inquiry,
  frame: ToolCallFrame,
  tree: JsonValue,
): Promise<FrameAnswer> {
  const answer = answerFrame(tree, frame.id);
  const { identity, method, context = { transport: "frame" } } = inquiry;
  const about = { identity, method, tool: frame.tool, context, direction: "s2c" } as const;
  const screening = await desk.guard.screen({
    ...about,
    uses: inspectFrameAnswer(answer.tree, frame.tool),
    root: answer.tree,
    declared: false,
  });
  const { refusal, findings, redacted } = screening;
  if (refusal === null) {
    return { ...answer, findings, ...(redacted ? { detail: "result.redacted" } : {}) };
  }
  const decision = await refuse(desk, { ...refusal, ...about });
  return {
    tree: refusalFrame(decision, frame.id),
    failed: true,
    findings,
    detail: "result.withheld",
  };
}

/** The `error` frame of a call whose server failed. */
export function upstreamFailedFrame(message: string, id: RpcId | undefined): JsonObject {
  return errorFrame("UpstreamFailed", message, new JsonObject(), id);
}

/**
 * The answer of a server, as the client gets it.
 *
 * @param tree What the server sent.
 * @param id The client's id for the call, if it gave one.
 * @returns The frame for the client, and whether the server failed.
 */
function answerFrame(
  tree: JsonValue,
  id: RpcId | undefined,
): { tree: JsonObject; failed: boolean } {
  let answer: UpstreamFrame;
  try {
    answer = readUpstreamFrame(tree);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { tree: upstreamFailedFrame("the server's answer is no frame", id), failed: true };
  }
  if (answer.kind === "tool_result") {
    return { tree: toolResultFrame(answer.result, id, answer.tool), failed: false };
  }
  // A server must not speak in the guard's name (RPC-022).
  const name = GUARD_NAMES.has(answer.error) ? "UpstreamFailed" : answer.error;
  return { tree: errorFrame(name, answer.message, answer.details, id), failed: true };
}
