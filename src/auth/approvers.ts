// Who may approve: keys of their own, none of which is a client's.

import type { Authenticator } from "../guard/ports.ts";
import type { AuthConfig, KeySpec } from "../policy/types.ts";
import { createAuthenticator } from "./authenticator.ts";
import { KeyRing } from "./keyring.ts";
import type { AuthDeps } from "./types.ts";

/**
 * Makes the authenticator of approvers: `Authorization: Bearer KEY`, compared and slowed like clients' tokens.
 *
 * @param keys `approvals.admin_keys`.
 * @param clients Section `auth`: a key that is in both would let a client approve its own calls.
 * @param deps Environment and clock.
 * @returns The authenticator, or null where there are no keys.
 * @throws {BadPolicy} When a key cannot be used, or is a client's.
 */
export function createApprovers(
  keys: readonly KeySpec[],
  clients: AuthConfig,
  deps: AuthDeps,
): Authenticator | null {
  if (keys.length === 0) return null;
  // One ring of both finds every key that occurs twice, however it is spelled.
  new KeyRing(
    { mode: "bearer", keys: [...clients.keys, ...keys] },
    deps.env,
    deps.file ?? "<policy>",
  );
  return createAuthenticator({ mode: "bearer", keys }, deps);
}
