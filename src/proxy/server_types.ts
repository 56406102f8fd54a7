// What a proxy is made of, what its routes share, and what a running one offers.

import type { Clock, GuardCore } from "../guard/mod.ts";
import type { Desk } from "./asking.ts";
import type { Budget } from "./budget.ts";
import type { Handles } from "./handles.ts";
import type { Metrics } from "./metrics.ts";
import type { Pressure } from "./pressure.ts";
import type { Channel, HttpRequest } from "./transports/mod.ts";

/** What of a client's own may go on to a server. */
export interface OnBehalf {
  /** The client's `Authorization`, where the policy lets some server have it; else null. */
  authorization: string | null;
}

/** Opens one connection to a server for a client. */
export type Connect = (client: OnBehalf) => Promise<Channel>;

/** What a proxy is made of. */
export interface ProxyOptions {
  /** The engine in force; may be a getter, since a reload puts another in its place. */
  readonly guard: GuardCore;
  /** Whether the policy in force is the newest there is; false after a reload that was refused. */
  policyCurrent?: () => boolean;
  /** Opens one connection to the server, or to all of several. */
  connect: Connect;
  /** Several servers by name, each of which has paths of its own. */
  upstreams?: ReadonlyMap<string, Connect>;
  /** The most client connections that the process has file descriptors for; absent: what the policy says. */
  mostConnections?: number;
  /** Address and port of the data listener; port 0 takes any free one. */
  listen: { host: string; port: number };
  /** Address and port of the admin listener, or null for none. */
  admin: { host: string; port: number } | null;
  /** Further hosts that clients may name. */
  hosts: readonly string[];
  /** Further web origins that may connect. */
  origins: readonly string[];
  /** Whether a request target carries a credential. */
  credentialInUrl: (target: string) => boolean;
  /** A JSON document that anybody may read at a path, or null. */
  publicDocument?: (path: string) => string | null;
  /** Time. */
  clock: Clock;
  /** Session ids. */
  sessionId: () => string;
  /** Told of failures that are the guard's own, and of the listener's. */
  onError?: (error: unknown) => void;
  /** Told once of each thing that the operator should look at, in words. */
  notice?: (words: string) => void;
}

/** What the routes share. */
export interface ProxyParts extends Desk {
  /** Requests in flight over all sessions. */
  budget: Budget;
  /** Whose cursors, request states and tasks are whose. */
  handles: Handles;
  /** Opens one connection to the server, or to all of several. */
  connect: Connect;
  /** The client's own `Authorization` where the policy lets some server have it; else null. */
  authorization: (request: HttpRequest) => string | null;
  /** A JSON document that anybody may read at a path, or null. */
  publicDocument: (path: string) => string | null;
  /** Whether the policy in force is the newest there is. */
  policyCurrent: () => boolean;
  /** How pressed for memory the process is. */
  pressure: Pressure;
  /** Time. */
  clock: Clock;
  /** Whether the proxy is shutting down. */
  draining: () => boolean;
  /** Told of failures that are the guard's own. */
  onError: (error: unknown) => void;
}

/** A running proxy. */
export interface RunningProxy {
  /** The data listener's port. */
  readonly port: number;
  /** The admin listener's port, or null. */
  readonly adminPort: number | null;
  /** Figures. */
  readonly metrics: Metrics;
  /** Takes no more clients, lets calls end, then closes everything. @param graceMs Milliseconds for calls to end. */
  close(graceMs: number): Promise<void>;
}
