// Names of tools and prompts as clients of several servers write them, for commands that take any spelling.

import { joinName, splitSpelling } from "../match/mod.ts";
import type { Policy } from "../policy/mod.ts";

/**
 * The name that a client would send.
 *
 * @param name The name in any spelling: `files__read`, `files/read`, `files.read`, or a server's own.
 * @param policy The policy; it names the servers where there are several.
 * @returns `files__read` where the policy has a server `files`; else the name as it is.
 */
export function clientName(name: string, policy: Policy): string {
  const apart = policy.upstreams.length === 0 ? null : splitSpelling(name);
  return apart !== null && policy.upstreams.some((server) => server.name === apart.upstream)
    ? joinName(apart.upstream, apart.bare)
    : name;
}
