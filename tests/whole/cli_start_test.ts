// `mcpguard proxy` that cannot start: code 2, one clear line, no stack trace, never a secret.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { ROOT, runProgram, startProgram } from "../kit/program.ts";
import { type Exit, runToEnd } from "../kit/process.ts";

const SECRET = "hunter2-do-not-print-me-0123456789";
const ENV = { MCPGUARD_TEST_SECRET: SECRET, MCPGUARD_TEST_EMPTY: "" };

/** Runs `proxy` to its end; whatever it says must not hold a secret or a stack trace. */
async function start(policy: string, ...args: string[]): Promise<Exit> {
  const exit = await runProgram([
    ...["proxy", "--policy", policy, "--target", "ws://127.0.0.1:1"],
    ...(args.includes("--port") ? [] : ["--port", "0"]),
    ...(args.includes("--admin") ? [] : ["--admin", "off"]),
    ...args,
  ], { env: ENV });
  expect(exit.stdout).toBe("");
  expect(exit.stderr).not.toContain("hunter2");
  expect(exit.stderr).not.toMatch(/\n {4}at |file:\/\/|Error:|\.ts:\d/);
  return exit;
}

/** What it says, with one line each, after `mcpguard: `. */
function lines(exit: Exit): string[] {
  expect(exit.code).toBe(2);
  return exit.stderr.trimEnd().split("\n").map((line) => {
    expect(line).toMatch(/^mcpguard: /);
    return line.slice("mcpguard: ".length);
  });
}

Deno.test("proxy refuses a policy file that it cannot read", async (t) => {
  await using file = await policyFile("version: 1\n");
  const at = (name: string): string => `${file.folder}/${name}`;
  await Deno.writeTextFile(at("large.yaml"), `version: 1\n#${"x".repeat(1 << 20)}\n`);
  await Deno.writeFile(at("latin1.yaml"), new Uint8Array([0x23, 0xe9, 0x0a]));
  await Deno.writeTextFile(at("bom.yaml"), "\ufeffversion: 1\n");
  await runToEnd(["mkfifo", at("fifo")]);
  const cases: [name: string, why: string][] = [
    ["missing.yaml", "does not exist; give the path of a policy file"],
    ["policy.yaml/x", "does not exist; give the path of a policy file"],
    [".", "is not a regular file; give the path of a policy file"],
    ["fifo", "is not a regular file; give the path of a policy file"],
    ["large.yaml", "is larger than 1048576 bytes"],
    ["latin1.yaml", "is not valid UTF-8"],
  ];
  for (const [name, why] of cases) {
    await t.step(name, async () => {
      expect(lines(await start(at(name)))).toEqual([`${at(name)}: ${why}`]);
    });
  }
  await t.step("a byte order mark", async () => {
    expect(lines(await start(at("bom.yaml")))[0]).toMatch(/bom\.yaml:1:1: .*byte order mark/i);
  });
  await t.step("without permission", async () => {
    await Deno.chmod(file.path, 0);
    const exit = await runToEnd([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check"],
      ...["--config", `${ROOT}deno.json`, `--deny-read=${file.path}`, "--allow-read"],
      ...[`${ROOT}main.ts`, "check", "--policy", file.path, "--tool", "x"],
    ]);
    expect(lines(exit)).toEqual([
      `${file.path}: cannot be read: the program was started without --allow-read for it`,
    ]);
  });
});

Deno.test("proxy tells every problem of a bad policy, each with its place", async () => {
  await using file = await policyFile(`version: 1
auth: { mode: api_key, allowed_keys: ["${SECRET} with spaces", "${SECRET}"], allowed_key: ${SECRET} }
rate_limit: { capacity: -1, refill_rate_per_sec: 1, backend: redis, redis_dsn: "redis://:${SECRET}@h:x" }
`);
  const said = lines(await start(file.path));
  expect(said.length).toBeGreaterThan(1);
  for (const line of said) expect(line).toMatch(/policy\.yaml:[23]:\d+: /);
  expect(said.join("\n")).toContain('did you mean "allowed_keys"?');
});

Deno.test("proxy names the variable of a key that cannot be used, and where it is used", async (t) => {
  const cases: [name: string, why: string][] = [
    ["MCPGUARD_TEST_UNSET", "is not set"],
    ["MCPGUARD_TEST_EMPTY", "is empty"],
  ];
  for (const [name, why] of cases) {
    await t.step(name, async () => {
      await using file = await policyFile(
        `version: 1\nauth: { mode: api_key, allowed_keys: ["${SECRET}", "env:${name}"] }\n`,
      );
      expect(lines(await start(file.path))).toEqual([
        `${file.path}: auth.allowed_keys[1]: environment variable "${name}" ${why}`,
      ]);
    });
  }
});

Deno.test("proxy refuses a Redis address that cannot be read, without repeating it", async (t) => {
  for (const dsn of ["env:MCPGUARD_TEST_UNSET", "env:MCPGUARD_TEST_SECRET"]) {
    await t.step(dsn, async () => {
      await using file = await policyFile(
        `version: 1\nrate_limit: { capacity: 1, refill_rate_per_sec: 1, backend: redis, redis_dsn: "${dsn}" }\n`,
      );
      const [line, ...more] = lines(await start(file.path));
      expect(more).toEqual([]);
      expect(line).toContain("redis_dsn");
    });
  }
});

Deno.test("proxy refuses an audit file that cannot be opened", async (t) => {
  await using file = await policyFile("");
  const cases: [path: string, why: string][] = [
    [`${file.folder}/none/audit.jsonl`, "its directory does not exist"],
    [file.folder, "EISDIR"],
  ];
  for (const [path, why] of cases) {
    await t.step(why, async () => {
      await Deno.writeTextFile(
        file.path,
        `version: 1\nlogging: { output: file, file_path: "${path}" }\n`,
      );
      expect(lines(await start(file.path))).toEqual([
        `Cannot open the audit file ${JSON.stringify(path)}: ${why}`,
      ]);
    });
  }
});

Deno.test("proxy says which address it cannot listen on", async (t) => {
  await using file = await policyFile("version: 1\n");
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr;
  await t.step("the port is in use", async () => {
    expect(lines(await start(file.path, "--port", `${port}`))).toEqual([
      `127.0.0.1:${port} is in use by another program; choose another --port`,
    ]);
  });
  await t.step("the admin port is in use", async () => {
    expect(lines(await start(file.path, "--admin", `127.0.0.1:${port}`))).toEqual([
      `127.0.0.1:${port} is in use by another program; choose another --admin`,
    ]);
  });
  await t.step("by the guard itself", async () => {
    const taken = await startProgram([
      ...["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:1"],
      ...["--port", "0", "--admin", "off"],
    ]);
    await using _guard = taken.process;
    const { port } = new URL(taken.url);
    expect(lines(await start(file.path, "--port", port))[0]).toContain("choose another --port");
  });
  await t.step("the address belongs to another machine", async () => {
    expect(lines(await start(file.path, "--host", "192.0.2.1", "--allow-insecure"))).toEqual([
      '"192.0.2.1" is no address of this machine; write 127.0.0.1 or ::1',
    ]);
  });
  await t.step("the name does not exist", async () => {
    expect(lines(await start(file.path, "--host", "no.such.host.invalid", "--allow-insecure")))
      .toEqual([
        '"no.such.host.invalid" is no address of this machine; write 127.0.0.1 or ::1',
      ]);
  });
});

Deno.test("proxy refuses a bad target before it reads the policy", async () => {
  const exit = await runProgram(
    ["proxy", "--policy", "/no/such/file", "--target", `ws://u:${SECRET}@127.0.0.1:1`],
    { env: ENV },
  );
  expect(exit).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "mcpguard: --target must not hold a user name or password: they end in logs\n",
  });
});

Deno.test("proxy that runs prints its warnings and its address, and no secret of policy or target", async () => {
  await using file = await policyFile(
    `version: 1\nauth: { mode: api_key, allowed_keys: ["hunter2", "env:MCPGUARD_TEST_SECRET"] }\n`,
  );
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:1/mcp?room=hunter2"],
    ...["--port", "0", "--admin", "off"],
  ], { env: ENV });
  await using guard = process;
  expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
  for (const apiKey of [SECRET, "hunter2", `wrong-${SECRET}`]) {
    const response = await fetch(url.replace("ws:", "http:").replace(/ws$/, "call"), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": apiKey },
      body: '{"type":"tool_call","tool":"x"}',
    });
    expect(await response.text()).not.toContain("hunter2");
    expect(response.status).toBe(apiKey.startsWith("wrong") ? 401 : 502);
  }
  const exit = await guard.stop();
  expect([exit.code, exit.stdout]).toEqual([0, ""]);
  expect(exit.stderr).toMatch(
    /WARNING .*policy\.yaml:2:\d+: auth\.allowed_keys\[0\]: may be guessed/,
  );
  expect(exit.stderr).toMatch(/SIGTERM: waiting[^\n]*\n[^\n]*stopped\n$/);
  expect(exit.stderr).not.toContain("hunter2");
});

Deno.test("proxy refuses one key in two spellings, naming both places", async () => {
  await using file = await policyFile(
    `version: 1\nauth: { mode: api_key, allowed_keys: ["${SECRET}", "env:MCPGUARD_TEST_SECRET"] }\n`,
  );
  expect(lines(await start(file.path))).toEqual([
    `${file.path}: auth.allowed_keys[1]: the same key as auth.allowed_keys[0]; keep one of the two`,
  ]);
});
