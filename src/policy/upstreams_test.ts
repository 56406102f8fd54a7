// Section `upstreams`: what is refused, what is warned about, and that no secret is ever repeated.

import { expect } from "expect";
import { parsePolicy } from "./parse.ts";
import { problemsOf, warningsOf } from "./_testkit.ts";

const of = (...entries: string[]): string =>
  `version: 1\nauth: { mode: api_key, allowed_keys: ["env:K"] }\ntools: { allow: ["a/*"] }\n` +
  `resources: { allow: ["file:///**"] }\nupstreams:\n${entries.map((e) => `  - ${e}\n`).join("")}`;

Deno.test("parsePolicy() reads servers in the order of the file", () => {
  const { upstreams } = parsePolicy(
    of(
      "{ name: a, command: [npx, -y, x], env: [HOME, 'T=env:TOKEN', M=1], tools: { deny: [drop] } }",
      "{ name: b-2, target: 'https://h/mcp', headers: [{ name: Authorization, value: 'Bearer env:B' }] }",
    ),
    "p.yaml",
  );
  expect(upstreams.map(({ name, server, forwardCredentials }) => ({
    ...{ name, server, forwardCredentials },
  }))).toEqual([
    {
      name: "a",
      server: { command: ["npx", "-y", "x"], env: ["HOME", "T=env:TOKEN", "M=1"] },
      forwardCredentials: false,
    },
    {
      name: "b-2",
      server: {
        target: "https://h/mcp",
        headers: [{ name: "Authorization", scheme: "Bearer", env: "B" }],
      },
      forwardCredentials: false,
    },
  ]);
  expect(upstreams[0]!.tools.deny.firstFolded("Drop")).toBe(0);
});

Deno.test("parsePolicy() refuses servers that could be confused or not be reached, with the place", () => {
  const cases: [entries: string[], says: string][] = [
    [["{ name: A, command: [x] }"], "upstreams[0].name: expected `a-z`"],
    [["{ name: a__b, command: [x] }"], "upstreams[0].name: expected `a-z`"],
    [["{ name: a--b, command: [x] }"], "upstreams[0].name: expected `a-z`"],
    [
      ["{ name: a, command: [x] }", "{ name: a, target: 'ws://h' }"],
      "upstreams[1].name: two servers of one name: entry 0 is called so too",
    ],
    [["{ name: a }"], "one of `target` and `command` is needed, and not both"],
    [["{ name: a, command: [x], target: 'ws://h' }"], "one of `target` and `command`"],
    [["{ name: a, command: [] }"], "at least 1"],
    [["{ name: a, command: [' '] }"], "the program's name is empty"],
    [["{ name: a, target: 'ftp://h' }"], "expected `http(s)://HOST:PORT/mcp`"],
    [["{ name: a, target: 'sse+ws://h' }"], "expected `http(s)://HOST:PORT/mcp`"],
    [["{ name: a, target: 'https://u:hunter2@h/' }"], "holds a user name or password"],
    [["{ name: a, target: 'https://h/#x' }"], "holds a fragment"],
    [["{ name: a, target: 'ws://h', env: [X] }"], "an address has no environment"],
    [["{ name: a, command: [x], env: ['1X=2'] }"], "expected `NAME`, `NAME=VALUE`"],
    [
      ["{ name: a, command: [x], env: ['X=env:1'] }"],
      "expected the name of an environment variable",
    ],
    [["{ name: a, command: [x], forward_client_credentials: true }"], "a program has no headers"],
    [
      ["{ name: a, command: [x], headers: [{ name: X-K, value: 'env:X' }] }"],
      "a program has no headers; it has `env`",
    ],
    [["{ name: a, target: 'ws://h', limits: {} }"], 'unknown key "limits"'],
    [["{ name: a, target: 'ws://h', tools: { stealth: true } }"], 'unknown key "stealth"'],
  ];
  for (const [entries, says] of cases) {
    const found = problemsOf(of(...entries));
    expect([entries, found]).toEqual([
      entries,
      expect.arrayContaining([expect.stringContaining(says)]),
    ]);
    expect(found.join()).not.toContain("hunter2");
  }
});

Deno.test("parsePolicy() takes credentials of servers by env: only, and repeats none", () => {
  const header = (name: string, value: string): string[] =>
    problemsOf(
      of(`{ name: a, target: 'https://h/', headers: [{ name: ${name}, value: '${value}' }] }`),
    );
  expect(header("Authorization", "Bearer env:TOKEN")).toEqual([]);
  expect(header("X-API-Key", "env:KEY")).toEqual([]);
  for (
    const value of [
      "hunter2",
      "Bearer hunter2",
      "env:",
      "env:1",
      "Bearer  env:X",
      "ENV:X",
      "env:X y",
    ]
  ) {
    const found = header("Authorization", value);
    expect([value, found]).toEqual([value, [expect.stringContaining("expected `env:NAME`")]]);
    expect(found.join()).not.toContain("hunter2");
  }
  for (const name of ["Host", "cookie", "Mcp-Session-Id", "Sec-WebSocket-Key", "'a b'", "'a:'"]) {
    expect([name, header(name, "env:X").length]).toEqual([name, 1]);
  }
});

Deno.test("parsePolicy() never lets a client's key for the guard go on to a server", () => {
  const text = (auth: string): string =>
    `version: 1\n${auth}\nupstreams: [{ name: a, target: 'https://h/', forward_client_credentials: true }]\n`;
  expect(problemsOf(text("auth: { mode: bearer, allowed_tokens: ['env:K'] }"))).toEqual([
    expect.stringContaining("is its key for this guard, which no server may get"),
  ]);
  expect(problemsOf(text("auth: { mode: api_key, allowed_keys: ['env:K'] }"))).toEqual([]);
  expect(problemsOf(text(""))).toEqual([]);
});

Deno.test("name patterns take every separator after a server's name, and only there", () => {
  const list = (pattern: string): ReturnType<typeof parsePolicy>["tools"]["allow"] =>
    parsePolicy(
      `version: 1\ntools: { allow: ["${pattern}"] }\nupstreams: [{ name: github, command: [x] }]\n`,
      "p.yaml",
    ).tools.allow;
  for (
    const pattern of [
      "github/*",
      "github.*",
      "github:*",
      "github__*",
      "re:github__.*",
      "re:github/.*",
    ]
  ) {
    expect([pattern, list(pattern).firstExact("github/create_issue")]).toEqual([pattern, 0]);
    expect([pattern, list(pattern).firstExact("gitlab/create_issue")]).toEqual([pattern, -1]);
    expect([pattern, list(pattern).firstFolded("github/Create-Issue")]).toEqual([pattern, 0]);
  }
  expect(list("github/a/b").firstExact("github/a__b")).toBe(-1);
  expect(list("*__create").firstExact("github/create")).toBe(0);
});

Deno.test("lintPolicy() warns of patterns that name no server, and of secrets in the open", () => {
  const codes = (text: string): string[] => warningsOf(text);
  const warned = codes(
    `version: 1\ntools: { allow: [read_file, "other/*", "a/*", "*/x", "a__y", "re:b.*"], deny: [drop] }\n` +
      "upstreams: [{ name: a, command: [x], env: ['API_TOKEN=abc', 'OTHER_TOKEN=env:X', 'MODE=key'] }," +
      "{ name: b, target: 'http://example.com/', forward_client_credentials: true }," +
      "{ name: a-name-that-is-much-too-long, target: 'http://127.0.0.1:1/' }]\n",
  ).join("\n");
  for (const place of ["tools.allow[0]", "tools.allow[1]"]) expect(warned).toContain(place);
  for (const place of ["tools.allow[2]", "tools.allow[3]", "tools.allow[4]", "tools.deny"]) {
    expect(warned).not.toContain(place);
  }
  expect(warned).toContain("upstreams[0].env[0]");
  expect(warned).not.toContain("upstreams[0].env[1]");
  expect(warned).toContain("upstreams[1].target");
  expect(warned).toContain("upstreams[1].forward_client_credentials");
  expect(warned).toContain("upstreams[2].name");
  expect(warned).not.toContain("upstreams[2].target");
});
