// A policy that changes under a wrapped process, and by SIGHUP only where the file is not watched.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { RunningProcess } from "../kit/process.ts";
import { SOURCE } from "../kit/program.ts";

const OLD = 'version: 1\ntools: { deny: ["b"] }\n';
const NEW = 'version: 1\ntools: { deny: ["a"] }\n';

/** Answers every call by the name of its tool. */
const SERVER = `while read -r line; do id=\${line#*'"id":'}; id=\${id%%,*}; ` +
  `printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\\n' "$id"; done`;

async function wrapped(
  args: readonly string[],
  test: (
    run: RunningProcess,
    denied: (tool: string) => Promise<boolean>,
    path: string,
  ) => Promise<void>,
): Promise<void> {
  await using file = await policyFile(OLD);
  await using run = new RunningProcess(
    [...SOURCE, "run", "--policy", file.path, ...args, "--", "sh", "-c", SERVER],
    { stdin: "open" },
  );
  let id = 0;
  const denied = async (tool: string): Promise<boolean> => {
    const message = { jsonrpc: "2.0", id: ++id, method: "tools/call" };
    await run.write(`${JSON.stringify({ ...message, params: { name: tool } })}\n`);
    const [line] = await run.line(new RegExp(`^.*"id":${id},.*$`));
    return JSON.parse(line).result.isError === true;
  };
  expect([await denied("a"), await denied("b")]).toEqual([false, true]);
  await test(run, denied, file.path);
}

Deno.test("run takes a changed policy between two messages, and not a wrong one", async () => {
  await wrapped([], async (run, denied, path) => {
    await Deno.writeTextFile(path, "version: 1\ntools: [\n");
    await run.line(/policy\.yaml:[0-9]+:[0-9]+: /, "stderr");
    await run.line(/the policy in force stays/, "stderr");
    expect([await denied("a"), await denied("b")]).toEqual([false, true]);
    await Deno.writeTextFile(path, NEW);
    await run.line(/the new policy is in force/, "stderr");
    expect([await denied("a"), await denied("b")]).toEqual([true, false]);
  });
});

Deno.test("run --no-watch takes a changed policy at SIGHUP only", async () => {
  await wrapped(["--no-watch"], async (run, denied, path) => {
    await Deno.writeTextFile(path, NEW);
    expect([await denied("a"), await denied("b")]).toEqual([false, true]);
    Deno.kill(run.pid, "SIGHUP");
    await run.line(/the new policy is in force/, "stderr");
    expect([await denied("a"), await denied("b")]).toEqual([true, false]);
  });
});
