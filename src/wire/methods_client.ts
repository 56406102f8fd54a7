// The inspection table, part 1: what clients ask of servers (PROTOCOL map; MCP schemas 2024-11-05 to 2026-07-28).

import {
  ARGUMENTS,
  ASKED_URI,
  ASKED_URIS,
  BLOCK,
  CONTENTS,
  HANDLE,
  MESSAGE,
  PROMPT_ARGUMENTS,
  RETRY,
  URI,
} from "./blocks.ts";
import { BOTH, LEGACY, type MethodSpec, MODERN, params, result } from "./method_spec.ts";
import { choose, list, object, type Shape, TEXT, text } from "./shapes.ts";

const C2S = ["c2s"] as const;
const CURSOR = { cursor: HANDLE, ...RETRY };
/** Where the list goes on. */
const PAGED = { nextCursor: HANDLE };
const TASK = text("other");

/** Adds what every row of this file has in common. */
function ask(
  method: string,
  eras: MethodSpec["eras"],
  shapes: { params?: Shape; result?: Shape; extension?: "skills"; metered?: true },
): MethodSpec {
  return {
    method,
    kind: "request",
    directions: C2S,
    eras,
    metered: shapes.metered ?? false,
    params: shapes.params ?? params(),
    result: shapes.result ?? result("result"),
    ...(shapes.extension === undefined ? {} : { extension: shapes.extension }),
  };
}

/** The members of a tool's answer. */
export const TOOL_RESULT: Readonly<Record<string, Shape>> = {
  content: BLOCK,
  structuredContent: TEXT,
  isError: TEXT,
};

/** Requests from client to server. */
export const CLIENT_REQUESTS: readonly MethodSpec[] = [
  ask("initialize", LEGACY, {
    params: params({ protocolVersion: TEXT, capabilities: TEXT, clientInfo: TEXT }),
    result: result("description", { instructions: text("instructions") }),
  }),
  ask("server/discover", MODERN, {
    result: result("description", { instructions: text("instructions") }),
  }),
  ask("tools/list", BOTH, {
    params: params(CURSOR),
    result: result("description", { ...PAGED, tools: list("tool", "name") }),
  }),
  ask("tools/call", BOTH, {
    metered: true,
    params: params({
      name: { role: "tool", only: "string" },
      arguments: ARGUMENTS,
      task: TASK,
      ...RETRY,
    }, ["name"]),
    result: result("result", { ...TOOL_RESULT, task: TASK }),
  }),
  ask("resources/list", BOTH, {
    params: params(CURSOR),
    result: result("description", { ...PAGED, resources: list("resource", "uri") }),
  }),
  ask("resources/templates/list", BOTH, {
    params: params(CURSOR),
    result: result("description", { ...PAGED, resourceTemplates: list("template", "uriTemplate") }),
  }),
  ask("resources/read", BOTH, {
    params: params({ uri: ASKED_URI, ...RETRY }, ["uri"]),
    result: result("resource", { contents: CONTENTS }),
  }),
  ask("resources/subscribe", LEGACY, { params: params({ uri: ASKED_URI }, ["uri"]) }),
  ask("resources/unsubscribe", LEGACY, { params: params({ uri: ASKED_URI }, ["uri"]) }),
  ask("subscriptions/listen", MODERN, {
    params: params({
      notifications: object({
        resourceSubscriptions: ASKED_URIS,
        taskIds: TEXT,
        toolsListChanged: TEXT,
        promptsListChanged: TEXT,
        resourcesListChanged: TEXT,
      }, { only: "object" }),
    }, ["notifications"]),
  }),
  ask("prompts/list", BOTH, {
    params: params(CURSOR),
    result: result("description", { ...PAGED, prompts: list("prompt", "name") }),
  }),
  ask("prompts/get", BOTH, {
    params: params({
      name: { role: "prompt", only: "string" },
      arguments: PROMPT_ARGUMENTS,
      ...RETRY,
    }, ["name"]),
    result: result("result", { description: text("description"), messages: MESSAGE }),
  }),
  ask("completion/complete", BOTH, {
    params: params({
      ref: {
        // A reference of one kind that also carries the other's key is judged by both.
        ...choose(
          "type",
          { "ref/prompt": ref(["name"]), "ref/resource": ref(["uri"]) },
          "rpc.params",
        ),
        only: "object",
      },
      argument: object({ name: TEXT, value: TEXT }, {
        surface: "prompt_argument",
        keys: "all",
        only: "object",
      }),
      context: object({ arguments: PROMPT_ARGUMENTS }, {
        surface: "prompt_argument",
        only: "object",
      }),
    }, ["ref", "argument"]),
    result: result("result", { completion: TEXT }),
  }),
  ask("logging/setLevel", LEGACY, { params: params({ level: { only: "string" } }, ["level"]) }),
  ask("skills/list", MODERN, {
    extension: "skills",
    params: params(CURSOR),
    result: result("description", { ...PAGED, skills: list("resource", "uri") }),
  }),
  ask("skills/get", MODERN, {
    extension: "skills",
    params: params({ uri: ASKED_URI, ...RETRY }, ["uri"]),
    result: result("instructions", { skill: object({ uri: URI }) }),
  }),
  ask("resources/directory/read", MODERN, {
    extension: "skills",
    params: params({ uri: ASKED_URI, ...CURSOR }, ["uri"]),
    result: result("description", { ...PAGED, resources: list("resource", "uri") }),
  }),
];

function ref(required: readonly string[]): Shape {
  return object({
    name: { role: "prompt", only: "string" },
    uri: { role: "template", only: "string", rewrite: true },
    title: TEXT,
  }, { required });
}
