// The requests that went to several servers: their answers are put together when all have answered, or when those that
// have need not wait any longer for the others.

import {
  JsonObject,
  type JsonValue,
  notification,
  type RequestMessage,
  resultReply,
  type RpcId,
} from "../../wire/mod.ts";
import { isModern } from "../extensions.ts";
import { idKey } from "../pending.ts";
import type { SendFailure } from "../transports/mod.ts";
import type { Fan } from "./fan.ts";
import { Gathering, type Part } from "./gathering.ts";
import { LATE } from "./joining.ts";
import { LISTS, memberOf } from "./members.ts";
import { mergeDiscover, mergeInitialize, mergeList } from "./merge.ts";
import { joinListen } from "./routes.ts";

/** A server that does not know the method. */
const METHOD_NOT_FOUND = "-32601";

/** What is particular about the answer to a request. */
const NOBODY = { code: "unreachable", message: "none of the servers behind this guard answered" };

/** All of one session. */
export class Gatherings {
  readonly #fan: Fan;

  /** @param fan The fan. */
  constructor(fan: Fan) {
    this.#fan = fan;
  }

  /** Begins one. Where it goes to nobody, it is answered at once. */
  begin(
    message: Pick<RequestMessage, "id" | "method" | "params">,
    upstreams: readonly string[],
  ): Gathering {
    const { id, method, params } = message;
    const gathering = new Gathering({ id, method, params }, upstreams);
    this.#fan.gatherings.set(idKey(id), gathering);
    if (gathering.complete) this.#finish(gathering);
    else {
      const { handshakeMs, gatherMs } = this.#fan.options;
      const ms = isHandshake(method) ? handshakeMs : gatherMs;
      gathering.timer = setTimeout(() => this.#late(gathering), ms);
    }
    return gathering;
  }

  /** Whether one still waits. */
  holds(gathering: Gathering): boolean {
    return this.#fan.gatherings.get(idKey(gathering.id)) === gathering;
  }

  /** Takes what one server made of one. @returns False where nobody waits for that. */
  take(gathering: Gathering, upstream: string, part: Part): boolean {
    if (!gathering.take(upstream, part)) return false;
    if (part.kind === "failed") this.#fan.record(upstream, part.failure, gathering.method);
    else if (part.kind === "error" && codeOf(part.error) !== METHOD_NOT_FOUND) {
      const failure = { code: "error", message: "it answered with an error" };
      this.#fan.record(upstream, failure, gathering.method);
    }
    if (gathering.method === "subscriptions/listen") this.acknowledge(gathering);
    if (gathering.complete) this.#finish(gathering);
    return true;
  }

  /** Goes on without a server whose failure is on record already. */
  miss(gathering: Gathering, upstream: string, failure: SendFailure): void {
    if (!gathering.take(upstream, { kind: "failed", failure })) return;
    if (gathering.method === "subscriptions/listen") this.acknowledge(gathering);
    if (gathering.complete) this.#finish(gathering);
  }

  /** Tells the client what all servers have acknowledged of a subscription, once they have. */
  acknowledge(gathering: Gathering, late = false): void {
    const { waiting, acknowledged } = gathering;
    if (gathering.told || waiting.length === 0) return;
    if (!late && waiting.some((name) => !acknowledged.has(name))) return;
    gathering.told = true;
    const parts = new Map<string, JsonValue | undefined>();
    for (const [name, params] of acknowledged) parts.set(name, params?.get("notifications"));
    const meta = new JsonObject(["io.modelcontextprotocol/subscriptionId"], [gathering.id]);
    const params = new JsonObject(["notifications", "_meta"], [joinListen(parts), meta]);
    this.#fan.emit(notification("notifications/subscriptions/acknowledged", params));
  }

  /** A server is gone. */
  lost(upstream: string): void {
    for (const gathering of this.#fan.gatherings.values()) this.miss(gathering, upstream, NOBODY);
  }

  /** The client withdraws one. @returns The servers that still work on it. */
  cancel(id: RpcId): readonly string[] {
    const gathering = this.#fan.gatherings.get(idKey(id));
    if (gathering === undefined) return [];
    this.#end(gathering);
    return gathering.waiting;
  }

  /** Gives up every wait. */
  close(): void {
    for (const gathering of this.#fan.gatherings.values()) this.#end(gathering);
  }

  #end(gathering: Gathering): void {
    clearTimeout(gathering.timer);
    this.#fan.gatherings.delete(idKey(gathering.id));
  }

  #late(gathering: Gathering): void {
    // A subscription lasts as long as it likes; only the word that it has begun is not waited for.
    if (gathering.method === "subscriptions/listen") return this.acknowledge(gathering, true);
    const handshake = isHandshake(gathering.method);
    for (const name of gathering.waiting) {
      if (handshake) {
        this.#fan.links.get(name)!.leave(LATE);
        this.miss(gathering, name, LATE);
      } else this.take(gathering, name, { kind: "failed", failure: LATE });
    }
  }

  #finish(gathering: Gathering): void {
    this.#end(gathering);
    const { id, method, results } = gathering;
    const fan = this.#fan;
    const nobody = results.size === 0;
    if (nobody && gathering.parts.size > 0) {
      const error = gathering.firstError;
      // A client that asks which era is spoken reads the very code; so does one whose method nobody has.
      const plain = error !== undefined &&
        (method === "server/discover" || codeOf(error) === METHOD_NOT_FOUND);
      if (!plain) return fan.fail(id, NOBODY);
      return fan.emit(new JsonObject(["jsonrpc", "id", "error"], ["2.0", id, error]));
    }
    if (nobody && !LISTS.has(method) && method !== "logging/setLevel") return fan.fail(id, NOBODY);
    fan.emit(resultReply(id, this.#merged(gathering, results)));
  }

  #merged(gathering: Gathering, results: ReadonlyMap<string, JsonObject>): JsonObject {
    const { method, params } = gathering;
    const { about } = this.#fan.options;
    if (method === "initialize") return mergeInitialize(results, this.#fan.legacy!, about);
    if (method === "server/discover") return mergeDiscover(results, about);
    if (LISTS.has(method)) {
      const { result, odd } = mergeList(method, results, isModern(params));
      for (const name of odd) this.#fan.odd(name, "list_entry");
      return result;
    }
    const [first] = results.values();
    return first ?? new JsonObject();
  }
}

function codeOf(error: JsonObject): string | undefined {
  const code = memberOf(error, "code");
  return typeof code === "object" && code !== null && "raw" in code ? code.raw : undefined;
}

/** Whether a server that answers takes part from then on. */
export function isHandshake(method: string): boolean {
  return method === "initialize" || method === "server/discover";
}
