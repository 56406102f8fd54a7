// Signed tokens: which are taken, which are not, and for whom and until when they stand.

import { expect } from "expect";
import { SignJWT, UnsecuredJWT } from "jose";
import { AUDIENCE, ISSUER, Issuer, JwksServer, jwtAuth } from "../../tests/kit/issuer.ts";
import { make, outcome } from "./jwt_testkit.ts";

const issuer = await Issuer.create();
const SET = { "keys.json": JSON.stringify({ keys: [issuer.jwk] }) };
const FILE = jwtAuth("jwks_file: keys.json");

Deno.test("jwt takes the tokens of its issuer, by key set, by PEM and by secret", async () => {
  for (const alg of ["RS256", "PS384", "ES256", "ES512", "EdDSA", "Ed25519"]) {
    const other = await Issuer.create(alg);
    const files = { "keys.json": JSON.stringify({ keys: [other.jwk] }), "key.pem": other.pem };
    for (const keys of ["jwks_file: keys.json", "key_file: key.pem"]) {
      const { ask } = make(jwtAuth(keys), files);
      expect([alg, outcome(await ask(await other.token()))]).toEqual([alg, "alice"]);
      expect([alg, outcome(await ask(await issuer.token()))][1]).toMatch(/^401 auth\.jwt_/);
    }
  }
  const secret = "s".repeat(32);
  const { ask } = make(jwtAuth("secret: 'env:SECRET'"), {}, { env: () => secret });
  const hs = (alg: string, key: string): Promise<string> =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: "alice" }).setExpirationTime("5m")
      .setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
  expect(outcome(await ask(await hs("HS256", secret)))).toBe("alice");
  expect(outcome(await ask(await hs("HS256", "t".repeat(32))))).toBe("401 auth.jwt_signature");
  expect(outcome(await ask(await hs("HS512", secret)))).toBe("401 auth.jwt_alg");
});

Deno.test("jwt refuses no algorithm, another one and a public key as a secret (AUTH-006)", async () => {
  const { ask } = make(FILE, SET);
  const good = await issuer.token();
  const [, payload, signature] = good.split(".");
  const header = (value: object): string => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const unsigned = new UnsecuredJWT({ sub: "admin" }).setIssuer(ISSUER).setAudience(AUDIENCE)
    .setExpirationTime("5m").encode();
  const confused = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: "admin" })
    .setExpirationTime("5m").setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(issuer.pem));
  const cases: [string, string][] = [
    [unsigned, "auth.jwt_alg"],
    ...["none", "None", "nOnE", "", "es256", "HS256"].map((alg): [string, string] => [
      `${header({ alg, kid: "k1" })}.${payload}.${signature}`,
      "auth.jwt_alg",
    ]),
    [`${header({ alg: "ES256", kid: "k1" })}.${payload}.`, "auth.jwt_signature"],
    [`${header({ alg: "ES256", kid: "k1" })}.${payload}`, "auth.jwt_form"],
    [confused, "auth.jwt_alg"],
    [good.replace(/.{4}$/, "AAAA"), "auth.jwt_signature"],
    [`${good}.a.b`, "auth.jwt_form"],
    [good.replace(".", "=."), "auth.jwt_form"],
    ["x", "auth.jwt_form"],
    ["..", "auth.jwt_form"],
    [
      `${btoa('{"alg":"none","alg":"ES256"}').replace(/=+$/, "")}.${payload}.${signature}`,
      "auth.jwt_form",
    ],
    [`${"a".repeat(9000)}.b.c`, "auth.jwt_size"],
  ];
  for (const [token, detail] of cases) {
    expect([token, outcome(await ask(token))]).toEqual([token, `401 ${detail}`]);
  }
  expect(outcome(await ask(good))).toBe("alice");
});

Deno.test("jwt refuses tokens that bring their own key, also rightly signed ones (AUTH-009)", async () => {
  await using evil = new JwksServer([]);
  const { ask } = make(FILE, SET);
  const own = await Issuer.create("ES256", "k1");
  for (
    const header of [
      { jku: evil.url },
      { x5u: evil.url },
      { jwk: own.jwk },
      { x5c: ["AAAA"] },
      { kid: 5 },
    ]
  ) {
    for (const signer of [issuer, own]) {
      const token = await signer.token({ header });
      expect([header, outcome(await ask(token))]).toEqual([header, "401 auth.jwt_header"]);
    }
  }
  expect(evil.asked).toBe(0);
});

Deno.test("jwt checks issuer, audience, times, type and what must be there", async () => {
  const { ask } = make(FILE, SET);
  const now = Math.floor(Date.now() / 1000);
  const cases: [Parameters<Issuer["token"]>[0], string][] = [
    [{}, "alice"],
    [{ claims: { aud: ["other", AUDIENCE] } }, "alice"],
    [{ claims: { iss: `${ISSUER}/` } }, "401 auth.jwt_claims"],
    [{ claims: { iss: undefined } } as never, "401 auth.jwt_claims"],
    [{ claims: { aud: "other" } }, "401 auth.jwt_claims"],
    [{ claims: { aud: undefined } } as never, "401 auth.jwt_claims"],
    [{ ttl: null }, "401 auth.jwt_claims"],
    [{ ttl: -20 }, "alice"],
    [{ ttl: -40 }, "401 auth.expired"],
    [{ claims: { nbf: now + 20 } }, "alice"],
    [{ claims: { nbf: now + 60 } }, "401 auth.jwt_claims"],
    [{ claims: { exp: "9999999999" as never } }, "401 auth.jwt_claims"],
  ];
  for (const [wish, expected] of cases) {
    expect([wish, outcome(await ask(await issuer.token(wish)))]).toEqual([wish, expected]);
  }
  const strict = make(
    jwtAuth("jwks_file: keys.json", ", type: at+jwt, max_age_s: 60, clock_skew_s: 0"),
    SET,
  );
  const typed = { typ: "at+jwt" };
  expect(outcome(await strict.ask(await issuer.token()))).toBe("401 auth.jwt_claims");
  expect(outcome(await strict.ask(await issuer.token({ header: typed })))).toBe("alice");
  const old = await issuer.token({ header: typed, claims: { iat: now - 90 } });
  expect(outcome(await strict.ask(old))).toBe("401 auth.expired");
  const lasting = make(jwtAuth("jwks_file: keys.json", ", require_exp: false"), SET);
  expect(outcome(await lasting.ask(await issuer.token({ ttl: null })))).toBe("alice");
});

Deno.test("jwt takes only names that nobody can mistake for another's (AUTH-016, AUTH-018)", async () => {
  const { ask } = make(FILE, SET);
  const bad = [
    "\u0430lice",
    "alice\n",
    "alice ",
    " alice",
    "a\u200blice",
    "",
    "a b",
    "x".repeat(256),
  ];
  for (const sub of [...bad, 7, null, undefined, ["alice"], "a@evil.example@corp.example"]) {
    const token = await issuer.token({ claims: { sub: sub as string } });
    expect([sub, outcome(await ask(token))]).toEqual([sub, "401 auth.subject"]);
  }
  for (const sub of ["Alice", "auth0|1234", "alice@corp.example", "x".repeat(255)]) {
    expect(outcome(await ask(await issuer.token({ claims: { sub } })))).toBe(sub);
  }
  const email = "a@evil.example@corp.example";
  expect(outcome(await ask(await issuer.token({ claims: { email } })))).toBe("401 auth.subject");
  const byMail = make(jwtAuth("jwks_file: keys.json", ", identity_claim: email"), SET);
  for (
    const [claims, expected] of [
      [{ email: "a@corp.example" }, "a@corp.example"],
      [{ email: "a@corp.example", email_verified: true }, "a@corp.example"],
      [{ email: "a@corp.example", email_verified: false }, "401 auth.subject"],
      [{}, "401 auth.subject"],
    ] as const
  ) expect(outcome(await byMail.ask(await issuer.token({ claims })))).toBe(expected);
});

Deno.test("jwt maps a claim to roles: a list, a text with spaces, nested or literal", async () => {
  const roles = (claims: Record<string, unknown>, path: string): Promise<string> =>
    issuer.token({ claims }).then(
      make(jwtAuth("jwks_file: keys.json", `, roles_claim: "${path}"`), SET).ask,
    ).then(outcome);
  expect(await roles({ roles: ["a", "b", "a"] }, "roles")).toBe("alice a b");
  expect(await roles({ scope: "a  b" }, "scope")).toBe("alice a b");
  expect(await roles({ realm: { roles: ["a"] } }, "realm.roles")).toBe("alice a");
  expect(await roles({ "https://x.example/roles": ["a"] }, "https://x.example/roles")).toBe(
    "alice a",
  );
  for (const value of [undefined, null, [], ""]) {
    expect(await roles({ roles: value }, "roles")).toBe("alice");
  }
  expect(await roles({}, "__proto__.constructor")).toBe("alice");
  for (const value of [7, {}, [7], ["a\n"], [""], ["x".repeat(65)], Array(257).fill("a")]) {
    expect(await roles({ roles: value }, "roles")).toBe("401 auth.roles");
  }
});

Deno.test("jwt refuses two claims of one name", async () => {
  const { ask } = make(jwtAuth("secret: 'env:SECRET'"), {}, { env: () => "s".repeat(32) });
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode("s".repeat(32)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const part = (bytes: Uint8Array): string =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const encode = (text: string): string => part(new TextEncoder().encode(text));
  const mint = async (sub: string): Promise<string> => {
    const signed = `${encode('{"alg":"HS256"}')}.${
      encode(`{"iss":"${ISSUER}","aud":"${AUDIENCE}","exp":9999999999,${sub}}`)
    }`;
    const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed));
    return `${signed}.${part(new Uint8Array(mac))}`;
  };
  expect(outcome(await ask(await mint('"sub":"alice"')))).toBe("alice");
  expect(outcome(await ask(await mint('"sub":"bob","sub":"alice"')))).toBe("401 auth.jwt_claims");
});

Deno.test("jwt tells no kind of wrong from another, and leads to the metadata (AUTH-020, RFC 9728)", async () => {
  const { ask } = make(
    jwtAuth("jwks_file: keys.json", ', resource: "https://mcp.example/mcp", scopes: [a, b]'),
    SET,
  );
  const wrong = [
    "x",
    await issuer.token({ ttl: -90 }),
    await issuer.token({ claims: { aud: "o" } }),
  ];
  const answers = await Promise.all(wrong.map(ask));
  const shown = answers.map((one) => JSON.stringify({ ...one, detail: undefined }));
  expect(new Set(shown).size).toBe(1);
  const where =
    ', resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"' +
    ', scope="a b"';
  expect(answers[0]).toMatchObject({
    challenge: `Bearer realm="mcpguard", error="invalid_token"${where}`,
  });
  expect(await ask(null)).toMatchObject({
    status: 401,
    code: "auth.missing",
    challenge: `Bearer realm="mcpguard"${where}`,
  });
});

Deno.test("jwt says until when an identity stands, and whether a new policy would still accept it", async () => {
  const next = await Issuer.create("ES256", "k2");
  const both = { "keys.json": JSON.stringify({ keys: [next.jwk, issuer.jwk] }) };
  const only = { "keys.json": JSON.stringify({ keys: [next.jwk] }) };
  const { ask } = make(FILE, SET);
  const verdict = await ask(await issuer.token({ claims: { exp: 9_999_999_999 } }));
  if (!verdict.ok) throw new Error("expected an identity");
  expect(verdict.identity.grant?.until).toBe((9_999_999_999 + 30) * 1000);
  expect(make(FILE, SET).stands(verdict)).toBe(true);
  expect(make(FILE, both).stands(verdict)).toBe(true);
  expect(make(FILE, only).stands(verdict)).toBe(false);
  expect(make(jwtAuth("jwks_file: keys.json", ", max_age_s: 60"), SET).stands(verdict)).toBe(false);
  expect(make("", {}).stands(verdict)).toBe(false);
});
