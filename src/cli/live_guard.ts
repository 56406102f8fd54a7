// The engine in force. Each policy has an engine of its own that never changes, so a message that one has begun to
// judge is judged by it to the end; a reload only changes which engine the next message meets.

import { type AuditSink, GuardCore, type GuardPorts } from "../guard/mod.ts";
import type { Policy } from "../policy/mod.ts";

/** Digits of a policy's digest in the records of decisions. */
const SHORT = "sha256:".length + 16;

/** An engine that knows when the last of its work is done, and writes its policy's digest into its records. */
export class PolicyGuard extends GuardCore {
  /** `sha256:HEX` of its policy file. */
  readonly digest: string;
  #busy = 0;
  #idle: PromiseWithResolvers<void> | null = null;

  /**
   * @param policy The policy.
   * @param ports Every effect.
   * @param digest `sha256:HEX` of the policy file.
   * @param before The engine that this one follows at a reload.
   */
  constructor(
    policy: Policy,
    ports: GuardPorts,
    digest: string,
    before: PolicyGuard | null = null,
  ) {
    super(policy, { ...ports, audit: stamping(ports.audit, digest.slice(0, SHORT)) }, before);
    this.digest = digest;
  }

  /** Resolves when nothing is being judged or recorded. */
  async idle(): Promise<void> {
    while (this.#busy > 0) await (this.#idle ??= Promise.withResolvers<void>()).promise;
  }

  /** As the engine's own. */
  override authenticate(
    ...args: Parameters<GuardCore["authenticate"]>
  ): ReturnType<GuardCore["authenticate"]> {
    return this.#during(super.authenticate(...args));
  }

  /** As the engine's own. */
  override decide(...args: Parameters<GuardCore["decide"]>): ReturnType<GuardCore["decide"]> {
    return this.#during(super.decide(...args));
  }

  /** As the engine's own. */
  override release(...args: Parameters<GuardCore["release"]>): ReturnType<GuardCore["release"]> {
    return this.#during(super.release(...args));
  }

  /** As the engine's own. */
  override refuse(...args: Parameters<GuardCore["refuse"]>): ReturnType<GuardCore["refuse"]> {
    return this.#during(super.refuse(...args));
  }

  /** As the engine's own. */
  override outcome(...args: Parameters<GuardCore["outcome"]>): ReturnType<GuardCore["outcome"]> {
    return this.#during(super.outcome(...args));
  }

  /** As the engine's own. */
  override screen(...args: Parameters<GuardCore["screen"]>): ReturnType<GuardCore["screen"]> {
    const screening = super.screen(...args);
    return screening instanceof Promise ? this.#during(screening) : screening;
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      if (--this.#busy === 0) {
        this.#idle?.resolve();
        this.#idle = null;
      }
    }
  }
}

/** A sink's records, each with the digest of the policy that was in force. */
function stamping(sink: AuditSink, policy: string): AuditSink {
  return {
    write: (record) => {
      record.policy ??= policy;
      return sink.write(record);
    },
    ...(sink.healthy === undefined ? {} : { healthy: () => sink.healthy!() }),
    ...(sink.close === undefined ? {} : { close: () => sink.close!() }),
  };
}

/** Holds the engine in force. */
export class LiveGuard {
  #current: PolicyGuard;

  /** @param first The engine of the policy that the program starts with. */
  constructor(first: PolicyGuard) {
    this.#current = first;
  }

  /** The engine in force. */
  get current(): PolicyGuard {
    return this.#current;
  }

  /** Puts another engine in force. @returns The one before. */
  swap(next: PolicyGuard): PolicyGuard {
    const before = this.#current;
    this.#current = next;
    return before;
  }
}
