// HTTP+SSE (2024-11-05): one stream that lasts as long as the session, and an endpoint for the client's messages that the
// first event names. Deprecated, and still what older clients speak.

import { header, type HttpReply } from "../transports/mod.ts";
import { accepts, isJson } from "./checks.ts";
import { type HttpDesk, overloaded, readBody, refusal, type Visit, wrongMethod } from "./desk.ts";
import { openSession, sessionOf } from "./legacy_route.ts";
import { eventText } from "./sse_stream.ts";

/** Where clients of this transport listen. */
export const SSE_PATH = "/sse";
/** Where they send. */
export const MESSAGE_PATH = "/message";

/** Answers one request for `/sse`: a new session and its stream. */
export async function sseRoute(desk: HttpDesk, visit: Visit): Promise<HttpReply> {
  const { request } = visit;
  // A client that tries Streamable HTTP first learns by this answer that it has to listen here.
  if (request.method !== "GET") return await wrongMethod(desk, visit, "GET");
  if (!accepts(header(request, "accept"), "text/event-stream")) {
    return await refusal(desk, visit, {
      status: 406,
      rule: "http.accept",
      message: "the client must accept text/event-stream",
    });
  }
  const one = await openSession(desk, visit, desk.sseSessions, "sse");
  if (one === null) return await overloaded(desk, visit);
  const { standalone } = one.channel;
  const reply = standalone.reply();
  standalone.sendRaw(
    eventText({
      type: "endpoint",
      data: `${MESSAGE_PATH}${desk.suffix}?sessionId=${encodeURIComponent(one.id)}`,
    }),
  );
  return reply;
}

/** Answers one request for `/message`: a message of a session's client. Its answer comes on the stream. */
export async function messageRoute(desk: HttpDesk, visit: Visit): Promise<HttpReply> {
  const { request } = visit;
  if (request.method !== "POST") return await wrongMethod(desk, visit, "POST");
  if (!isJson(header(request, "content-type"))) {
    return await refusal(desk, visit, {
      status: 415,
      rule: "http.content_type",
      message: "send one message as application/json in UTF-8",
    });
  }
  const ids = new URLSearchParams(request.query).getAll("sessionId");
  const found = await sessionOf(desk, visit, ids.length === 1 ? ids[0]! : null, desk.sseSessions);
  if (found === null) {
    return await refusal(desk, visit, {
      status: 400,
      rule: "session.missing",
      message: "name one session by sessionId, as the endpoint event did",
    });
  }
  if ("status" in found) return found;
  await found.channel.ready();
  const read = await readBody(desk, visit);
  if ("status" in read) return read;
  found.session.receive(read, read.size);
  return {
    status: 202,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
    body: "Accepted\n",
  };
}
