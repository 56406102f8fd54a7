// The auth room: who is asking. API keys and bearer tokens, kept and compared as SHA-256 digests only.
export { createApprovers } from "./approvers.ts";
export { createAuthenticator } from "./authenticator.ts";
export { credentialsFrom } from "./credentials.ts";
export { type PublicDocument, resourceMetadata } from "./metadata.ts";
export type { FailureLimits } from "./failures.ts";
export { fingerprint } from "./fingerprint.ts";
export { freshKey } from "./fresh.ts";
export type { AuthDeps, KeyAuthenticator } from "./types.ts";
export { credentialInUrl } from "./url.ts";
