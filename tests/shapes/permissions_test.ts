// What the program really touches: deno writes down every permission that is used.

import { expect } from "expect";
import { ROOT } from "../kit/program.ts";
import { runToEnd } from "../kit/process.ts";
import { programFlags } from "../tools/flags.ts";

// Redis, keys from the environment and an audit file are the proxy's business; `check` leaves them alone.
const POLICY = `version: 1
auth: { mode: api_key, allowed_keys: ["env:MCPGUARD_TEST_KEY"] }
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
rate_limit: { capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: "redis://127.0.0.1:1/0" }
logging: { output: file, file_path: audit.jsonl }
`;

interface Used {
  permission: string;
  value: unknown;
}

Deno.test("check touches the policy file and nothing else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-permissions-" });
  try {
    const policy = `${folder}/policy.yaml`;
    const log = `${folder}/used.jsonl`;
    await Deno.writeTextFile(policy, POLICY);
    const exit = await runToEnd([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check", "--config"],
      // More is granted than `check` may use: what it uses is what is written down. (Net is not, since
      // deno writes an attempt down either way, but a fetch under a plain --allow-net not at all.)
      ...[`${ROOT}deno.json`, "--allow-read", "--allow-write", "--allow-env", "--allow-sys"],
      ...["--allow-run", `${ROOT}main.ts`],
      ...["check", "--policy", policy, "--tool", "admin.echo-env", "--identity", "alice"],
      ...["--prompt", "hello", "--resource", "file:///docs/a.md"],
    ], { cwd: folder, env: { DENO_AUDIT_PERMISSIONS: log } });
    expect([exit.code, exit.stdout]).toEqual([1, expect.stringContaining("ToolDenied")]);

    const lines = (await Deno.readTextFile(log)).trim().split("\n");
    const used = lines.map((line) => JSON.parse(line) as Used);
    // The audit of deno 2.9 writes every path down as read and as written, even for a stat.
    const paths = used.filter((u) => u.permission === "read" || u.permission === "write");
    expect(new Set(paths.map((u) => u.value))).toEqual(new Set([policy]));
    expect(used.filter((u) => !paths.includes(u))).toEqual([]);
    expect([...Deno.readDirSync(folder)].map((e) => e.name).sort()).toEqual([
      "policy.yaml",
      "used.jsonl",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check works with read permission for the policy alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-permissions-" });
  try {
    const policy = `${folder}/policy.yaml`;
    await Deno.writeTextFile(policy, POLICY);
    const exit = await runToEnd([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check", "--config"],
      ...[`${ROOT}deno.json`, `--allow-read=${policy}`, "--ignore-env", `${ROOT}main.ts`],
      ...["check", "--policy", policy, "--tool", "calculator.add", "--identity", "alice"],
    ], { cwd: folder });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the permission set of the proxy is what the shipped shapes are given", async () => {
  const { permissions } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const granted = programFlags.filter((f) => f.startsWith("--allow-"));
  expect(permissions.proxy).toEqual(
    Object.fromEntries(granted.map((flag) => {
      const [name, value] = flag.slice("--allow-".length).split("=");
      return [name, value === undefined ? true : value.split(",")];
    })),
  );
  expect(permissions.check).toEqual({ read: true, env: { ignore: true } });
  expect(permissions.core).toEqual({ env: { ignore: true } });
});
