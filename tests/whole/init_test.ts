// `mcpguard init` on real servers from npm: what it writes loads, allows what the server says is reading only, has the
// user confirm the rest, and works at once with `mcpguard run`.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { ElicitRequestSchema, type Tool } from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { lintPolicy } from "../../src/policy/mod.ts";
import { startEverything } from "../fixtures/everything.ts";
import { PEER } from "../kit/peer.ts";
import { type Exit, runToEnd } from "../kit/process.ts";
import { CACHE, runProgram, SOURCE } from "../kit/program.ts";

const npm = (name: string): string => `npm:@modelcontextprotocol/server-${name}@2026.8.31`;
const EVERYTHING = npm("everything");
const FILESYSTEM = npm("filesystem");

/** The SDK's transport leaves a timer of two seconds behind when it is closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

interface Place extends AsyncDisposable {
  folder: string;
  policy: string;
}

async function place(): Promise<Place> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  return {
    ...{ folder, policy: `${folder}/policy.yaml` },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The command of a server, fetched beforehand: the guard passes on neither certificates nor proxies. */
async function serverCommand(server: string, ...args: string[]): Promise<string[]> {
  const fetched = await runToEnd([Deno.execPath(), "cache", ...PEER, server]);
  expect(fetched).toMatchObject({ code: 0 });
  return [Deno.execPath(), "run", ...PEER, "-A", server, ...args];
}

/** Connects the SDK's client to a program. */
async function connect(command: readonly string[], client: Client): Promise<Client> {
  const [program, ...args] = command;
  const env = Deno.env.toObject();
  await client.connect(
    new StdioClientTransport({ command: program!, args, env, stderr: "ignore" }),
  );
  return client;
}

/** What a server says of its tools, asked without a guard. */
async function toolsOf(command: readonly string[]): Promise<Tool[]> {
  const client = await connect(command, new Client({ name: "test", version: "1" }));
  try {
    return (await client.listTools()).tools;
  } finally {
    await client.close();
  }
}

/** By MCP's defaults: a tool that says nothing may destroy. */
function mayDestroy({ annotations }: Tool): boolean {
  return annotations?.readOnlyHint !== true && annotations?.destructiveHint !== false;
}

function init(policy: string, command: readonly string[], ...more: string[]): Promise<Exit> {
  return runProgram(["init", "--out", policy, ...more, ...CACHE, "--", ...command]);
}

/** A test file that says of each tool what it should come to. */
function casesOf(tools: readonly Tool[]): string {
  const cases = tools.map((tool) => {
    const rule = mayDestroy(tool) ? ", rule: rules.changes-need-a-human" : "";
    const expected = mayDestroy(tool) ? "confirm" : "allow";
    return `  - { name: ${tool.name}, tool: ${tool.name}, expect: ${expected}${rule} }\n`;
  });
  return `policy: policy.yaml\ncases:\n${cases.join("")}` +
    "  - { name: later, tool: added_later, expect: deny, rule: tools.allow }\n" +
    "  - name: a key\n" +
    `    tool: ${tools.find((tool) => !mayDestroy(tool))!.name}\n` +
    "    args: { x: AKIAIOSFODNN7EXAMPLE }\n    expect: redact\n    redacted: [args.x]\n" +
    "    result: { text: AKIAIOSFODNN7EXAMPLE, expect: redact, findings: [secret_aws_access_key] }\n";
}

for (
  const [server, warnings] of [
    // Who may call, and who may approve, is left to the operator: the file has a line for each.
    [FILESYSTEM, ["no_auth", "no_approver"]],
    [EVERYTHING, ["no_auth"]],
    [npm("memory"), ["no_auth", "no_approver"]],
    [npm("sequential-thinking"), ["no_auth"]],
  ] as const
) {
  Deno.test(
    `init writes a policy for ${server.split("/")[1]} that decides by its annotations`,
    OPTIONS,
    async () => {
      await using at = await place();
      const command = await serverCommand(server, ...(server === FILESYSTEM ? [at.folder] : []));
      const tools = await toolsOf(command);
      expect(tools.length).toBeGreaterThan(0);
      const made = await init(at.policy, command);
      expect([made.code, made.stderr]).toEqual([0, ""]);
      expect(made.stdout).toContain(`written for ${tools.length} tools`);
      const text = await Deno.readTextFile(at.policy);
      const { policy, problems, warnings: found } = lintPolicy(text, at.policy);
      expect([problems, found.map(({ code }) => code)]).toEqual([[], warnings]);
      expect([...policy!.tools.allow.sources].sort()).toEqual(tools.map(({ name }) => name).sort());
      expect(await runProgram(["policy", "lint", at.policy])).toMatchObject({ code: 0 });
      await Deno.writeTextFile(`${at.folder}/all_test.yaml`, casesOf(tools));
      const tested = await runProgram(["test", at.folder]);
      expect([tested.code, tested.stdout]).toEqual([
        0,
        expect.stringContaining(`\n${tools.length + 2} passed, 0 failed; `),
      ]);
      // A file that is there stays, unless it is said.
      const again = await init(at.policy, command);
      expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("give --force")]);
      expect((await init(at.policy, command, "--force")).code).toBe(0);
      expect(await Deno.readTextFile(at.policy)).toBe(text);
    },
  );
}

Deno.test("init writes the same policy for a server elsewhere", OPTIONS, async () => {
  await using at = await place();
  await using server = await startEverything("streamableHttp");
  const there = `${at.folder}/there.yaml`;
  const made = await runProgram(["init", "--out", there, "--target", server.target]);
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect((await init(at.policy, await serverCommand(EVERYTHING))).code).toBe(0);
  // All but the first line, which says where it was asked.
  const rest = async (path: string): Promise<string> =>
    (await Deno.readTextFile(path)).replace(/^.*\n/, "");
  expect(await rest(there)).toBe(await rest(at.policy));
});

Deno.test(
  "what init writes works with run: reading passes, writing asks the user first",
  OPTIONS,
  async () => {
    await using at = await place();
    const data = `${at.folder}/data`;
    await Deno.mkdir(data);
    await Deno.writeTextFile(`${data}/a.txt`, "what stands there");
    const command = await serverCommand(FILESYSTEM, data);
    expect((await init(at.policy, command)).code).toBe(0);
    const client = new Client({ name: "test", version: "1" }, {
      capabilities: { elicitation: {} },
    });
    const asked: string[] = [];
    let agrees = false;
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message);
      return agrees
        ? { action: "accept" as const, content: { confirm: true } }
        : { action: "decline" as const };
    });
    await connect([...SOURCE, "run", "--policy", at.policy, ...CACHE, "--", ...command], client);
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain("write_file");
      const read = await client.callTool({
        ...{ name: "read_text_file", arguments: { path: `${data}/a.txt` } },
      });
      expect(JSON.stringify(read.content)).toContain("what stands there");
      expect(asked).toEqual([]);
      const path = `${data}/b.txt`;
      const write = (): ReturnType<Client["callTool"]> =>
        client.callTool({ name: "write_file", arguments: { path, content: "new" } });
      expect((await write()).isError).toBe(true);
      await expect(Deno.stat(path)).rejects.toThrow(Deno.errors.NotFound);
      expect(asked).toEqual([expect.stringContaining('Allow the tool "write_file"?')]);
      agrees = true;
      // What was declined stands for exactly that call, so another one asks anew.
      const other = await client.callTool({
        ...{ name: "write_file", arguments: { path, content: "newer" } },
      });
      expect([other.isError ?? false, asked.length]).toEqual([false, 2]);
      expect(await Deno.readTextFile(path)).toBe("newer");
    } finally {
      await client.close();
    }
  },
);

Deno.test("init says in one line what a server that cannot be asked has said, and writes nothing", async () => {
  await using at = await place();
  const script = 'console.error("no such folder"); Deno.exit(3);';
  const exit = await init(at.policy, [Deno.execPath(), "eval", script]);
  expect([exit.code, exit.stdout]).toEqual([2, ""]);
  expect(exit.stderr).toContain("cannot be asked what it offers");
  expect(exit.stderr).toContain("server: no such folder");
  await expect(Deno.stat(at.policy)).rejects.toThrow(Deno.errors.NotFound);
});
