// Section auth.jwt: rules over several keys, and the place where the verification keys are.

import { canonicalizeUri, UriError } from "../match/mod.ts";
import type { PathProblem } from "./keys.ts";
import type { PolicyFile } from "./schema.ts";
import { ASYMMETRIC } from "./schema_jwt.ts";
import type { JwtConfig, JwtKeys } from "./types_jwt.ts";

type JwtSection = NonNullable<NonNullable<PolicyFile["auth"]>["jwt"]>;

const SOURCES = ["jwks_file", "jwks_url", "key_file", "secret"] as const;

/** Hosts of this machine, for which http is enough. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Reads section `auth.jwt`.
 *
 * @param jwt The section, valid by the schema.
 * @param problems Takes what is wrong.
 * @returns The configuration, or null when it cannot be used.
 */
export function readJwt(jwt: JwtSection, problems: PathProblem[]): JwtConfig | null {
  const wrong = (key: string, message: string): void => {
    problems.push({ message, path: ["auth", "jwt", key] });
  };
  const given = SOURCES.filter((name) => jwt[name] !== undefined);
  if (given.length !== 1) {
    const message = `expected exactly one of ${SOURCES.join(", ")}`;
    problems.push({ message, path: ["auth", "jwt", ...given.slice(1, 2)] });
    return null;
  }
  const keys = readKeys(jwt, wrong);
  if (keys === null) return null;
  const shared = keys.kind === "secret";
  const algorithms = jwt.algorithms ?? (shared ? ["HS256"] : [...ASYMMETRIC]);
  if (algorithms.some((name) => name.startsWith("HS") !== shared)) {
    wrong(
      "algorithms",
      shared
        ? "a `secret` verifies HS256, HS384 and HS512 only"
        : "HS... with public keys would let everybody sign who can read them; use `secret`",
    );
  }
  if (jwt.resource !== undefined && !isPlainUrl(jwt.resource)) {
    wrong("resource", "expected an https address (http for loopback) without query and fragment");
  }
  for (const server of jwt.authorization_servers ?? []) {
    if (!isPlainUrl(server)) wrong("authorization_servers", "expected https addresses");
  }
  for (const scope of jwt.scopes) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) wrong("scopes", "expected OAuth scopes");
  }
  if (jwt.type !== undefined && !/^[\x21-\x7e]+$/.test(jwt.type)) {
    wrong("type", "expected a media type, e.g. `at+jwt`");
  }
  return {
    issuer: jwt.issuer,
    audience: typeof jwt.audience === "string" ? [jwt.audience] : jwt.audience,
    algorithms,
    keys,
    identityClaim: jwt.identity_claim,
    rolesClaim: jwt.roles_claim ?? null,
    clockSkewS: jwt.clock_skew_s,
    maxAgeS: jwt.max_age_s ?? null,
    type: jwt.type ?? null,
    requireExp: jwt.require_exp,
    resource: jwt.resource ?? null,
    authorizationServers: jwt.authorization_servers ?? (isPlainUrl(jwt.issuer) ? [jwt.issuer] : []),
    scopes: jwt.scopes,
  };
}

function readKeys(
  jwt: JwtSection,
  wrong: (key: string, message: string) => void,
): JwtKeys | null {
  if (jwt.jwks_file !== undefined) return { kind: "jwks_file", path: jwt.jwks_file };
  if (jwt.key_file !== undefined) return { kind: "key_file", path: jwt.key_file };
  if (jwt.secret !== undefined) {
    const name = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/.exec(jwt.secret)?.[1];
    if (name !== undefined) return { kind: "secret", name };
    wrong("secret", "expected `env:NAME`: a secret does not stand in a policy");
    return null;
  }
  const url = jwt.jwks_url ?? "";
  const why = wrongUrl(url);
  if (why === null) return { kind: "jwks_url", url };
  wrong("jwks_url", why);
  return null;
}

/** Why keys must not be fetched from an address, or null. */
function wrongUrl(text: string): string | null {
  if (!URL.canParse(text)) return "expected an https address";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return "credentials do not belong into an address";
  }
  if (url.hash !== "") return "expected an address without a fragment";
  const loopback = LOOPBACK.has(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    return "expected https: whoever can change the answer could sign tokens; http is for loopback only";
  }
  if (loopback) return null;
  try {
    if (!canonicalizeUri(url.href).private) return null;
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
  }
  return "names a private or local address; give the issuer's host by its name";
}

/** Whether a text is an address that a metadata document may name (RFC 9728 section 2). */
function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  return (protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname))) &&
    username + password + search + hash === "" && /^[\x21-\x7e]+$/.test(text);
}
