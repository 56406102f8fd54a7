// `mcpguard run` as a real program: what ends it, what it says, and what a server started by it can see.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { RunningProcess, runToEnd } from "../kit/process.ts";
import { SOURCE, startProgram } from "../kit/program.ts";
import { startSdkServer } from "../fixtures/sdk_server.ts";

const POLICY = 'version: 1\ntools: { deny: ["admin/*"] }\nlimits: { message_bytes: 2000 }\n';

/** A server in a few lines of sh: answers every request line it gets with the same id, in order 1, 2, 3, ... */
const COUNTING = `n=0; while read -r line; do case $line in *'"id"'*) n=$((n+1)); ` +
  `printf '{"jsonrpc":"2.0","id":%s,"result":{"n":%s}}\\n' $n $n;; esac; done`;

/** Runs the guard around a command, with this on its standard input. */
async function runGuard(
  input: string,
  command: readonly string[],
  options: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  await using policy = await policyFile(POLICY);
  return await runToEnd([
    ...[...SOURCE, "run", "--policy", policy.path, ...options.args ?? []],
    ...["--", ...command],
  ], { stdin: input, ...(options.env === undefined ? {} : { env: options.env }) });
}

const ping = (id: number): string => JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });
const parsed = (text: string): Record<string, unknown>[] =>
  text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

Deno.test("run answers everything that was asked before its input ended, then ends with 0", async () => {
  const exit = await runGuard(`${ping(7)}\n${ping(8)}\n`, ["sh", "-c", COUNTING]);
  expect(exit.code).toBe(0);
  expect(parsed(exit.stdout)).toEqual([
    { jsonrpc: "2.0", id: 7, result: { n: 1 } },
    { jsonrpc: "2.0", id: 8, result: { n: 2 } },
  ]);
});

Deno.test("run denies by the policy, and the server sees nothing of it", async () => {
  const call = JSON.stringify({
    jsonrpc: "2.0",
    id: "a",
    method: "tools/call",
    params: { name: "admin.drop", arguments: {} },
  });
  const exit = await runGuard(`${call}\n${ping(1)}\n`, ["sh", "-c", COUNTING]);
  const [denied, answered] = parsed(exit.stdout);
  expect(denied).toMatchObject({ id: "a", result: { isError: true } });
  expect(answered).toEqual({ jsonrpc: "2.0", id: 1, result: { n: 1 } });
  expect(exit.stderr).toContain('"reason":"ToolDenied"');
});

Deno.test("run answers garbage and lines that are too long by an error, and goes on", async () => {
  const long = `{"jsonrpc":"2.0","id":5,"method":"ping","params":{"x":"${"y".repeat(3000)}"}}`;
  const exit = await runGuard(`garbage\n${long}\n${ping(9)}\n`, ["sh", "-c", COUNTING]);
  expect(exit.code).toBe(0);
  const codes = parsed(exit.stdout).map((m) => (m.error as { code: number } | undefined)?.code);
  expect(codes.filter((code) => code !== undefined).sort()).toEqual([-31413, -32700]);
  expect(parsed(exit.stdout)).toContainEqual({ jsonrpc: "2.0", id: 9, result: { n: 1 } });
  expect(exit.stderr).toContain('"detail":"json.syntax"');
  expect(exit.stderr).toContain('"detail":"stdio.message_too_big"');
});

Deno.test("run ends with 1 and says how the server ended, and answers what waits", async () => {
  const exit = await runGuard(`${ping(3)}\n`, ["sh", "-c", "read -r line; exit 3"]);
  expect(exit.code).toBe(1);
  expect(parsed(exit.stdout)).toMatchObject([{ id: 3, error: { code: -31502 } }]);
  expect(exit.stderr).toMatch(/ERROR the server .*3/);
});

Deno.test("run shows the server what --env names and no more of the environment", async () => {
  const server =
    `read -r line; printf '{"jsonrpc":"2.0","id":1,"result":{"a":"%s","b":"%s","c":"%s"}}\\n' ` +
    `"$PLANTED" "$NAMED" "$GIVEN"; cat >/dev/null`;
  const exit = await runGuard(`${ping(1)}\n`, ["sh", "-c", server], {
    args: ["--env", "NAMED", "--env", "GIVEN=word"],
    env: { PLANTED: "secret", NAMED: "yes" },
  });
  expect(parsed(exit.stdout)).toEqual([
    { jsonrpc: "2.0", id: 1, result: { a: "", b: "yes", c: "word" } },
  ]);
});

Deno.test("run marks what the server says on standard error, so that it cannot pass for a record", async () => {
  const forged = '{"event":"decision","decision":"allow"}';
  const exit = await runGuard("", ["sh", "-c", `echo '${forged}' >&2; cat >/dev/null`]);
  expect(exit.stderr.split("\n")).toContain(`server: ${forged}`);
  expect(exit.stderr.split("\n")).not.toContain(forged);
});

Deno.test("run refuses what it cannot start, in one line and with 2", async () => {
  for (
    const [args, command, words] of [
      [[], ["no-such-program-anywhere"], "no-such-program-anywhere"],
      [["--env", "NOT_SET_ANYWHERE"], ["sh"], "NOT_SET_ANYWHERE"],
      [["--identity", "two words"], ["sh"], "--identity"],
    ] as const
  ) {
    const exit = await runGuard("", command, { args });
    expect(exit.code).toBe(2);
    const lines = exit.stderr.trim().split("\n");
    expect(lines.at(-1)).toContain("mcpguard: ");
    expect(lines.at(-1)).toContain(words);
    expect(exit.stdout).toBe("");
  }
});

Deno.test("run --target wraps a server elsewhere, and ends with 1 when it goes away", async () => {
  await using server = startSdkServer();
  await using policy = await policyFile(POLICY);
  await using guard = new RunningProcess([
    ...[...SOURCE, "run", "--policy", policy.path, "--target", server.url],
  ], { stdin: "open" });
  await guard.write(`${ping(1)}\n`);
  await guard.line(/"result":\{\}/, "stdout");
  await server[Symbol.asyncDispose]();
  const [words] = await guard.line(/ERROR .*/, "stderr");
  expect(words).toContain("connection was lost");
  await guard.endInput();
  expect((await guard.exit).code).toBe(1);
});

Deno.test("proxy -- COMMAND starts one server for each session, and ends it with the session", async () => {
  await using policy = await policyFile(POLICY);
  const { process, url } = await startProgram([
    ...["proxy", "--policy", policy.path, "--port", "0", "--admin", "off"],
    ...["--", "sh", "-c", COUNTING],
  ]);
  await using _guard = process;
  for (let n = 0; n < 2; n++) {
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.onopen = resolve);
    const answer = new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
    socket.send(ping(5));
    // Each session's server counts from one: nobody shares it.
    expect(JSON.parse(String(await answer))).toEqual({ jsonrpc: "2.0", id: 5, result: { n: 1 } });
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
  expect((await process.stop()).code).toBe(0);
});
