// The verdicts that refuse. Every kind of wrong credential gets the same sentence; only the record tells them apart.

import type { AuthVerdict } from "../guard/ports.ts";

/** A verdict that refuses. */
export type Refusal = Extract<AuthVerdict, { ok: false }>;

/** The one sentence for every wrong credential: it tells no kind of wrong from another. */
const WRONG = "The credentials were not accepted";

/** Credentials that contradict each other. */
export function ambiguous(): Refusal {
  const message = "Credentials contradict each other: send exactly one";
  return { ok: false, status: 400, code: "auth.ambiguous", message };
}

/**
 * No credential.
 *
 * @param kind What is wanted.
 * @param more Further parameters of the challenge, each after a comma.
 */
export function missing(kind: "key" | "token", more = ""): Refusal {
  return {
    ok: false,
    status: 401,
    code: "auth.missing",
    message: kind === "key"
      ? "Credentials are required: send a key in the header X-API-Key"
      : "Credentials are required: send a token in the header Authorization: Bearer",
    // RFC 6750 section 3.1: no error code where no credential was sent.
    challenge: kind === "key" ? 'ApiKey realm="mcpguard"' : `Bearer realm="mcpguard"${more}`,
  };
}

/**
 * A wrong credential.
 *
 * @param kind What is wanted.
 * @param detail For the record only: what was wrong.
 * @param more Further parameters of the challenge, each after a comma.
 */
export function invalid(kind: "key" | "token", detail?: string, more = ""): Refusal {
  return {
    ok: false,
    status: 401,
    code: "auth.invalid",
    message: WRONG,
    challenge: kind === "key"
      ? 'ApiKey realm="mcpguard"'
      : `Bearer realm="mcpguard", error="invalid_token"${more}`,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Too many wrong ones from one address. */
export function slowed(retryAfterMs: number): Refusal {
  return { ok: false, status: 429, code: "auth.rate", message: WRONG, retryAfterMs };
}
