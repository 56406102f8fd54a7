// `policy lint`, `schema` and `key new`, run as a program.

import { expect } from "expect";
import { load as loadYaml } from "js-yaml";
import { violations } from "../kit/json_schema.ts";
import { policyFile } from "../kit/policy.ts";
import { type Exit, runToEnd } from "../kit/process.ts";
import { ROOT, runProgram, SOURCE, startProgram } from "../kit/program.ts";

const POLICY = `${ROOT}examples/policy.yaml`;

function lint(path: string, ...options: string[]): Promise<Exit> {
  return runProgram(["policy", "lint", path, ...options]);
}

const BROKEN = `version: 1
tool: { allow: ["a"] }
prompts:
  deny_regex: ["(?i)ok", "(a"]
  max_length: long
tools: { deny: ["x"] }
rate_limit: { capacity: 0, refill_rate_per_sec: 1 }
`;

interface Report {
  file: string;
  errors: number;
  warnings: number;
  remarks: { level: string; code: string; line: number; path: string; suggestion?: string }[];
}

Deno.test("policy lint reports every error in file order, with place and suggestion: 2", async (t) => {
  await using file = await policyFile(BROKEN);
  await t.step("as text", async () => {
    const exit = await lint(file.path);
    expect([exit.code, exit.stderr]).toEqual([2, ""]);
    const lines = exit.stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("4 errors, 0 warnings");
    const starts = lines.slice(0, -1).map((l) => l.slice(file.path.length).split(" ", 3).join(" "));
    expect(starts).toEqual([
      ":2:1: error: tool:",
      expect.stringMatching(/^:4:\d+: error: prompts\.deny_regex\[1\]:$/),
      ":5:15: error: prompts.max_length:",
      ":7:25: error: rate_limit.capacity:",
    ]);
    expect(lines[0]).toContain('(did you mean "tools"?)');
  });
  await t.step("as one line of JSON", async () => {
    const exit = await lint(file.path, "--json");
    expect([exit.code, exit.stderr, exit.stdout.split("\n").length]).toEqual([2, "", 2]);
    const report = JSON.parse(exit.stdout) as Report;
    expect(report).toMatchObject({ file: file.path, errors: 4, warnings: 0 });
    expect(report.remarks.map((r) => [r.level, r.code, r.line])).toEqual([
      ["error", "invalid", 2],
      ["error", "invalid", 4],
      ["error", "invalid", 5],
      ["error", "invalid", 7],
    ]);
    expect(report.remarks[0]!.suggestion).toBe("tools");
  });
});

Deno.test("policy lint warns: 0, and 1 with --strict", async () => {
  const plain = await lint(POLICY);
  expect([plain.code, plain.stderr]).toEqual([0, ""]);
  expect(plain.stdout).toMatch(/:5:18: warning: auth\.allowed_keys\[0\]: may be guessed/);
  expect(plain.stdout).toMatch(/\n0 errors, 1 warning\n$/);
  expect((await lint(POLICY, "--strict")).code).toBe(1);
  const report = JSON.parse((await lint(POLICY, "--strict", "--json")).stdout) as Report;
  expect(report).toMatchObject({ errors: 0, warnings: 1, remarks: [{ code: "weak_key" }] });
});

Deno.test("policy lint is content with a sound policy, also with --strict", async () => {
  await using file = await policyFile(`version: 1
default: deny
auth: { mode: api_key, allowed_keys: ["sha256:${"0".repeat(63)}1"] }
tools: { allow: ["a"] }
`);
  expect(await lint(file.path, "--strict")).toMatchObject({
    code: 0,
    stdout: `${file.path}: no problems\n`,
    stderr: "",
  });
});

Deno.test("policy lint reports a file that cannot be read: 2", async () => {
  await using file = await policyFile("");
  const missing = await lint(`${file.folder}/no.yaml`);
  expect(missing).toMatchObject({ code: 2, stderr: "" });
  expect(missing.stdout).toContain(
    "/no.yaml: error: does not exist; give the path of a policy file",
  );
  const folder = JSON.parse((await lint(file.folder, "--json")).stdout) as Report;
  expect(folder.remarks).toMatchObject([{ code: "unreadable", line: 0 }]);
});

Deno.test("policy lint paints on a terminal, and not where NO_COLOR is set", async () => {
  const script = ["script", "-qec", [...SOURCE, "policy", "lint", POLICY].join(" "), "/dev/null"];
  const colour = (env: Record<string, string>): Promise<Exit> => runToEnd(script, { env });
  // deno-lint-ignore no-control-regex
  expect((await colour({ NO_COLOR: "" })).stdout).toMatch(/: \x1b\[33mwarning\x1b\[0m: /);
  expect((await colour({ NO_COLOR: "1" })).stdout).toMatch(/: warning: /);
  expect((await runProgram(["policy", "lint", POLICY], { env: { NO_COLOR: "" } })).stdout)
    .toMatch(/: warning: /);
});

Deno.test("schema --tests prints a JSON Schema by which the README's tests are valid", async () => {
  const schema = JSON.parse((await runProgram(["schema", "--tests"])).stdout);
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const [, yaml] = /```yaml\n(policy: pay\.yaml\n[^`]*)```/.exec(readme)!;
  const tests = loadYaml(yaml!) as { cases: object[] };
  expect(violations(schema, tests)).toEqual([]);
  expect(violations(schema, { ...tests, cases: [{ ...tests.cases[0], tols: "x" }] })).toEqual([
    "$.cases[0] unknown tols",
  ]);
});

Deno.test("schema prints a JSON Schema by which the mission's policy is valid", async () => {
  const exit = await runProgram(["schema"]);
  expect([exit.code, exit.stderr]).toEqual([0, ""]);
  const schema = JSON.parse(exit.stdout);
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  const policy = loadYaml(await Deno.readTextFile(POLICY)) as Record<string, object>;
  expect(Object.keys(policy)).toHaveLength(8);
  expect(violations(schema, policy)).toEqual([]);
  for (const example of schema.examples) expect(violations(schema, example)).toEqual([]);
  expect(violations(schema, { ...policy, tool: {} })).toEqual(["$ unknown tool"]);
  expect(violations(schema, { ...policy, prompts: { max_length: 0 } })).toEqual([
    "$.prompts.max_length minimum",
  ]);
  expect(violations(schema, { auth: { mode: "apikey" } }).sort()).toEqual([
    "$ required version",
    "$.auth.mode enum",
  ]);
});

Deno.test("a reader that leaves early is no failure, a full disk is", async () => {
  const program = SOURCE.join(" ");
  const shell = (script: string): Promise<Exit> => runToEnd(["bash", "-c", script]);
  const left = await shell(`${program} schema | head -c 1; echo " \${PIPESTATUS[0]}"`);
  expect(left).toMatchObject({ stdout: "{ 0\n", stderr: "" });
  expect(await shell(`${program} schema > /dev/full`)).toMatchObject({
    code: 70,
    stderr: "mcpguard: cannot write to standard output: ENOSPC\n",
  });
});

Deno.test("key new prints a fresh key and a policy line that lets it in", async () => {
  const text = await runProgram(["key", "new"]);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^key: {4}mcpg_[\w-]{43}\npolicy: sha256:[0-9a-f]{64}\n\n/);
  const json = await runProgram(["key", "new", "--json"]);
  expect(json.stdout.split("\n")).toHaveLength(2);
  const { key, sha256 } = JSON.parse(json.stdout) as { key: string; sha256: string };
  expect(text.stdout).not.toContain(key);

  await using file = await policyFile(
    `version: 1\nauth: { mode: api_key, allowed_keys: [{ key: "${sha256}", identity: alice }] }\n`,
  );
  // No server listens there: an accepted key gets as far as that.
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:1"],
    ...["--port", "0", "--admin", "off"],
  ]);
  await using _guard = process;
  const call = async (apiKey: string): Promise<number> => {
    const response = await fetch(url.replace("ws:", "http:").replace(/ws$/, "call"), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": apiKey },
      body: '{"type":"tool_call","tool":"x"}',
    });
    await response.body?.cancel();
    return response.status;
  };
  expect(await call(key)).toBe(502);
  expect(await call(sha256)).toBe(401);
});
