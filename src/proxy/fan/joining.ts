// Whether a server takes part: it speaks the client's era, or is left out and leaves the others alone.

import { JsonObject, type JsonValue } from "../../wire/mod.ts";
import type { SendFailure } from "../transports/mod.ts";
import type { Fan } from "./fan.ts";
import type { Link } from "./link.ts";
import { fitsVersion } from "./merge.ts";

/** The id of the question which revisions a server speaks; sessions give numbers only. */
export const PROBE = "mcpguard-discover";

/** Modern requests say the revision, the client and its capabilities here (MCP 2026-07-28, basic/versioning). */
const META = "_meta";

interface Join {
  /** Told whether the server takes part. */
  queue: ((failure: SendFailure | null) => void)[];
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Who is being asked. */
export class Joining {
  readonly #fan: Fan;
  readonly #joins = new Map<Link, Join>();

  /** @param fan The fan. */
  constructor(fan: Fan) {
    this.#fan = fan;
  }

  /**
   * Does something once it is known whether a server takes part: at once where it is.
   *
   * @param link The server.
   * @param params The params of the message that is meant for it; a modern one's say the revision.
   * @param modern Whether the message is of the modern era.
   * @param then Told null where it does, else why not.
   */
  whenKnown(
    link: Link,
    params: JsonObject | undefined,
    modern: boolean,
    then: (failure: SendFailure | null) => void,
  ): void {
    // Without sessions there is no next one that a lost server could come back in.
    if (modern && link.failure !== null) link.revive();
    if (modern && link.standing === "new") {
      if (this.#fan.options.modern.has(link.name)) link.standing = "joined";
      else this.#probe(link, params);
    }
    const join = this.#joins.get(link);
    if (join !== undefined) join.queue.push(then);
    else then(link.failure ?? (link.standing === "out" ? ERA : null));
  }

  /** Begins to wait for a server's handshake. */
  asked(link: Link): void {
    link.standing = "asked";
    if (!this.#joins.has(link)) this.#joins.set(link, { queue: [], timer: undefined });
  }

  /** Takes a server's answer to `initialize` or `server/discover`. @returns The result, or why it is left out. */
  answered(link: Link, result: JsonValue | undefined): JsonObject | SendFailure {
    const { legacy, options } = this.#fan;
    const spoken = result instanceof JsonObject &&
      (legacy === null || fitsVersion(result.get("protocolVersion"), legacy));
    if (!spoken) {
      if (legacy !== null) link.leave(ERA);
      else {
        // The client may fall back to a revision with sessions on the same connection.
        link.standing = "out";
        this.#fan.record(link.name, ERA);
        this.#settle(link, ERA);
      }
      return ERA;
    }
    const capabilities = result.get("capabilities");
    link.capabilities = capabilities instanceof JsonObject ? capabilities : new JsonObject();
    link.standing = "joined";
    if (legacy === null) options.modern.add(link.name);
    this.#settle(link, null);
    return result;
  }

  /** Whether a server is being asked which revisions it speaks, by a question of the guard's own. */
  isProbed(link: Link): boolean {
    return this.#joins.get(link)?.timer !== undefined;
  }

  /** A server is gone, or left out. */
  gone(link: Link, failure: SendFailure): void {
    this.#settle(link, failure);
  }

  /** Gives up every wait. */
  close(): void {
    for (const { timer } of this.#joins.values()) clearTimeout(timer);
    this.#joins.clear();
  }

  #probe(link: Link, params: JsonObject | undefined): void {
    this.asked(link);
    const own = new JsonObject();
    const meta = params?.get(META);
    if (meta instanceof JsonObject) own.set(META, withoutToken(meta));
    const tree = new JsonObject(
      ["jsonrpc", "id", "method", "params"],
      ["2.0", PROBE, "server/discover", own],
    );
    const version = meta instanceof JsonObject ? meta.get(VERSION) : undefined;
    this.#joins.get(link)!.timer = setTimeout(
      () => link.leave(LATE),
      this.#fan.options.handshakeMs,
    );
    link.send(tree, {
      kind: "request",
      id: `s${PROBE}`,
      method: "server/discover",
      era: "modern",
      ...(typeof version === "string" ? { version } : {}),
    });
  }

  #settle(link: Link, failure: SendFailure | null): void {
    const join = this.#joins.get(link);
    if (join === undefined) return;
    this.#joins.delete(link);
    clearTimeout(join.timer);
    for (const then of join.queue) then(failure);
  }
}

const VERSION = "io.modelcontextprotocol/protocolVersion";

/** Said of a server that speaks other revisions than the client. */
const ERA: SendFailure = {
  code: "era",
  message: "it does not speak a protocol revision of this client's",
};

/** Said of a server that others cannot wait for any longer. */
export const LATE: SendFailure = { code: "late", message: "it did not answer in time" };

function withoutToken(meta: JsonObject): JsonObject {
  const rest = new JsonObject([...meta.keys], [...meta.values]);
  rest.delete("progressToken");
  return rest;
}
