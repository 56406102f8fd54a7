// The inspection table, part 3: notifications, both ways.

import { META, URI } from "./blocks.ts";
import { BOTH, type Era, LEGACY, type MethodSpec, MODERN } from "./method_spec.ts";
import { TASK_STATE } from "./methods_server.ts";
import { object, type Shape, TEXT, text } from "./shapes.ts";
import type { Direction, Surface } from "./uses.ts";

const C2S = ["c2s"] as const;
const S2C = ["s2c"] as const;
const BOTH_WAYS = ["c2s", "s2c"] as const;

function note(
  method: string,
  directions: readonly Direction[],
  eras: readonly Era[],
  members: Readonly<Record<string, Shape>> = {},
  surface: Surface = "other",
  more: { required?: readonly string[]; extension?: "tasks" } = {},
): MethodSpec {
  const { required = [], ...rest } = more;
  return {
    method: `notifications/${method}`,
    kind: "notification",
    directions,
    eras,
    metered: false,
    params: object({ _meta: META, ...members }, { surface, only: "object", required }),
    ...rest,
  };
}

const TASKS = { extension: "tasks" } as const;
const PROGRESS = { progressToken: TEXT, progress: TEXT, total: TEXT, message: text("log") };

/** Every notification. */
export const NOTIFICATIONS: readonly MethodSpec[] = [
  // On stdio a modern server ends a subscriptions/listen stream with it, so it travels both ways in both eras.
  note("cancelled", BOTH_WAYS, BOTH, { requestId: TEXT, reason: TEXT }),
  note("progress", S2C, BOTH, PROGRESS, "other", { required: ["progressToken"] }),
  note("progress", C2S, LEGACY, PROGRESS, "other", { required: ["progressToken"] }),
  note("message", S2C, BOTH, { level: TEXT, logger: TEXT, data: TEXT }, "log"),
  note("resources/updated", S2C, BOTH, { uri: { ...URI, only: "string" }, title: TEXT }, "other", {
    required: ["uri"],
  }),
  note("tools/list_changed", S2C, BOTH),
  note("prompts/list_changed", S2C, BOTH),
  note("resources/list_changed", S2C, BOTH),
  note("subscriptions/acknowledged", S2C, MODERN, {
    notifications: object({ resourceSubscriptions: URI, taskIds: TEXT }, { only: "object" }),
  }),
  note("elicitation/complete", S2C, LEGACY, { elicitationId: { only: "string" } }),
  note("initialized", C2S, LEGACY),
  note("roots/list_changed", C2S, LEGACY),
  note("tasks/status", BOTH_WAYS, LEGACY, { taskId: TEXT, statusMessage: TEXT }, "result", TASKS),
  note("tasks", S2C, MODERN, { taskId: TEXT, statusMessage: TEXT, ...TASK_STATE }, "result", TASKS),
];
