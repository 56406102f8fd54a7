// The keys of a policy's auth.jwt, from wherever it names: a file, an address, the environment.

import type * as Jose from "jose";
import type { JSONWebKeySet } from "jose";
import { BadPolicy } from "../errors.ts";
import type { JwtConfig } from "../policy/types.ts";
import { keyDigest } from "./digest.ts";
import { BadKeys, MAX_JWKS_BYTES, readJwks, readPem } from "./jwks.ts";
import { type FindKey, RemoteKeys } from "./remote_keys.ts";
import type { AuthDeps } from "./types.ts";

/** Least bytes of a shared secret (RFC 7518 section 3.2, for HS256). */
const MIN_SECRET = 32;

/** Keys, ready for jose. */
export interface JwtKeyStore {
  /** Makes the lookup; called once, when jose is there. */
  open(jose: typeof Jose): FindKey;
  /** A name for what a token with this `kid` was verified with; the same as long as that key stays. */
  mark(kid: string | undefined): string;
  /** Whether a token with such a mark would still find its key. */
  has(mark: string): boolean;
}

/**
 * Reads the keys that can be read at once.
 *
 * @param config Section `auth.jwt`.
 * @param deps Environment, files and clock.
 * @returns The keys.
 * @throws {BadPolicy} When a file or a secret cannot be used; never with anything of it.
 */
export function jwtKeys(config: JwtConfig, deps: AuthDeps): JwtKeyStore {
  const { keys } = config;
  const refuse = (message: string): BadPolicy =>
    new BadPolicy(deps.file ?? "<policy>", [{
      ...{ message, path: `auth.jwt.${keys.kind}`, line: 0, column: 0 },
    }]);
  if (keys.kind === "secret") return shared(deps.env(keys.name), keys.name, refuse);
  if (keys.kind === "jwks_url") return remote(keys.url, deps);
  try {
    const bytes = (deps.readFile ?? readFile)(deps.locate?.(keys.path) ?? keys.path);
    return local(
      keys.kind === "jwks_file" ? readJwks(bytes) : readPem(new TextDecoder().decode(bytes)),
      keys.kind === "jwks_file",
    );
  } catch (error) {
    if (error instanceof BadKeys) throw refuse(`${JSON.stringify(keys.path)} ${error.message}`);
    const away = error instanceof Deno.errors.NotFound;
    throw refuse(`${JSON.stringify(keys.path)} ${away ? "does not exist" : "cannot be read"}`);
  }
}

function shared(
  value: string | undefined,
  name: string,
  refuse: (message: string) => BadPolicy,
): JwtKeyStore {
  const what = `environment variable ${JSON.stringify(name)}`;
  if (value === undefined || value === "") throw refuse(`${what} is not set, or empty`);
  const secret = new TextEncoder().encode(value);
  if (secret.length < MIN_SECRET) throw refuse(`${what} is shorter than ${MIN_SECRET} bytes`);
  const mark = keyDigest(value);
  return {
    open: () => () => Promise.resolve(secret),
    mark: () => mark,
    has: (other) => other === mark,
  };
}

/** Keys at hand; one in PEM has no name, so the token's `kid` says nothing about it. */
function local(set: JSONWebKeySet, named: boolean): JwtKeyStore {
  const marks = set.keys.map((key) => keyDigest(JSON.stringify(key)));
  const whole = keyDigest(JSON.stringify(set));
  return {
    open: (jose) => {
      const find = lookupIn(jose, set);
      return named ? find : ({ kid: _, ...header }, token) => find(header, token);
    },
    mark: (kid) => {
      const own = marks.filter((_, i) => !named || kid === undefined || set.keys[i]!.kid === kid);
      // Which of several it was is not known, so any change of the set ends it.
      return own.length === 1 ? own[0]! : whole;
    },
    has: (mark) => mark === whole || marks.includes(mark),
  };
}

function remote(url: string, deps: AuthDeps): JwtKeyStore {
  return {
    open: (jose) =>
      new RemoteKeys({
        url,
        clock: deps.clock,
        lookup: (set) => lookupIn(jose, set),
        isUnknown: (error) => error instanceof jose.errors.JWKSNoMatchingKey,
        ...(deps.report === undefined ? {} : { report: deps.report }),
      }).find,
    mark: () => url,
    has: (mark) => mark === url,
  };
}

function lookupIn(jose: typeof Jose, set: JSONWebKeySet): FindKey {
  const find = jose.createLocalJWKSet(set);
  return async (header, token) => await find(header, token) as Jose.CryptoKey;
}

function readFile(path: string): Uint8Array<ArrayBuffer> {
  // One byte more than may be: a device file or a log must not be read to its end.
  using file = Deno.openSync(path, { read: true });
  const bytes = new Uint8Array(MAX_JWKS_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = file.readSync(bytes.subarray(length));
    if (read === null || read === 0) return bytes.slice(0, length);
    length += read;
    if (length > MAX_JWKS_BYTES) throw new BadKeys(`is larger than ${MAX_JWKS_BYTES} bytes`);
  }
}
