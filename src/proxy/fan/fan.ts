// What the parts of a fan share: the servers, what waits for them, and the way to the session.

import {
  type JsonLimits,
  JsonObject,
  notification,
  type RpcId,
  writeJson,
} from "../../wire/mod.ts";
import { idKey } from "../pending.ts";
import type { ChannelHandlers, MessageInfo, SendFailure } from "../transports/mod.ts";
import { Asks, Owners } from "./asks.ts";
import type { Gathering } from "./gathering.ts";
import type { FanServer, Link } from "./link.ts";
import type { FanAbout } from "./merge.ts";

/** What a fan is made of. */
export interface FanOptions {
  /** The servers, in the order of the policy. */
  servers: readonly FanServer[];
  /** What the guard calls itself. */
  about: FanAbout;
  /** Bounds for the JSON of servers. */
  limits: JsonLimits;
  /** Milliseconds that handshakes wait for the slowest server, which may have to be started first. */
  handshakeMs: number;
  /** Milliseconds that any other answer of several servers waits for the slowest of them. */
  gatherMs: number;
  /** Servers that are known to speak 2026-07-28; shared by all sessions. */
  modern: Set<string>;
}

/** A request that went to one server. */
export interface Single {
  /** Its id. */
  id: RpcId;
  /** The server. */
  link: Link;
  /** Its method. */
  method: string;
  /** Key of its progress token, or null. */
  token: string | null;
}

/** The parts of a fan. */
export class Fan {
  /** What it was made of. */
  readonly options: FanOptions;
  /** One link for each server. */
  readonly links: ReadonlyMap<string, Link>;
  /** Requests that went to one server, by the key of their id. */
  readonly singles = new Map<string, Single>();
  /** Requests that went to several, by the key of their id. */
  readonly gatherings = new Map<string, Gathering>();
  /** Requests of servers. */
  readonly asks = new Asks();
  /** Servers by the progress tokens of requests that they work on, or have begun a task for. */
  readonly tokens = new Owners();
  /** Servers by the tasks that the client runs for them. */
  readonly clientTasks = new Owners();
  /** The server that works on the small frame that waits. */
  frame: Link | null = null;
  /** The revision that a client with sessions was told; null before `initialize`, and in the modern era. */
  legacy: string | null = null;
  /** Told what comes for the session. */
  handlers: ChannelHandlers | null = null;

  /**
   * @param options What it is made of.
   * @param links One link for each server.
   */
  constructor(options: FanOptions, links: ReadonlyMap<string, Link>) {
    this.options = options;
    this.links = links;
  }

  /** Hands a message to the session. */
  emit(tree: JsonObject): void {
    this.handlers?.onMessage(new TextEncoder().encode(writeJson(tree)));
  }

  /** A request will not be answered. */
  fail(id: RpcId | undefined, failure: SendFailure, upstream?: string): void {
    const about: MessageInfo = { kind: "request", ...(id === undefined ? {} : { id: idKey(id) }) };
    this.handlers?.onSendFailed?.(about, named(failure, upstream));
  }

  /** Something failed that nobody waits for; a record and a figure tell it. */
  record(upstream: string, failure: SendFailure, method?: string): void {
    this.handlers?.onSendFailed?.(
      { kind: "notification", ...(method === undefined ? {} : { method }) },
      named(failure, upstream),
    );
  }

  /** A server broke a rule; its message goes no further. */
  odd(upstream: string, code: string): void {
    this.record(upstream, { code, message: "the server's message was dropped" });
  }

  /** Everything that waits for a server is told that it will not answer. */
  lost(link: Link, failure: SendFailure): void {
    for (const [key, single] of this.singles) {
      if (single.link !== link) continue;
      this.singles.delete(key);
      this.fail(single.id, failure, link.name);
    }
    if (this.frame === link) {
      this.frame = null;
      this.fail(undefined, failure, link.name);
    }
    for (const own of this.asks.drop(link.name)) {
      this.emit(notification(
        "notifications/cancelled",
        new JsonObject(["requestId", "reason"], [own, "the server is gone"]),
      ));
    }
  }
}

/** A failure under the name of the server, for records and people. */
function named(failure: SendFailure, upstream: string | undefined): SendFailure {
  return upstream === undefined ? failure : {
    code: `${upstream}.${failure.code}`,
    message: `server ${upstream}: ${failure.message}`,
  };
}
