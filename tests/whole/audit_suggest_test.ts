// `mcpguard audit suggest` and `diff`: what passed a guard that only watches passes the policy that is suggested from its records.

import { expect } from "expect";
import { connectClient, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { startGuard } from "../kit/guard.ts";
import { runProgram } from "../kit/program.ts";

/** Calls, and whether each gets a result. */
async function live(origin: string, tools: readonly string[]): Promise<Record<string, boolean>> {
  const client = await connectClient(`${origin.replace("http", "ws")}/ws`);
  const seen: Record<string, boolean> = {};
  const note = (name: string, { result, error }: { result?: unknown; error?: unknown }): void => {
    seen[name] = error === undefined && (result as { isError?: boolean }).isError !== true;
  };
  for (const name of tools) note(name, await client.asked("tools/call", { name, arguments: {} }));
  note("resource", await client.asked("resources/read", { uri: "file:///work/a.txt" }));
  note("prompt", await client.asked("prompts/get", { name: "greet" }));
  client.close();
  return seen;
}

Deno.test("audit suggest: recorded traffic passes the suggested policy, other tools do not", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const [log, policy] = [`${dir}/audit.jsonl`, `${dir}/suggested.yaml`];
    await using server = playServer(obliging);
    const tools = ["files.read", "calc_add"];
    {
      await using guard = await startGuard(
        `version: 1\nmode: monitor\ndefault: deny\nlogging: { output: file, file_path: ${log} }\n`,
        server.url,
      );
      expect(Object.values(await live(guard.origin, tools))).toEqual([true, true, true, true]);
    }
    const made = await runProgram(["audit", "suggest", log, "--out", policy]);
    expect([made.code, made.stderr]).toEqual([
      0,
      expect.stringContaining(
        "2 recorded calls of 2 tools were tried on it: 2 tools are allowed, 0",
      ),
    ]);
    expect((await runProgram(["policy", "lint", policy])).code).toBe(0);
    await using guard = await startGuard(await Deno.readTextFile(policy), server.url);
    expect(await live(guard.origin, [...tools, "files.delete"])).toEqual({
      ...{ "files.read": true, calc_add: true, "files.delete": false },
      ...{ resource: true, prompt: true },
    });
    const open = `${dir}/open.yaml`;
    await Deno.writeTextFile(open, "version: 1\ntools: { deny: [calc_add] }\n");
    const same = await runProgram(["diff", policy, policy, "--replay", log]);
    expect([same.code, same.stdout]).toEqual([
      0,
      "0 of 4 different messages change (4 recorded)\n",
    ]);
    const other = await runProgram(["diff", policy, open, "--replay", log, "--json"]);
    expect([other.code, JSON.parse(other.stdout).changed]).toEqual([
      1,
      expect.arrayContaining([{
        ...{ tool: "calc_add", method: "tools/call", identity: "anonymous", count: 1 },
        before: { effect: "allow", rule: null },
        after: { effect: "deny", rule: "tools.deny[0]" },
      }]),
    ]);
    const again = await runProgram(["audit", "suggest", log, "--out", policy]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("is there already")]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("audit suggest: files that hold nothing, junk and names that no policy allows are told", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const log = `${dir}/audit.jsonl`;
    const record = (tool: string, decision = "allow"): string =>
      JSON.stringify({ event: "decision", direction: "c2s", method: "tools/call", tool, decision });
    await Deno.writeTextFile(log, `junk\n{}\n${record("x", "deny")}\n`);
    const none = await runProgram(["audit", "suggest", log]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("holds no record")]);
    expect((await runProgram(["audit", "suggest", `${dir}/no`])).code).toBe(2);
    await Deno.writeTextFile(
      log,
      `junk\n${"x".repeat(3 << 20)}\n${record("ok")}\n${record("a b\n- c")}`,
    );
    const odd = await runProgram(["audit", "suggest", log]);
    expect(odd.code).toBe(1);
    expect(odd.stdout).toContain('- "ok" # 1 calls');
    expect(odd.stdout).not.toContain("- c");
    expect(odd.stderr).toContain('not allowed: "a b\\n- c"');
    expect(odd.stderr).toContain("2 lines are no audit records");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
