// The library as its users get it: published to a registry and imported by `jsr:` in a fresh program.

import { expect } from "expect";
import { startJsrRegistry } from "../kit/jsr_registry.ts";
import { ROOT } from "../kit/program.ts";
import { runToEnd } from "../kit/process.ts";

const POLICY = `version: 1
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
logging: { output: stderr }
`;

const PROGRAM = `
import { Guard, loadPolicy, PolicyDenied } from "jsr:@mcpguard/mcpguard";

const guard = new Guard({ policy: await loadPolicy("policy.yaml") });
const allowed = await guard.check({ identity: "alice", tool: "calculator.add" });
const denied = await guard.check({ identity: "alice", tool: "admin.echo-env" });
const add = guard.wrapTool(
  { toolName: "calculator.add" },
  (args: { a: number; b: number }) => args.a + args.b,
);
const reset = guard.wrapTool({ toolName: "admin.reset" }, () => "done");
const sum = await add({ a: 2, b: 3 }, { identity: "alice" });
const refused = await reset({}, { identity: "alice" }).catch((error: unknown) => error);
await guard.close();
console.log(JSON.stringify({
  allowed: [allowed.allowed, allowed.reason],
  denied: [denied.allowed, denied.reason],
  sum,
  refused: refused instanceof PolicyDenied && refused.decision.reason,
}));
`;

Deno.test("a fresh program imports jsr:@mcpguard/mcpguard, wraps a tool and checks calls", async () => {
  await using registry = startJsrRegistry();
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-jsr-" });
  try {
    const publish = await runToEnd([
      ...[Deno.execPath(), "publish", "--quiet", "--token", "x", "--allow-dirty"],
      ...["--no-provenance", "--no-check"],
    ], { cwd: ROOT, env: { JSR_URL: registry.url } });
    expect([publish.code, publish.stderr]).toEqual([0, expect.any(String)]);
    expect(registry.files()).toEqual(expect.arrayContaining([
      ...["/LICENSE", "/README.md", "/deno.json", "/main.ts", "/src/mod.ts"],
    ]));
    expect(
      registry.files().filter((f) =>
        /_(?:test|bench|testkit)\.ts$|\/testing\.ts$|^\/(?:tests|examples)/.test(f)
      ),
    )
      .toEqual([]);

    await Deno.writeTextFile(`${folder}/policy.yaml`, POLICY);
    await Deno.writeTextFile(`${folder}/app.ts`, PROGRAM);
    // A cache of its own, so that nothing of this registry stays behind; npm packages are shared.
    const info = await runToEnd([Deno.execPath(), "info", "--json"], { cwd: ROOT });
    await Deno.mkdir(`${folder}/cache`);
    await Deno.symlink(JSON.parse(info.stdout).npmCache, `${folder}/cache/npm`);
    const app = await runToEnd([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--check"],
      ...[
        `--allow-import=${new URL(registry.url).host}`,
        "--allow-read=policy.yaml",
        "--ignore-env",
        "app.ts",
      ],
    ], { cwd: folder, env: { JSR_URL: registry.url, DENO_DIR: `${folder}/cache` } });
    expect([app.code, app.stderr]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(app.stdout)).toEqual({
      allowed: [true, "Allowed"],
      denied: [false, "ToolDenied"],
      sum: 5,
      refused: "ToolDenied",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
