// Which keys are taken, and what is told of those that are not.

import { expect } from "expect";
import fc from "fast-check";
import { BadPolicy } from "../errors.ts";
import type { AuthVerdict } from "../guard/ports.ts";
import { ALICE_BOB, make, outcome, spec } from "./authenticator_testkit.ts";
import { keyDigest } from "./digest.ts";
import { fingerprint } from "./fingerprint.ts";

Deno.test("createAuthenticator() in mode none knows nobody and gives no roles (AUTH-022)", () => {
  const ask = make("none", ALICE_BOB);
  const nobody = { ok: true, identity: { id: "anonymous", roles: [], method: "none" } };
  expect(ask([])).toEqual(nobody);
  expect(ask([["X-API-Key", "ALICE"], ["X-API-Key", "BOB"]])).toEqual(nobody);
});

Deno.test("createAuthenticator() takes a key from X-API-Key in any case, with its roles", () => {
  const ask = make("api_key", [spec("ALICE", "alice", ["user", "finance"]), spec("BOB")]);
  expect(ask([["x-api-key", "ALICE"]])).toMatchObject({
    ok: true,
    identity: { id: "alice", roles: ["user", "finance"], method: "api_key" },
  });
  expect(ask([["X-API-KEY", " BOB\t"]])).toMatchObject({
    ok: true,
    identity: { id: fingerprint("BOB"), roles: [], method: "api_key" },
  });
});

Deno.test("createAuthenticator() takes plain keys, digests and environment variables, read once", () => {
  const reads: string[] = [];
  const env = (name: string): string | undefined => {
    reads.push(name);
    return { PLAIN: "key-of-env", HASHED: `sha256:${keyDigest("hashed-in-env")}` }[name];
  };
  const ask = make("api_key", [
    spec("plain-key", "a"),
    spec(`sha256:${keyDigest("hashed-key").toUpperCase()}`, "b"),
    spec("env:PLAIN", "c"),
    spec("env:HASHED", "d"),
  ], { env });
  for (let i = 0; i < 3; i++) {
    for (
      const [key, id] of [
        ["plain-key", "a"],
        ["hashed-key", "b"],
        ["key-of-env", "c"],
        ["hashed-in-env", "d"],
      ] as const
    ) expect(outcome(ask([["X-API-Key", key]]))).toBe(id);
  }
  expect(reads).toEqual(["PLAIN", "HASHED"]);
  // The digest is not the key.
  expect(outcome(ask([["X-API-Key", keyDigest("hashed-key")]]))).toBe("401 auth.invalid");
  expect(outcome(ask([["X-API-Key", `sha256:${keyDigest("hashed-key")}`]]))).toBe(
    "401 auth.invalid",
  );
});

Deno.test("createAuthenticator() refuses keys that cannot be used, all at once, without their values", () => {
  const keys = [
    spec("env:UNSET", undefined, [], 0),
    spec("env:EMPTY", undefined, [], 1),
    spec("", undefined, [], 2),
    spec("   ", undefined, [], 3),
    spec("hidden secret", undefined, [], 4),
    spec("sha256:12", undefined, [], 5),
    spec("env:NEWLINE", undefined, [], 6),
    spec("s".repeat(4097), undefined, [], 7),
    spec("secret,secret", undefined, [], 8),
    spec("env:SHORT", undefined, [], 9),
    spec("twice", "alice", [], 10),
    spec("twice", "bob", [], 11),
    spec("twice", "alice", ["admin"], 12),
  ];
  const env = (name: string): string | undefined =>
    ({ EMPTY: "", NEWLINE: "secret\n", SHORT: "sha256:secret" })[name];
  let error: unknown;
  try {
    make("api_key", keys, { env, file: "policy.yaml" });
  } catch (e) {
    error = e;
  }
  if (!(error instanceof BadPolicy)) throw new Error("expected BadPolicy");
  expect(error.problems.map((p) => p.path)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12].map((i) => `auth.allowed_keys[${i}]`),
  );
  expect(error.message.split("\n")[0]).toBe(
    'policy.yaml: auth.allowed_keys[0]: environment variable "UNSET" is not set',
  );
  expect(error.problems[1]!.message).toBe('environment variable "EMPTY" is empty');
  expect(error.message).not.toContain("secret");
});

Deno.test("createAuthenticator() refuses one key in two spellings, naming both places", () => {
  const key = "k".repeat(40);
  const hex = keyDigest(key);
  const variants = [`sha256:${hex}`, `sha256:${hex.toUpperCase()}`, "env:SAME", "env:HASH"];
  for (const variant of variants) {
    let error: unknown;
    try {
      make("api_key", [
        spec(key, "alice", [], 0),
        spec("other", "bob", [], 1),
        spec(variant, "alice", [], 2),
      ], {
        env: (name) => name === "SAME" ? key : `sha256:${hex}`,
        file: "policy.yaml",
      });
    } catch (e) {
      error = e;
    }
    if (!(error instanceof BadPolicy)) throw new Error(`expected BadPolicy for ${variant}`);
    expect(error.message).toBe(
      "policy.yaml: auth.allowed_keys[2]: the same key as auth.allowed_keys[0]; keep one of the two",
    );
  }
});

Deno.test("createAuthenticator() answers missing and empty credentials with 401 (AUTH-001)", () => {
  const byKey = make("api_key", ALICE_BOB);
  for (const value of ["", " ", "\t \t"]) {
    expect(outcome(byKey([["X-API-Key", value]]))).toBe("401 auth.missing");
  }
  expect(outcome(byKey([]))).toBe("401 auth.missing");
  expect(outcome(byKey([["Authorization", "Bearer ALICE"]]))).toBe("401 auth.missing");
  const byToken = make("bearer", ALICE_BOB);
  for (const value of ["", "Bearer", "Bearer ", "bearer   ", "Bearer\t"]) {
    expect(outcome(byToken([["Authorization", value]]))).toBe("401 auth.missing");
  }
  expect(outcome(byToken([]))).toBe("401 auth.missing");
  expect(outcome(byToken([["X-API-Key", "ALICE"]]))).toBe("401 auth.missing");
});

Deno.test("createAuthenticator() with no keys refuses everything", () => {
  const ask = make("api_key", []);
  for (const key of ["x", "undefined", "null", "0", "\u0000"]) {
    expect(outcome(ask([["X-API-Key", key]]))).toBe("401 auth.invalid");
  }
});

Deno.test("createAuthenticator() tells no kind of wrong credential from another (AUTH-020)", () => {
  const wrong = ["alice", "ALICE2", "ALIC", "AL ICE", "ÄLICE", "\u0000", "x".repeat(100_000)];
  const byKey = make("api_key", ALICE_BOB);
  const answers = wrong.map((key) => JSON.stringify(byKey([["X-API-Key", key]])));
  expect(new Set(answers).size).toBe(1);
  expect(JSON.parse(answers[0]!)).toEqual({
    ok: false,
    status: 401,
    code: "auth.invalid",
    message: "The credentials were not accepted",
    challenge: 'ApiKey realm="mcpguard"',
  });
  const byToken = make("bearer", ALICE_BOB);
  const tokens = [...wrong.map((t) => `Bearer ${t}`), "Basic QUxJQ0U6", "Bearer\tALICE", "ALICE"];
  expect(new Set(tokens.map((t) => JSON.stringify(byToken([["Authorization", t]])))).size).toBe(1);
});

Deno.test("createAuthenticator() slows guessing, and never locks a right key out (AUTH-019)", () => {
  const ask = make("api_key", ALICE_BOB, { limits: { burst: 10, perSec: 1 } });
  const codes = new Map<string, number>();
  let last: AuthVerdict | undefined;
  for (let i = 0; i < 1000; i++) {
    last = ask([["X-API-Key", `guess-${i}`]], "192.0.2.1");
    codes.set(outcome(last), (codes.get(outcome(last)) ?? 0) + 1);
  }
  expect(Object.fromEntries(codes)).toEqual({ "401 auth.invalid": 10, "429 auth.rate": 990 });
  expect(last).toEqual({
    ok: false,
    status: 429,
    code: "auth.rate",
    message: "The credentials were not accepted",
    retryAfterMs: 1000,
  });
  expect(outcome(ask([["X-API-Key", "ALICE"]], "192.0.2.1"))).toBe("alice");
  expect(outcome(ask([["X-API-Key", "wrong"]], "192.0.2.2"))).toBe("401 auth.invalid");
  // Neither a missing key nor a call without an address is counted.
  expect(outcome(ask([], "192.0.2.1"))).toBe("401 auth.missing");
  expect(outcome(ask([["X-API-Key", "wrong"]]))).toBe("401 auth.invalid");
});

Deno.test("createAuthenticator() compares whole digests and whole keys", () => {
  const digest = keyDigest("key");
  // Digests that differ from the key's in one digit each.
  const near = Array.from(digest, (digit, i) => {
    const other = ((parseInt(digit, 16) + 8) % 16).toString(16);
    return spec(`sha256:${digest.slice(0, i)}${other}${digest.slice(i + 1)}`, `near-${i}`);
  });
  expect(outcome(make("api_key", near)([["X-API-Key", "key"]]))).toBe("401 auth.invalid");
  expect(outcome(make("api_key", [...near, spec("key", "me")])([["X-API-Key", "key"]]))).toBe("me");

  const longest = "k".repeat(4096);
  const ask = make("api_key", [spec(longest, "long")]);
  expect(outcome(ask([["X-API-Key", longest]]))).toBe("long");
  expect(outcome(ask([["X-API-Key", `${longest}x`]]))).toBe("401 auth.invalid");
  // A digest of a text that can be no key is never met, e.g. by a header that holds a space.
  const spaced = make("api_key", [spec(`sha256:${keyDigest("a b")}`, "spaced")]);
  expect(outcome(spaced([["X-API-Key", "a b"]]))).toBe("401 auth.invalid");
});

Deno.test("createAuthenticator() finds exactly the configured keys among many", () => {
  const key = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).filter((c) => c !== 0x2c).map((c) =>
      String.fromCharCode(c)
    ),
    minLength: 1,
    maxLength: 60,
  }).filter((k) => !k.startsWith("env:") && !k.startsWith("sha256:"));
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 40 }), (keys) => {
      const [stranger, ...known] = keys as [string, ...string[]];
      const ask = make("api_key", known.map((k, i) => spec(k, `id-${i}`, [], i)));
      known.forEach((k, i) => expect(outcome(ask([["X-API-Key", k]]))).toBe(`id-${i}`));
      expect(outcome(ask([["X-API-Key", stranger]]))).toBe("401 auth.invalid");
    }),
    { numRuns: 200 },
  );
});
