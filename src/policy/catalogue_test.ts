// The catalogue's policy cases (POL-*, RATE-010, PAT-006), their shorthand translated into version 1.

import { expect } from "expect";
import { lintPolicy } from "./parse.ts";
import { problemsOf, warningsOf } from "./_testkit.ts";

Deno.test("POL-001 parsePolicy() refuses an alias bomb, quickly and by name", () => {
  const rows = ["auth: &a [x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < 9; i++) {
    const before = String.fromCharCode(96 + i);
    rows.push(`k${i}: &${String.fromCharCode(97 + i)} [${`*${before},`.repeat(8)}*${before}]`);
  }
  const found = problemsOf(`version: 1\n${rows.join("\n")}\n`);
  expect(found.filter((p) => p.includes("anchors")).length).toBe(9);
  expect(found.filter((p) => p.includes("aliases")).length).toBe(72);
});

Deno.test("POL-002 parsePolicy() refuses merge keys", () => {
  const found = problemsOf('version: 1\ntools: &b {deny: ["**"]}\nprompts:\n  <<: *b\n');
  expect(found).toEqual([
    "2:8 tools: anchors (`&name`) are not allowed",
    "4:3 prompts: merge keys (`<<`) are not allowed; write the keys out",
    "4:7 prompts.?: aliases (`*name`) are not allowed; write the value out",
  ]);
});

Deno.test("POL-004 parsePolicy() refuses typos at every level and says what was meant", () => {
  const cases: [text: string, start: string, suggestion: string | undefined][] = [
    ["defualt: deny", '2:1 defualt: unknown key "defualt"', "default"],
    ["resoruces: {}", '2:1 resoruces: unknown key "resoruces"', "resources"],
    ["tool: {}", '2:1 tool: unknown key "tool"', "tools"],
    ["Tools: {}", '2:1 Tools: unknown key "Tools"', "tools"],
    ["tools: {denny: []}", '2:9 tools.denny: unknown key "denny"', "deny"],
    ["rate-limit: {}", '2:1 ?: unknown key "rate-limit"', "rate_limit"],
    [
      "rate_limit: {capacity: 1, refill_rate_per_sec: 1, overrides: [{tool: [a], tools: [a], capacity: 1, refill_rate_per_sec: 1}]}",
      '2:64 rate_limit.overrides[0].tool: unknown key "tool"',
      "tools",
    ],
    [
      "auth: {mode: api_key, allowed_keys: [{key: abc, rolls: []}]}",
      "2:49 auth.allowed_keys[0].?: unknown key; expected key",
      "roles",
    ],
    [
      "limits: {mesage_bytes: 1}",
      '2:10 limits.mesage_bytes: unknown key "mesage_bytes"',
      "message_bytes",
    ],
    ["t\u043eols: {}", '2:1 ?: unknown key "t\\u043eols"', "tools"],
  ];
  for (const [text, start, suggestion] of cases) {
    const problems = lintPolicy(`version: 1\n${text}`, "p.yaml").problems;
    expect(problems.map((p) => p.suggestion)).toEqual([suggestion]);
    expect(problemsOf(`version: 1\n${text}`)[0]).toContain(start);
  }
});

Deno.test("POL-004 parsePolicy() says where a misplaced key belongs", () => {
  expect(problemsOf('version: 1\ndenny: {tools: ["delete_*"]}')[0]).toContain(
    "`deny` belongs in tools, resources or prompts",
  );
  expect(problemsOf("version: 1\nallowed_keys: [a]")[0]).toContain(
    "`allowed_keys` belongs in auth",
  );
});

Deno.test("POL-006 parsePolicy() takes no value for another type", () => {
  const cases: [text: string, problem: string][] = [
    ["default: no", "2:10 default: expected `allow` or `deny`, found `no`, a word"],
    ["default: NO", "found `NO`"],
    ["default: off", "found `off`"],
    ["default: false", "found the boolean false"],
    ["default: null", "found nothing (null)"],
    ["default:", "2:8 default: expected `allow` or `deny`, found nothing (null)"],
    ['tools: {stealth: "false"}', 'found the text "false" (remove the quotes)'],
    [
      "tools: {stealth: yes}",
      "found `yes`, a word that some YAML readers take for a boolean [true]",
    ],
    ["tools: {stealth: 0}", "found the number 0"],
    [
      "tools: {deny: [no]}",
      "found `no`, a word that some YAML readers take for a boolean (write it in quotes",
    ],
    ["tools: {deny: [12:30]}", "found `12:30`, a time"],
    ["tools: {deny: [2026-01-01]}", "found `2026-01-01`, a date"],
    [
      "tools: {deny: [null]}",
      "tools.deny[0]: expected a text of 1 to 512 characters, found nothing",
    ],
    ["tools: {deny: [[a]]}", "found a list of 1"],
    ["tools: {deny: {a: b}}", "found a mapping"],
    ["tools: {deny: admin}", 'found the text "admin" [["admin"]]'],
    ["tools: []", "found a list of 0"],
    ["tools:", "expected a mapping with the keys allow, deny, stealth, found nothing (null)"],
    ["limits: {depth: 1_000}", "found `1_000`, a number with underscores"],
    ["limits: {depth: 0o17}", "found `0o17`, a number in hexadecimal, octal or binary"],
    ["limits: {depth: 1e1}", "found `1e1`, a number with an exponent"],
    ["limits: {depth: 010}", "found `010`, a number with a leading zero or plus sign"],
    ['limits: {depth: "10"}', 'found the text "10" (remove the quotes)'],
    ["limits: {depth: 12:30}", "found `12:30`, a time"],
    ["limits: {depth: 10.5}", "found the number 10.5"],
  ];
  for (const [text, problem] of cases) {
    const found = problemsOf(`version: 1\n${text}`);
    expect([text, found]).toEqual([text, [expect.stringContaining(problem)]]);
  }
  expect(problemsOf("on: true\nversion: 1")[0]).toContain('1:1 on: unknown key "on"');
  expect(problemsOf('version: "1"')[0]).toContain("expected the number 1, found the text");
  for (const version of ["2", "1.5", "0", "true", "[1]"]) {
    expect(problemsOf(`version: ${version}`)).toEqual([
      expect.stringContaining("1:10 version: expected the number 1, found"),
    ]);
  }
});

Deno.test("POL-007 parsePolicy() takes no empty policy for an open one", () => {
  const expected = "expected a mapping that begins with `version: 1`";
  for (const text of ["", " \n", "# x", "---\n# x", "..."]) {
    expect([text, problemsOf(text)]).toEqual([text, [expect.stringContaining(expected)]]);
  }
  expect(problemsOf("null")).toEqual([`1:1 : ${expected}, found nothing (null)`]);
  expect(problemsOf("allow")).toEqual([`1:1 : ${expected}, found a single value`]);
  expect(problemsOf("- version: 1")).toEqual([`1:1 : ${expected}, found a list`]);
  expect(problemsOf("{}")).toEqual([
    "1:1 version: missing; expected the number 1; a policy begins with `version: 1`",
  ]);
  expect(problemsOf("\x7fELF\x02\x01")[0]).toContain("U+007F");
  expect(problemsOf("version: 1\n#".padEnd(1_048_577, "x"))[0]).toContain("larger than 1048576");
});

Deno.test("POL-010 parsePolicy() refuses a torn file", () => {
  expect(problemsOf("version: 1\ndefault: [")[0]).toContain("not valid YAML");
});

Deno.test("POL-014 parsePolicy() neither includes nor interpolates", () => {
  expect(problemsOf("version: 1\ninclude: [./a.yaml]")[0]).toContain('unknown key "include"');
  expect(problemsOf("version: 1\ndefault: !include a.yaml")[0]).toContain("tags");
  expect(problemsOf("version: 1\ndefault: ${UNSET:-allow}")).toEqual([
    '2:10 default: expected `allow` or `deny`, found the text "${UNSET:-allow}" (a policy has no variables)',
  ]);
  expect(problemsOf("version: 1\nauth: {mode: api_key, allowed_keys: ['${KEY}']}")).toEqual([
    "2:38 auth.allowed_keys[0]: a policy has no variables; expected plain text, `sha256:HEX` or `env:NAME`",
  ]);
});

Deno.test("POL-015 parsePolicy() refuses rules and lists that match everything or nothing by omission", () => {
  for (
    const [rules, says] of [
      ["[{id: a, effect: allow}]", "2:9 rules[0]: a rule says what it is about"],
      [
        "[{id: a, effect: allow, tools: []}]",
        "2:39 rules[0].tools: expected a list (at least 1 and",
      ],
      ["[{id: a, effect: deny, roles: [x]}]", "2:9 rules[0]: a rule says what it is about"],
      ["[{effect: allow, tools: [x]}]", "2:9 rules[0].id: missing"],
      ["[{id: a, tools: [x]}]", "2:9 rules[0].effect: missing"],
    ] as const
  ) {
    expect([rules, problemsOf(`version: 1\nrules: ${rules}`)]).toEqual([
      rules,
      [expect.stringContaining(says)],
    ]);
  }
  const limit = "rate_limit: {capacity: 1, refill_rate_per_sec: 1, overrides: [OVERRIDE]}";
  for (const tools of ["", "tools: [], "]) {
    const text = limit.replace("OVERRIDE", `{${tools}capacity: 1, refill_rate_per_sec: 1}`);
    expect(problemsOf(`version: 1\n${text}`)[0]).toContain("at least 1 and at most 1000 entries");
  }
  expect(problemsOf('version: 1\ntools: {deny: [""]}')[0]).toContain(
    "a text of 1 to 512 characters",
  );
});

Deno.test("POL-016 parsePolicy() refuses sections and values that come later, never ignores them", () => {
  const later = [
    ...["attestation: {sign: {key_file: k}}"],
  ];
  for (const text of later) {
    const found = problemsOf(`version: 1\n${text}`);
    expect([text, found]).toEqual([
      text,
      [expect.stringContaining("not supported by this version")],
    ]);
  }
});

Deno.test("RATE-010 parsePolicy() refuses numbers outside of their range", () => {
  const bad = {
    capacity: [
      "-1",
      "0",
      "1.5",
      ".nan",
      ".inf",
      "-.inf",
      "1e308",
      '"10"',
      "1000000001",
      "~",
      "NaN",
    ],
    refill_rate_per_sec: ["-1", "-0.1", ".nan", ".inf", "1e308", '"1"', "1000000.5", "Infinity"],
  };
  for (const [key, values] of Object.entries(bad)) {
    for (const value of values) {
      const fields: Record<string, string> = { capacity: "1", refill_rate_per_sec: "1" };
      fields[key] = value;
      const body = Object.entries(fields).map(([k, v]) => `${k}: ${v}`).join(", ");
      const found = problemsOf(`version: 1\nrate_limit: {${body}}`);
      expect([key, value, found]).toEqual([
        key,
        value,
        [expect.stringContaining(`rate_limit.${key}: expected`)],
      ]);
      const inOverride = problemsOf(
        `version: 1\nrate_limit: {capacity: 1, refill_rate_per_sec: 1, overrides: [{tools: [a], ${body}}]}`,
      );
      expect(inOverride).toEqual([
        expect.stringContaining(`rate_limit.overrides[0].${key}: expected`),
      ]);
    }
  }
  for (
    const ok of [
      "capacity: 1000000000, refill_rate_per_sec: 0",
      "capacity: 1, refill_rate_per_sec: 1000000",
    ]
  ) {
    expect(problemsOf(`version: 1\nrate_limit: {${ok}}`)).toEqual([]);
  }
});

Deno.test("RATE-010 parsePolicy() refuses limits outside of their range, and takes both ends", () => {
  const ranges: Record<string, [number, number]> = {
    message_bytes: [64, 67_108_864],
    result_bytes: [64, 268_435_456],
    depth: [1, 1000],
    tokens: [1, 10_000_000],
    keys: [1, 1_000_000],
    call_timeout_ms: [1, 86_400_000],
    in_flight: [1, 100_000],
    in_flight_total: [1, 1_000_000],
    connections: [1, 100_000],
    fragments: [1, 1_000_000],
    idle_ms: [1, 86_400_000],
    high_water_bytes: [1024, 1_073_741_824],
    slow_reader_ms: [1, 86_400_000],
  };
  for (const [key, [least, most]] of Object.entries(ranges)) {
    for (const value of [least, most]) {
      expect(problemsOf(`version: 1\nlimits: {${key}: ${value}}`)).toEqual([]);
    }
    for (const value of [least - 1, most + 1, -1, least + 0.5]) {
      expect(problemsOf(`version: 1\nlimits: {${key}: ${value}}`)).toEqual([
        `2:${
          12 + key.length
        } limits.${key}: expected an integer from ${least} to ${most}, found the number ${value}`,
      ]);
    }
  }
});

Deno.test("PAT-006 parsePolicy() refuses negation, extglobs, classes and braces in name patterns", () => {
  for (const pattern of ["!read_*", "!(x)", "[!a]", "[a-z]*", "{a,b}", "a+(b)"]) {
    const found = problemsOf(`version: 1\ntools:\n  deny:\n    - ok\n    - '${pattern}'`);
    expect([pattern, found]).toEqual([pattern, [expect.stringContaining("tools.deny[1]: ")]]);
    expect(found[0]).toMatch(/^5:/);
  }
  expect(
    warningsOf(
      "version: 1\ndefault: deny\nauth: {mode: bearer, allowed_tokens: ['env:T']}\ntools: {deny: ['read_*']}",
    ),
  )
    .toEqual([]);
});
