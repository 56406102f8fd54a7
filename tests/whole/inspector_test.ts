// The MCP inspector's command line from npm as the client, over every way into the guard that it knows.

import { expect } from "expect";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { policyFile } from "../kit/policy.ts";
import { PEER } from "../kit/peer.ts";
import { type Exit, runToEnd } from "../kit/process.ts";
import { CACHE, ROOT, SOURCE } from "../kit/program.ts";

const INSPECTOR = "npm:@modelcontextprotocol/inspector@2.12.0";

/** The rule's tool stays in the list, so that the inspector, which looks there first, does call it. */
const POLICY = `
tools: { deny: ["admin/*"] }
resources: { deny: ["file:///priv/**"] }
rules: [{ id: no-sevens, tools: [calculator.add], when: "args.a == 7", effect: deny }]
`;

const KEYS = `version: 1
auth: { mode: api_key, allowed_keys: [{ key: "env:INSPECTOR_KEY", identity: ada }] }
${POLICY}`;

/** Asks one question by the inspector, and returns what it prints. */
async function inspect(where: readonly string[], ...method: string[]): Promise<Exit> {
  const folder = await Deno.makeTempDir();
  try {
    // What comes after the command of a server is the server's.
    const [address, ...command] = where;
    const target = command.length > 0 ? ["--", address!, ...command] : [];
    return await runToEnd([
      ...[Deno.execPath(), "run", "-A", ...PEER, INSPECTOR, "--cli"],
      ...(command.length > 0 ? [] : [address!, "--header", "X-API-Key: open-sesame-0123456789"]),
      ...["--method", ...method, ...target],
    ], { env: { MCP_CATALOG_PATH: `${folder}/mcp.json` } });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lists, calls, and is denied. */
async function inspected(where: readonly string[]): Promise<void> {
  const listed = await inspect(where, "tools/list");
  expect(listed).toMatchObject({ code: 0 });
  const names = JSON.parse(listed.stdout).tools.map(({ name }: { name: string }) => name);
  expect(names).toContain("calculator.add");
  expect(names).not.toContain("admin.echo-env");
  const add = ["tools/call", "--tool-name", "calculator.add", "--tool-arg"];
  const allowed = await inspect(where, ...add, "a=2", "b=3");
  expect(allowed).toMatchObject({ code: 0 });
  expect(JSON.parse(allowed.stdout).structuredContent).toEqual({ sum: 5 });
  // A denied call is an answer that says so, which the inspector tells from a success by its exit code.
  const denied = await inspect(where, ...add, "a=7", "b=3");
  expect(JSON.parse(denied.stdout)).toMatchObject({ isError: true });
  expect(denied.stdout).toContain("no-sevens");
  expect(denied.code).not.toBe(0);
  const resources = await inspect(where, "resources/list");
  expect(resources).toMatchObject({ code: 0 });
  expect(resources.stdout).toContain("file:///pub/a.txt");
  expect(resources.stdout).not.toContain("file:///priv/b.txt");
  const read = await inspect(where, "resources/read", "--uri", "file:///priv/b.txt");
  expect(read.code).not.toBe(0);
  expect(read.stdout + read.stderr).toContain("resources.deny[0]");
}

Deno.test("the inspector works through the guard over HTTP and HTTP+SSE", async (t) => {
  await using server = startSdkServer();
  const env = { INSPECTOR_KEY: "open-sesame-0123456789" };
  await using guard = await startGuard(KEYS, server.url, [], env);
  for (const path of ["mcp", "sse"]) {
    await t.step(`/${path}`, () => inspected([`${guard.origin}/${path}`]));
  }
  expect(server.calls).toEqual(["calculator.add", "calculator.add"]);
});

Deno.test("the inspector works through the guard over standard input and output", async () => {
  await using policy = await policyFile(`version: 1\n${POLICY}`);
  // The inspector starts servers with a few variables only, by which the guard would not find its packages.
  const cache = Deno.env.get("DENO_DIR");
  const env = cache === undefined ? [] : ["/usr/bin/env", `DENO_DIR=${cache}`];
  await inspected([
    ...[...env, ...SOURCE, "run", "--policy", policy.path, ...CACHE, "--", Deno.execPath(), "run"],
    ...["--quiet", "--no-check", "--config", `${ROOT}deno.json`, "-A"],
    `${ROOT}tests/fixtures/sdk_stdio_server.ts`,
  ]);
});
