// A policy's life in a running command: loaded at the start, watched, reloaded, closed at the end.

import type { LineWriter, Logger } from "../audit/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { type PolicyFileRead, readPolicyFile } from "../policy_file.ts";
import { wirePorts } from "../wiring.ts";
import { LiveGuard, PolicyGuard } from "./live_guard.ts";
import { type PolicyWatcher, watchPolicy } from "./policy_watch.ts";
import { policyEvent, Reloader } from "./reload.ts";
import { hangUpSignal } from "./signals.ts";

/** A policy as it was loaded at the start. */
export interface FirstPolicy {
  /** The policy. */
  policy: Policy;
  /** Its file. */
  read: PolicyFileRead;
}

/** Reads and parses a policy file. @throws {BadPolicy} With every problem's place. */
export async function firstPolicy(path: string): Promise<FirstPolicy> {
  const read = await readPolicyFile(path);
  return { policy: parsePolicy(read.text, path), read };
}

/** A policy in force in a running command. */
export class PolicyLife {
  /** The engine in force. */
  readonly live: LiveGuard;
  readonly #reloader: Reloader;
  readonly #connect: () => Promise<void>;
  #watcher: PolicyWatcher | null = null;
  #signal: { dispose(): void } | null = null;
  #count: (outcome: "reloaded" | "rejected") => void = () => {};

  /**
   * Makes every part that the policy names.
   *
   * @param path The policy file.
   * @param first The policy as it was loaded.
   * @param logger Told of failures and reloads.
   * @param stderr The writer of standard error.
   * @param upstream Name of the server, for what approvals are bound to.
   * @param vet What to say of a policy before it is in force; a throw refuses it.
   * @throws {BadPolicy} When a key cannot be used.
   * @throws {DependencyFailed} When the audit file cannot be opened.
   */
  constructor(
    path: string,
    first: FirstPolicy,
    logger: Logger,
    stderr: LineWriter,
    upstream: string,
    vet: (policy: Policy) => readonly string[] = () => [],
  ) {
    const given = { stderr, report: (message: string) => logger.error(message), upstream };
    const wired = wirePorts(first.policy, given);
    this.#connect = wired.connect;
    this.live = new LiveGuard(new PolicyGuard(first.policy, wired.ports, first.read.digest));
    this.#reloader = new Reloader({
      ...{ path, read: first.read, live: this.live, wired, given, logger, vet },
      count: (outcome) => this.#count(outcome),
    });
  }

  /** Whether the policy in force is the newest there is. */
  get current(): boolean {
    return this.#reloader.current;
  }

  /** Connects to what the policy names. Never rejects. */
  async begin(): Promise<void> {
    await this.#connect();
  }

  /**
   * Records which policy is in force and begins to reload: at SIGHUP, and when the file changes.
   *
   * @param path The policy file.
   * @param options Whether to watch the file, and who counts.
   */
  follow(
    path: string,
    options: { watch: boolean; count?: (outcome: "reloaded" | "rejected") => void },
  ): void {
    if (options.count !== undefined) this.#count = options.count;
    void this.#announce();
    this.#signal = hangUpSignal(() => void this.#reloader.reload(true));
    if (options.watch) this.#watcher = watchPolicy(path, () => void this.#reloader.reload());
  }

  async #announce(): Promise<void> {
    const guard = this.live.current;
    try {
      await guard.ports.audit.write(policyEvent(guard, "policy.loaded"));
    } catch {
      // The sink has said so, and refuses every message until it can be written again.
    }
  }

  /** Stops reloading and closes every part but standard error. */
  async close(): Promise<void> {
    this.#watcher?.close();
    this.#signal?.dispose();
    await this.#reloader.close();
  }
}
