// The headers of the modern era against the body they describe. The body is what is judged; a header that contradicts
// it would let somebody on the way decide about another message (MCP 2026-07-28, basic/transports/streamable-http).

import { JsonObject, type Message, type RequestMessage } from "../../wire/mod.ts";
import { decodeHeaderValue, header, type HttpRequest } from "../transports/mod.ts";

/** What `Mcp-Name` repeats: a member of the params, by method. */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

const META_VERSION = "io.modelcontextprotocol/protocolVersion";
const META_CLIENT = "io.modelcontextprotocol/clientInfo";
const META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

type Head = Pick<HttpRequest, "headers">;

/** The protocol version in a message's `_meta`; undefined where there is none. */
export function versionInBody(message: Message): string | undefined {
  if (message.kind === "response") return undefined;
  const meta = message.params?.get("_meta");
  const version = meta instanceof JsonObject ? meta.get(META_VERSION) : undefined;
  return typeof version === "string" ? version : undefined;
}

/**
 * What is wrong with the `_meta` that every request of the era carries.
 *
 * @param message A request whose header names the era.
 * @returns One sentence, or null.
 */
export function badEnvelope(message: RequestMessage): string | null {
  const meta = message.params?.get("_meta");
  if (!(meta instanceof JsonObject)) return "params._meta is missing";
  if (typeof meta.get(META_VERSION) !== "string") return `_meta has no ${META_VERSION}`;
  if (!(meta.get(META_CAPABILITIES) instanceof JsonObject)) {
    return `_meta has no ${META_CAPABILITIES}`;
  }
  const info = meta.get(META_CLIENT);
  return info === undefined || info instanceof JsonObject ? null : `${META_CLIENT} is no object`;
}

/**
 * What contradicts the body.
 *
 * @param request The head.
 * @param message The body.
 * @returns One sentence without any text of the peer's, or null.
 */
export function contradiction(request: Head, message: Message): string | null {
  const seen = new Set<string>();
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (lower !== "mcp-method" && lower !== "mcp-name" && !isParam(lower)) continue;
    if (seen.has(lower)) return "a header of the protocol is there twice";
    seen.add(lower);
    if (decodeHeaderValue(value) === undefined) return "a header of the protocol cannot be decoded";
  }
  if (message.kind === "response") return null;
  const asked = message.kind === "request";
  const method = header(request, "mcp-method");
  if (method === null ? asked : method.trim() !== message.method) {
    return method === null
      ? "header Mcp-Method is missing"
      : "header Mcp-Method differs from the body's method";
  }
  const member = NAMED_BY.get(message.method);
  const named = member === undefined ? undefined : message.params?.get(member);
  if (!asked || typeof named !== "string") return null;
  const name = header(request, "mcp-name");
  if (name === null) return "header Mcp-Name is missing";
  return decodeHeaderValue(name.trim()) === named ? null : "header Mcp-Name differs from the body";
}

/** The headers that go on with the message, whatever they mean: whoever knows the tool's schema compares them. */
export function paramHeaders(request: Head): (readonly [string, string])[] {
  return request.headers.filter(([name]) => isParam(name.toLowerCase()));
}

function isParam(lower: string): boolean {
  return lower.startsWith("mcp-param-");
}
