// Paths in the document, such as `rate_limit.overrides[2].tools`, and which of them may hold secrets.

/** A path in pieces: keys and indices. */
export type Path = readonly (string | number)[];

/** Below `auth` only these names are repeated in messages: anything else may be a credential. */
const AUTH_NAMES: ReadonlySet<string> = new Set([
  "mode",
  "allowed_keys",
  "allowed_tokens",
  "key",
  "identity",
  "roles",
  ...["jwt", "issuer", "audience", "algorithms", "jwks_file", "jwks_url", "key_file", "secret"],
  ...["identity_claim", "roles_claim", "clock_skew_s", "max_age_s", "type", "require_exp"],
  ...["resource", "authorization_servers", "scopes"],
]);

/**
 * Appends one piece to a printed path.
 *
 * @param path The path so far; empty for the document.
 * @param piece A key or an index.
 * @returns The longer path, with `?` for a key that is no plain word or may be a credential.
 */
export function joinPath(path: string, piece: string | number): string {
  if (typeof piece === "number") return `${path}[${piece}]`;
  const plain = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(piece) && mayRepeat(path, piece);
  const name = plain ? piece : "?";
  return path === "" ? name : `${path}.${name}`;
}

/**
 * Whether a message may repeat a key's name.
 *
 * @param path The printed path of the mapping.
 * @param key The key in it.
 * @returns False where the key may be a misplaced credential.
 */
export function mayRepeat(path: string, key: string): boolean {
  if (/^auth(?:[.[]|$)|^approvals\.admin_keys/.test(path)) {
    return AUTH_NAMES.has(key);
  }
  return !path.includes("redis_dsn");
}

/**
 * Prints a path.
 *
 * @param path Keys and indices.
 * @returns E.g. `tools.allow[2]`; empty for the document.
 */
export function printPath(path: Path): string {
  let out = "";
  for (const piece of path) out = joinPath(out, piece);
  return out;
}

/**
 * Whether a value at this path may be a credential, so that no message repeats it.
 *
 * @param path Keys and indices.
 * @returns True below `auth`, for keys of approvers, and for the address of Redis.
 */
export function isSecret(path: Path): boolean {
  return path[0] === "auth" || path.includes("redis_dsn") || path.includes("admin_keys");
}
