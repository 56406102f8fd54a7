// Public keys that tokens are verified with: read from a JSON Web Key Set (RFC 7517) or a PEM text, weak ones left out.

import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { JsonError, JsonObject, parseJson, toPlain } from "../wire/mod.ts";

/** Largest key set, bytes: what an issuer with many keys needs, and nothing that hurts. */
export const MAX_JWKS_BYTES = 1_048_576;

/** Least bits of an RSA modulus (RFC 7518 section 3.3). */
const RSA_BITS = 2048;

/** Most keys of a set that are looked at. */
const MAX_KEYS = 1000;

/** A key set that cannot be used; the message holds nothing of it. */
export class BadKeys extends Error {
  override name = "BadKeys";
}

/**
 * Reads a key set. Keys that cannot verify a signature, private keys, shared secrets and RSA keys below 2048 bits are
 * left out, so that a weak or misplaced key is never used.
 *
 * @param bytes JSON in UTF-8, at most {@linkcode MAX_JWKS_BYTES}.
 * @returns At least one key.
 * @throws {BadKeys} When it is no key set, or no key of it can be used.
 */
export function readJwks(bytes: Uint8Array<ArrayBuffer>): JSONWebKeySet {
  let tree;
  try {
    tree = parseJson(bytes, {
      ...{ bytes: MAX_JWKS_BYTES, depth: 16, tokens: 100_000, keys: 1000 },
      numbers: "preserve",
    });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new BadKeys(`is no JSON that can be read in one way (${error.code})`);
  }
  const found = tree instanceof JsonObject ? tree.get("keys") : undefined;
  if (!Array.isArray(found)) throw new BadKeys("is no key set: it has no list `keys`");
  const keys = found.slice(0, MAX_KEYS).filter((k) => k instanceof JsonObject)
    .map((k) => toPlain(k) as JWK).filter(usable);
  if (keys.length === 0) {
    throw new BadKeys("holds no public key that can verify signatures (RSA needs 2048 bits)");
  }
  return { keys };
}

/**
 * Reads one public key in PEM.
 *
 * @param text A `BEGIN PUBLIC KEY` block (RFC 7468).
 * @returns A set with this key.
 * @throws {BadKeys} When it is none, is a private one, or is too weak.
 */
export function readPem(text: string): JSONWebKeySet {
  if (text.includes("PRIVATE KEY")) {
    throw new BadKeys("holds a private key, which belongs to the issuer only; give the public one");
  }
  if (!text.includes("-----BEGIN PUBLIC KEY-----")) {
    throw new BadKeys("holds no `-----BEGIN PUBLIC KEY-----`");
  }
  let key: JWK;
  try {
    key = createPublicKey(text).export({ format: "jwk" }) as JWK;
  } catch {
    throw new BadKeys("holds no public key that can be read");
  }
  if (!usable(key)) throw new BadKeys("holds a key that is too weak (RSA needs 2048 bits)");
  return { keys: [key] };
}

/** Whether a key is a public one that may verify signatures. */
function usable(key: JWK): boolean {
  const text = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (key.d !== undefined || key.k !== undefined) return false;
  if (key.use !== undefined && key.use !== "sig") return false;
  if (key.kid !== undefined && typeof key.kid !== "string") return false;
  if (
    key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes("verify"))
  ) return false;
  if (key.kty === "RSA") return text(key.e) && text(key.n) && bitsOf(key.n) >= RSA_BITS;
  if (key.kty === "EC") return text(key.crv) && text(key.x) && text(key.y);
  return key.kty === "OKP" && key.crv === "Ed25519" && text(key.x);
}

/** Bits of a number in base64url, leading zeros not counted. */
function bitsOf(text: string): number {
  const bytes = Buffer.from(text, "base64url");
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first]!) + 24;
}
