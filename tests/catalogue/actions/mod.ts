// Which code plays which case: by its id, or by the name of its first action.

import type { Action } from "../runner.ts";
import { authFlood, compareErrors, timing } from "./auth.ts";
import { bigUri, differential, jsonTestSuite, symlink } from "./messages.ts";
import { noPolicy } from "./policy.ts";
import {
  clockSteps,
  costFromArguments,
  deniedFlood,
  fullTable,
  inspectHeaders,
  rotate,
  variants,
} from "./rate.ts";
import { bucketNames, killRedis, parallelCalls, pauseRedis, spoilRedis } from "./rate_redis.ts";
import { autobahn, closeRaces, deflateBomb, upgradeMatrix, upgrades } from "./upgrade.ts";
import { floodAfterClose, fragments, halfMessage, pingFlood } from "./websocket.ts";

/** Code by case id or by the name of an action. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  "POL-007": noPolicy,
  "RATE-003": fullTable,
  "RATE-004": fullTable,
  "RATE-005": clockSteps,
  "RATE-011": costFromArguments,
  "RATE-012": deniedFlood,
  "WS-005": deflateBomb,
  "WS-010": closeRaces,
  as: bucketNames,
  auth_flood: authFlood,
  autobahn,
  client_send_big_uri: bigUri,
  compare_errors: compareErrors,
  drt: differential,
  inspect_headers: inspectHeaders,
  jsontestsuite: jsonTestSuite,
  kill: killRedis,
  parallel_calls: parallelCalls,
  redis: spoilRedis,
  rotate,
  sigstop: pauseRedis,
  symlink,
  timing,
  variants,
  ws_after_close_flood: floodAfterClose,
  ws_fragment: fragments,
  ws_half: halfMessage,
  ws_ping_flood: pingFlood,
  ws_upgrade: upgrades,
  ws_upgrade_matrix: upgradeMatrix,
};
