// Where the keys of an issuer come from: files and secrets that cannot be used, and an address that fails and works again.

import { expect } from "expect";
import { BadPolicy, DependencyFailed } from "../errors.ts";
import { Issuer, JwksServer, jwtAuth } from "../../tests/kit/issuer.ts";
import { make, outcome } from "./jwt_testkit.ts";
import type { AuthDeps } from "./types.ts";

const issuer = await Issuer.create();

Deno.test("jwt refuses key files and secrets that cannot be used, without what is in them", async () => {
  const weak = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const jwk = await crypto.subtle.exportKey("jwk", weak.publicKey);
  const files: Record<string, string> = {
    weak: JSON.stringify({ keys: [jwk] }),
    oct: JSON.stringify({ keys: [{ kty: "oct", k: "aGlkZGVuLXNlY3JldA" }] }),
    enc: JSON.stringify({ keys: [{ ...issuer.jwk, use: "enc" }] }),
    empty: '{"keys":[]}',
    twice: '{"keys":[],"keys":[]}',
    array: "[]",
    text: "hidden-secret",
    big: `{"keys":[],"x":"${"x".repeat(1_100_000)}"}`,
    private: "-----BEGIN PRIVATE KEY-----\nhidden-secret\n-----END PRIVATE KEY-----",
    pem: "-----BEGIN PUBLIC KEY-----\nhidden-secret\n-----END PUBLIC KEY-----",
  };
  const tries: [string, Partial<AuthDeps>][] = [
    ...Object.keys(files).map((name): [string, Partial<AuthDeps>] => [`jwks_file: ${name}`, {}]),
    ...["private", "pem", "text"].map((
      name,
    ): [string, Partial<AuthDeps>] => [`key_file: ${name}`, {}]),
    ["jwks_file: missing", {}],
    ["secret: 'env:SECRET'", {}],
    ["secret: 'env:SECRET'", { env: () => "hidden-secret" }],
  ];
  for (const [keys, deps] of tries) {
    let error: unknown;
    try {
      make(jwtAuth(keys), files, deps);
    } catch (e) {
      error = e;
    }
    if (!(error instanceof BadPolicy)) throw new Error(`expected BadPolicy for ${keys}`);
    expect(error.message).toMatch(/^policy\.yaml: auth\.jwt\.[a-z_]+: /);
    expect(error.message).not.toContain("hidden-secret");
  }
});

Deno.test("jwt asks the address once, again for a new key, and seldom for a flood of unknown ones", async () => {
  await using server = new JwksServer([issuer.jwk]);
  const { ask, clock } = make(jwtAuth(`jwks_url: "${server.url}"`));
  const tokens = await Promise.all([1, 2, 3].map(() => issuer.token()));
  expect((await Promise.all(tokens.map(ask))).map(outcome)).toEqual(["alice", "alice", "alice"]);
  expect(server.asked).toBe(1);
  for (let i = 0; i < 50; i++) {
    const stranger = await issuer.token({ header: { kid: `stranger-${i}` } });
    expect(outcome(await ask(stranger))).toBe("401 auth.jwt_key");
  }
  expect(server.asked).toBe(1);
  const next = await Issuer.create("ES256", "k2");
  server.reply = () => Response.json({ keys: [issuer.jwk, next.jwk] });
  clock.ahead = 61_000;
  expect(outcome(await ask(await next.token()))).toBe("alice");
  expect(server.asked).toBe(2);
});

Deno.test("jwt fails closed while keys cannot be read, and works again by itself (AUTH-010, AUTH-011)", async () => {
  await using elsewhere = new JwksServer([issuer.jwk]);
  await using server = new JwksServer([issuer.jwk]);
  const said: string[] = [];
  const { ask, clock } = make(jwtAuth(`jwks_url: "${server.url}"`), {}, {
    report: (message) => said.push(message),
  });
  const token = await issuer.token({ ttl: 200_000 });
  const weak = { ...issuer.jwk, d: "AAAA" };
  const bad: [string, () => Response][] = [
    ["an error", () => new Response("no", { status: 500 })],
    ["a redirect", () => Response.redirect(elsewhere.url, 302)],
    ["100 MB", () => new Response(endless())],
    ["no JSON", () => new Response("<html>")],
    ["no usable key", () => Response.json({ keys: [weak] })],
  ];
  for (const [what, reply] of bad) {
    server.reply = reply;
    clock.ahead += 6000;
    const asked = server.asked;
    await expect(ask(token)).rejects.toThrow(DependencyFailed);
    await expect(ask(token)).rejects.toThrow(DependencyFailed);
    expect([what, server.asked]).toEqual([what, asked + 1]);
  }
  expect(elsewhere.asked).toBe(0);
  server.reply = () => Response.json({ keys: [issuer.jwk] });
  clock.ahead += 6000;
  expect(outcome(await ask(token))).toBe("alice");
  expect(said).toEqual([
    expect.stringContaining("auth.jwt.jwks_url answers with status 500"),
    expect.stringContaining("can be read again"),
  ]);
  // Gone later: the keys serve for a day, and an unknown key is no wrong credential in the meantime.
  server.reply = () => new Response("no", { status: 500 });
  clock.ahead += 3_600_000;
  expect(outcome(await ask(token))).toBe("alice");
  const unknown = await issuer.token({ header: { kid: "k9" }, ttl: 200_000 });
  clock.ahead += 61_000;
  await expect(ask(unknown)).rejects.toThrow(DependencyFailed);
  clock.ahead += 86_400_000;
  await expect(ask(token)).rejects.toThrow(DependencyFailed);
});

/** Bytes without an end. */
function endless(): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(0x20);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}
