// What stands behind the guard: the one server of the command line, or the several of the policy's `upstreams`.

import denoJson from "../../deno.json" with { type: "json" };
import type { Limits, Policy, UpstreamConfig } from "../policy/mod.ts";
import { FanChannel } from "../proxy/fan/mod.ts";
import { serverJsonLimits } from "../proxy/reading.ts";
import type { Connect, OnBehalf } from "../proxy/server.ts";
import type { Odd } from "../proxy/shared/mod.ts";
import type { Channel } from "../proxy/transports/mod.ts";
import { type ServerConnector, serverConnector } from "./connect_server.ts";
import { sharedBehind } from "./connect_shared.ts";
import { UsageError } from "./exit.ts";
import { checkVariable, describeServer, readTarget, type ServerOptions } from "./server_options.ts";

/** Longest that a list of several servers waits for the slowest, ms. */
const GATHER_MS = 10_000;

/** What stands behind the guard. */
export interface Behind {
  /** Opens a connection to the server, or to all. */
  connect: Connect;
  /** Opens a connection to every server at once; what cannot be reached is told in the session. */
  connectAll(client: OnBehalf): Promise<Channel>;
  /** Each of several servers alone, by name. */
  upstreams: ReadonlyMap<string, Connect>;
  /** Whether programs are started while it runs. */
  spawns: boolean;
  /** How many programs one session starts. */
  programs: number;
  /** How many addresses one session connects to. */
  addresses: number;
  /** In a few words, without secrets. */
  description: string;
  /** Resolves when every child that was started has ended. */
  ended(): Promise<void>;
}

/**
 * Finds out what stands behind the guard.
 *
 * @param given The server of the command line, or null.
 * @param policy The policy at the start; the servers stay those, also after a reload.
 * @param limits The limits of the policy in force.
 * @param onStderr Told each line of a child's standard error, with the child's name where there are several.
 * @param onOdd Where one program is to serve all clients: told of what it says that goes to nobody.
 * @returns What stands behind the guard.
 * @throws {UsageError} When there is no server, or one on the command line beside those of the policy, or a variable
 * that the policy names is not set.
 */
export function behind(
  given: ServerOptions | null,
  policy: Policy,
  limits: () => Limits,
  onStderr: (line: string, upstream: string | null) => void,
  onOdd: ((odd: Odd) => void) | null = null,
): Behind {
  if (policy.upstreams.length === 0) {
    if (given === null) {
      throw new UsageError(
        "one of --target <url> and -- <command...> is missing, or the section `upstreams` in the policy",
      );
    }
    const connector = serverConnector(given, limits, (line) => onStderr(line, null));
    if (onOdd !== null) return sharedBehind(connector, describeServer(given), limits, onOdd);
    const connect: Connect = () => connector.connect();
    return {
      ...{ connect, connectAll: connect, upstreams: new Map() },
      ...countOf([given]),
      description: describeServer(given),
      ended: () => connector.ended(),
    };
  }
  if (given !== null) {
    throw new UsageError(
      "the policy names the servers in `upstreams`, so none may be given on the command line",
    );
  }
  const connectors: ServerConnector[] = [];
  const upstreams = new Map<string, Connect>();
  for (const { name, server, headers, forwards } of namedServers(policy)) {
    const connector = serverConnector(server, limits, (line) => onStderr(line, name));
    connectors.push(connector);
    upstreams.set(name, ({ authorization }) => {
      const own: [string, string][] = forwards && authorization !== null
        ? [["Authorization", authorization]]
        : [];
      return connector.connect([...headers, ...own]);
    });
  }
  const modern = new Set<string>();
  const fan = (client: OnBehalf): FanChannel =>
    new FanChannel({
      servers: [...upstreams].map(([name, connect]) => ({ name, connect: () => connect(client) })),
      about: { name: "mcpguard", version: denoJson.version },
      limits: serverJsonLimits(limits()),
      // Before the call itself is given up, so that the others' part still gets through.
      handshakeMs: limits().callTimeoutMs / 2,
      gatherMs: Math.min(GATHER_MS, limits().callTimeoutMs / 2),
      modern,
    });
  return {
    connect: (client) => Promise.resolve(fan(client)),
    connectAll: async (client) => {
      const channel = fan(client);
      await channel.open();
      return channel;
    },
    upstreams,
    ...countOf(policy.upstreams.map(({ server }) => server)),
    description: `${policy.upstreams.length} servers: ${[...upstreams.keys()].join(", ")}`,
    ended: async () => {
      await Promise.all(connectors.map((one) => one.ended()));
    },
  };
}

function countOf(servers: readonly object[]): Pick<Behind, "spawns" | "programs" | "addresses"> {
  const programs = servers.filter((server) => "command" in server).length;
  return { spawns: programs > 0, programs, addresses: servers.length - programs };
}

/**
 * Whether a changed policy means the same servers: connections are open to them, so only their lists may change.
 *
 * @param before The policy in force.
 * @param after The changed one.
 */
export function sameServers(before: Policy, after: Policy): boolean {
  const servers = ({ upstreams }: Policy): string =>
    JSON.stringify(upstreams.map(({ name, server, forwardCredentials }) => ({
      ...{ name, server, forwardCredentials },
    })));
  return servers(before) === servers(after);
}

/** A server of a policy's `upstreams`, its secrets read from the environment. */
export interface NamedUpstream {
  /** Its name. */
  name: string;
  /** Where it is. */
  server: ServerOptions;
  /** The guard's own headers for it. */
  headers: readonly [string, string][];
  /** Whether the client's `Authorization` goes on to it. */
  forwards: boolean;
}

/**
 * The servers of a policy.
 *
 * @param policy The policy.
 * @returns Its servers, in its order.
 * @throws {UsageError} When a variable that it names is not set.
 */
export function namedServers(policy: Policy): NamedUpstream[] {
  return policy.upstreams.map((config) => ({
    name: config.name,
    server: readServer(config),
    headers: readHeaders(config),
    forwards: config.forwardCredentials,
  }));
}

/** Where a server of the policy is. Its address is never repeated in a message, nor is a value. */
function readServer({ name, server }: UpstreamConfig): ServerOptions {
  if ("target" in server) return readTarget(server.target, `upstreams: target of ${name}`);
  const [command, ...args] = server.command;
  const env = server.env.map((entry) => {
    const mark = entry.indexOf("=env:");
    if (mark >= 0 && entry.indexOf("=") === mark) {
      return `${entry.slice(0, mark)}=${variable(entry.slice(mark + 5), name)}`;
    }
    checkVariable(entry, `upstreams: env of ${name}`);
    return entry;
  });
  return { command: command!, args, env };
}

function readHeaders({ name, server }: UpstreamConfig): [string, string][] {
  if (!("target" in server)) return [];
  return server.headers.map((header) => {
    const secret = variable(header.env, name);
    if (secret.length > 8192 || !/^[\x20-\x7e]+$/.test(secret) || secret.trim() !== secret) {
      throw new UsageError(
        `upstreams: the variable ${header.env} for ${name} holds what no header can: ` +
          "expected visible ASCII characters",
      );
    }
    return [header.name, header.scheme === null ? secret : `${header.scheme} ${secret}`];
  });
}

function variable(env: string, upstream: string): string {
  const value = Deno.env.get(env);
  if (value === undefined || value === "") {
    throw new UsageError(`upstreams: the variable ${env} for ${upstream} is not set`);
  }
  return value;
}
