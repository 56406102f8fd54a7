// From the sessions to a shared server: every request under an id and a progress token of its own, and without what a
// server that is shared cannot keep apart for several clients.

import {
  JsonNumber,
  JsonObject,
  type JsonValue,
  type Message,
  type NotificationMessage,
  parseJson,
  readMessage,
  type RequestMessage,
  type ResponseMessage,
  resultReply,
} from "../../wire/mod.ts";
import { isModern } from "../extensions.ts";
import { tokenOf } from "../fan/routes.ts";
import { idKey } from "../pending.ts";
import type { MessageInfo } from "../transports/mod.ts";
import { notShared, withoutTasks } from "./hello.ts";
import type { Era, Line } from "./line.ts";
import type { Member } from "./member.ts";

/** Resources that one session may subscribe to. */
const MOST_SUBSCRIBED = 256;

/** Members of `_meta` that the modern era's clients describe themselves by, and ask for log lines by. */
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const LOG_LEVEL = "io.modelcontextprotocol/logLevel";

/** Said of small frames, which have no id. */
const FRAMES = {
  code: "frame",
  message:
    "a shared server takes MCP messages only: tool_call frames have no id to tell them apart by",
};

/** Sends sessions' messages on. */
export class ToServer {
  readonly #lines: Readonly<Record<Era, Line>>;

  /** @param lines The program of each era. */
  constructor(lines: Readonly<Record<Era, Line>>) {
    this.#lines = lines;
  }

  /** Sends one message. @param text As the session wrote it. @param about What it is. */
  send(member: Member, text: string, about: MessageInfo): void {
    // The session has read it by the limits already, so that only what has grown by being written again is bounded here.
    const tree = parseJson(text, {
      ...{ bytes: Infinity, depth: 4096, tokens: Infinity, keys: Infinity, numbers: "preserve" },
    });
    // A small frame names itself by no version.
    if (!(tree instanceof JsonObject) || !tree.has("jsonrpc")) {
      return member.failed({ kind: "request" }, FRAMES);
    }
    const message: Message = readMessage(tree);
    if (message.kind === "request") return this.#request(member, message, about);
    if (message.kind === "notification") return this.#notification(member, message, about);
    return this.#response(member, message, about);
  }

  #request(member: Member, message: RequestMessage, about: MessageInfo): void {
    const { id, method, params, tree } = message;
    const modern = isModern(params);
    const line = modern ? this.#lines.modern : this.#lines.legacy;
    if (method === "ping") return member.deliver(resultReply(id, new JsonObject()));
    if (method === "logging/setLevel" || method.startsWith("tasks/")) {
      return notShared(member, id, method);
    }
    if (!modern) {
      if (method === "initialize") return line.hello.ask(member, id, params);
      if (!member.ready) return fail(member, message, "uninitialized", "initialize first");
    }
    if (method === "server/discover" && line.foreign !== null) {
      return member.deliver(
        new JsonObject(["jsonrpc", "id", "error"], ["2.0", id, line.foreign]),
      );
    }
    const uri = method === "resources/subscribe" || method === "resources/unsubscribe"
      ? params?.get("uri")
      : undefined;
    if (typeof uri === "string") {
      const { subscriptions } = member;
      if (method === "resources/unsubscribe") {
        subscriptions.delete(uri);
        // Others still want to hear of it.
        if (line.wanted(uri)) return member.deliver(resultReply(id, new JsonObject()));
      } else if (!subscriptions.has(uri)) {
        if (subscriptions.size >= MOST_SUBSCRIBED) {
          return fail(member, message, "subscriptions", "too many subscriptions in one session");
        }
        subscriptions.set(uri, false);
      }
    }
    withoutUnshared(method, params);
    const token = tokenOf(params);
    line.forward(
      {
        ...{ member, id, method },
        token: typeof token === "string" || token instanceof JsonNumber ? token : null,
        uri: method === "resources/subscribe" && typeof uri === "string" ? uri : null,
      },
      tree,
      about,
    );
  }

  #notification(member: Member, message: NotificationMessage, about: MessageInfo): void {
    const { method, params, tree } = message;
    if (method === "notifications/cancelled") {
      const id = params?.get("requestId");
      if (typeof id !== "string" && !(id instanceof JsonNumber)) return;
      const reason = params?.get("reason");
      for (const line of [this.#lines.legacy, this.#lines.modern]) {
        const call = line.calls.of(member, id);
        if (call === undefined) continue;
        return line.withdraw(call, typeof reason === "string" ? reason : "withdrawn");
      }
      return;
    }
    if (method !== "notifications/progress") return; // The handshake is the guard's own, and roots are not offered.
    const token = params?.get("progressToken");
    const key = typeof token === "string" || token instanceof JsonNumber ? idKey(token) : null;
    const { legacy } = this.#lines;
    for (const ask of legacy.asks.values()) {
      if (ask.member === member && ask.token !== null && ask.token === key) {
        return legacy.send(tree, about);
      }
    }
  }

  #response(member: Member, { id, tree }: ResponseMessage, about: MessageInfo): void {
    const { legacy } = this.#lines;
    const key = idKey(id);
    if (legacy.asks.get(key)?.member !== member) return;
    legacy.asks.delete(key);
    legacy.send(tree, about);
  }
}

/** Takes off a request what asks for tasks or log lines, in place. */
function withoutUnshared(method: string, params: JsonObject | undefined): void {
  // A server that does not declare tasks answers such a call as any other (MCP 2025-11-25, basic/utilities/tasks).
  if (method === "tools/call") params?.delete("task");
  const meta: JsonValue | undefined = params?.get("_meta");
  if (!(meta instanceof JsonObject)) return;
  meta.delete(LOG_LEVEL);
  withoutTasks(meta.get(CAPABILITIES));
}

function fail(member: Member, { id, method }: RequestMessage, code: string, message: string): void {
  member.failed({ kind: "request", id: idKey(id), method }, { code, message });
}
