// Which code plays which case: by its id, or by the name of its first action.

import type { Action } from "../runner.ts";
import { authFlood, compareErrors, timing } from "./auth.ts";
import { bigUri, differential, jsonTestSuite, symlink } from "./messages.ts";
import { noPolicy } from "./policy.ts";
import { autobahn, closeRaces, deflateBomb, upgradeMatrix, upgrades } from "./upgrade.ts";
import { floodAfterClose, fragments, halfMessage, pingFlood } from "./websocket.ts";

/** Code by case id or by the name of an action. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  "POL-007": noPolicy,
  "WS-005": deflateBomb,
  "WS-010": closeRaces,
  auth_flood: authFlood,
  autobahn,
  client_send_big_uri: bigUri,
  compare_errors: compareErrors,
  drt: differential,
  jsontestsuite: jsonTestSuite,
  symlink,
  timing,
  ws_after_close_flood: floodAfterClose,
  ws_fragment: fragments,
  ws_half: halfMessage,
  ws_ping_flood: pingFlood,
  ws_upgrade: upgrades,
  ws_upgrade_matrix: upgradeMatrix,
};
