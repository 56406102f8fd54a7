// A guard that everybody on the network may use without saying who they are must not come about by a slip.

import type { Policy } from "../policy/mod.ts";
import { UsageError } from "./exit.ts";
import type { OptionSpec } from "./spec.ts";

/** The option that takes the risk. */
export const INSECURE: OptionSpec = {
  name: "allow-insecure",
  text: "listen on other than loopback addresses without auth in the policy",
};

/** Whether only this machine can reach an address. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.[0-9.]+$/.test(host);
}

/**
 * Refuses to stand open to the network.
 *
 * @param policy The compiled policy.
 * @param host Where the guard listens.
 * @param insecure Whether the operator has said that this is meant.
 * @throws {UsageError} When the address is not loopback, callers are not asked who they are, and that is not meant.
 */
export function checkExposed(policy: Policy, host: string, insecure: boolean): void {
  if (insecure || policy.auth.mode !== "none" || isLoopback(host)) return;
  throw new UsageError(
    `--host ${host} lets the network in, and the policy asks nobody who they are; ` +
      "add a section auth, or say --allow-insecure",
  );
}

/**
 * Refuses to run where the surroundings have the runtime open a debugger: whoever connects to that reads every key.
 *
 * @param nodeOptions `NODE_OPTIONS`, which Deno takes `--inspect` from.
 * @throws {UsageError} When it asks for a debugger.
 */
export function checkDebugger(nodeOptions: string | undefined): void {
  if (nodeOptions === undefined || !nodeOptions.includes("inspect")) return;
  throw new UsageError("NODE_OPTIONS opens a debugger (--inspect); unset it to run the guard");
}
