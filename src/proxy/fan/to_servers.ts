// From the session to the servers: each message goes to whom it concerns, without the name that said so.

import {
  errorReply,
  isFrame,
  JsonNumber,
  JsonObject,
  type JsonValue,
  type NotificationMessage,
  parseJson,
  readMessage,
  type RequestMessage,
  type ResponseMessage,
  resultReply,
  RPC,
} from "../../wire/mod.ts";
import { splitName } from "../../match/mod.ts";
import { isModern } from "../extensions.ts";
import { idKey } from "../pending.ts";
import type { MessageInfo } from "../transports/mod.ts";
import { readCursor } from "./cursor.ts";
import type { Fan } from "./fan.ts";
import { type Gatherings, isHandshake } from "./gatherings.ts";
import type { Joining } from "./joining.ts";
import type { Link } from "./link.ts";
import { LISTS, memberOf, splitRelated } from "./members.ts";
import { legacyVersion } from "./merge.ts";
import { listenPart, listParams, NEEDS, routeOf, tokenOf } from "./routes.ts";

/** Said of a request that names none of the servers. */
const NOWHERE = {
  code: "unknown",
  message: "the request names none of the servers behind this guard",
};

/** Sends the session's messages on. */
export class ToServers {
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

  /** Sends one message. @param text As the session wrote it. @param about What it is. */
  send(text: string, about: MessageInfo): void {
    // The session has read it by the limits already, so that only what has grown by being written again is bounded here.
    const tree = parseJson(text, {
      bytes: Infinity,
      depth: 4096,
      tokens: Infinity,
      keys: Infinity,
      numbers: "preserve",
    });
    if (isFrame(tree)) return this.#frame(tree as JsonObject);
    const message = readMessage(tree);
    if (message.kind === "request") return this.#request(message, about);
    if (message.kind === "notification") return this.#notification(message, about);
    return this.#response(message, about);
  }

  #request(message: RequestMessage, about: MessageInfo): void {
    const { id, method, params, tree } = message;
    const fan = this.#fan;
    const route = routeOf(method, params);
    if (route.kind === "here") return fan.emit(resultReply(id, new JsonObject()));
    if (route.kind === "all") return this.#all(message, about);
    const link = route.kind === "one" ? fan.links.get(route.upstream) : undefined;
    if (link === undefined) return fan.fail(id, NOWHERE);
    splitRelated(link.name, params);
    const given = tokenOf(params);
    const token = typeof given === "string" || given instanceof JsonNumber ? idKey(given) : null;
    if (token !== null) fan.tokens.set(token, link.name);
    const { name: _, ...rest } = about;
    const own = route.kind === "one" && route.name !== undefined && about.name !== undefined
      ? { ...rest, name: route.name }
      : rest;
    fan.singles.set(idKey(id), { id, link, method, token });
    this.#joining.whenKnown(link, params, isModern(params), (failure) => {
      const key = idKey(id);
      if (fan.singles.get(key)?.link !== link) return;
      if (failure === null) return link.send(tree, own);
      fan.singles.delete(key);
      fan.fail(id, failure, link.name);
    });
  }

  #all(message: RequestMessage, about: MessageInfo): void {
    const { method, params } = message;
    const fan = this.#fan;
    const modern = isModern(params);
    if (method === "initialize") fan.legacy = legacyVersion(params?.get("protocolVersion"));
    const handshake = isHandshake(method);
    const shares = new Map<Link, JsonObject>();
    const cursor = params?.get("cursor");
    const pages = typeof cursor === "string" && LISTS.has(method)
      ? readCursor(cursor, [...fan.links.keys()])
      : undefined;
    if (pages === null) {
      const why = "mcpguard: this cursor is none of this guard's";
      return fan.emit(errorReply(message.id, RPC.INVALID_PARAMS, why));
    }
    for (const [name, link] of fan.links) {
      if (pages !== undefined && !pages.has(name)) continue;
      if (!handshake && fan.legacy !== null && link.standing !== "joined") continue;
      const needs = NEEDS.get(method);
      if (needs !== undefined && link.capabilities?.has(needs) === false) continue;
      let own = LISTS.has(method)
        ? listParams(params, pages?.get(name))
        : params ?? new JsonObject();
      if (method === "subscriptions/listen") {
        const part = listenPart(params?.get("notifications"), name);
        if (part === null) continue;
        own = new JsonObject([...own.keys], [...own.values]);
        own.set("notifications", part);
      }
      shares.set(link, own);
    }
    const gathering = this.#gatherings.begin(message, [...shares.keys()].map((link) => link.name));
    for (const [link, own] of shares) {
      const tree = new JsonObject([...message.tree.keys], [...message.tree.values]);
      if (message.params !== undefined || own.keys.length > 0) tree.set("params", own);
      const send = (): void => link.send(tree, about);
      if (handshake) {
        if (modern) link.revive();
        const { failure } = link;
        if (failure === null) {
          this.#joining.asked(link);
          send();
        } else this.#gatherings.miss(gathering, link.name, failure);
        continue;
      }
      this.#joining.whenKnown(link, params, modern, (failure) => {
        // Withdrawn, or given up for being late, while the server was asked for its era.
        if (!gathering.waiting.includes(link.name) || !this.#gatherings.holds(gathering)) return;
        if (failure === null) return send();
        this.#gatherings.take(gathering, link.name, { kind: "failed", failure });
      });
    }
  }

  #notification({ method, params, tree }: NotificationMessage, about: MessageInfo): void {
    const fan = this.#fan;
    const to = (link: Link | undefined, own: MessageInfo = about): void => {
      if (link !== undefined && link.failure === null) link.send(tree, own);
    };
    if (method === "notifications/cancelled") {
      const id = params?.get("requestId");
      if (typeof id !== "string" && !(id instanceof JsonNumber)) return;
      const single = fan.singles.get(idKey(id));
      fan.singles.delete(idKey(id));
      // What the server still says of it must not pass for progress of a call that uses the token again.
      if (single !== undefined) fan.tokens.forget(single.token, single.link.name);
      to(single?.link);
      for (const name of this.#gatherings.cancel(id)) to(fan.links.get(name));
      return;
    }
    if (method === "notifications/progress") {
      const ask = fan.asks.get(params?.get("progressToken"));
      if (ask === undefined || ask.token === null) return;
      params!.set("progressToken", ask.token);
      return to(fan.links.get(ask.upstream), { ...about, related: idKey(ask.id) });
    }
    if (method === "notifications/tasks/status") {
      const id = params?.get("taskId");
      return to(typeof id === "string" ? fan.links.get(fan.clientTasks.get(id) ?? "") : undefined);
    }
    for (const link of fan.links.values()) if (link.standing === "joined") to(link);
  }

  #response({ id, result, tree }: ResponseMessage, about: MessageInfo): void {
    const fan = this.#fan;
    const ask = fan.asks.take(typeof id === "string" ? id : undefined);
    const link = ask && fan.links.get(ask.upstream);
    if (ask === undefined || link === undefined || link.failure !== null) return;
    tree.set("id", ask.id);
    splitRelated(link.name, result);
    const task = memberOf(memberOf(result, "task"), "taskId");
    if (typeof task === "string") fan.clientTasks.set(task, link.name);
    link.send(tree, { ...about, id: idKey(ask.id) });
  }

  /** A small frame has no id, so the session lets one wait at a time. */
  #frame(tree: JsonObject): void {
    const fan = this.#fan;
    const tool: JsonValue | undefined = tree.get("tool");
    const apart = typeof tool === "string" ? splitName(tool) : null;
    const link = apart === null ? undefined : fan.links.get(apart.upstream);
    if (apart === null || link === undefined) return fan.fail(undefined, NOWHERE);
    tree.set("tool", apart.bare);
    fan.frame = link;
    link.send(tree, { kind: "request" });
  }
}
