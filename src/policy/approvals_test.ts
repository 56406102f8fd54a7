// Tests of the sections approvals and server_requests: defaults, what is refused, what is warned of.

import { expect } from "expect";
import { BadPolicy } from "../errors.ts";
import { lintPolicy, parsePolicy } from "./mod.ts";

const problem = (text: string): string => {
  try {
    parsePolicy(`version: 1\n${text}`, "p");
  } catch (error) {
    if (error instanceof BadPolicy) return error.message;
    throw error;
  }
  return "";
};

Deno.test("parsePolicy() holds calls for half a minute and keeps requests ten minutes, in memory", () => {
  expect(parsePolicy("version: 1", "p").approvals).toEqual({
    adminKeys: [],
    waitMs: 30_000,
    ttlMs: 600_000,
    perIdentity: 20,
    store: "memory",
    file: null,
    redisDsn: null,
  });
});

Deno.test("parsePolicy() refuses stores without a place, clients that approve, and never repeats a key", () => {
  const secret = "a-secret-that-must-not-be-shown";
  const auth = `auth: { mode: api_key, allowed_keys: [${secret}] }\n`;
  const key = (spec: string): string => `approvals: { admin_keys: [${spec}] }`;
  const cases: [string, string][] = [
    ["approvals: { store: file }", "needs `file`"],
    ["approvals: { store: redis }", "needs `redis_dsn`"],
    [`approvals: { store: redis, redis_dsn: "http://${secret}" }`, "expected `redis://HOST`"],
    [`${auth}${key(`{ key: ${secret}, identity: eve }`)}`, "a client's key"],
    [key(`{ key: ${secret} }`), "identity"],
    [key(secret), "expected a mapping"],
    [key(`{ key: "two ${secret}", identity: a }`), "visible ASCII"],
    [key(`{ key: ${secret}, identity: ${secret} }`), "the identity is the key itself"],
    [key(`{ key: k1, identity: a }, { key: k1, identity: b }`), "the same key as entry 0"],
    [key(`{ ${secret}: 1, key: k, identity: a }`), "unknown key"],
    ["approvals: { wait_ms: -1 }", "wait_ms"],
    ["approvals: { per_identity: 0 }", "per_identity"],
    ["server_requests: { sampling: maybe }", "sampling: expected"],
    ["server_requests: { elicitation: { url: { allow_hosts: [] } } }", "allow_hosts"],
  ];
  for (const [text, says] of cases) {
    const said = problem(text);
    expect([text, said]).toEqual([text, expect.stringContaining(says)]);
    expect(said).not.toContain(secret);
  }
});

Deno.test("parsePolicy() reads server_requests in both forms, hosts in one spelling", () => {
  const of = (text: string): unknown => parsePolicy(`version: 1\n${text}`, "p").serverRequests;
  const all = { effect: "allow", hosts: null };
  expect(of("")).toEqual({ sampling: "allow", form: "allow", roots: "allow", url: all });
  expect(of("server_requests: { elicitation: confirm, sampling: deny }")).toEqual({
    sampling: "deny",
    form: "confirm",
    roots: "allow",
    url: { effect: "confirm", hosts: null },
  });
  const hosts = '["AUTH.Example.com", "*.bücher.example", "[::1]"]';
  expect(of(`server_requests: { elicitation: { form: deny, url: { allow_hosts: ${hosts} } } }`))
    .toMatchObject({
      form: "deny",
      url: {
        effect: "allow",
        hosts: ["auth.example.com", "*.xn--bcher-kva.example", "[::1]"],
      },
    });
  for (
    const host of [
      "https://a.example",
      "a.example/x",
      "*",
      "*.",
      "a.*.example",
      "u@a.example",
      "a.example:1",
    ]
  ) {
    const text = `server_requests: { elicitation: { url: { allow_hosts: ["${host}"] } } }`;
    expect([host, problem(text)]).toEqual([host, expect.stringContaining("expected a host")]);
  }
});

Deno.test("lintPolicy() warns of approvals that nobody can give, and of keys that can be guessed", () => {
  const codes = (text: string): string[] =>
    lintPolicy(`version: 1\n${text}`, "p").warnings.map((w) => `${w.code} ${w.path}`)
      .filter((w) => w.includes("approv") || w.includes("rules") || w.includes("server_requests"));
  const rule = "rules: [{ id: a, tools: [pay], effect: approve }]\n";
  expect(codes(rule)).toEqual(["no_approver rules[0].effect"]);
  expect(codes("server_requests: { sampling: approve }")).toEqual([
    "no_approver server_requests.sampling",
  ]);
  const admin = (key: string): string =>
    `approvals: { admin_keys: [{ key: ${key}, identity: c }] }`;
  expect(codes(rule + admin("env:K"))).toEqual([]);
  expect(codes(rule + admin("short"))).toEqual(["weak_key approvals.admin_keys[0].key"]);
});
