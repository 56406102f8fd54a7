// A session between two played channels, with every effect in the test's hands: time, records, tokens, connecting.

import {
  type ApprovalStore,
  type AuditRecord,
  type Decision,
  GuardCore,
  type GuardPorts,
  type Identity,
  type RateKey,
  type RateVerdict,
} from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { memoryApprovals } from "../state/mod.ts";
import { Budget } from "./budget.ts";
import { Handles } from "./handles.ts";
import { Metrics } from "./metrics.ts";
import { Session } from "./session.ts";
import type { Channel, ChannelHandlers, CloseInfo } from "./transports/channel.ts";

/** A channel whose peer is the test. */
export class PlayedChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "websocket";
  /** {@inheritDoc Channel.remote} */
  readonly remote = "127.0.0.1";
  /** What the guard has sent, parsed. */
  // deno-lint-ignore no-explicit-any -- tests look into whatever was sent
  readonly sent: any[] = [];
  /** How it was closed by the guard, or null. */
  closing: { code: number; reason: string } | null = null;
  /** Whether the guard reads no more. */
  paused = false;
  /** Whether the peer reads. */
  reading = true;
  #handlers: ChannelHandlers | null = null;
  #gone = false;

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
  }

  /** {@inheritDoc Channel.send} */
  send(text: string): boolean {
    if (this.closing !== null || this.#gone) return false;
    this.sent.push(JSON.parse(text));
    return this.reading;
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return this.reading ? 0 : 1;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    this.paused = true;
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    this.paused = false;
  }

  /** {@inheritDoc Channel.close} */
  close(code: number, reason: string): void {
    this.closing ??= { code, reason };
  }

  /** The peer says something; text is sent as it is. */
  say(message: string | object): void {
    if (this.closing !== null || this.#gone) return;
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.#handlers!.onMessage(new TextEncoder().encode(text));
  }

  /** The peer has read everything. */
  drain(): void {
    this.reading = true;
    this.#handlers!.onDrain();
  }

  /** The connection is over, by the guard's close or the peer's. */
  end(info: Partial<CloseInfo> = {}): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#handlers?.onClose({ code: 1000, reason: "", local: this.closing !== null, ...info });
  }
}

/** What a test sets. */
export interface StageOptions {
  /** Sections after `version: 1`. */
  policy?: string;
  /** Opens the server's connection; at once unless given. */
  connect?: (server: PlayedChannel) => Promise<Channel>;
  /** Keeps records; keeps them at once unless given. */
  write?: (record: AuditRecord) => void | Promise<void>;
  /** Takes tokens; there is no rate limit unless given. */
  take?: () => RateVerdict | Promise<RateVerdict>;
  /** Keeps approvals; in memory unless given. */
  approvals?: ApprovalStore;
  /** Who the client is. */
  identity?: Identity;
}

/** A session and everything around it. */
export interface SessionStage {
  session: Session;
  client: PlayedChannel;
  server: PlayedChannel;
  metrics: Metrics;
  budget: Budget;
  /** Records that were given to the sink. */
  records: AuditRecord[];
  /** Buckets that refusals were counted in. */
  denials: RateKey[];
  /** What the operator was told. */
  notices: string[];
  /** Failures of the guard's own. */
  errors: unknown[];
  /** Whether the session has ended. */
  ended: () => boolean;
  /** Sets the time and looks at deadlines. */
  sweep(ms: number): void;
}

/** A promise that the test settles. */
export type Held<T> = ReturnType<typeof Promise.withResolvers<T>>;

/** Lets everything run that waits for nothing outside. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}

/** Starts a session. */
export function startSession(options: StageOptions = {}): SessionStage {
  const policy = parsePolicy(`version: 1\n${options.policy ?? ""}`, "test.yaml");
  const records: AuditRecord[] = [];
  const denials: RateKey[] = [];
  const errors: unknown[] = [];
  const notices: string[] = [];
  let now = 0;
  let ids = 0;
  let ended = false;
  const clock = { now: () => 0, monotonic: () => now };
  const free: RateVerdict = { ok: true, remaining: 1, retryAfterMs: 0 };
  const ports: GuardPorts = {
    limiter: options.take === undefined ? null : { take: options.take },
    denials: {
      take: (key) => {
        denials.push(key);
        return free;
      },
    },
    audit: {
      write: (record) => {
        records.push(record);
        return options.write?.(record);
      },
    },
    authenticator: { authenticate: () => ({ ok: true, identity: ALICE }) },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock,
    ids: { next: () => `d${++ids}` },
    approvals: options.approvals ?? memoryApprovals(clock),
  };
  const metrics = new Metrics();
  const budget = new Budget(() => policy.limits.inFlightTotal, metrics);
  const client = new PlayedChannel();
  const server = new PlayedChannel();
  const session = new Session({
    guard: new GuardCore(policy, ports),
    metrics,
    client,
    connect: () => options.connect?.(server) ?? Promise.resolve(server),
    identity: options.identity ?? ALICE,
    id: "s",
    clock,
    budget,
    handles: new Handles(),
    onError: (error) => errors.push(error),
    notice: (words) => notices.push(words),
    onEnd: () => ended = true,
  });
  session.start();
  return {
    session,
    client,
    server,
    metrics,
    budget,
    records,
    denials,
    notices,
    errors,
    ended: () => ended,
    sweep: (ms) => {
      now = ms;
      session.sweep(ms);
    },
  };
}

const ALICE: Identity = { id: "alice", roles: [], method: "api_key" };

/** A decision, as `answers` gets it. */
export function decisionOf(change: Partial<Decision>): Decision {
  return {
    id: "d1",
    effect: "deny",
    allowed: false,
    reason: "ToolDenied",
    rule: "tools.deny[0]",
    findings: [],
    quotaRemaining: null,
    retryAfterMs: null,
    message: "no",
    ...change,
  };
}

/** A request as text. */
export function ask(method: string, id: number | string, params: object = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}
