// What a token's claims say about its bearer: an identity that can be nobody else's by its looks, and roles.

/** Longest identity (OpenID Connect Core, section 2: `sub` has at most 255 ASCII characters). */
const MAX_IDENTITY = 255;
const MAX_ROLES = 256;
const MAX_ROLE = 64;

/** Claims as plain values. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * A claim by its name. A name that stands there literally is taken (`https://idp.example/roles`); else dots lead down.
 *
 * @param claims The token's claims.
 * @param path E.g. `sub` or `realm_access.roles`.
 * @returns The value, or undefined.
 */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let at: unknown = claims;
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Claims)[name];
  }
  return at;
}

/**
 * The identity that a token names. It is compared byte by byte everywhere, so what could look like another one is
 * refused: everything but visible ASCII, and more than one `@` (GHSA-c5c4-8r6x-56w3).
 *
 * @param claims The token's claims.
 * @param path The identity's claim.
 * @returns The name, or null where there is none that may be used.
 */
export function identityOf(claims: Claims, path: string): string | null {
  const value = claimAt(claims, path);
  if (typeof value !== "string" || value.length > MAX_IDENTITY) return null;
  if (!/^[\x21-\x7e]+$/.test(value) || value.split("@").length > 2) return null;
  // An address that nobody has confirmed may be anybody's.
  if (path === "email" && claims.email_verified !== undefined && claims.email_verified !== true) {
    return null;
  }
  const { email } = claims;
  return typeof email === "string" && email.split("@").length > 2 ? null : value;
}

/**
 * The roles that a token lists.
 *
 * @param claims The token's claims.
 * @param path The roles' claim, or null for none.
 * @returns Role names, at most 256; null where the claim is there and is no list of names.
 */
export function rolesOf(claims: Claims, path: string | null): string[] | null {
  const value = path === null ? undefined : claimAt(claims, path);
  if (value === undefined || value === null) return [];
  const list: unknown = typeof value === "string" ? value.split(" ").filter(Boolean) : value;
  if (!Array.isArray(list) || list.length > MAX_ROLES) return null;
  const good = list.every((role) =>
    typeof role === "string" && role !== "" && role.length <= MAX_ROLE && role.trim() === role &&
    !/\p{C}/u.test(role)
  );
  return good ? [...new Set(list as string[])] : null;
}
