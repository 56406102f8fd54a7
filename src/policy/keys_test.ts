import { expect } from "expect";
import { lintPolicy } from "./parse.ts";
import { problemsOf } from "./_testkit.ts";

function inKeys(entry: string): string[] {
  return problemsOf(`version: 1\nauth:\n  mode: api_key\n  allowed_keys:\n    - ${entry}\n`);
}

Deno.test("readAuth() refuses keys that mean something else, are empty or cannot travel", () => {
  const cases: [entry: string, word: string][] = [
    ['""', "1 to 4096 characters"],
    ['"  "', "an empty key"],
    ['"a b"', "visible ASCII"],
    ['"Bearer abc"', "visible ASCII"],
    ['"k\\u00e9y"', "visible ASCII"],
    ['"a\\nb"', "visible ASCII"],
    ["sha256:abc", "64 hexadecimal digits"],
    [`sha256:${"g".repeat(64)}`, "64 hexadecimal digits"],
    [`SHA256:${"a".repeat(64)}`, "small letters"],
    ["'env:'", "name of an environment variable"],
    ["'env:A B'", "name of an environment variable"],
    ["ENV:A", "small letters"],
    ["sha512:abc", "`sha512:` is no form of a key"],
    ["file:/run/key", "`file:` is no form of a key"],
    ["${KEY}", "no variables"],
    ["$KEY", "no variables"],
    ["123456", "write it in quotes"],
    ["{identity: a}", "missing; expected a text"],
    ["{key: abc, identity: abc}", "the identity is the key itself"],
    ['{key: abc, identity: " a"}', "visible characters"],
    ['{key: abc, roles: ["a "]}', "visible characters"],
    ["{key: abc, roles: finance}", "expected a list"],
  ];
  for (const [entry, word] of cases) {
    expect([entry, inKeys(entry)]).toEqual([entry, [expect.stringContaining(word)]]);
    expect(inKeys(entry)[0]).toMatch(/^5:/);
  }
});

Deno.test("readAuth() refuses the same key twice, and takes one identity for two keys", () => {
  expect(problemsOf(`version: 1
auth:
  mode: api_key
  allowed_keys:
    - abc
    - { key: abc, identity: x }
    - { key: "sha256:${"aB".repeat(32)}", identity: x }
    - "sha256:${"Ab".repeat(32)}"
    - env:A
    - env:A
    - { key: def, identity: x }
`)).toEqual([
    "6:14 auth.allowed_keys[1].key: the same key as entry 0",
    "8:7 auth.allowed_keys[3]: the same key as entry 2",
    "10:7 auth.allowed_keys[5]: the same key as entry 4",
  ]);
});

Deno.test("readAuth() wants the list that goes with the mode, and only that", () => {
  const auth = (body: string): string[] => problemsOf(`version: 1\nauth: {${body}}`);
  expect(auth("mode: api_key")[0]).toContain("needs at least one entry in `allowed_keys`");
  expect(auth("mode: api_key, allowed_keys: []")[0]).toContain(
    "2:37 auth.allowed_keys: mode `api_key` needs",
  );
  expect(auth("mode: bearer")[0]).toContain("needs at least one entry in `allowed_tokens`");
  expect(auth("mode: api_key, allowed_keys: [a], allowed_tokens: [b]")[0]).toContain(
    "mode `api_key` does not look at `allowed_tokens`; list them in `allowed_keys`",
  );
  expect(auth("mode: bearer, allowed_tokens: [a], allowed_keys: [b]")[0]).toContain(
    "mode `bearer` does not look at `allowed_keys`",
  );
  expect(auth("mode: none, allowed_keys: [a]")[0]).toContain("mode `none` does not look at");
  expect(auth("allowed_keys: [a]")[0]).toContain("auth.mode: missing; expected `none`, `api_key`");
  expect(auth("mode: none")).toEqual([]);
});

Deno.test("compilePolicy() wants an address for redis and a path for a file", () => {
  const limit = (body: string): string[] =>
    problemsOf(`version: 1\nrate_limit: {capacity: 1, refill_rate_per_sec: 1, ${body}}`);
  expect(limit("backend: redis")[0]).toContain(
    "rate_limit.backend: `backend: redis` needs `redis_dsn`",
  );
  for (
    const dsn of ["localhost:6379", "http://h", "redis://", "'env:'", "'env:A-B'", "redis:///0"]
  ) {
    expect([dsn, limit(`backend: redis, redis_dsn: ${dsn}`)]).toEqual([
      dsn,
      [expect.stringContaining("expected `redis://HOST`")],
    ]);
  }
  for (const dsn of ["redis://h", "rediss://u:p@h:1/2", "'redis://[::1]:6379'", "env:REDIS_URL"]) {
    expect([dsn, limit(`backend: redis, redis_dsn: ${dsn}`)]).toEqual([dsn, []]);
  }
  expect(problemsOf("version: 1\nlogging: {output: file}")).toEqual([
    "2:19 logging.output: `output: file` needs `file_path`",
  ]);
});

Deno.test("lintPolicy() never repeats a key, a token or a password", () => {
  const places = [
    "auth: hunter2",
    "auth: {mode: hunter2}",
    "auth: {hunter2: x}",
    "auth: {mode: api_key, hunter2: x, allowed_keys: hunter2}",
    "auth: {mode: api_key, allowed_keys: {hunter2: x}}",
    "auth: {mode: api_key, allowed_keys: [hunter2: x]}",
    "auth: {mode: api_key, allowed_keys: [[hunter2]]}",
    "auth: {mode: api_key, allowed_keys: [hunter2, hunter2]}",
    "auth: {mode: api_key, allowed_keys: ['hunter2 x', {key: 'hunter2 y', hunter2: 1}]}",
    "auth: {mode: api_key, allowed_keys: [{key: hunter2, identity: hunter2}]}",
    "auth: {mode: api_key, allowed_keys: ['sha256:hunter2', 'env:hunter2 ', 'file:hunter2']}",
    "auth: {mode: api_key, allowed_keys: [&hunter2 a, *hunter2, !hunter2 b]}",
    "auth: {mode: api_key, allowed_keys: [!hunter2{]}",
    "auth: {mode: api_key, allowed_keys: [hunter2",
    "auth: {mode: api_key, allowed_keys: ['hunter2]}",
    "auth: {mode: api_key, allowed_keys: [{hunter2: a, hunter2: b}]}",
    "auth: {mode: api_key, allowed_keys: [{? {hunter2: a} : b}]}",
    "auth:\n  mode: api_key\n  allowed_keys:\n  - hunter2\n - x",
    "auth: {mode: api_key, allowed_keys: [hunter2]}",
    "rate_limit: {capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: 'ftp://:hunter2@h'}",
    "rate_limit: {capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: [hunter2]}",
    "rate_limit: {capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: {hunter2: 1}}",
    "rate_limit: {capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dns: 'redis://:hunter2@h'}",
    "rate_limit: {capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: 'redis://:hunter2@h'}",
  ];
  for (const text of places) {
    const { problems, warnings } = lintPolicy(`version: 1\n${text}`, "p");
    expect([text, problems.length + warnings.length > 0]).toEqual([text, true]);
    expect(JSON.stringify([problems, warnings])).not.toContain("hunter2");
  }
});
