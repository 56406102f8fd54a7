// The inspection table, part 2: what servers ask of clients, and what both ask of each other (ping, tasks).

import { BLOCK, ELICITATION, HANDLE, INPUT_REQUESTS, RETRY, SAMPLING } from "./blocks.ts";
import { TOOL_RESULT } from "./methods_client.ts";
import { BOTH, LEGACY, type MethodSpec, MODERN, params, result } from "./method_spec.ts";
import { object, type Shape, text } from "./shapes.ts";

const C2S = ["c2s"] as const;
const S2C = ["s2c"] as const;
const BOTH_WAYS = ["c2s", "s2c"] as const;
const TASK_ID = { taskId: { only: "string" } as const };

/** What a client's task answers: a sampling's content, or an elicitation's form, whose fields may look like content. */
const CLIENT_RESULT: Readonly<Record<string, Shape>> = { content: { keys: "all" } };

/** What the tasks extension puts into a task: the tool's whole answer, an error, or questions to the client. */
export const TASK_STATE: Readonly<Record<string, Shape>> = {
  result: object(TOOL_RESULT),
  error: text("error"),
  inputRequests: INPUT_REQUESTS,
};

/** Requests from server to client, in the legacy era; the modern era wraps them into `inputRequests`. */
export const SERVER_REQUESTS: readonly MethodSpec[] = [
  {
    method: "sampling/createMessage",
    kind: "request",
    directions: S2C,
    eras: LEGACY,
    metered: false,
    params: SAMPLING,
    result: result("result", { content: BLOCK }),
  },
  {
    method: "elicitation/create",
    kind: "request",
    directions: S2C,
    eras: LEGACY,
    metered: false,
    params: ELICITATION,
    result: result("result", { content: { keys: "all" } }),
  },
  {
    method: "roots/list",
    kind: "request",
    directions: S2C,
    eras: LEGACY,
    metered: false,
    params: params(),
    result: result("result"),
  },
];

function task(
  method: string,
  directions: MethodSpec["directions"],
  eras: MethodSpec["eras"],
  request: Shape,
  answer: Shape,
): MethodSpec {
  const extension = "tasks";
  return {
    method,
    kind: "request",
    directions,
    eras,
    extension,
    metered: false,
    params: request,
    result: answer,
  };
}

/** Requests that either side may make. Tasks: experimental in 2025-11-25 (both ways), an extension since (c2s). */
export const MUTUAL_REQUESTS: readonly MethodSpec[] = [
  {
    method: "ping",
    kind: "request",
    directions: BOTH_WAYS,
    eras: LEGACY,
    metered: false,
    params: params(),
    result: result("other"),
  },
  task("tasks/get", C2S, BOTH, params(TASK_ID, ["taskId"]), result("result", TASK_STATE)),
  task("tasks/get", S2C, LEGACY, params(TASK_ID, ["taskId"]), result("result")),
  task("tasks/cancel", C2S, BOTH, params(TASK_ID, ["taskId"]), result("result", TASK_STATE)),
  task("tasks/cancel", S2C, LEGACY, params(TASK_ID, ["taskId"]), result("result")),
  task("tasks/result", C2S, LEGACY, params(TASK_ID, ["taskId"]), result("result", TOOL_RESULT)),
  task("tasks/result", S2C, LEGACY, params(TASK_ID, ["taskId"]), result("result", CLIENT_RESULT)),
  task(
    "tasks/list",
    BOTH_WAYS,
    LEGACY,
    params({ cursor: HANDLE }),
    result("result", { nextCursor: HANDLE }),
  ),
  task("tasks/update", C2S, MODERN, params({ ...TASK_ID, ...RETRY }, ["taskId"]), result("result")),
];
