// What the tests of keys share: keys as the policy room makes them, an authenticator of them, and its answers.

import type { AuthVerdict } from "../guard/ports.ts";
import type { AuthConfig, KeySpec } from "../policy/types.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { AuthDeps } from "./types.ts";

/** A clock that stands. */
export const clock = { now: (): number => 0, monotonic: (): number => 0 };

/** A configured key, as the policy room makes it. */
export function spec(value: string, identity?: string, roles: string[] = [], at = 0): KeySpec {
  const source: KeySpec["source"] = value.startsWith("env:")
    ? { kind: "env", name: value.slice(4) }
    : value.startsWith("sha256:")
    ? { kind: "sha256", hex: value.slice(7) }
    : { kind: "plain", value };
  return {
    source,
    ...(identity === undefined ? {} : { identity }),
    roles,
    path: `auth.allowed_keys[${at}]`,
  };
}

/** An authenticator of these keys. */
export function make(
  mode: Exclude<AuthConfig["mode"], "jwt">,
  keys: KeySpec[],
  deps: Partial<AuthDeps> = {},
): (headers: [string, string][], remote?: string) => AuthVerdict {
  const authenticator = createAuthenticator({ mode, keys } as const, {
    env: () => undefined,
    clock,
    ...deps,
  });
  return (headers, remote) =>
    authenticator.authenticate({ headers, ...(remote === undefined ? {} : { remote }) });
}

/** The identity, or the status and the code. */
export function outcome(verdict: AuthVerdict): string {
  return verdict.ok ? verdict.identity.id : `${verdict.status} ${verdict.code}`;
}

/** Two keys. */
export const ALICE_BOB = [spec("ALICE", "alice", ["user"]), spec("BOB", "bob", ["user"], 1)];
