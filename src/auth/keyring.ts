// The configured keys as digests: resolved once, compared all at once and in constant time.

import { BadPolicy, type PolicyProblem } from "../errors.ts";
import type { Identity } from "../guard/types.ts";
import type { AuthConfig, KeySpec } from "../policy/types.ts";
import { digestName, keyDigest } from "./digest.ts";

/** Longest key or token, in characters. */
export const MAX_KEY_LENGTH = 4096;

/** Words of a SHA-256 digest. */
const WORDS = 8;

/**
 * Whether a text can be a key: visible ASCII without the comma.
 * A comma may join two headers into one (RFC 9110 section 5.3), so a key must not hold it.
 */
export function isKeyText(text: string): boolean {
  return text.length <= MAX_KEY_LENGTH && /^[!-+\--~]+$/.test(text);
}

/** Digests and whom they stand for. Plain text is not kept. */
export class KeyRing {
  readonly #words: Uint32Array;
  readonly #identities: readonly Identity[];
  readonly #byDigest: ReadonlyMap<string, Identity>;

  /**
   * @param config The section `auth`; its mode becomes the method of each identity.
   * @param env Reads an environment variable, once per `env:` key.
   * @param file The policy's name, for messages.
   * @throws {BadPolicy} Naming every key that cannot be used, and never its value.
   */
  constructor(config: AuthConfig, env: (name: string) => string | undefined, file: string) {
    const problems: PolicyProblem[] = [];
    const identities = new Map<string, { identity: Identity; path: string }>();
    for (const spec of config.keys) {
      const resolved = resolve(spec, env);
      if ("problem" in resolved) {
        problems.push({ message: resolved.problem, path: spec.path, line: 0, column: 0 });
        continue;
      }
      const identity: Identity = {
        id: spec.identity ?? digestName(resolved.hex),
        roles: Object.freeze([...spec.roles]),
        method: config.mode,
        grant: Object.freeze({ key: resolved.hex }),
      };
      const twin = identities.get(resolved.hex);
      if (twin === undefined) identities.set(resolved.hex, { identity, path: spec.path });
      else {
        // The policy's parser sees only equal spellings; here one may be plain, another its hash or a variable.
        const message = `the same key as ${twin.path}; keep one of the two`;
        problems.push({ message, path: spec.path, line: 0, column: 0 });
      }
    }
    if (problems.length > 0) throw new BadPolicy(file, problems);
    this.#words = new Uint32Array(identities.size * WORDS);
    let i = 0;
    for (const hex of identities.keys()) this.#words.set(toWords(hex), WORDS * i++);
    this.#identities = [...identities.values()].map((e) => Object.freeze(e.identity));
    this.#byDigest = new Map([...identities].map(([hex, { identity }]) => [hex, identity]));
  }

  /** Whether an identity, maybe of an older ring, rests on a key that is configured, for the same name and roles. */
  stands({ id, roles, method, grant }: Identity): boolean {
    const now = grant === undefined ? undefined : this.#byDigest.get(grant.key);
    return now !== undefined && now.id === id && now.method === method &&
      JSON.stringify(now.roles) === JSON.stringify(roles);
  }

  /**
   * Finds the identity of a key. Every digest is compared wholly, found or not.
   *
   * @param key What the caller presented.
   * @returns The identity, or undefined for every other text.
   */
  find(key: string): Identity | undefined {
    // A text that cannot be a key is hashed too (cut to its bound), so that it costs what a wrong key costs.
    const given = toWords(keyDigest(key.slice(0, MAX_KEY_LENGTH)));
    const words = this.#words;
    let found = -1;
    // The same loop as timingSafeEqual, on words; that one costs 1.3 us a key here, this one 0.01.
    for (let k = 0, i = 0; i < words.length; k++) {
      let difference = 0;
      for (let w = 0; w < WORDS; w++, i++) difference |= words[i]! ^ given[w]!;
      // All ones where equal, zero otherwise, without a branch.
      const equal = ~((difference | -difference) >> 31);
      found = (found & ~equal) | (k & equal);
    }
    return isKeyText(key) ? this.#identities[found] : undefined;
  }
}

function resolve(
  spec: KeySpec,
  env: (name: string) => string | undefined,
): { hex: string } | { problem: string } {
  const source = spec.source;
  if (source.kind === "sha256") return fromHex(source.hex, "sha256:");
  if (source.kind === "plain") return fromPlain(source.value, "the key");
  const what = `environment variable ${JSON.stringify(source.name)}`;
  const value = env(source.name);
  if (value === undefined) return { problem: `${what} is not set` };
  if (value === "") return { problem: `${what} is empty` };
  const digest = "sha256:";
  return value.startsWith(digest)
    ? fromHex(value.slice(digest.length), `${what}: sha256:`)
    : fromPlain(value, what);
}

function fromHex(hex: string, what: string): { hex: string } | { problem: string } {
  return /^[0-9A-Fa-f]{64}$/.test(hex)
    ? { hex: hex.toLowerCase() }
    : { problem: `${what} must be followed by 64 hex digits` };
}

function fromPlain(value: string, what: string): { hex: string } | { problem: string } {
  if (value.trim() === "") return { problem: `${what} is empty` };
  return isKeyText(value) ? { hex: keyDigest(value) } : {
    problem:
      `${what} must be at most ${MAX_KEY_LENGTH} visible ASCII characters without spaces and commas`,
  };
}

function toWords(hex: string): Uint32Array {
  const words = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i++) words[i] = parseInt(hex.slice(i * 8, i * 8 + 8), 16);
  return words;
}
