// How many file descriptors the process may have: a connection that finds none ends more than itself, since the runtime
// may end with it (Deno 2.9.6 panics on EMFILE where it opens an event queue of its own).

import { SPARE } from "../proxy/server.ts";
import { UsageError } from "./exit.ts";

/** Descriptors for the runtime, the audit, Redis, the admin listener, and files that are read. */
const RESERVED = 96;

/** Descriptors of one session: the client's socket, and a socket or the pipes and handle of a child for each server. */
const PER_CLIENT = 1;
const PER_TARGET = 1;
const PER_COMMAND = 5;

/**
 * The most client connections that there are descriptors for.
 *
 * @param servers How many programs each session starts, and how many addresses it connects to.
 * @returns A number of connections; Infinity where the limit cannot be told.
 * @throws {UsageError} Where not even a few fit.
 */
export async function connectionsFor(
  servers: { programs: number; addresses: number },
): Promise<number> {
  const limit = await descriptorLimit();
  const each = PER_CLIENT + servers.programs * PER_COMMAND + servers.addresses * PER_TARGET;
  const most = Math.floor((limit - RESERVED - SPARE) / each);
  if (most < 1) {
    throw new UsageError(
      `at most ${limit} files may be open, which leaves none for clients; raise it, e.g. ulimit -n 1024`,
    );
  }
  return most;
}

/** The soft limit of this process, which its children inherit; only a shell tells it. */
async function descriptorLimit(): Promise<number> {
  if (Deno.build.os === "windows") return Infinity;
  try {
    const { stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", "ulimit -n"],
      clearEnv: true,
      stdin: "null",
      stderr: "null",
    }).output();
    const said = new TextDecoder().decode(stdout).trim();
    return /^[0-9]{1,12}$/.test(said) ? Number(said) : Infinity;
  } catch {
    // Without the permission to run, or without a shell, the policy's own number counts.
    return Infinity;
  }
}
