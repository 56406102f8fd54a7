// A request that went to several servers and waits for their answers, or for its time to be over.

import type { JsonObject, RpcId } from "../../wire/mod.ts";
import type { SendFailure } from "../transports/mod.ts";

/** What one server made of it. */
export type Part =
  | { kind: "result"; result: JsonObject }
  | { kind: "error"; error: JsonObject }
  | { kind: "failed"; failure: SendFailure };

/** One such request. */
export class Gathering {
  /** The guard's id for it, the same toward every server. */
  readonly id: RpcId;
  /** The method. */
  readonly method: string;
  /** The params as the session sent them. */
  readonly params: JsonObject | undefined;
  /** Answers so far, by server, in the order of the servers. */
  readonly parts = new Map<string, Part>();
  /** Acknowledgements of a subscription so far, by server. */
  readonly acknowledged = new Map<string, JsonObject | undefined>();
  /** Whether the client has its acknowledgement. */
  told = false;
  /** Ends the waiting for stragglers. */
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly #order: readonly string[];
  readonly #waiting: Set<string>;

  /**
   * @param about The request.
   * @param upstreams The servers that it goes to, in their order.
   */
  constructor(
    about: { id: RpcId; method: string; params: JsonObject | undefined },
    upstreams: readonly string[],
  ) {
    this.id = about.id;
    this.method = about.method;
    this.params = about.params;
    this.#order = upstreams;
    this.#waiting = new Set(upstreams);
  }

  /** Servers that have not answered. */
  get waiting(): readonly string[] {
    return [...this.#waiting];
  }

  /** Whether every server has answered. */
  get complete(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes the answer of a server. @returns False where nobody waits for one of it. */
  take(upstream: string, part: Part): boolean {
    if (!this.#waiting.delete(upstream)) return false;
    this.parts.set(upstream, part);
    return true;
  }

  /** Results, in the order of the servers. */
  get results(): Map<string, JsonObject> {
    const results = new Map<string, JsonObject>();
    for (const upstream of this.#order) {
      const part = this.parts.get(upstream);
      if (part?.kind === "result") results.set(upstream, part.result);
    }
    return results;
  }

  /** The first error that a server answered, in the order of the servers. */
  get firstError(): JsonObject | undefined {
    for (const upstream of this.#order) {
      const part = this.parts.get(upstream);
      if (part?.kind === "error") return part.error;
    }
    return undefined;
  }
}
