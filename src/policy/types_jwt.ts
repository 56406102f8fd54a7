// Section auth.jwt of a loaded policy: which signed tokens are accepted, and what their claims mean.

/** Where the keys are that tokens are verified with. */
export type JwtKeys =
  /** A set of public keys (RFC 7517) in a file. */
  | { kind: "jwks_file"; path: string }
  /** A set of public keys that is fetched. */
  | { kind: "jwks_url"; url: string }
  /** One public key in PEM, in a file. */
  | { kind: "key_file"; path: string }
  /** A shared secret in an environment variable. */
  | { kind: "secret"; name: string };

/** Section `auth.jwt`. */
export interface JwtConfig {
  /** The `iss` that tokens must carry. */
  issuer: string;
  /** Values of `aud` of which a token must carry one; at least one. */
  audience: readonly string[];
  /** Signature algorithms that are accepted. */
  algorithms: readonly string[];
  /** Where the keys are. */
  keys: JwtKeys;
  /** The claim that names the caller; dots lead into nested claims. */
  identityClaim: string;
  /** The claim that lists roles, or null for none; dots lead into nested claims. */
  rolesClaim: string | null;
  /** Seconds by which clocks may differ: 0 to 300. */
  clockSkewS: number;
  /** Oldest token by its `iat`, in seconds, or null. */
  maxAgeS: number | null;
  /** The `typ` that the header must carry, or null for any. */
  type: string | null;
  /** Whether a token must carry `exp`. */
  requireExp: boolean;
  /** The resource's identifier (RFC 9728), or null where no metadata document is served. */
  resource: string | null;
  /** Issuers that give tokens out, for the metadata document. */
  authorizationServers: readonly string[];
  /** Scopes for the metadata document. */
  scopes: readonly string[];
}
