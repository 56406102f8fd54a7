// The lint rules on small programs: what each reports, and what stands beside it and passes.

import { expect } from "expect";
import plugin, { resolveSpecifier } from "./plugin.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

function lint(file: string, source: string, rule: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}${file}`, source)
    .filter((d) => d.id === `mcpguard/${rule}`)
    .map((d) => d.message);
}

const ARROWS: [file: string, source: string, problem: string | null][] = [
  ["src/guard/guard.ts", `import { compileNameList } from "../match/mod.ts";`, null],
  ["src/guard/guard.ts", `import { run } from "../cli/mod.ts";`, "guard may not import"],
  [
    "src/match/name.ts",
    `import type { Policy } from "../policy/types.ts";`,
    "match may not import",
  ],
  [
    "src/match/name.ts",
    `import { type Policy } from "../policy/types.ts";`,
    "match may not import",
  ],
  ["src/match/name.ts", `type P = import("../policy/types.ts").Policy;`, "match may not import"],
  ["src/wire/json.ts", `export * from "../match/mod.ts";`, "wire may not import"],
  ["src/wire/json.ts", `export { x } from "../guard/mod.ts";`, "wire may not import"],
  ["src/wire/json.ts", `export { x } from "./value.ts";`, null],
  ["src/limits/memory.ts", `import type { RateLimiter } from "../guard/ports.ts";`, null],
  ["src/limits/memory.ts", `import { Guard } from "../guard/guard.ts";`, "limits may not import"],
  ["src/limits/memory.ts", `import type { Policy } from "../policy/types.ts";`, null],
  ["src/limits/memory.ts", `import { p } from "../policy/types.ts";`, "as a type only"],
  ["src/limits/redis.ts", `const r = await import("redis");`, null],
  ["src/audit/sink.ts", `const r = await import("redis");`, `the package "redis"`],
  ["src/audit/sink.ts", `const r = await import(name);`, "literal"],
  ["src/audit/sink.ts", `import { writeFile } from "node:fs";`, null],
  ["src/errors.ts", `import type { Decision } from "./guard/types.ts";`, null],
  ["src/errors.ts", `import { decide } from "./guard/types.ts";`, "as a type only"],
  ["src/mod.ts", `export { run } from "./cli/mod.ts";`, "mod.ts may not import"],
  ["src/mod.ts", `export { listen } from "./proxy/mod.ts";`, "mod.ts may not import"],
  ["src/cli/proxy.ts", `import { relay } from "../proxy/mod.ts";`, null],
  ["src/cli/proxy.ts", `import { kit } from "../../tests/kit/program.ts";`, "outside src/"],
  ["src/cli/proxy.ts", `import { x } from "./proxy_test.ts";`, "test file"],
  ["src/cli/proxy.ts", `import { x } from "../guard/guard_test.ts";`, "test file"],
  ["src/guard/guard_test.ts", `import { memoryLimiter } from "../limits/mod.ts";`, null],
  ["src/policy/schema.ts", `import * as z from "zod";`, null],
  ["src/policy/schema.ts", `import * as z from "npm:zod@4";`, null],
  ["src/wire/json.ts", `import * as z from "zod";`, `the package "zod"`],
  [
    "src/proxy/mcp.ts",
    `import "@modelcontextprotocol/sdk/client/index.js";`,
    "modelcontextprotocol",
  ],
  ["src/guard/scope.ts", `import { AsyncLocalStorage } from "node:async_hooks";`, null],
  ["src/guard/scope.ts", `import { executionAsyncId } from "node:async_hooks";`, "is pure"],
  ["src/guard/scope.ts", `import * as hooks from "node:async_hooks";`, "is pure"],
  ["src/guard/guard.ts", `import { AsyncLocalStorage } from "node:async_hooks";`, "is pure"],
  ["src/wire/json.ts", `import { Buffer } from "node:buffer";`, "is pure"],
  ["src/surprise/x.ts", `import { x } from "../wire/mod.ts";`, "no room yet"],
  ["main.ts", `import { run } from "./src/cli/mod.ts";`, null],
  ["main.ts", `import { Guard } from "./src/mod.ts";`, "main.ts imports"],
  ["tests/kit/x.ts", `import { run } from "../../src/cli/mod.ts";`, null],
];

Deno.test("mcpguard/arrows reports exactly the imports against the arrows", () => {
  for (const [file, source, problem] of ARROWS) {
    const expected = problem === null ? [] : [expect.stringContaining(problem)];
    expect([file, source, lint(file, source, "arrows")]).toEqual([file, source, expected]);
  }
});

const IMPURE = [
  "Deno.readTextFileSync('x');",
  "const { env } = Deno;",
  "process.env;",
  "Date.now();",
  "new Date();",
  "Date();",
  "const { now } = Date;",
  "performance.now();",
  "Math.random();",
  "const { random } = Math;",
  "Math['random']();",
  "crypto.randomUUID();",
  "const o = { crypto };",
  "await fetch('http://x');",
  "setTimeout(() => {}, 1);",
  "setInterval(() => {}, 1);",
  "console.log(1);",
  "new WebSocket('ws://x');",
  "localStorage.getItem('x');",
  "globalThis['De' + 'no'];",
  "new Function('return 1');",
  "eval('1');",
  "await import('./x.ts');",
  "import.meta.url;",
];

const PURE = [
  "const o = { console: 1, fetch() {}, process: 2 }; o.console; o.fetch();",
  "class A { performance = 1; fetch(): void {} }",
  "interface I { process: string; fetch(): void }",
  "new Date(0).toISOString();",
  "Date.parse('2026-01-01'); Date.UTC(2026);",
  "function f(d: Date): boolean { return d instanceof Date; }",
  "Math.max(1, 2);",
  "type F = Function;",
  "new TextDecoder(); new URL('x:y'); structuredClone(1);",
];

Deno.test("mcpguard/pure-core reports every way to an effect, once", () => {
  for (const source of IMPURE) {
    expect([source, lint("src/guard/x.ts", source, "pure-core").length]).toEqual([source, 1]);
  }
});

Deno.test("mcpguard/pure-core leaves alone what only shares a name", () => {
  for (const source of PURE) {
    expect([source, lint("src/wire/x.ts", source, "pure-core")]).toEqual([source, []]);
  }
});

Deno.test("mcpguard/pure-core concerns the core only, and not its tests", () => {
  for (
    const file of ["src/limits/x.ts", "src/cli/x.ts", "src/wire/x_test.ts", "src/wire/x_bench.ts"]
  ) {
    expect([file, lint(file, "Deno.exit(1);", "pure-core")]).toEqual([file, []]);
  }
});

const REGEX: [file: string, source: string, problem: string | null][] = [
  ["src/cli/x.ts", "new RegExp(text);", "RegExp outside match/"],
  ["src/cli/x.ts", "RegExp(text);", "RegExp outside match/"],
  ["src/cli/x.ts", "const R = RegExp;", "RegExp outside match/"],
  ["src/match/x.ts", "new RegExp(text);", null],
  ["src/cli/x_test.ts", "new RegExp(text);", null],
  ["src/cli/x.ts", "function f(x: RegExp): boolean { return x instanceof RegExp; }", null],
  ["src/cli/x.ts", "'x'.match(text);", "match()"],
  ["src/cli/x.ts", "'x'.matchAll('a');", "matchAll()"],
  ["src/cli/x.ts", "'x'.search(text);", "search()"],
  ["src/cli/x.ts", "'x'.match(/^a$/); url.search; set.matches(text);", null],
  ["src/cli/x.ts", "/(a+)+$/.test(x);", "not trivially linear"],
  ["src/cli/x.ts", "/^[a-z]+$/.test(x);", null],
  ["src/match/x.ts", `import picomatch from "picomatch";`, "oracle"],
  ["src/match/x_test.ts", `import picomatch from "picomatch";`, null],
  ["src/cli/x.ts", `const p = await import("npm:picomatch@4");`, "oracle"],
  ["tests/x.ts", "new RegExp(text);", null],
];

Deno.test("mcpguard/linear-regex reports backtracking regexes outside match/ and tests", () => {
  for (const [file, source, problem] of REGEX) {
    const expected = problem === null ? [] : [expect.stringContaining(problem)];
    expect([file, source, lint(file, source, "linear-regex")]).toEqual([file, source, expected]);
  }
});

Deno.test("resolveSpecifier() names project files, packages and platform modules", () => {
  const from = "src/guard/guard.ts";
  const cases: [string, string][] = [
    ["./types.ts", "src/guard/types.ts"],
    ["../../tests/x.ts", "tests/x.ts"],
    ["@mcpguard/mcpguard", "src/mod.ts"],
    ["node:fs", "node:fs"],
    ["zod", "npm:zod"],
    ["npm:zod@4.6.7/v4", "npm:zod"],
    ["npm:@scope/name@1.0.0/sub", "npm:@scope/name"],
    ["@scope/name/sub", "npm:@scope/name"],
  ];
  for (const [specifier, target] of cases) {
    expect([specifier, resolveSpecifier(specifier, from)]).toEqual([specifier, target]);
  }
});
