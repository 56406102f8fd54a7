// From the servers to the session: each message gets the server's name where a client could confuse whose it is, and
// what a server says of another's requests goes no further.

import {
  errorReply,
  isFrame,
  JsonError,
  JsonNumber,
  JsonObject,
  type JsonValue,
  type Message,
  type NotificationMessage,
  parseJson,
  readMessage,
  type RequestMessage,
  type ResponseMessage,
  RPC,
  RpcError,
  type RpcId,
} from "../../wire/mod.ts";
import { joinName, MAX_UPSTREAM_NAME } from "../../match/mod.ts";
import { idKey } from "../pending.ts";
import { jsonRefusal, rpcRefusal } from "../reading.ts";
import type { Fan } from "./fan.ts";
import { type Gatherings, isHandshake } from "./gatherings.ts";
import { type Joining, PROBE } from "./joining.ts";
import type { Link } from "./link.ts";
import { joinContents, joinError, joinMember, joinTask, memberOf } from "./members.ts";
import { tokenOf } from "./routes.ts";

/** Takes the servers' messages. */
export class FromServers {
  readonly #fan: Fan;
  readonly #joining: Joining;
  readonly #gatherings: Gatherings;

  /**
   * @param fan The fan.
   * @param joining Who takes part.
   * @param gatherings Requests to several servers.
   */
  constructor(fan: Fan, joining: Joining, gatherings: Gatherings) {
    this.#fan = fan;
    this.#joining = joining;
    this.#gatherings = gatherings;
  }

  /** Handles one whole message. */
  message(link: Link, bytes: Uint8Array): void {
    let tree: JsonValue;
    try {
      tree = parseJson(bytes, this.#fan.options.limits);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      return this.#broken(link, jsonRefusal(error));
    }
    if (isFrame(tree)) return this.#frame(link, tree as JsonObject);
    let message: Message;
    try {
      message = readMessage(tree);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const refusal = rpcRefusal(error, false);
      if (memberOf(tree, "method") === undefined) return this.#broken(link, refusal);
      // A question that cannot be read: its id is the server's own, so no request of the client's is meant.
      this.#fan.odd(link.name, error.code);
      if (refusal.id !== undefined) this.#refuse(link, refusal.id, refusal.rpcCode, error.message);
      return;
    }
    if (message.kind === "response") return this.#response(link, message, bytes);
    if (message.kind === "request") return this.#request(link, message);
    return this.#notification(link, message);
  }

  #response(link: Link, { id, result, error, tree }: ResponseMessage, bytes: Uint8Array): void {
    const fan = this.#fan;
    const key = idKey(id);
    if (id === PROBE) {
      if (this.#joining.isProbed(link)) this.#joining.answered(link, result);
      else fan.odd(link.name, "unsolicited_response");
      return;
    }
    const gathering = fan.gatherings.get(key);
    if (gathering !== undefined) {
      if (this.#fitsShare(bytes, result)) return this.#gathered(link, gathering, result, error);
      const failure = {
        code: "too_large",
        message: "its part is too large for an answer of several",
      };
      this.#gatherings.take(gathering, link.name, { kind: "failed", failure });
      return isHandshake(gathering.method) ? link.leave(failure) : undefined;
    }
    const single = fan.singles.get(key);
    if (single?.link !== link) return fan.odd(link.name, "unsolicited_response");
    fan.singles.delete(key);
    // Progress goes on after the answer only where a task has begun.
    if (memberOf(result, "task") === undefined) fan.tokens.forget(single.token, link.name);
    if (error !== undefined) joinError(link.name, error);
    else {
      joinContents(link.name, result);
      if (single.method === "tasks/get" || single.method === "tasks/cancel") {
        joinTask(link.name, result);
      }
    }
    fan.emit(tree);
  }

  /** No server may make the answer of all so large that it is refused: each has an equal share. */
  #fitsShare(bytes: Uint8Array, result: JsonValue | undefined): boolean {
    const { limits, servers } = this.#fan.options;
    if (!(result instanceof JsonObject)) return true;
    // What each entry grows by when it is named.
    const entries = result.values.reduce(
      (sum: number, v) => sum + (Array.isArray(v) ? v.length : 0),
      0,
    );
    const share = Math.floor(limits.bytes / servers.length);
    if (bytes.byteLength + entries * (MAX_UPSTREAM_NAME + 2) > share) return false;
    try {
      parseJson(bytes, { ...limits, tokens: Math.floor(limits.tokens / servers.length) });
      return true;
    } catch {
      return false;
    }
  }

  #gathered(
    link: Link,
    gathering: Parameters<Gatherings["take"]>[0],
    result: JsonValue | undefined,
    error: JsonObject | undefined,
  ): void {
    if (!gathering.waiting.includes(link.name)) {
      return this.#fan.odd(link.name, "unsolicited_response");
    }
    if (isHandshake(gathering.method)) {
      // The code by which a server says that it does not speak the era is kept for when nobody does.
      if (error !== undefined) {
        this.#gatherings.take(gathering, link.name, { kind: "error", error });
      }
      const answer = this.#joining.answered(link, result);
      if (answer instanceof JsonObject) {
        this.#gatherings.take(gathering, link.name, { kind: "result", result: answer });
      } else this.#gatherings.miss(gathering, link.name, answer);
      return;
    }
    if (error !== undefined) {
      this.#gatherings.take(gathering, link.name, { kind: "error", error });
    } else if (result instanceof JsonObject) {
      this.#gatherings.take(gathering, link.name, { kind: "result", result });
    } else {
      const failure = { code: "answer", message: "its answer is none" };
      this.#gatherings.take(gathering, link.name, { kind: "failed", failure });
    }
  }

  #request(link: Link, { id, method, params, tree }: RequestMessage): void {
    const fan = this.#fan;
    if (method.startsWith("tasks/")) {
      const task = params?.get("taskId");
      if (typeof task !== "string" || fan.clientTasks.get(task) !== link.name) {
        fan.odd(link.name, "foreign_task");
        return this.#refuse(link, id, RPC.INVALID_PARAMS, "no such task of this server's");
      }
    }
    const token = tokenOf(params);
    const known = typeof token === "string" || token instanceof JsonNumber;
    const own = fan.asks.add({ upstream: link.name, id, token: known ? token : null });
    // Two questions under one id have one answer: whose it is, nobody could say.
    if (own === null) return fan.odd(link.name, "id_reuse");
    tree.set("id", own);
    if (known) (params!.get("_meta") as JsonObject).set("progressToken", own);
    joinRelated(link.name, params);
    joinMember(link.name, params, "elicitationId");
    fan.emit(tree);
  }

  #notification(link: Link, { method, params, tree }: NotificationMessage): void {
    const fan = this.#fan;
    const { name } = link;
    switch (method) {
      case "notifications/cancelled":
        return this.#cancelled(link, params, tree);
      case "notifications/progress": {
        const token = params?.get("progressToken");
        const key = typeof token === "string" || token instanceof JsonNumber ? idKey(token) : "";
        if (fan.tokens.get(key) !== name) return fan.odd(name, "unknown_progress_token");
        break;
      }
      case "notifications/message": {
        const logger = params?.get("logger");
        params?.set("logger", typeof logger === "string" ? `${name}/${logger}` : name);
        break;
      }
      case "notifications/subscriptions/acknowledged":
        return this.#acknowledged(link, params);
      case "notifications/elicitation/complete":
        joinMember(name, params, "elicitationId");
        break;
      case "notifications/tasks":
      case "notifications/tasks/status":
        joinContents(name, params);
        break;
      case "notifications/resources/updated":
        joinMember(name, params, "uri", true);
        break;
    }
    joinRelated(name, params);
    fan.emit(tree);
  }

  /** A server withdraws its own question, or ends a subscription (MCP 2026-07-28 on stdio). */
  #cancelled(link: Link, params: JsonObject | undefined, tree: JsonObject): void {
    const fan = this.#fan;
    const id = params?.get("requestId");
    if (typeof id !== "string" && !(id instanceof JsonNumber)) {
      return fan.odd(link.name, "unknown_request");
    }
    const listen = fan.gatherings.get(idKey(id));
    if (listen?.method === "subscriptions/listen" && listen.waiting.includes(link.name)) {
      const result = new JsonObject(["resultType"], ["complete"]);
      this.#gatherings.take(listen, link.name, { kind: "result", result });
      return;
    }
    const own = fan.asks.withdraw(link.name, id);
    if (own === undefined) return fan.odd(link.name, "unknown_request");
    params!.set("requestId", own);
    fan.emit(tree);
  }

  #acknowledged(link: Link, params: JsonObject | undefined): void {
    const id = memberOf(params?.get("_meta"), "io.modelcontextprotocol/subscriptionId");
    const listen = typeof id === "string" || id instanceof JsonNumber
      ? this.#fan.gatherings.get(idKey(id))
      : undefined;
    const mine = listen?.method === "subscriptions/listen" && listen.waiting.includes(link.name);
    if (listen === undefined || !mine) return this.#fan.odd(link.name, "unknown_subscription");
    listen.acknowledged.set(link.name, params);
    this.#gatherings.acknowledge(listen);
  }

  #frame(link: Link, tree: JsonObject): void {
    const fan = this.#fan;
    if (fan.frame !== link) return fan.odd(link.name, "unsolicited_frame");
    fan.frame = null;
    const tool = tree.get("tool");
    if (typeof tool === "string") tree.set("tool", joinName(link.name, tool));
    fan.emit(tree);
  }

  /** An answer that cannot be read: who waits for it is told. */
  #broken(link: Link, refusal: { code: string; message: string; id: RpcId | undefined }): void {
    const fan = this.#fan;
    const failure = {
      code: refusal.code,
      message: `the server's answer was refused: ${refusal.message}`,
    };
    const key = refusal.id === undefined ? "" : idKey(refusal.id);
    const gathering = fan.gatherings.get(key);
    if (gathering?.waiting.includes(link.name)) {
      this.#gatherings.take(gathering, link.name, { kind: "failed", failure });
      return;
    }
    const single = fan.singles.get(key);
    if (single?.link !== link) return fan.odd(link.name, refusal.code);
    fan.singles.delete(key);
    fan.fail(single.id, failure, link.name);
  }

  #refuse(link: Link, id: RpcId, code: number, message: string): void {
    link.send(errorReply(id, code, message), { kind: "response", id: idKey(id) });
  }
}

/** Only the task that a message belongs to: what its own members mean, its method says. */
function joinRelated(upstream: string, params: JsonObject | undefined): void {
  const meta = params?.get("_meta");
  if (meta instanceof JsonObject) joinTask(upstream, new JsonObject(["_meta"], [meta]));
}
