// What the tests of signed tokens share: a clock that they move, an authenticator of a policy's section, and its answers.

import type { AuthVerdict } from "../guard/ports.ts";
import { parsePolicy } from "../policy/mod.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { AuthDeps } from "./types.ts";

/** A clock that tests move by hand; its wall is the real one, since tokens are minted by it. */
export class HandClock {
  /** Milliseconds that it is ahead. */
  ahead = 0;
  /** The wall clock. */
  now = (): number => Date.now() + this.ahead;
  /** The monotonic clock. */
  monotonic = (): number => this.ahead;
}

/** What a bearer token comes to; null for none. */
export type Ask = (token: string | null) => Promise<AuthVerdict>;

/** An authenticator of a policy's section, with files that the test gives. */
export function make(
  section: string,
  files: Record<string, string> = {},
  deps: Partial<AuthDeps> = {},
): { ask: Ask; stands: (verdict: AuthVerdict) => boolean; clock: HandClock } {
  const clock = new HandClock();
  const { auth } = parsePolicy(`version: 1\n${section}`, "policy.yaml");
  const authenticator = createAuthenticator(auth, {
    ...{ env: () => undefined, clock, file: "policy.yaml" },
    readFile: (path) => {
      if (files[path] === undefined) throw new Deno.errors.NotFound();
      return new TextEncoder().encode(files[path]);
    },
    ...deps,
  });
  return {
    clock,
    ask: async (token) =>
      await authenticator.authenticate({
        headers: token === null ? [] : [["Authorization", `Bearer ${token}`]],
      }),
    stands: (verdict) => verdict.ok && authenticator.stands!(verdict.identity),
  };
}

/** The identity and its roles, or the status and what was wrong. */
export function outcome(verdict: AuthVerdict): string {
  return verdict.ok
    ? [verdict.identity.id, ...verdict.identity.roles].join(" ")
    : `${verdict.status} ${verdict.detail ?? verdict.code}`;
}
