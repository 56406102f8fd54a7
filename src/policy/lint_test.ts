import { expect } from "expect";
import { keyBits } from "./lint.ts";
import { lintPolicy } from "./parse.ts";
import { MISSION, warningsOf } from "./_testkit.ts";

/** A policy without any other warning. */
const QUIET = "version: 1\ndefault: deny\nauth: { mode: api_key, allowed_keys: ['env:KEY'] }\n";

Deno.test("lintPolicy() warns of the demonstration key, and of nothing else, in the mission's policy", () => {
  expect(warningsOf(MISSION)).toEqual(["2:39 auth.allowed_keys[0] weak_key"]);
});

Deno.test("lintPolicy() has nothing to say about a sound policy", () => {
  expect(warningsOf(QUIET)).toEqual([]);
});

Deno.test("lintPolicy() warns of open doors", () => {
  expect(warningsOf("version: 1")).toEqual([
    "1:1  no_auth",
    "1:1 tools.allow open_list",
    "1:1 resources.allow open_list",
  ]);
  expect(warningsOf("version: 1\ndefault: deny\nauth: {mode: none}")).toEqual([
    "3:14 auth.mode no_auth",
  ]);
  expect(warningsOf(`${QUIET}resources: {in_arguments: ignore}`)).toEqual([]);
  expect(
    warningsOf(
      "version: 1\nauth: {mode: none}\ntools: {allow: []}\nresources: {in_arguments: ignore, allow: []}",
    ),
  )
    .toEqual([
      "2:14 auth.mode no_auth",
      "3:16 tools.allow open_list",
      "4:27 resources.in_arguments unchecked_arguments",
      "4:42 resources.allow open_list",
    ]);
});

Deno.test("keyBits() bounds what a guesser faces", () => {
  expect(keyBits("demo-key")).toBeLessThan(128);
  expect(keyBits("0".repeat(200))).toBe(0);
  expect(keyBits("abababababababababababababababababababab")).toBe(40);
  expect(keyBits("0123456789abcdef0123456789abcdef")).toBe(128);
  expect(keyBits("0123456789ABCDEF0123456789ABCDE")).toBeLessThan(128);
  expect(keyBits("aB3-".repeat(3) + "kL9_zQ7xYw")).toBe(132);
  expect(keyBits("12345678901234567890123456789012345678")).toBeLessThan(128);
});

Deno.test("lintPolicy() warns of plain keys, and not of hashes or variables", () => {
  const keys = `[short, "q8Zr2LmX-7vTn_4KpWc1sd", 'env:A', "sha256:${"0".repeat(64)}"]`;
  const text = `version: 1\ndefault: deny\nauth: {mode: bearer, allowed_tokens: ${keys}}`;
  expect(warningsOf(text)).toEqual([
    "3:39 auth.allowed_tokens[0] weak_key",
    "3:46 auth.allowed_tokens[1] plain_key",
  ]);
});

Deno.test("lintPolicy() warns of shadowed patterns, once for each", () => {
  expect(warningsOf(`${QUIET}tools: { allow: [a/b, "a/*", a.c, "a/*", b] }`)).toEqual([
    "4:18 tools.allow[0] shadowed",
    "4:30 tools.allow[2] shadowed",
    "4:35 tools.allow[3] shadowed",
  ]);
  expect(warningsOf(`${QUIET}tools: { deny: ["Admin_*", admin.x] }`)).toEqual([
    "4:28 tools.deny[1] shadowed",
  ]);
  expect(warningsOf(`${QUIET}resources: { deny: ["file:///etc/**", "file:///etc/passwd"] }`))
    .toEqual(["4:39 resources.deny[1] shadowed"]);
  expect(warningsOf(`${QUIET}tools: { allow: ["a/*", "b/*", "a*b"] }`)).toEqual([]);
});

Deno.test("lintPolicy() warns of allows that a deny swallows", () => {
  expect(warningsOf(`${QUIET}tools: { allow: [admin.read, "admin/x*", "b*"], deny: ["admin/*"] }`))
    .toEqual(["4:18 tools.allow[0] swallowed", "4:30 tools.allow[1] swallowed"]);
  expect(warningsOf(`${QUIET}tools: { allow: ["ADMIN-x*"], deny: ["admin/*"] }`)).toEqual([
    "4:18 tools.allow[0] swallowed",
  ]);
  const uris = `["file:///a/b/.env", "file:///a/*"], deny: ["file:///**/.env"]`;
  expect(warningsOf(`${QUIET}resources: { allow: ${uris} }`)).toEqual([
    "4:22 resources.allow[0] swallowed",
  ]);
  expect(warningsOf(`${QUIET}prompts: { allow: [greet, bye], deny: ["b*"] }`)).toEqual([
    "4:27 prompts.allow[1] swallowed",
  ]);
});

Deno.test("lintPolicy() warns of patterns that match nothing", () => {
  expect(warningsOf(`${QUIET}tools: { allow: ["read file", "a@b*", "read_file", "x*"] }`)).toEqual([
    "4:18 tools.allow[0] unmatchable",
    "4:31 tools.allow[1] unmatchable",
  ]);
  expect(warningsOf(`${QUIET}tools: { allow: [${"a".repeat(129)}] }`)).toEqual([
    "4:18 tools.allow[0] unmatchable",
  ]);
  expect(warningsOf(`${QUIET}resources: { allow: ["file://**/*.md", "https://*.example.com/**"] }`))
    .toEqual([]);
});

Deno.test("lintPolicy() warns of a regex that matches the empty text", () => {
  expect(warningsOf(`${QUIET}prompts: { deny_regex: [abc, "x*", "(?i)"] }`)).toEqual([
    "4:30 prompts.deny_regex[1] blocks_all",
    "4:36 prompts.deny_regex[2] blocks_all",
  ]);
});

Deno.test("lintPolicy() warns of rate limits that fail open, never refill or never count", () => {
  expect(warningsOf(`${QUIET}rate_limit:
  capacity: 5
  refill_rate_per_sec: 0
  on_error: allow
  backend: redis
  redis_dsn: redis://:hunter2@localhost
  overrides:
    - { tools: ["a*"], capacity: 1, refill_rate_per_sec: 1 }
    - { tools: [b, ab], capacity: 1, refill_rate_per_sec: 0 }
`)).toEqual([
    "6:24 rate_limit.refill_rate_per_sec odd_value",
    "7:13 rate_limit.on_error fail_open",
    "9:14 rate_limit.redis_dsn plain_password",
    "12:20 rate_limit.overrides[1].tools[1] shadowed",
    "12:59 rate_limit.overrides[1].refill_rate_per_sec odd_value",
  ]);
});

Deno.test("lintPolicy() warns of settings that nothing looks at", () => {
  expect(warningsOf(`${QUIET}logging: { file_path: /tmp/x }
rate_limit: { capacity: 1, refill_rate_per_sec: 1, redis_dsn: "env:X" }`)).toEqual([
    "4:23 logging.file_path unused",
    "5:63 rate_limit.redis_dsn unused",
  ]);
});

Deno.test("lintPolicy() warns of odd limits", () => {
  expect(
    warningsOf(
      `${QUIET}limits: { message_bytes: 100, call_timeout_ms: 1, in_flight: 3000, depth: 1000 }`,
    ),
  )
    .toEqual([
      "4:26 limits.message_bytes odd_value",
      "4:48 limits.call_timeout_ms odd_value",
      "4:62 limits.in_flight odd_value",
      "4:75 limits.depth odd_value",
    ]);
});

Deno.test("lintPolicy() compares long lists in part, without running away", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => i % 2 ? `tool_${i}` : `tool_${i}*`);
  const report = lintPolicy(
    JSON.stringify({ version: 1, tools: { allow: names, deny: names } }),
    "p",
  );
  expect(report.policy?.tools.allow.size).toBe(10_000);
  expect(report.warnings.some((w) => w.code === "swallowed")).toBe(true);
});

Deno.test("lintPolicy() names what to do in every warning", () => {
  for (const warning of lintPolicy("version: 1", "p").warnings) {
    expect(warning.message.length).toBeGreaterThan(20);
    expect(warning.message).not.toMatch(/\.$/);
  }
});
