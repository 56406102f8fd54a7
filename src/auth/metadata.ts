// Protected resource metadata (RFC 9728): where a client that has no token learns who gives them out.

import type { JwtConfig } from "../policy/types.ts";

/** The well-known path (RFC 9728 section 3). */
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** A document that anybody may read. */
export interface PublicDocument {
  /** Paths at which it is served. */
  paths: readonly string[];
  /** JSON. */
  body: string;
}

/**
 * The metadata document of a policy.
 *
 * @param config Section `auth.jwt`.
 * @returns The document, or null where no `resource` is configured.
 */
export function resourceMetadata(config: JwtConfig): PublicDocument | null {
  if (config.resource === null) return null;
  const { pathname } = new URL(config.resource);
  return {
    // Clients try the place with the resource's path first, then the root (MCP 2025-11-25, basic/authorization).
    paths: [WELL_KNOWN, ...(pathname === "/" ? [] : [`${WELL_KNOWN}${pathname}`])],
    body: `${
      JSON.stringify({
        resource: config.resource,
        authorization_servers: config.authorizationServers,
        bearer_methods_supported: ["header"],
        ...(config.scopes.length === 0 ? {} : { scopes_supported: config.scopes }),
      })
    }\n`,
  };
}

/** Parameters of `WWW-Authenticate` that lead to the document and name scopes; each after a comma. */
export function challengeParameters(config: JwtConfig): string {
  if (config.resource === null) return "";
  const { origin, pathname } = new URL(config.resource);
  const url = `${origin}${WELL_KNOWN}${pathname === "/" ? "" : pathname}`;
  const scope = config.scopes.length === 0 ? "" : `, scope="${config.scopes.join(" ")}"`;
  return `, resource_metadata="${url}"${scope}`;
}
