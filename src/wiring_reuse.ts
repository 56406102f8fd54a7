// Which parts of a running guard a new policy may go on with, so that a reload forgets no bucket and closes no file
// without need.

import type { Policy } from "./policy/types.ts";

/** Whether the authenticator can stay: the section says the same, and no file stands behind it. */
export function sameAuth(a: Policy, b: Policy): boolean {
  const kind = b.auth.jwt?.keys.kind;
  return kind !== "jwks_file" && kind !== "key_file" && same(a.auth, b.auth);
}

/** Whether buckets can stay: each call brings its bucket's size, so only where they live matters. */
export function sameLimiter(a: Policy, b: Policy): boolean {
  const place = ({ rateLimit }: Policy): unknown =>
    rateLimit && [rateLimit.backend, rateLimit.redisDsn, rateLimit.onError];
  return a.rateLimit !== null && b.rateLimit !== null && same(place(a), place(b));
}

/** Whether requests for approval stay where they are: only their place matters, bounds come with each request. */
export function sameApprovals(a: Policy, b: Policy): boolean {
  const place = ({ approvals: { store, file, redisDsn } }: Policy): unknown => [
    store,
    file,
    redisDsn,
  ];
  return same(place(a), place(b));
}

/** Whether what callers have done stays where it is. */
export function sameTaints(a: Policy, b: Policy): boolean {
  return same(a.flowState, b.flowState);
}

/** Whether records go on into the same sink. The level is the program's own affair, what is named the guard's. */
export function sameAudit(a: Policy, b: Policy): boolean {
  const about = (
    { logging: { level: _, resources: __, ...logging }, attestation }: Policy,
  ): unknown => [
    logging,
    attestation,
  ];
  return same(about(a), about(b));
}

/** Whether records go on into the same file, though not by the same sink. */
export function sameFile(a: Policy, b: Policy): boolean {
  return a.logging.output === "file" && b.logging.output === "file" &&
    a.logging.filePath === b.logging.filePath;
}

/** Whether pins stay with what was seen to differ from them. */
export function samePins(a: Policy, b: Policy): boolean {
  return a.file === b.file && same(a.pins, b.pins);
}

/** Plain data, written in the same order by the same code. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
