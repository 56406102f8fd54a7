// Who is asking: one verdict for a set of headers, by the section `auth` of the policy.

import type { Authenticator, AuthVerdict, Credentials } from "../guard/ports.ts";
import type { Identity } from "../guard/types.ts";
import type { AuthConfig } from "../policy/types.ts";
import { ambiguous, invalid, missing, slowed } from "./answers.ts";
import { FailureLimiter } from "./failures.ts";
import { jwtAuthenticator } from "./jwt.ts";
import { KeyRing } from "./keyring.ts";
import { presentedBearer, presentedKey } from "./presented.ts";
import type { AuthDeps, KeyAuthenticator } from "./types.ts";

/** Modes that answer at once. */
type KeyAuthConfig = AuthConfig & { mode: Exclude<AuthConfig["mode"], "jwt"> };

/** Who may ask where no authentication is wanted: nobody in particular, without roles. */
const ANONYMOUS: Identity = Object.freeze({
  id: "anonymous",
  roles: Object.freeze([]),
  method: "none",
});

/**
 * Makes the authenticator of a policy.
 *
 * - `none`: everybody is `anonymous`, headers are not read.
 * - `api_key`: `X-API-Key`; `bearer`: `Authorization: Bearer` (RFC 6750); `jwt`: a signed token there.
 * - Missing: 401 `auth.missing`. Wrong in any way: 401 `auth.invalid`, always with the same sentence.
 * - A repeated header, a comma in it, or right credentials of both kinds for two identities: 400 `auth.ambiguous`. The
 *   other kind of credential may be meant for the upstream: where it is not one of the configured keys, it is ignored.
 * - Wrong credentials beyond a burst from one address (IPv6: one /64): 429 `auth.rate`. The credential is judged first,
 *   so a right one is never locked out by a neighbour that guesses; the rate of guessing matters little beside 128 bits.
 *   Missing credentials are no guess and are not counted.
 *
 * @param config The section `auth`.
 * @param deps Environment and clock.
 * @returns The authenticator; it answers at once, keeps digests only, and needs no closing.
 * @throws {BadPolicy} When a key cannot be used, e.g. when an `env:` variable is unset or empty.
 * @example
 * ```ts
 * import { createAuthenticator } from "./authenticator.ts";
 * import { expect } from "expect";
 *
 * const authenticator = createAuthenticator({
 *   mode: "api_key",
 *   keys: [{
 *     source: { kind: "plain", value: "demo-key" },
 *     identity: "alice",
 *     roles: [],
 *     path: "auth.allowed_keys[0]",
 *   }],
 * }, { env: () => undefined, clock: { now: () => 0, monotonic: () => 0 } });
 * const verdict = authenticator.authenticate({ headers: [["X-API-Key", "demo-key"]] });
 * expect(verdict.ok && verdict.identity.id).toBe("alice");
 * ```
 */
export function createAuthenticator(config: KeyAuthConfig, deps: AuthDeps): KeyAuthenticator;
/** The same for any mode; that of signed tokens answers later, see {@linkcode jwtAuthenticator}. */
export function createAuthenticator(config: AuthConfig, deps: AuthDeps): Authenticator;
export function createAuthenticator(config: AuthConfig, deps: AuthDeps): Authenticator {
  if (config.mode === "none") {
    return {
      authenticate: () => ({ ok: true, identity: ANONYMOUS }),
      stands: ({ method }) => method === "none",
    };
  }
  if (config.mode === "jwt") {
    if (config.jwt === undefined) throw new TypeError("mode jwt needs its section");
    return jwtAuthenticator(config.jwt, deps);
  }
  const ring = new KeyRing(config, deps.env, deps.file ?? "<policy>");
  const failures = new FailureLimiter(deps.clock, deps.limits);
  const kind = config.mode === "api_key" ? "key" : "token";
  return {
    authenticate(credentials: Credentials): AuthVerdict {
      const key = presentedKey(credentials);
      const bearer = presentedBearer(credentials);
      if (key.kind === "ambiguous" || bearer.kind === "ambiguous") return ambiguous();
      const [mine, other] = kind === "key" ? [key, bearer] : [bearer, key];
      if (mine.kind === "none") return missing(kind);
      const identity = mine.kind === "value" ? ring.find(mine.value) : undefined;
      if (identity === undefined) {
        const wait = credentials.remote === undefined ? 0 : failures.fail(credentials.remote);
        return wait > 0 ? slowed(wait) : invalid(kind);
      }
      const second = other.kind === "value" ? ring.find(other.value) : undefined;
      if (second !== undefined && second.id !== identity.id) return ambiguous();
      return { ok: true, identity };
    },
    stands: (identity) => ring.stands(identity),
  };
}
