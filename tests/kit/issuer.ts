// An issuer of signed tokens for tests: real keys, real tokens, and its key set on a loopback port.

import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** The `iss` of every token unless said otherwise. */
export const ISSUER = "https://idp.example";
/** The `aud` of every token unless said otherwise. */
export const AUDIENCE = "mcpguard";

/** What a token says besides the usual; a claim or header that is undefined is left out. */
export interface Wish {
  /** Claims. */
  claims?: JWTPayload & Record<string, unknown>;
  /** Header parameters. */
  header?: Record<string, unknown>;
  /** Seconds until it expires; null for no `exp`. */
  ttl?: number | null;
}

/** An issuer with one key. */
export class Issuer {
  /** Its public key as a JWK. */
  readonly jwk: JWK;
  /** Its public key in PEM. */
  readonly pem: string;
  readonly #alg: string;
  readonly #kid: string;
  readonly #key: CryptoKey;

  private constructor(alg: string, kid: string, key: CryptoKey, jwk: JWK, pem: string) {
    this.#alg = alg;
    this.#kid = kid;
    this.#key = key;
    this.jwk = jwk;
    this.pem = pem;
  }

  /** Makes one with a fresh key. */
  static async create(alg = "ES256", kid = "k1"): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...await exportJWK(publicKey), kid, alg, use: "sig" };
    return new Issuer(alg, kid, privateKey, jwk, await exportSPKI(publicKey));
  }

  /** Signs a token for alice, unless the wish says otherwise. */
  async token(wish: Wish = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: ISSUER, aud: AUDIENCE, sub: "alice", iat: now },
      ...(wish.ttl === null ? {} : { exp: now + (wish.ttl ?? 300) }),
      ...wish.claims,
    };
    const header = { alg: this.#alg, kid: this.#kid, ...wish.header };
    return await new SignJWT(withoutUndefined(claims)).setProtectedHeader(withoutUndefined(header))
      .sign(this.#key);
  }
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** A key set's address on loopback, and how it behaves. */
export class JwksServer implements AsyncDisposable {
  /** What it answers with; a test may replace it at any time. */
  reply: () => Response | Promise<Response>;
  /** Requests so far. */
  asked = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param keys The set. @param port A port, or 0 for any. */
  constructor(keys: readonly JWK[], port = 0) {
    this.reply = () => Response.json({ keys });
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, () => {
      this.asked++;
      return this.reply();
    });
  }

  /** The port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The address. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Section `auth` for an issuer: `keys` is the line that says where they are, `more` further keys of `jwt`. */
export function jwtAuth(keys: string, more = ""): string {
  return `auth: {mode: jwt, jwt: {issuer: "${ISSUER}", audience: ${AUDIENCE}, ${keys}${more}}}\n`;
}
