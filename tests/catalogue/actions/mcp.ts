// Which code plays which case of class mcp.

import type { Action } from "../runner.ts";
import * as calls from "./mcp_calls.ts";
import { FLOODS } from "./mcp_floods.ts";
import * as flows from "./mcp_flows.ts";
import * as server from "./mcp_server.ts";

/** Code by case id. */
export const MCP: Readonly<Record<string, Action>> = {
  ...FLOODS,
  "MCP-002": calls.secondInitialize,
  "MCP-003": calls.mixedEras,
  "MCP-005": calls.hiddenTool,
  "MCP-007": calls.foreignCursor,
  "MCP-011": calls.lyingHints,
  "MCP-014": calls.sideDoors,
  "MCP-015": calls.sideDoors,
  "MCP-021": calls.foreignState,
  "MCP-027": calls.foreignCancel,
  "MCP-029": calls.smuggledMeta,
  "MCP-030": calls.hiddenTool,
  "MCP-038": calls.foreignTask,
  "MCP-041": calls.separateViews,
  "MCP-047": flows.flowReconnects,
  "MCP-048": flows.flowRaces,
  "MCP-049": calls.equalIds,
  "MCP-006": server.pages,
  "MCP-008": server.addedTool,
  "MCP-009": server.changedTool,
  "MCP-010": server.changedTool,
  "MCP-016": server.template,
  "MCP-019": server.hiddenAsks,
  "MCP-022": server.phishing,
  "MCP-024": server.logMessage,
  "MCP-032": server.embedded,
  "MCP-034": server.unknownBlock,
  "MCP-037": server.remoteSchema,
  "MCP-039": server.deferredResult,
  "MCP-040": server.publicCache,
  "MCP-043": server.instructions,
  "MCP-044": server.poisoned,
  "MCP-052": server.resourceNames,
  "NAME-020": server.shadowed,
};
