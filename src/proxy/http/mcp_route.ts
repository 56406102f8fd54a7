// `/mcp`: Streamable HTTP of both eras. The head is checked here and the era decided, by the header and the body together;
// what follows is the era's own.

import { isModern } from "../extensions.ts";
import { header, type HttpReply } from "../transports/mod.ts";
import { accepts, isJson, LEGACY, MODERN } from "./checks.ts";
import {
  type HttpDesk,
  type HttpRefusal,
  readBody,
  type ReadMessage,
  refusal,
  type Visit,
  wrongMethod,
} from "./desk.ts";
import { legacyDelete, legacyGet, legacyPost, sessionOf } from "./legacy_route.ts";
import { contradiction, versionInBody } from "./modern_headers.ts";
import { modernPost } from "./modern_route.ts";

const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;

/** Answers one request for `/mcp`. */
export async function mcpRoute(desk: HttpDesk, visit: Visit): Promise<HttpReply> {
  const { request } = visit;
  const version = header(request, "mcp-protocol-version")?.trim() ?? null;
  if (request.method === "POST") return await post(desk, visit, version);
  if (version === MODERN) return await wrongMethod(desk, visit, "POST");
  if (request.method !== "GET" && request.method !== "DELETE") {
    return await wrongMethod(desk, visit, "POST, GET, DELETE");
  }
  if (version !== null && !LEGACY.includes(version)) {
    return await refusal(desk, visit, unknownVersion(desk, version));
  }
  return await (request.method === "GET" ? legacyGet : legacyDelete)(desk, visit);
}

async function post(desk: HttpDesk, visit: Visit, version: string | null): Promise<HttpReply> {
  const { request } = visit;
  const bad = badHead(visit);
  if (bad !== null) return await refusal(desk, visit, bad);
  // A session that is not there is told before its body is read; the modern era has none.
  const found = version === MODERN
    ? null
    : await sessionOf(desk, visit, header(request, "mcp-session-id"));
  if (found !== null && "status" in found) return found;
  await found?.channel.ready();
  const read = await readBody(desk, visit);
  if ("status" in read) return read;
  const wrong = wrongEra(desk, visit, version, read);
  if (wrong !== null) return await refusal(desk, visit, wrong);
  return version === MODERN
    ? await modernPost(desk, visit, read)
    : await legacyPost(desk, visit, read, found, version);
}

/** What a POST's head lacks. */
export function badHead(visit: Visit): HttpRefusal | null {
  const { request } = visit;
  if (!isJson(header(request, "content-type"))) {
    return {
      status: 415,
      rule: "http.content_type",
      message: "send one message as application/json in UTF-8",
    };
  }
  const accept = request.headers.filter(([name]) => name.toLowerCase() === "accept");
  const taken = accept.length === 0 ? null : accept.map(([, value]) => value).join(",");
  if (!accepts(taken, "application/json") || !accepts(taken, "text/event-stream")) {
    return {
      status: 406,
      rule: "http.accept",
      message: "the client must accept application/json and text/event-stream",
    };
  }
  return null;
}

/** Why header and body name no era that is served, or not the same one. */
function wrongEra(
  desk: HttpDesk,
  visit: Visit,
  version: string | null,
  read: ReadMessage,
): HttpRefusal | null {
  const { message } = read;
  const id = message.kind === "notification" ? undefined : message.id;
  const inBody = versionInBody(message);
  const modern = message.kind !== "response" && isModern(message.params);
  const mismatch = (sentence: string): HttpRefusal => ({
    status: 400,
    rule: "http.header_mismatch",
    message: sentence,
    code: HEADER_MISMATCH,
    id,
  });
  if (version === MODERN) {
    if (modern && inBody !== version) {
      return mismatch("header MCP-Protocol-Version differs from the body's version");
    }
    const why = contradiction(visit.request, message);
    return why === null ? null : mismatch(why);
  }
  if (version !== null && !LEGACY.includes(version)) {
    return modern && inBody !== version
      ? mismatch("header MCP-Protocol-Version differs from the body's version")
      : { ...unknownVersion(desk, version), id };
  }
  if (!modern) return null;
  return mismatch(
    version === null
      ? "header MCP-Protocol-Version is missing"
      : "header MCP-Protocol-Version differs from the body's version",
  );
}

function unknownVersion(desk: HttpDesk, version: string): HttpRefusal {
  return {
    status: 400,
    rule: "http.protocol_version",
    message: "this protocol version is not known here",
    code: UNSUPPORTED_VERSION,
    data: { supported: [...desk.versions], requested: version.slice(0, 32) },
  };
}
