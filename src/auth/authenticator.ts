// Who is asking: one verdict for a set of headers, by the section `auth` of the policy.

import type { AuthVerdict, Credentials } from "../guard/ports.ts";
import type { Identity } from "../guard/types.ts";
import type { AuthConfig } from "../policy/types.ts";
import { FailureLimiter } from "./failures.ts";
import { KeyRing } from "./keyring.ts";
import { presentedBearer, presentedKey } from "./presented.ts";
import type { AuthDeps, KeyAuthenticator } from "./types.ts";

type Refusal = Extract<AuthVerdict, { ok: false }>;

/** The one sentence for every wrong credential: it tells no kind of wrong from another. */
const WRONG = "The credentials were not accepted";

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
 * - `api_key`: `X-API-Key`; `bearer`: `Authorization: Bearer` (RFC 6750).
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
 * expect(authenticator.authenticate({ headers: [["X-API-Key", "demo-key"]] })).toEqual({
 *   ok: true,
 *   identity: { id: "alice", roles: [], method: "api_key" },
 * });
 * ```
 */
export function createAuthenticator(config: AuthConfig, deps: AuthDeps): KeyAuthenticator {
  if (config.mode === "none") {
    return { authenticate: () => ({ ok: true, identity: ANONYMOUS }) };
  }
  const ring = new KeyRing(config, deps.env, deps.file ?? "<policy>");
  const failures = new FailureLimiter(deps.clock, deps.limits);
  const byKey = config.mode === "api_key";
  return {
    authenticate(credentials: Credentials): AuthVerdict {
      const key = presentedKey(credentials);
      const bearer = presentedBearer(credentials);
      if (key.kind === "ambiguous" || bearer.kind === "ambiguous") return ambiguous();
      const [mine, other] = byKey ? [key, bearer] : [bearer, key];
      if (mine.kind === "none") return missing(byKey);
      const identity = mine.kind === "value" ? ring.find(mine.value) : undefined;
      if (identity === undefined) {
        const wait = credentials.remote === undefined ? 0 : failures.fail(credentials.remote);
        return wait > 0 ? slowed(wait) : invalid(byKey);
      }
      const second = other.kind === "value" ? ring.find(other.value) : undefined;
      if (second !== undefined && second.id !== identity.id) return ambiguous();
      return { ok: true, identity };
    },
  };
}

function ambiguous(): Refusal {
  const message = "Credentials contradict each other: send exactly one";
  return { ok: false, status: 400, code: "auth.ambiguous", message };
}

function missing(byKey: boolean): Refusal {
  return {
    ok: false,
    status: 401,
    code: "auth.missing",
    message: byKey
      ? "Credentials are required: send a key in the header X-API-Key"
      : "Credentials are required: send a token in the header Authorization: Bearer",
    // RFC 6750 section 3.1: no error code where no credential was sent.
    challenge: byKey ? 'ApiKey realm="mcpguard"' : 'Bearer realm="mcpguard"',
  };
}

function invalid(byKey: boolean): Refusal {
  return {
    ok: false,
    status: 401,
    code: "auth.invalid",
    message: WRONG,
    challenge: byKey ? 'ApiKey realm="mcpguard"' : 'Bearer realm="mcpguard", error="invalid_token"',
  };
}

function slowed(retryAfterMs: number): Refusal {
  return { ok: false, status: 429, code: "auth.rate", message: WRONG, retryAfterMs };
}
