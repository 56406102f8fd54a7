// Which code plays which case: by its id, or by the name of its first action.

import type { Action } from "../runner.ts";
import * as approval from "./approval.ts";
import * as auth from "./auth.ts";
import { LIVES } from "./http_lives.ts";
import { REQUESTS } from "./http_requests.ts";
import { UPSTREAM } from "./http_upstream.ts";
import * as crowds from "./crowds.ts";
import * as inFlight from "./in_flight.ts";
import * as jwt from "./jwt.ts";
import { MCP } from "./mcp.ts";
import * as messages from "./messages.ts";
import * as policy from "./policy.ts";
import { PROCESS } from "./process.ts";
import * as rate from "./rate.ts";
import * as redis from "./rate_redis.ts";
import * as reload from "./reload.ts";
import * as resource from "./resource.ts";
import * as rules from "./rules.ts";
import { STDIO } from "./stdio.ts";
import * as upgrade from "./upgrade.ts";
import * as upstreams from "./upstreams.ts";
import * as websocket from "./websocket.ts";

/** Code by case id or by the name of an action. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  ...MCP,
  ...PROCESS,
  ...STDIO,
  ...LIVES,
  ...UPSTREAM,
  ...REQUESTS,
  "APR-001": approval.otherArguments,
  "APR-002": approval.replayed,
  "APR-003": approval.selfApproved,
  "APR-005": approval.storeLost,
  "APR-006": approval.reloaded,
  "APR-007": approval.queueFlood,
  "AUTH-006": jwt.oddTokens,
  "AUTH-009": jwt.oddTokens,
  "AUTH-010": jwt.oddKeySets,
  "AUTH-011": jwt.killKeySet,
  "AUTH-014": reload.endedCredentials,
  "AUTH-016": jwt.oddTokens,
  "AUTH-018": jwt.oddTokens,
  "POL-007": policy.noPolicy,
  "POL-016": rules.watching,
  "POL-018": rules.officeHours,
  "RATE-003": rate.fullTable,
  "RATE-004": rate.fullTable,
  "RATE-005": rate.clockSteps,
  "RATE-011": rate.costFromArguments,
  "RATE-012": rate.deniedFlood,
  "RES-006": crowds.children,
  "RES-008": crowds.listeners,
  "RPC-021": crowds.outOfEra,
  "RES-005": resource.sessionFlood,
  "RES-009": resource.figureNames,
  "WS-005": upgrade.deflateBomb,
  "WS-010": upgrade.closeRaces,
  as: redis.bucketNames,
  auth_flood: auth.authFlood,
  autobahn: upgrade.autobahn,
  big_message_under_load: resource.bigMessage,
  client_send_big_uri: messages.bigUri,
  compare_errors: auth.compareErrors,
  drt: messages.differential,
  fault: policy.faults,
  heap_pressure: resource.heapPressure,
  inspect_headers: rate.inspectHeaders,
  jsontestsuite: messages.jsonTestSuite,
  kill: redis.killRedis,
  overload: inFlight.slowCalls,
  parallel_calls: redis.parallelCalls,
  redis: redis.spoilRedis,
  reload: reload.brokenPolicy,
  reload_torn: reload.tornPolicy,
  reload_under_load: reload.underLoad,
  rlimit: resource.fewDescriptors,
  rotate: rate.rotate,
  sigstop: redis.pauseRedis,
  slow_calls: inFlight.slowCalls,
  slow_reader: resource.slowReader,
  soak: inFlight.soak,
  symlink: messages.symlink,
  symlink_swap: reload.foreignPolicy,
  timing: auth.timing,
  upstream_silent: inFlight.silentUpstream,
  upstreams: upstreams.sameNames,
  variants: rate.variants,
  ws_after_close_flood: websocket.floodAfterClose,
  ws_fragment: websocket.fragments,
  ws_half: websocket.halfMessage,
  ws_idle: resource.idleSessions,
  ws_ping_flood: websocket.pingFlood,
  ws_upgrade: upgrade.upgrades,
  ws_upgrade_matrix: upgrade.upgradeMatrix,
};
