// Sessions of many clients over one guard: the real session, guard, fan and HTTP channel, and peers in the test's hands.

import { GuardCore } from "../../src/guard/mod.ts";
import { parsePolicy, type Policy } from "../../src/policy/mod.ts";
import { Budget } from "../../src/proxy/budget.ts";
import { FanChannel } from "../../src/proxy/fan/fan_channel.ts";
import { Handles } from "../../src/proxy/handles.ts";
import { Metrics } from "../../src/proxy/metrics.ts";
import { clientJsonLimits, serverJsonLimits } from "../../src/proxy/reading.ts";
import { Session } from "../../src/proxy/session.ts";
import { SharedServer } from "../../src/proxy/shared/mod.ts";
import { PlayedChannel } from "../../src/proxy/session_testkit.ts";
import { memoryApprovals } from "../../src/state/mod.ts";
import { type ClientEnd, HttpClient, PlainClient } from "./ends.ts";
import type { Plan } from "./plan.ts";

/** Milliseconds after which a call is given up. */
export const CALL_MS = 1000;

/** A session, its client and its servers. */
export interface Place {
  session: Session;
  end: ClientEnd;
  /** Connections to each server so far; the last one is in use. A shared server's are those of all places. */
  servers: PlayedChannel[][];
}

/** Everything of one plan. */
export interface World {
  places: Place[];
  budget: Budget;
  /** Failures of the guard's own. */
  errors: unknown[];
  /** The time, monotonic milliseconds. */
  now: number;
}

/** Spoils a session on purpose, to see whether the property notices. */
export type Spoil = (places: readonly Place[]) => void;

/** Lets the guard go on for so many turns. */
export async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await Promise.resolve();
}

const policyText = (names: readonly string[]): string =>
  `version: 1\nlimits: {call_timeout_ms: ${CALL_MS}, idle_ms: 86400000}\n` +
  (names.length < 2
    ? ""
    : `upstreams: ${JSON.stringify(names.map((name) => ({ name, command: ["x"] })))}\n`);

const policies = new Map<number, Policy>();

/** The policy for so many servers, parsed once. */
function policyFor(names: readonly string[]): Policy {
  const policy = policies.get(names.length) ?? parsePolicy(policyText(names), "test.yaml");
  policies.set(names.length, policy);
  return policy;
}

/** Names of the servers behind one session. */
export const NAMES: readonly string[] = ["a", "b", "c"];

/** Sets up what a plan needs, and goes through every handshake's first half: the client has said `initialize`. */
export function worldOf(plan: Plan): World {
  const names = NAMES.slice(0, plan.servers === "shared" ? 1 : plan.servers);
  const policy = policyFor(names);
  const handles = new Handles();
  const world: World = {
    places: [],
    budget: new Budget(() => policy.limits.inFlightTotal, new Metrics()),
    errors: [],
    now: 0,
  };
  const clock = { now: () => 0, monotonic: () => world.now };
  let ids = 0;
  let records = 0;
  const guard = new GuardCore(policy, {
    limiter: null,
    denials: { take: () => ({ ok: true, remaining: 1, retryAfterMs: 0 }) },
    // A decision waits for its record, so decisions of different sessions overtake each other.
    audit: { write: () => turns(plan.delays[records++ % plan.delays.length]!) },
    authenticator: { authenticate: () => ({ ok: true, identity: identityOf(0) }) },
    detectors: [],
    pins: null,
    pseudonyms: () => "00000000",
    clock,
    ids: { next: () => `d${++ids}` },
    approvals: memoryApprovals(clock),
  });
  const programs: PlayedChannel[] = [];
  const shared = sharedServer(programs, () => world.now, policy);
  for (const [index, kind] of plan.clients.entries()) {
    const end = kind === "http"
      ? new HttpClient(clientJsonLimits(policy.limits))
      : new PlainClient();
    const servers = plan.servers === "shared" ? [programs] : names.map((): PlayedChannel[] => []);
    const connect = (i: number): Promise<PlayedChannel> => {
      const channel = new PlayedChannel();
      servers[i]!.push(channel);
      return Promise.resolve(channel);
    };
    const session = new Session({
      guard,
      metrics: new Metrics(),
      handles,
      client: end.channel,
      connect: () =>
        plan.servers === "shared"
          ? Promise.resolve(shared.connect())
          : plan.servers === 1
          ? connect(0)
          : Promise.resolve(
            new FanChannel({
              servers: names.map((name, i) => ({ name, connect: () => connect(i) })),
              about: { name: "mcpguard", version: "1" },
              limits: serverJsonLimits(policy.limits),
              handshakeMs: 600_000,
              gatherMs: 600_000,
              modern: new Set(),
            }),
          ),
      identity: identityOf(index),
      id: `session-${index}`,
      clock,
      budget: world.budget,
      onError: (error) => world.errors.push(error),
      onEnd: () => {},
    });
    if (end instanceof HttpClient) end.session = session;
    session.start();
    world.places.push({ session, end, servers });
  }
  return world;
}

/** One program for all clients. */
function sharedServer(programs: PlayedChannel[], now: () => number, policy: Policy): SharedServer {
  return new SharedServer({
    connect: () => {
      programs.push(new PlayedChannel());
      return Promise.resolve(programs.at(-1)!);
    },
    about: { name: "mcpguard", version: "1" },
    limits: () => serverJsonLimits(policy.limits),
    waitingBytes: () => 1 << 20,
    waitingTotal: () => 1 << 24,
    patienceMs: () => 1000,
    sendingHigh: () => 1 << 16,
    sendingMost: () => 1 << 20,
    handshakeMs: () => 600_000,
    withdrawnMs: () => CALL_MS,
    now,
    odd: () => {},
  });
}

/** Two of three clients are one identity: what separates them is the connection, not the name. */
function identityOf(index: number): { id: string; roles: []; method: "api_key" } {
  return { id: index % 3 === 2 ? "bob" : "alice", roles: [], method: "api_key" };
}
