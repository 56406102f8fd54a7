// A guard that asks for no key and listens beyond this machine lets in whoever reaches it: that must be meant.

import type { Policy } from "../policy/mod.ts";
import { UsageError } from "./exit.ts";
import type { OptionSpec } from "./spec.ts";

/** The option that says that it is meant. */
export const ALLOW_INSECURE: OptionSpec = {
  name: "allow-insecure",
  text: "listen beyond this machine with a policy that asks nobody for a key",
};

/** Addresses that only this machine reaches; the resolver knows names better than a list, but for this one. */
const LOOPBACK = /^(?:127(?:\.[0-9]{1,3}){3}|::1|localhost)$/i;

/**
 * Refuses a listener that is open to everybody.
 *
 * @param policy The policy.
 * @param host The address that clients connect to.
 * @param allowed Whether it is meant.
 * @throws {UsageError} When nobody is asked for a key, the address is not of this machine alone, and it is not meant.
 */
export function refuseExposed(policy: Policy, host: string, allowed: boolean): void {
  if (allowed || policy.auth.mode !== "none" || LOOPBACK.test(host)) return;
  throw new UsageError(
    `--host ${host} lets in everybody who reaches it, since the policy asks for no key (auth.mode: none); ` +
      "set section auth, or say --allow-insecure",
  );
}
