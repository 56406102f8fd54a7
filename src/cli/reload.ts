// Puts a changed policy file in force: read when it is whole, validated, its parts built, recorded, and only then
// swapped in. Whatever goes wrong on the way leaves the old policy deciding.

import type { LineWriter, Logger } from "../audit/mod.ts";
import { BadPolicy, McpGuardError } from "../errors.ts";
import type { AuditRecord } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { type PolicyFileRead, readPolicyFile } from "../policy_file.ts";
import { type PortOverrides, type Wired, wirePorts } from "../wiring.ts";
import { sameServers } from "./connect_upstreams.ts";
import { UsageError } from "./exit.ts";
import { type LiveGuard, PolicyGuard } from "./live_guard.ts";
import { warningsOf } from "./policy_warnings.ts";

/** Milliseconds between two reads that must find the same text. */
const SETTLE_MS = 60;
/** Reads until a file that keeps changing, or is away, is given up for now. */
const READS = 20;

/** Milliseconds that work in hand gets before its parts are closed: an output that takes nothing must not stop the end. */
const IDLE_MS = 5000;

/** What a reload made of the file. */
export type Reloaded = "reloaded" | "same" | "rejected";

/** What a reloader needs. */
export interface ReloadOptions {
  /** The policy file. */
  path: string;
  /** The file as it was read at the start. */
  read: PolicyFileRead;
  /** The engine in force. */
  live: LiveGuard;
  /** The parts behind it. */
  wired: Wired;
  /** What parts are made with, as at the start. */
  given: PortOverrides & { stderr?: LineWriter };
  /** Told what happens, and given the new level. */
  logger: Logger;
  /** Counts outcomes. */
  count?: (outcome: "reloaded" | "rejected") => void;
  /** What to say of a policy before it is in force; a throw refuses it. */
  vet?: (policy: Policy) => readonly string[];
  /** Milliseconds between two reads that must find the same text; 60 by default. */
  settleMs?: number;
}

/** Why a file is not taken, beside what is wrong in it. */
class Refused extends Error {
  override name = "Refused";
  /**
   * @param code The machine code for the record.
   * @param message For people.
   */
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** Reloads one policy file, one attempt at a time. */
export class Reloader {
  readonly #options: ReloadOptions;
  /** Who may write to the file, and whose it is, when it was trusted first. */
  readonly #first: PolicyFileRead;
  #wired: Wired;
  /** The last text that was refused: it is refused once. */
  #refused: string | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param options What it needs. */
  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#first = options.read;
    this.#wired = options.wired;
  }

  /** Whether the policy in force is the newest there is. */
  get current(): boolean {
    return this.#refused === null;
  }

  /** Closes the parts in force. */
  async close(): Promise<void> {
    await within(IDLE_MS, this.#turn.then(() => this.#options.live.current.idle()));
    await this.#wired.close();
  }

  /**
   * Looks at the file and puts it in force.
   *
   * @param forced Also when its text is the same: keys in files are read again.
   * @returns What became of it; never rejects.
   */
  reload(forced = false): Promise<Reloaded> {
    const turn = this.#turn.then(() => this.#attempt(forced));
    this.#turn = turn;
    return turn;
  }

  async #attempt(forced: boolean): Promise<Reloaded> {
    const { path, live } = this.#options;
    let read: PolicyFileRead | null = null;
    try {
      read = await this.#settled();
      const known = read.digest === live.current.digest;
      if (known) this.#refused = null;
      if (!forced && (known || keyOf(read) === this.#refused)) return "same";
      this.#trust(read);
      const policy = parsePolicy(read.text, path);
      if (live.current.policy.marked && !policy.marked) {
        throw new Refused(
          "policy.reload_rejected",
          "has no `policy_end: true` at its end, as the policy in force has: it may be half written",
        );
      }
      if (!sameServers(live.current.policy, policy)) {
        throw new Refused(
          "policy.reload_rejected",
          "names other servers in `upstreams` than the policy in force; only their lists can change without a new start",
        );
      }
      const warnings = this.#options.vet?.(policy) ?? [];
      await this.#replace(policy, read.digest);
      for (const warning of warnings) this.#options.logger.warning(warning);
      return "reloaded";
    } catch (error) {
      await this.#reject(error, read);
      return "rejected";
    }
  }

  /** The file, once two reads in a row find the same: editors write in pieces, and some take the old one away first. */
  async #settled(): Promise<PolicyFileRead> {
    const { path, settleMs } = this.#options;
    let last: PolicyFileRead | null = null;
    let problem: unknown = new Refused("policy.reload_rejected", "is being written all the time");
    for (let i = 0; i < READS; i++) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, settleMs ?? SETTLE_MS));
      let now: PolicyFileRead | null = null;
      try {
        now = await readPolicyFile(path);
      } catch (error) {
        if (!(error instanceof BadPolicy)) throw error;
        problem = error;
        if (i >= READS / 4) throw error;
      }
      if (now !== null && now.digest === last?.digest) return now;
      last = now;
    }
    throw problem;
  }

  /** Nobody may get a policy into a running guard who could not have started it with that policy. */
  #trust({ writable, owner }: PolicyFileRead): void {
    const first = this.#first;
    if (owner !== null && owner !== first.owner && owner !== 0) {
      throw new Refused(
        "policy.permissions",
        "belongs to another user than the file at the start; nothing of it was read as a policy",
      );
    }
    if ((writable & ~first.writable) !== 0) {
      throw new Refused(
        "policy.permissions",
        "can be written to by others, unlike the file at the start; take that permission away (chmod go-w)",
      );
    }
  }

  async #replace(policy: Policy, digest: string): Promise<void> {
    const { live, given, logger, count, path } = this.#options;
    const wired = wirePorts(policy, given, this.#wired);
    const before = live.current;
    const next = new PolicyGuard(policy, wired.ports, digest, before);
    try {
      await wired.connect();
      // Into the old records first: what cannot be recorded does not happen.
      await before.ports.audit.write({
        ...policyEvent(before, "policy.reloaded"),
        policy: digest,
        previousPolicy: before.digest,
      });
    } catch (error) {
      await wired.retire(this.#wired);
      throw error;
    }
    const old = this.#wired;
    this.#wired = wired;
    live.swap(next);
    this.#refused = null;
    logger.setLevel(policy.logging.level);
    count?.("reloaded");
    logger.info(`${path}: the new policy is in force`, { policy: digest, before: before.digest });
    for (const words of warningsOf(path, policy)) logger.warning(words);
    const moved = wired.ports.audit !== old.ports.audit;
    try {
      // Whatever the old engine has begun to judge still uses the old parts.
      await within(IDLE_MS, before.idle());
      await old.retire(wired);
      if (moved) await next.ports.audit.write(policyEvent(next, "policy.loaded"));
    } catch {
      logger.error(`${path}: a part of the policy before could not be closed in order`);
    }
  }

  async #reject(error: unknown, read: PolicyFileRead | null): Promise<void> {
    const { path, live, logger, count } = this.#options;
    this.#refused = keyOf(read);
    count?.("rejected");
    for (const line of wordsOf(error, path)) logger.error(line);
    logger.error(`${path}: the policy in force stays`);
    const code = error instanceof Refused ? error.code : "policy.reload_rejected";
    const record = policyEvent(live.current, code);
    if (read !== null) {
      record.previousPolicy = live.current.digest;
      record.policy = read.digest;
    }
    try {
      await live.current.ports.audit.write(record);
    } catch {
      // The sink tells of its own failures; the next message meets it and is refused.
    }
  }
}

/** What is refused once only: a text with its rights, since rights can be put right. */
function keyOf(read: PolicyFileRead | null): string {
  return read === null ? "unreadable" : `${read.digest} ${read.writable} ${read.owner}`;
}

/** A record about the policy itself. */
export function policyEvent(guard: PolicyGuard, detail: string): AuditRecord {
  return {
    event: "event",
    ts: guard.ports.clock.now(),
    id: guard.ports.ids.next(),
    identity: "mcpguard",
    tool: null,
    method: "-",
    direction: "c2s",
    decision: "info",
    reason: "Allowed",
    rule: null,
    findings: [],
    detail,
    policy: guard.digest,
  };
}

/** Waits for something, but not for longer than so many milliseconds. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

/** An error in lines for people. */
function wordsOf(error: unknown, path: string): string[] {
  if (error instanceof BadPolicy) return error.message.split("\n");
  if (error instanceof UsageError) return [`${path}: ${error.message}`];
  if (error instanceof Refused) return [`${path}: ${error.message}`];
  if (error instanceof McpGuardError) return [`${path}: ${error.message}`];
  return [`${path}: internal failure (${error instanceof Error ? error.name : "unknown"})`];
}
