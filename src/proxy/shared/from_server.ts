// From a shared server to the sessions: an answer goes to who asked, a question only to the one session that the server
// can be asking for, and news to every session that is entitled to them.

import {
  JsonError,
  JsonNumber,
  JsonObject,
  type JsonValue,
  type Message,
  methodSpec,
  type NotificationMessage,
  parseJson,
  readMessage,
  type RequestMessage,
  type ResponseMessage,
  resultReply,
  RPC,
  RpcError,
  type RpcId,
} from "../../wire/mod.ts";
import { memberOf } from "../fan/members.ts";
import { idKey, progressKey } from "../pending.ts";
import { jsonRefusal, rpcRefusal } from "../reading.ts";
import { withoutUnshared } from "./hello.ts";
import { type Line, REFUSED } from "./line.ts";
import type { Member } from "./member.ts";

/** The request of a subscription that something belongs to (MCP 2026-07-28, basic/patterns). */
const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

/** Code of a method that a server does not have, as it is written. */
const NO_METHOD = String(RPC.METHOD_NOT_FOUND);

/** The capability that a client needs to be asked. */
const ASKABLE: ReadonlyMap<string, string> = new Map([
  ["sampling/createMessage", "sampling"],
  ["elicitation/create", "elicitation"],
]);

/** News that concern everybody (until 2025-11-25). */
const FOR_ALL: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
]);

/** Handles one whole message of the server's. */
export function fromServer(line: Line, bytes: Uint8Array): void {
  let tree: JsonValue;
  try {
    tree = parseJson(bytes, line.options.limits());
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return broken(line, jsonRefusal(error));
  }
  let message: Message;
  try {
    message = readMessage(tree);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const refusal = rpcRefusal(error, false);
    if (memberOf(tree, "method") === undefined) return broken(line, refusal);
    // A question that cannot be read: its id is the server's own, so no request of a client's is meant.
    line.odd(error.code, "a question of the server's could not be read");
    if (refusal.id !== undefined) line.refuse(refusal.id, refusal.rpcCode, error.message);
    return;
  }
  if (message.kind === "response") return response(line, message);
  if (message.kind === "request") return question(line, message);
  return news(line, message);
}

function response(line: Line, { id, result, error, tree }: ResponseMessage): void {
  const call = line.calls.take(id);
  if (call === undefined) {
    return line.odd("unsolicited_response", "the server answered what nobody waits for");
  }
  const { member, method, uri } = call;
  if (member === null) {
    if (method === "initialize") line.hello.answered(result, error);
    return;
  }
  if (method === "server/discover") withoutUnshared(result);
  // The client may have changed its mind meanwhile.
  if (uri !== null && member.subscriptions.has(uri)) {
    if (error === undefined) member.subscriptions.set(uri, true);
    else if (!member.subscriptions.get(uri)) member.subscriptions.delete(uri);
  }
  tree.set("id", call.id);
  member.deliver(tree);
  const code = memberOf(error, "code");
  if (method === "server/discover" && code instanceof JsonNumber && code.raw === NO_METHOD) {
    line.learnForeign(error!);
  }
}

function question(line: Line, { id, method, params, tree }: RequestMessage): void {
  if (method === "ping") {
    return line.send(resultReply(id, new JsonObject()), { kind: "response", id: idKey(id) });
  }
  const key = idKey(id);
  // Two questions under one id have one answer: whose it is, nobody could say.
  if (line.asks.has(key)) {
    return line.odd("id_reuse", "the server asks twice under one id", known(method, "request"));
  }
  const capability = line.era === "legacy" ? ASKABLE.get(method) : undefined;
  if (capability === undefined) {
    line.odd("server_request", "a shared server may not ask this", known(method, "request"));
    return line.refuse(id, RPC.METHOD_NOT_FOUND, "a shared server may not ask this");
  }
  const { working } = line.calls;
  if (working === "nobody" || working === "several" || working.left) {
    const why = working === "several"
      ? "calls of several clients are running, so it cannot be told which of them this asks"
      : "no client's call is running, so it cannot be told which client this asks";
    line.odd("ambiguous_request", why, method);
    return line.refuse(id, REFUSED, why);
  }
  if (!able(working, capability) || params?.get("mode") === "url") {
    line.odd("unable_client", "the client that this asks does not offer it", method);
    return line.refuse(id, RPC.METHOD_NOT_FOUND, "this client does not offer that method");
  }
  line.asks.set(key, { member: working, id, token: progressKey(params) });
  working.deliver(tree);
}

function news(line: Line, message: NotificationMessage): void {
  const { method, params, tree } = message;
  const subscription = memberOf(params?.get("_meta"), SUBSCRIPTION);
  if (subscription !== undefined) return subscribed(line, message, subscription);
  if (method === "notifications/progress") {
    const call = line.calls.get(params?.get("progressToken"));
    if (call?.member == null || call.token === null) {
      return line.odd("unknown_progress_token", "progress of nothing that runs", method);
    }
    params!.set("progressToken", call.token);
    return call.member.deliver(tree);
  }
  if (method === "notifications/cancelled") return withdrawn(line, message);
  // A line of its log may tell of any client's call.
  if (method === "notifications/message") return;
  if (line.era === "legacy") {
    if (FOR_ALL.has(method)) return everybody(line, tree, method, () => true);
    const uri = params?.get("uri");
    if (method === "notifications/resources/updated" && typeof uri === "string") {
      return everybody(line, tree, uri, ({ subscriptions }) => covers(subscriptions, uri));
    }
  }
  line.odd("notification", "whom this concerns cannot be told", known(method, "notification"));
}

/** A part of a subscription of the modern era: it goes to who has subscribed, and nobody else. */
function subscribed(line: Line, message: NotificationMessage, id: JsonValue): void {
  const call = line.calls.get(id);
  if (call?.method !== "subscriptions/listen" || call.member === null) {
    const method = known(message.method, "notification");
    return line.odd("unknown_subscription", "there is no such subscription", method);
  }
  (message.params!.get("_meta") as JsonObject).set(SUBSCRIPTION, call.id);
  call.member.deliver(message.tree);
}

/** The server withdraws its own question, or ends a subscription (MCP 2026-07-28 on stdio). */
function withdrawn(line: Line, { method, params, tree }: NotificationMessage): void {
  const id = params?.get("requestId");
  const ask = typeof id === "string" || id instanceof JsonNumber
    ? line.asks.get(idKey(id))
    : undefined;
  if (ask !== undefined) {
    line.asks.delete(idKey(ask.id));
    return ask.member.deliver(tree);
  }
  const listen = line.calls.get(id);
  if (listen?.method === "subscriptions/listen" && listen.member !== null) {
    line.calls.take(id);
    const end = new JsonObject(["resultType"], ["complete"]);
    return listen.member.deliver(resultReply(listen.id, end));
  }
  line.odd("unknown_request", "the server withdraws what it has not asked", method);
}

function everybody(
  line: Line,
  tree: JsonObject,
  about: string,
  entitled: (member: Member) => boolean,
): void {
  // A copy, as one that reads too slowly leaves on the way.
  for (const member of [...line.members]) {
    if (member.ready && entitled(member)) member.deliver(tree, about);
  }
}

/** Whether an update concerns who has subscribed to these: it may name a part (MCP 2025-11-25, server/resources). */
function covers(subscriptions: ReadonlyMap<string, boolean>, uri: string): boolean {
  if (subscriptions.get(uri) === true) return true;
  for (const [one, agreed] of subscriptions) {
    if (agreed && uri.startsWith(one) && (one.endsWith("/") || uri[one.length] === "/")) {
      return true;
    }
  }
  return false;
}

function able(member: Member, capability: string): boolean {
  const own = member.capabilities?.get(capability);
  if (!(own instanceof JsonObject)) return false;
  // An empty elicitation means forms; this server was told of nothing else.
  return capability !== "elicitation" || own.has("form") || !own.has("url");
}

/** An answer that cannot be read: who waits for it is told. */
function broken(
  line: Line,
  { code, message, id }: { code: string; message: string; id: RpcId | undefined },
): void {
  line.odd(code, "an answer of the server's could not be read");
  const call = line.calls.take(id);
  if (call === undefined) return;
  const failure = { code, message: `the server's answer was refused: ${message}` };
  if (call.member === null) {
    return call.method === "initialize" ? line.hello.lost(failure) : undefined;
  }
  call.member.failed({ kind: "request", id: idKey(call.id), method: call.method }, failure);
}

/** A method for the record, where it is one that MCP knows: the server's own text is not repeated. */
function known(method: string, kind: "request" | "notification"): string | undefined {
  return methodSpec(method, "s2c", kind) === undefined ? undefined : method;
}
