// Streamable HTTP with sessions (2025-03-26 to 2025-11-25): initialize opens one, GET listens, DELETE ends it.

import { RPC } from "../../wire/mod.ts";
import { idKey } from "../pending.ts";
import { header, type HttpReply } from "../transports/mod.ts";
import { accepts, takesPrimer } from "./checks.ts";
import { type HttpDesk, overloaded, type ReadMessage, refusal, type Visit } from "./desk.ts";
import { EventLog } from "./event_log.ts";
import { HttpChannel } from "./http_channel.ts";
import { type HttpSession, type HttpSessions, mintId, ownerOf } from "./sessions.ts";

/** Most events that a session keeps for a client that comes back. */
const LOG_EVENTS = 512;

/**
 * The session that a request names.
 *
 * @returns The session, null where the request names none, or the answer for one that is not there.
 */
export async function sessionOf(
  desk: HttpDesk,
  visit: Visit,
  id: string | null,
  sessions: HttpSessions = desk.sessions,
): Promise<HttpSession | HttpReply | null> {
  if (id === null) return null;
  const found = sessions.find(id, ownerOf(visit.identity, visit.authorization));
  if (found !== undefined && found !== "other") {
    visit.session = found.session.options.id;
    found.session.standing.renew(visit.identity);
    return found;
  }
  // Somebody else's session is answered like none at all; only the record tells the difference.
  return await refusal(desk, visit, {
    status: 404,
    rule: found === "other" ? "session.owner" : "session.unknown",
    message: "there is no such session; initialize a new one",
    data: { rule: "session.unknown" },
  });
}

/** Answers a POST of a client that speaks a revision with sessions. */
export async function legacyPost(
  desk: HttpDesk,
  visit: Visit,
  read: ReadMessage,
  found: HttpSession | null,
  version: string | null,
): Promise<HttpReply> {
  const { message } = read;
  const opens = message.kind === "request" && message.method === "initialize";
  const id = message.kind === "notification" ? undefined : message.id;
  if (opens === (found !== null)) {
    return await refusal(desk, visit, {
      status: 400,
      rule: opens ? "session.initialized" : "session.missing",
      message: opens
        ? "this session is initialized already; initialize without Mcp-Session-Id for another one"
        : "header Mcp-Session-Id is missing; initialize first",
      id,
    });
  }
  const one = found ?? await openSession(desk, visit, desk.sessions, "legacy");
  if (one === null) return await overloaded(desk, visit, id);
  if (message.kind !== "request") {
    one.session.receive(read, read.size);
    return { status: 202 };
  }
  const key = idKey(message.id);
  if (one.channel.has(key)) {
    return await refusal(desk, visit, {
      status: 400,
      rule: "rpc.id_reuse",
      message: "this id is still waiting for its answer; use another one",
      code: RPC.INVALID_REQUEST,
      id,
    });
  }
  const exchange = one.channel.expect(key, {
    primer: takesPrimer(version),
    // A session that was never opened has no id to come back with.
    headers: (code) => opens && code === undefined ? [["Mcp-Session-Id", one.id]] : [],
  });
  // A client that hangs up does not cancel (MCP 2025-11-25, basic/transports): the call goes on.
  visit.request.onGone?.(() => exchange.lost());
  one.session.receive(read, read.size);
  const reply = await exchange.reply;
  if (opens && !reply.headers?.some(([name]) => name === "Mcp-Session-Id")) {
    one.session.close(1008, "initialize failed");
  }
  return reply;
}

/** Opens a session for a client; null when there is no room. */
export async function openSession(
  desk: HttpDesk,
  visit: Visit,
  sessions: HttpSessions,
  kind: "legacy" | "sse",
): Promise<HttpSession | null> {
  const { identity, request, authorization } = visit;
  const owner = ownerOf(identity, authorization);
  if (!sessions.makeRoom(owner)) return null;
  await Promise.resolve(); // what made room has told so by then
  const id = mintId();
  const { highWaterBytes } = desk.parts.guard.policy.limits;
  const channel = new HttpChannel({
    kind,
    remote: request.remote,
    limits: desk.limits,
    log: kind === "sse" ? null : new EventLog({
      ...{ token: mintId(), events: LOG_EVENTS, chars: highWaterBytes },
      policy: () => desk.parts.guard,
    }),
    onClosed: () => sessions.remove(id),
  });
  const session = desk.open(channel, identity, authorization);
  if (session === null) return null;
  visit.session = session.options.id;
  const one = { id, owner, channel, session };
  sessions.add(one);
  return one;
}

/** Answers a GET: the stream of what belongs to no request, or the rest of a stream that broke. */
export async function legacyGet(desk: HttpDesk, visit: Visit): Promise<HttpReply> {
  const { request } = visit;
  if (!accepts(header(request, "accept"), "text/event-stream")) {
    return await refusal(desk, visit, {
      status: 406,
      rule: "http.accept",
      message: "the client must accept text/event-stream",
    });
  }
  const found = await namedSession(desk, visit);
  if ("status" in found) return found;
  const last = header(request, "last-event-id");
  if (last !== null) {
    return found.channel.comeBack(last) ?? await refusal(desk, visit, {
      status: 404,
      rule: "session.event_owner",
      message: "there is no such event in this session; initialize a new one",
    });
  }
  if (found.channel.standalone.attached) {
    return await refusal(desk, visit, {
      status: 409,
      rule: "session.second_stream",
      message: "this session has a stream already",
    });
  }
  return found.channel.standalone.reply();
}

/** Answers a DELETE: the session ends. */
export async function legacyDelete(desk: HttpDesk, visit: Visit): Promise<HttpReply> {
  const found = await namedSession(desk, visit);
  if ("status" in found) return found;
  found.session.close(1000, "the client has ended the session");
  return { status: 204 };
}

async function namedSession(desk: HttpDesk, visit: Visit): Promise<HttpSession | HttpReply> {
  const found = await sessionOf(desk, visit, header(visit.request, "mcp-session-id"));
  return found ?? await refusal(desk, visit, {
    status: 400,
    rule: "session.missing",
    message: "header Mcp-Session-Id is missing",
  });
}
