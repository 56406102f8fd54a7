// How credentials are presented: schemes, headers that are repeated, joined or contradict each other, whatever strangers send.

import { expect } from "expect";
import fc from "fast-check";
import type { Credentials } from "../guard/ports.ts";
import { createAuthenticator } from "./authenticator.ts";
import { ALICE_BOB, clock, make, outcome } from "./authenticator_testkit.ts";
import { credentialsFrom } from "./credentials.ts";

Deno.test("createAuthenticator() reads the scheme in any case and refuses a tab (AUTH-021)", () => {
  const ask = make("bearer", ALICE_BOB);
  for (const value of ["Bearer ALICE", "bearer ALICE", "BEARER ALICE", "Bearer   ALICE "]) {
    expect(outcome(ask([["authorization", value]]))).toBe("alice");
  }
  for (
    const value of [
      "Bearer\tALICE",
      "Bearer \tALICE",
      "BearerALICE",
      "Bearer ALICE=",
      "Bearer ALICE BOB",
      "Bearer \u00c4LICE",
      "Token ALICE",
    ]
  ) expect([value, outcome(ask([["authorization", value]]))]).toEqual([value, "401 auth.invalid"]);
});

Deno.test("createAuthenticator() refuses repeated and joined headers (AUTH-004)", () => {
  for (const mode of ["api_key", "bearer"] as const) {
    const ask = make(mode, ALICE_BOB);
    const right: [string, string] = mode === "api_key"
      ? ["X-API-Key", "ALICE"]
      : ["Authorization", "Bearer ALICE"];
    expect(outcome(ask([right]))).toBe("alice");
    for (
      const headers of [
        [["Authorization", "Bearer BOB"], ["authorization", "Bearer ALICE"]],
        [["Authorization", "Bearer ALICE"], ["Authorization", "Bearer ALICE"]],
        [["Authorization", "Bearer BOB, Bearer ALICE"]],
        [["Authorization", "Bearer BOB,ALICE"]],
        [["X-API-Key", "ALICE"], ["x-api-key", "BOB"]],
        [["X-API-Key", "ALICE, BOB"]],
        [["X-API-Key", "ALICE"], ["X-API-Key", ""]],
      ] as [string, string][][]
    ) {
      expect(outcome(ask([...headers]))).toBe("400 auth.ambiguous");
      const [name] = headers[0]!;
      if (name !== right[0]) expect(outcome(ask([right, ...headers]))).toBe("400 auth.ambiguous");
    }
  }
});

Deno.test("createAuthenticator() refuses two kinds for two identities and ignores foreign ones (AUTH-005)", () => {
  const byKey = make("api_key", ALICE_BOB);
  const byToken = make("bearer", ALICE_BOB);
  const both = (key: string, token: string): [string, string][] => [
    ["Authorization", token],
    ["X-API-Key", key],
  ];
  for (const ask of [byKey, byToken]) {
    expect(outcome(ask(both("BOB", "Bearer ALICE")))).toBe("400 auth.ambiguous");
    expect(outcome(ask(both("ALICE", "bearer  BOB")))).toBe("400 auth.ambiguous");
    expect(outcome(ask(both("ALICE", "Bearer ALICE")))).toBe("alice");
  }
  // The other kind may be meant for the upstream.
  expect(outcome(byKey(both("ALICE", "Bearer upstream-token")))).toBe("alice");
  expect(outcome(byKey(both("ALICE", 'Digest username="x", realm="y"')))).toBe("alice");
  expect(outcome(byToken(both("upstream-key", "Bearer ALICE")))).toBe("alice");
  // It never stands in for the right kind.
  expect(outcome(byKey(both("wrong", "Bearer ALICE")))).toBe("401 auth.invalid");
  expect(outcome(byToken(both("ALICE", "Bearer wrong")))).toBe("401 auth.invalid");
});

Deno.test("createAuthenticator() challenges by RFC 6750", () => {
  const ask = make("bearer", ALICE_BOB);
  const [none, wrong] = [ask([]), ask([["Authorization", "Bearer x"]])];
  if (none.ok || wrong.ok) throw new Error("expected refusals");
  expect(none.challenge).toBe('Bearer realm="mcpguard"');
  expect(wrong.challenge).toBe('Bearer realm="mcpguard", error="invalid_token"');
});

Deno.test("createAuthenticator() never throws for what a stranger sends", () => {
  const headers = fc.array(
    fc.tuple(
      fc.constantFrom("X-API-Key", "Authorization", "x-api-key", "Host"),
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("Bearer ALICE", "ALICE", "Bearer ")),
    ),
    { maxLength: 4 },
  );
  const asks = [make("api_key", ALICE_BOB), make("bearer", ALICE_BOB)];
  fc.assert(
    fc.property(headers, fc.string(), (given, remote) => {
      for (const ask of asks) {
        const verdict = ask(given, remote);
        if (verdict.ok) expect(given.some(([, v]) => v.includes("ALICE"))).toBe(true);
      }
    }),
  );
});

Deno.test("credentialsFrom() makes the headers a client would send", () => {
  const authenticator = createAuthenticator({ mode: "bearer", keys: ALICE_BOB }, {
    env: () => undefined,
    clock,
  });
  const ask = (c: Credentials): string => outcome(authenticator.authenticate(c));
  expect(ask(credentialsFrom({ bearer: "ALICE" }))).toBe("alice");
  expect(ask(credentialsFrom({ apiKey: "ALICE" }))).toBe("401 auth.missing");
  expect(ask(credentialsFrom({ apiKey: "BOB", bearer: "ALICE" }))).toBe("400 auth.ambiguous");
  expect(ask(credentialsFrom({ bearer: "" }))).toBe("401 auth.missing");
  expect(ask(credentialsFrom({}))).toBe("401 auth.missing");
});
