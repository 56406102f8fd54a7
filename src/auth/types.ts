// What an authenticator needs, and what it is.

import type { Authenticator, AuthVerdict, Clock, Credentials } from "../guard/ports.ts";
import type { Identity } from "../guard/types.ts";
import type { FailureLimits } from "./failures.ts";

/** What an authenticator needs from the outside. */
export interface AuthDeps {
  /** Reads an environment variable; called once per `env:` key, at creation. */
  env: (name: string) => string | undefined;
  /** Time, for slowing repeated failures. */
  clock: Clock;
  /** How repeated failures of one address are slowed. */
  limits?: Partial<FailureLimits>;
  /** The policy's name, for messages; `<policy>` by default. */
  file?: string;
  /** Where a key file is that the policy names; the path as it stands by default. */
  locate?: (path: string) => string;
  /** Reads a key file of at most 1 MiB; the machine's by default. */
  readFile?: (path: string) => Uint8Array<ArrayBuffer>;
  /** Told in words, without secrets, when the issuer's keys cannot be read and when they can again. */
  report?: (message: string) => void;
}

/** An authenticator over configured keys: it has its digests at hand, so it answers at once and never throws. */
export interface KeyAuthenticator extends Authenticator {
  /** Judges credentials. */
  authenticate(credentials: Credentials): AuthVerdict;
  /** Whether an identity that was found earlier would be found now just so. */
  stands(identity: Identity): boolean;
}
