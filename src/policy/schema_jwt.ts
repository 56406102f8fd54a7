// The closed zod schema of auth.jwt: which signed tokens (RFC 7519) are accepted, and what their claims mean.

import * as z from "zod";

/** Algorithms with a private and a public key (RFC 7518, RFC 8037, RFC 9864). */
export const ASYMMETRIC = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
] as const;

/** Algorithms with one secret on both sides. */
export const SYMMETRIC = ["HS256", "HS384", "HS512"] as const;

const audience = z.string().min(1).max(2048).meta({ description: "a value of the claim `aud`" });
const path = z.string().min(1).max(4096);
const url = z.string().min(1).max(2048);
const claim = z.string().min(1).max(256);

/** Section `auth.jwt`. */
export const JWT = z.strictObject({
  issuer: z.string().min(1).max(2048).meta({
    description: "the claim `iss` that every token must carry, compared byte by byte",
    examples: ["https://idp.example"],
  }),
  audience: z.union([audience, z.array(audience).min(1).max(100)]).meta({
    description:
      "the claim `aud` that a token must carry, or several of which one must be there: a token for another service is refused",
    examples: ["mcpguard"],
  }),
  algorithms: z.array(z.enum([...ASYMMETRIC, ...SYMMETRIC])).min(1).max(14).optional().meta({
    description:
      "signature algorithms that are accepted; without it every asymmetric one, or `HS256` with `secret`. Public keys and `HS...` exclude each other, and `none` is never accepted",
    examples: [["ES256"]],
  }),
  jwks_file: path.optional().meta({
    description:
      "file with the issuer's public keys as a JSON Web Key Set, beside the policy unless its path is absolute; read again at each reload",
  }),
  jwks_url: url.optional().meta({
    description:
      "https address of the issuer's JSON Web Key Set (http for loopback only, no private address): at most 1 MiB within 2 s, no redirects; kept for 10 minutes, asked at most once a minute for an unknown key, and used for at most 24 hours while the address does not answer",
    examples: ["https://idp.example/.well-known/jwks.json"],
  }),
  key_file: path.optional().meta({
    description:
      "file with one public key in PEM (`BEGIN PUBLIC KEY`), beside the policy unless its path is absolute; read again at each reload",
  }),
  secret: z.string().min(5).max(132).optional().meta({
    description: "shared secret for `HS...`: `env:NAME`, at least 32 bytes of text",
    examples: ["env:MCPGUARD_JWT_SECRET"],
  }),
  identity_claim: claim.default("sub").meta({
    description:
      "claim that names the caller: 1 to 255 visible ASCII characters, at most one `@`; dots lead into nested claims, unless a claim has that very name",
  }),
  roles_claim: claim.optional().meta({
    description:
      "claim that lists the caller's roles, as a list or as one text with spaces; dots lead into nested claims; without it there are none",
    examples: ["realm_access.roles"],
  }),
  clock_skew_s: z.int().min(0).max(300).default(30).meta({
    description: "seconds by which the issuer's clock may differ",
  }),
  max_age_s: z.int().min(1).max(31_536_000).optional().meta({
    description: "oldest token by its claim `iat`, in seconds; without it only `exp` counts",
  }),
  type: z.string().min(1).max(64).optional().meta({
    description: "the header `typ` that a token must carry; without it any, or none",
    examples: ["at+jwt"],
  }),
  require_exp: z.boolean().default(true).meta({
    description: "whether a token without the claim `exp`, which is good for ever, is refused",
  }),
  resource: url.optional().meta({
    description:
      "this guard's own address for clients, e.g. `https://mcp.example/mcp`; with it `/.well-known/oauth-protected-resource` (RFC 9728) is served and named in `WWW-Authenticate`",
    examples: ["https://mcp.example/mcp"],
  }),
  authorization_servers: z.array(
    url.meta({ description: "issuer of an authorization server" }),
  ).max(20).optional().meta({
    description: "issuers that give out tokens, for that document; without it `issuer`",
  }),
  scopes: z.array(
    z.string().min(1).max(128).meta({ description: "an OAuth scope" }),
  ).max(100).default([]).meta({
    description: "scopes that a client should ask for, for that document; they grant nothing here",
  }),
}).meta({
  description:
    "signed tokens that mode `jwt` accepts in `Authorization: Bearer`; one of jwks_file, jwks_url, key_file and secret is needed",
});
