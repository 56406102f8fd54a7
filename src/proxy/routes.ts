// The routes of the data listener that are plain HTTP.

import { callRoute, refusedEntry } from "./call_route.ts";
import { type Entrance, textReply } from "./entrance.ts";
import { deskFor, type HttpDesk, httpRoute } from "./http/mod.ts";
import type { ProxyParts } from "./server.ts";
import type { HttpReply, HttpRequest } from "./transports/mod.ts";

/** Answers one request that is no upgrade; every answer of a guard that only watches says so. */
export async function route(
  parts: ProxyParts,
  desks: ReadonlyMap<string, HttpDesk>,
  entrance: Entrance,
  request: HttpRequest,
): Promise<HttpReply> {
  const reply = await answer(parts, desks, entrance, request);
  return parts.guard.policy.mode === "monitor"
    ? { ...reply, headers: [...reply.headers ?? [], ["Mcpguard-Mode", "monitor"]] }
    : reply;
}

async function answer(
  parts: ProxyParts,
  desks: ReadonlyMap<string, HttpDesk>,
  entrance: Entrance,
  request: HttpRequest,
): Promise<HttpReply> {
  if (request.path === "/healthz") {
    return request.method === "GET" || request.method === "HEAD"
      ? textReply(200, "ok")
      : textReply(405, "GET only", [["Allow", "GET, HEAD"]]);
  }
  const document = parts.publicDocument(request.path);
  if (document !== null) {
    return request.method === "GET" || request.method === "HEAD"
      ? { status: 200, headers: [["Content-Type", "application/json"]], body: document }
      : textReply(405, "GET only", [["Allow", "GET, HEAD"]]);
  }
  if (request.path.startsWith("/ws") && desks.has(request.path.slice(3))) {
    return textReply(426, "connect by WebSocket", [["Upgrade", "websocket"]]);
  }
  const found = deskFor(desks, request.path);
  if (found !== null) {
    const entry = await entrance.enter(request, "http");
    if (!entry.ok) return entry.reply;
    const authorization = parts.authorization(request);
    const visit = { request, identity: entry.identity, authorization };
    return await httpRoute(found.desk, found.path, visit);
  }
  if (request.path !== "/call") {
    const { reply } = await entrance.refuse(request, "http", "MalformedMessage", "http.path", {
      status: 404,
      text: "not found: /mcp, /sse, /ws, /call and /healthz are served",
    });
    return reply;
  }
  if (request.method !== "POST") return textReply(405, "POST only", [["Allow", "POST"]]);
  const entry = await entrance.enter(request, "http");
  return entry.ok
    ? await callRoute(parts, request, entry.identity)
    : refusedEntry(entry.reply, entry.decision);
}
