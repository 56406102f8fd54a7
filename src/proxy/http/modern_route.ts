// Streamable HTTP without sessions (2026-07-28): every POST stands for itself, and a client that closes its stream cancels.

import { JsonObject, notification, type NotificationMessage, type RpcId } from "../../wire/mod.ts";
import { idKey } from "../pending.ts";
import type { HttpReply } from "../transports/mod.ts";
import { isKnownVersion } from "./checks.ts";
import { type HttpDesk, overloaded, type ReadMessage, refusal, type Visit } from "./desk.ts";
import { badEnvelope, paramHeaders } from "./modern_headers.ts";
import type { ModernLine } from "./modern_pool.ts";

/** Answers a POST of a client that speaks 2026-07-28. */
export async function modernPost(
  desk: HttpDesk,
  visit: Visit,
  read: ReadMessage,
): Promise<HttpReply> {
  const { identity, request, authorization } = visit;
  const { message } = read;
  if (message.kind === "response") {
    return await refusal(desk, visit, {
      status: 400,
      rule: "rpc.response",
      message: "clients of this revision send no answers; they retry with inputResponses",
      id: message.id,
    });
  }
  const bad = message.kind === "request" ? badEnvelope(message) : null;
  const id = message.kind === "request" ? message.id : undefined;
  if (bad !== null) {
    return await refusal(desk, visit, {
      status: 400,
      rule: "rpc.envelope",
      message: bad,
      code: -32602,
      id,
    });
  }
  const line = await desk.pool.take(identity, request.remote, authorization);
  if (line === null) return await overloaded(desk, visit, id);
  const { session, channel } = line;
  const give = (): void => {
    const known = session.negotiation.serverVersions?.filter(isKnownVersion) ?? [];
    if (known.length > 0) desk.versions = known;
    desk.pool.give(identity, request.remote, line, authorization);
  };
  if (id === undefined) {
    session.receive(read, read.size);
    void session.handled().then(give);
    return { status: 202 };
  }
  let gone = false;
  const onGone = (): void => {
    if (gone || channel.closed) return;
    gone = true;
    void cancel(line, id).then(() => desk.pool.drop(identity, request.remote, line, authorization));
  };
  const exchange = channel.expect(idKey(id), { onGone, onDone: () => gone || give() });
  request.onGone?.(() => exchange.answered || onGone());
  session.receive({ ...read, headers: paramHeaders(request) }, read.size);
  return await exchange.reply;
}

/** Tells the server, through everything a client's own word would pass. @returns Resolves when that is done. */
function cancel({ session }: ModernLine, id: RpcId): Promise<void> {
  const params = new JsonObject(["requestId", "reason"], [id, "the client closed the stream"]);
  const tree = notification("notifications/cancelled", params);
  const message: NotificationMessage = {
    kind: "notification",
    method: "notifications/cancelled",
    params,
    tree,
  };
  session.receive({ kind: "message", message }, 0);
  return session.handled();
}
