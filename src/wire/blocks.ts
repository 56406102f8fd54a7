// Shapes that several MCP methods share: content blocks, resource contents, tool definitions, `_meta`, input requests.
// Source: MCP schemas 2025-06-18, 2025-11-25 and 2026-07-28.

import { choose, object, type Shape, TEXT, text } from "./shapes.ts";

const META_KEYS = [
  "progressToken",
  "traceparent",
  "tracestate",
  "baggage",
  "io.modelcontextprotocol/protocolVersion",
  "io.modelcontextprotocol/clientInfo",
  "io.modelcontextprotocol/clientCapabilities",
  "io.modelcontextprotocol/serverInfo",
  "io.modelcontextprotocol/logLevel",
  "io.modelcontextprotocol/subscriptionId",
  "io.modelcontextprotocol/related-task",
  "io.modelcontextprotocol/model-immediate-response",
];

/** `_meta` of parameters: its well-known names are known, so that a variant of one cannot stand beside it. */
export const META: Shape = object(Object.fromEntries(META_KEYS.map((key) => [key, TEXT])), {
  surface: "other",
  only: "object",
});

/** Base64 data of pictures, sounds, files and resources, any of which may be a text. */
export const BASE64: Shape = { role: "base64" };

/** Where a list goes on, or what a retried request rests on. */
export const HANDLE: Shape = { role: "handle" };

/** The URI of a resource, as a peer reports it. */
export const URI: Shape = { role: "uri" };

/** The URI of a resource that is asked for: demanded, judged, and forwarded in canonical form. */
export const ASKED_URI: Shape = { role: "uri", only: "string", rewrite: true };

/** Several URIs that are asked for. */
export const ASKED_URIS: Shape = { role: "uri", only: "array", rewrite: true };

/** What resources/read answers and embedded resources hold. Their URI may differ from the one asked for. */
export const CONTENTS: Shape = object(
  { uri: { ...URI, content: true }, text: TEXT, blob: BASE64 },
  {
    surface: "resource",
  },
);

function contentBlock(): Shape {
  const block = choose("type", {
    text: object({ text: TEXT }),
    image: object({ data: BASE64, mimeType: TEXT }),
    audio: object({ data: BASE64, mimeType: TEXT }),
    resource_link: object({ uri: URI }),
    resource: object({ resource: CONTENTS }),
    tool_use: object({ input: TEXT }),
    tool_result: object({ content: TEXT, structuredContent: TEXT }),
  }, "mcp.content_type");
  // The content of a tool's result is content blocks again: the one shape that refers to itself.
  const members = block.choose!.of.get("tool_result")!.members as Map<string, Shape>;
  members.set("content", block);
  return block;
}

/** A content block, or several. A type that nobody knows is refused: nobody could say what a client does with it. */
export const BLOCK: Shape = contentBlock();

/** A message of a prompt or of a sampling request. */
export const MESSAGE: Shape = object({ role: { role: "speaker" }, content: BLOCK });

/** Tool arguments: every string and every member name is a text, and perhaps a path. */
export const ARGUMENTS: Shape = {
  role: "argument",
  surface: "argument",
  keys: "all",
  only: "object",
};

/** Prompt arguments: every string and every member name is a text. */
export const PROMPT_ARGUMENTS: Shape = text("prompt_argument", { keys: "all", only: "object" });

/** Parameters of sampling/createMessage. The tools offered to the model stand under the same lists as called ones. */
export const SAMPLING: Shape = object({
  _meta: META,
  messages: { ...MESSAGE, only: "array" },
  systemPrompt: TEXT,
  includeContext: TEXT,
  stopSequences: TEXT,
  metadata: TEXT,
  modelPreferences: TEXT,
  toolChoice: TEXT,
  tools: object({ name: { role: "tool" } }, { surface: "description", only: "array" }),
  task: TEXT,
  temperature: TEXT,
  maxTokens: TEXT,
}, { surface: "sampling", only: "object", required: ["messages"] });

/** Parameters of elicitation/create, in form and in URL mode. */
export const ELICITATION: Shape = object({
  _meta: META,
  mode: TEXT,
  message: { only: "string" },
  requestedSchema: { keys: "all", only: "object" },
  url: { only: "string" },
  elicitationId: TEXT,
  task: TEXT,
}, { surface: "elicitation", only: "object", required: ["message"] });

/** A server-to-client request in disguise: an entry of `inputRequests` (MCP 2026-07-28). */
const INPUT_REQUEST: Shape = choose("method", {
  "sampling/createMessage": object({ method: TEXT, params: SAMPLING }),
  "elicitation/create": object({ method: TEXT, params: ELICITATION }),
  "roots/list": object({ method: TEXT, params: TEXT }),
}, "mcp.input_request");

/** All `inputRequests` of a result. */
export const INPUT_REQUESTS: Shape = { rest: INPUT_REQUEST, only: "object" };

/** All `inputResponses` of a request: what the client's model or user says to the server, all of it as text. */
const INPUT_RESPONSES: Shape = text("argument", { keys: "all", only: "object" });

/** What any request may carry when it is retried with answers (MCP 2026-07-28). */
export const RETRY: Readonly<Record<string, Shape>> = {
  inputResponses: INPUT_RESPONSES,
  requestState: { ...HANDLE, surface: "other", only: "string" },
};

/** What any result may carry instead of an answer, or beside it. */
export const COMMON_RESULT: Readonly<Record<string, Shape>> = {
  resultType: TEXT,
  inputRequests: INPUT_REQUESTS,
  requestState: { ...HANDLE, surface: "other" },
};
