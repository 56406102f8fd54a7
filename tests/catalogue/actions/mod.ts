// Which code plays which case: by its id, or by the name of its first action.

import type { Action } from "../runner.ts";
import * as approval from "./approval.ts";
import * as auth from "./auth.ts";
import * as dlp from "./dlp.ts";
import * as crowds from "./dlp_crowds.ts";
import * as assorted from "./assorted.ts";
import { reboundName } from "./http_addresses.ts";
import { LIVES } from "./http_lives.ts";
import { REQUESTS } from "./http_requests.ts";
import { UPSTREAM } from "./http_upstream.ts";
import * as inFlight from "./in_flight.ts";
import * as jwt from "./jwt.ts";
import { MCP } from "./mcp.ts";
import * as messages from "./messages.ts";
import * as policy from "./policy.ts";
import * as process from "./process.ts";
import * as rate from "./rate.ts";
import * as redis from "./rate_redis.ts";
import * as reload from "./reload.ts";
import * as resource from "./resource.ts";
import * as rules from "./rules.ts";
import * as stdio from "./stdio.ts";
import * as stdioServer from "./stdio_server.ts";
import { sharedWriters } from "./stdio_shared.ts";
import * as upgrade from "./upgrade.ts";
import * as upstreams from "./upstreams.ts";
import * as websocket from "./websocket.ts";

/** Code by case id or by the name of an action. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  ...MCP,
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
  "DLP-032": dlp.padded,
  "DLP-033": dlp.everyPlace,
  "DLP-036": dlp.shortNumbers,
  "DLP-037": dlp.encoded,
  "DLP-040": dlp.scannerFails,
  "HTTP-021": reboundName,
  "NAME-020": assorted.shadowedNames,
  "POL-007": policy.noPolicy,
  "POL-016": rules.watching,
  "POL-018": rules.officeHours,
  "PRC-001": process.signals,
  "PRC-002": process.signals,
  "PRC-004": process.permissions,
  "PRC-005": process.inspector,
  "PRC-006": process.adminOnDataPort,
  "PRC-007": process.openToAll,
  "PRC-008": process.raceStart,
  "PRC-009": process.twoInstances,
  "PRC-010": process.damagedPins,
  "RATE-003": rate.fullTable,
  "RATE-004": rate.fullTable,
  "RATE-005": rate.clockSteps,
  "RATE-011": rate.costFromArguments,
  "RATE-012": rate.deniedFlood,
  "RES-005": resource.sessionFlood,
  "RES-006": assorted.childFlood,
  "RES-008": assorted.listenFlood,
  "RES-009": resource.figureNames,
  "RPC-021": assorted.oddServerMessages,
  "STD-001": stdio.partialLines,
  "STD-002": stdio.separators,
  "STD-003": stdio.longLines,
  "STD-004": stdioServer.noise,
  "STD-005": stdioServer.stderrText,
  "STD-006": stdioServer.stderrFlood,
  "STD-007": stdioServer.deadServer,
  "STD-008": stdioServer.crashLoop,
  "STD-009": stdioServer.orphans,
  "STD-010": stdioServer.deafToTerm,
  "STD-011": stdio.deafServer,
  "STD-012": stdioServer.environment,
  "STD-014": sharedWriters,
  "WS-005": upgrade.deflateBomb,
  "WS-010": upgrade.closeRaces,
  as: redis.bucketNames,
  auth_flood: auth.authFlood,
  autobahn: upgrade.autobahn,
  benign_corpus: crowds.benign,
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
  pattern_fuzz: crowds.patternFuzz,
  parallel_calls: redis.parallelCalls,
  redis: redis.spoilRedis,
  repeat: dlp.repeated,
  reload: reload.brokenPolicy,
  reload_torn: reload.tornPolicy,
  reload_under_load: reload.underLoad,
  rlimit: resource.fewDescriptors,
  rotate: rate.rotate,
  sigstop: redis.pauseRedis,
  slow_calls: inFlight.slowCalls,
  slow_reader: resource.slowReader,
  soak: inFlight.soak,
  split_over: dlp.splitOver,
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
