// Handles at the session: a client may only use those that its own calls were given, and sees no others.

import {
  CODE,
  JsonObject,
  type JsonValue,
  type MethodSpec,
  type RequestMessage,
  RPC,
  RpcError,
} from "../wire/mod.ts";
import { ASKS_INSIDE } from "./confirming.ts";
import { ownerOf } from "./http/sessions.ts";
import type { PendingRequest } from "./pending.ts";
import type { Session } from "./session.ts";

/** Tasks of one message that are looked at; a further one is nobody's. */
const MAX_TASKS = 1000;

/** Who holds handles here: the same identity, at the same server. */
function holder(session: Session): string {
  const { identity, upstream = "" } = session.options;
  return `${upstream} ${ownerOf(identity)}`;
}

/** What a request is about, as the retry of one must be about the same. */
function subjectOf(params: JsonObject | undefined): string {
  const subject = params?.get("name") ?? params?.get("uri");
  return typeof subject === "string" ? subject : "";
}

/**
 * Whether a request uses a handle that this client was never given.
 *
 * @param session The client's session.
 * @param message The request; what the guard itself had put into it is taken out already.
 * @param spec Its method's row; a method that is not negotiated is refused for that, later.
 * @returns The refusal, or null: -32602 for cursors (MCP 2025-11-25, server/utilities/pagination), -31403 for others.
 */
export function foreignHandle(
  session: Session,
  message: RequestMessage,
  spec: MethodSpec,
): RpcError | null {
  const { options, limits } = session;
  const { method, params } = message;
  if (params === undefined || limits.handles === "any" || !session.negotiation.knows(spec, "c2s")) {
    return null;
  }
  const owner = holder(session);
  const cursor = params.get("cursor");
  if (typeof cursor === "string" && method.endsWith("/list")) {
    if (options.handles.has(owner, "cursor", method, cursor)) return null;
    return new RpcError(RPC.INVALID_PARAMS, "mcp.cursor", "Cursor was not given to this client");
  }
  const state = params.get("requestState");
  if (typeof state === "string" && ASKS_INSIDE.has(method)) {
    if (options.handles.has(owner, "state", method, subjectOf(params), state)) return null;
    const text = "Request state was not given to this client for this request";
    return new RpcError(CODE.POLICY, "mcp.request_state", text);
  }
  for (const task of tasksAsked(method, params)) {
    if (typeof task === "string" && options.handles.has(owner, "task", task)) continue;
    return new RpcError(CODE.POLICY, "policy.task_owner", "Task is not one of this client's");
  }
  return null;
}

/** The tasks that a request names. */
function tasksAsked(method: string, params: JsonObject): JsonValue[] {
  if (method.startsWith("tasks/") && params.has("taskId")) return [params.get("taskId")!];
  if (method !== "subscriptions/listen") return [];
  const wanted = params.get("notifications");
  const ids = wanted instanceof JsonObject ? wanted.get("taskIds") : undefined;
  return Array.isArray(ids) ? ids.slice(0, MAX_TASKS + 1) : [];
}

/**
 * Remembers what an answer gives to the client, and takes other clients' tasks out of a list of tasks.
 *
 * @param session The client's session.
 * @param call What was asked.
 * @param result The answer; changed.
 */
export function keepHandles(
  session: Session,
  call: Pick<PendingRequest, "params"> & { spec: Pick<MethodSpec, "method"> },
  result: JsonValue | undefined,
): void {
  if (!(result instanceof JsonObject) || session.limits.handles === "any") return;
  const { handles } = session.options;
  const { method } = call.spec;
  const owner = holder(session);
  if (method === "tasks/list") {
    const tasks = result.get("tasks");
    if (Array.isArray(tasks)) {
      const own = tasks.filter((one) => {
        const id = one instanceof JsonObject ? one.get("taskId") : undefined;
        return typeof id === "string" && handles.has(owner, "task", id);
      });
      tasks.splice(0, tasks.length, ...own);
    }
  }
  const cursor = result.get("nextCursor");
  if (typeof cursor === "string") handles.give(owner, "cursor", method, cursor);
  const state = result.get("requestState");
  if (typeof state === "string") {
    handles.give(owner, "state", method, subjectOf(call.params), state);
  }
  if (method.startsWith("tasks/")) return;
  const task = result.get("task");
  for (
    const begun of [task instanceof JsonObject ? task.get("taskId") : null, result.get("taskId")]
  ) {
    if (typeof begun === "string") handles.give(owner, "task", begun);
  }
}
