// Which code plays which case: by its id, or by the name of its first action.

import type { Action } from "../runner.ts";
import { noPolicy } from "./policy.ts";
import { floodAfterClose, fragments, halfMessage, pingFlood } from "./websocket.ts";

/** Code by case id or by the name of an action. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  "POL-007": noPolicy,
  ws_fragment: fragments,
  ws_ping_flood: pingFlood,
  ws_half: halfMessage,
  ws_after_close_flood: floodAfterClose,
};
