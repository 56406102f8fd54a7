// Signed tokens (RFC 7519, RFC 8725): verified with the issuer's keys, then claims become an identity and roles.
// What verifies is `jose`, loaded with the first token, so that other policies pay nothing for it.

import { Buffer } from "node:buffer";
import type * as Jose from "jose";
import { DependencyFailed } from "../errors.ts";
import type { Authenticator, AuthVerdict, Credentials } from "../guard/ports.ts";
import type { Identity } from "../guard/types.ts";
import type { JwtConfig } from "../policy/types.ts";
import { JsonError, JsonObject, parseJson, toPlain } from "../wire/mod.ts";
import { ambiguous, invalid, missing, type Refusal, slowed } from "./answers.ts";
import { type Claims, identityOf, rolesOf } from "./claims.ts";
import { keyDigest } from "./digest.ts";
import { FailureLimiter } from "./failures.ts";
import { jwtKeys } from "./jwt_keys.ts";
import { challengeParameters } from "./metadata.ts";
import { presentedBearer } from "./presented.ts";
import type { FindKey } from "./remote_keys.ts";
import type { AuthDeps } from "./types.ts";

/** Longest token that is read, characters: half of what a request's head may have. */
const MAX_TOKEN = 8192;

/** Parameters by which a token would bring its own key, or change how it is read (RFC 8725 section 3.10). */
const FOREIGN = ["jku", "x5u", "jwk", "x5c", "crit", "b64"];

/** What was wrong with a token, for the record only. */
class WrongToken extends Error {
  override name = "WrongToken";
  /** @param detail The machine code. */
  constructor(readonly detail: string) {
    super(detail);
  }
}

/**
 * Makes the authenticator of `mode: jwt`.
 *
 * @param config Section `auth.jwt`.
 * @param deps Environment, files and clock.
 * @returns The authenticator; it rejects with {@linkcode DependencyFailed} (`jwks`) while the issuer's keys cannot be
 * read.
 * @throws {BadPolicy} When a key file or secret cannot be used.
 */
export function jwtAuthenticator(config: JwtConfig, deps: AuthDeps): Authenticator {
  const store = jwtKeys(config, deps);
  const failures = new FailureLimiter(deps.clock, deps.limits);
  const more = challengeParameters(config);
  // A new policy lets a session go on that rests on a token which it would accept for the same reasons.
  const { resource: _, authorizationServers: _servers, scopes: _scopes, ...trust } = config;
  const terms = keyDigest(JSON.stringify(trust));
  let ready: Promise<{ jose: typeof Jose; find: FindKey }> | null = null;
  const open = async (): Promise<{ jose: typeof Jose; find: FindKey }> => {
    const jose = await import("jose");
    return { jose, find: store.open(jose) };
  };

  const verify = async (token: string): Promise<Identity> => {
    const header = readHeader(token, config.algorithms);
    ready ??= open();
    const { jose, find } = await ready;
    const { payload } = await jose.jwtVerify(token, find, {
      issuer: config.issuer,
      audience: [...config.audience],
      algorithms: [...config.algorithms],
      clockTolerance: config.clockSkewS,
      currentDate: new Date(deps.clock.now()),
      requiredClaims: config.requireExp ? ["exp"] : [],
      ...(config.maxAgeS === null ? {} : { maxTokenAge: config.maxAgeS }),
      ...(config.type === null ? {} : { typ: config.type }),
    });
    // The verified bytes once more, strictly: two claims of one name are no claim.
    const claims = readPart(token.split(".")[1]!, "auth.jwt_claims");
    const id = identityOf(claims, config.identityClaim);
    if (id === null) throw new WrongToken("auth.subject");
    const roles = rolesOf(claims, config.rolesClaim);
    if (roles === null) throw new WrongToken("auth.roles");
    const ends = [
      ...(payload.exp === undefined ? [] : [payload.exp]),
      ...(config.maxAgeS === null ? [] : [payload.iat! + config.maxAgeS]),
    ].map((s) => (s + config.clockSkewS) * 1000);
    return {
      id,
      roles,
      method: "jwt",
      grant: {
        key: `${terms}:${store.mark(header.kid)}`,
        ...(ends.length === 0 ? {} : { until: Math.min(...ends) }),
      },
    };
  };

  return {
    async authenticate(credentials: Credentials): Promise<AuthVerdict> {
      const token = presentedBearer(credentials);
      if (token.kind === "ambiguous") return ambiguous();
      if (token.kind === "none") return missing("token", more);
      try {
        if (token.kind === "malformed") throw new WrongToken("auth.invalid");
        return { ok: true, identity: await verify(token.value) };
      } catch (error) {
        if (error instanceof DependencyFailed) throw error;
        const wait = credentials.remote === undefined ? 0 : failures.fail(credentials.remote);
        return wait > 0 ? slowed(wait) : invalid("token", detailOf(error), more) satisfies Refusal;
      }
    },
    stands: ({ method, grant }) => {
      const [own, mark] = grant?.key.split(/:(.*)/s) ?? [];
      return method === "jwt" && own === terms && store.has(mark ?? "");
    },
  };
}

/** Reads a token's header. Whatever it says, the policy's list of algorithms decides (RFC 8725 section 3.1). */
function readHeader(token: string, algorithms: readonly string[]): { kid: string | undefined } {
  if (token.length > MAX_TOKEN) throw new WrongToken("auth.jwt_size");
  const parts = token.split(".");
  if (parts.length !== 3) throw new WrongToken("auth.jwt_form");
  const header = readPart(parts[0]!, "auth.jwt_form");
  const { alg, kid } = header;
  if (typeof alg !== "string" || !algorithms.includes(alg)) throw new WrongToken("auth.jwt_alg");
  if (FOREIGN.some((name) => Object.hasOwn(header, name))) throw new WrongToken("auth.jwt_header");
  if (kid !== undefined && (typeof kid !== "string" || kid.length > 512)) {
    throw new WrongToken("auth.jwt_header");
  }
  if (parts[2] === "") throw new WrongToken("auth.jwt_signature");
  return { kid };
}

/** One part of a token as plain values: strict base64url, strict JSON, an object. */
function readPart(text: string, detail: string): Claims {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new WrongToken(detail);
  try {
    const bytes = new Uint8Array(Buffer.from(text, "base64url"));
    const tree = parseJson(bytes, {
      ...{ bytes: MAX_TOKEN, depth: 16, tokens: 4000, keys: 1000 },
      numbers: "preserve",
    });
    if (tree instanceof JsonObject) return toPlain(tree) as Claims;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw new WrongToken(detail);
}

/** The machine code of a token's fault. */
function detailOf(error: unknown): string {
  if (error instanceof WrongToken) return error.detail;
  const { code } = error as { code?: unknown };
  switch (code) {
    case "ERR_JWT_EXPIRED":
      return "auth.expired";
    case "ERR_JOSE_ALG_NOT_ALLOWED":
      return "auth.jwt_alg";
    case "ERR_JWKS_NO_MATCHING_KEY":
    case "ERR_JWKS_MULTIPLE_MATCHING_KEYS":
      return "auth.jwt_key";
    case "ERR_JWS_SIGNATURE_VERIFICATION_FAILED":
      return "auth.jwt_signature";
    case "ERR_JWT_CLAIM_VALIDATION_FAILED":
      return "auth.jwt_claims";
    default:
      return "auth.invalid";
  }
}
