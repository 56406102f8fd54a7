// `mcpguard audit suggest` and `diff`: what passed a guard that only watches passes the policy that is suggested from its
// records, and nothing else does. A real server and a real client.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect } from "expect";
import { startUseServer } from "../fixtures/use_server.ts";
import { startGuard } from "../kit/guard.ts";
import { runProgram } from "../kit/program.ts";

/** Everything that a test does through a guard, each by its name. */
type Uses = Record<string, (client: Client) => Promise<unknown>>;

const call = (name: string, args: Record<string, unknown> = {}) => (client: Client) =>
  client.callTool({ name, arguments: args });
const read = (uri: string) => (client: Client) => client.readResource({ uri });
const prompt = (name: string, args: Record<string, string> = {}) => (client: Client) =>
  client.getPrompt({ name, arguments: args });

/** Subscribes, and waits until the server tells of the change that it tells of. */
const subscribed = (uri: string) => async (client: Client) => {
  const told = Promise.withResolvers<void>();
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => told.resolve());
  await client.subscribeResource({ uri });
  const timer = setTimeout(() => told.reject(new Error("no word of the change")), 20_000);
  await told.promise;
  clearTimeout(timer);
};

/** Does everything over one session and says what of it went through. */
async function live(url: string, uses: Uses): Promise<Record<string, boolean>> {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { elicitation: {}, roots: {} } },
  );
  client.setRequestHandler(
    ElicitRequestSchema,
    () => ({ action: "accept", content: { ok: true } }),
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///home" }] }));
  await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Transport);
  const seen: Record<string, boolean> = {};
  for (const [name, use] of Object.entries(uses)) {
    seen[name] = await use(client).then(
      (result) => (result as { isError?: boolean } | undefined)?.isError !== true,
      () => false,
    );
  }
  await client.close();
  return seen;
}

const all = (uses: Uses, passes: boolean): Record<string, boolean> =>
  Object.fromEntries(Object.keys(uses).map((name) => [name, passes]));

async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "mcpguard-suggest-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const watching = (log: string): string =>
  `version: 1\nmode: monitor\ndefault: deny\nlogging: { output: file, file_path: ${log} }\n`;

Deno.test("audit suggest: recorded traffic passes the suggested policy, and nothing else does", async () => {
  await inFolder(async (dir) => {
    const [log, policy] = [`${dir}/audit.jsonl`, `${dir}/suggested.yaml`];
    await using server = await startUseServer("alone");
    const used: Uses = {
      tool: call("alone.read", { path: "/etc/passwd" }),
      asking: call("alone.ask"),
      resource: read("file:///pub/a.txt"),
      "a resource with a query": read("https://example.com/doc?token=hunter2"),
      "a resource with a star": read("note:/a*(b).txt"),
      "a folder whose entries come back": read("dir:///pub"),
      prompt: prompt("greet", { name: "bob" }),
      completion: (client) =>
        client.complete({
          ref: { type: "ref/resource", uri: "file:///pub/{name}" },
          argument: { name: "name", value: "a" },
        }),
      subscription: subscribed("file:///pub/b.txt"),
    };
    const others: Uses = {
      tool: call("alone.wipe"),
      resource: read("file:///pub/c.txt"),
      "a longer name": read("file:///pub/a.txt.bak"),
      "another query's place": read("https://example.com/doc/other?token=hunter2"),
      "what the star stands for": read("note:/aXX(b).txt"),
      prompt: prompt("secret_prompt"),
      subscription: subscribed("file:///pub/c.txt"),
    };
    {
      await using guard = await startGuard(watching(log), server.url);
      expect(await live(`${guard.origin}/mcp`, used)).toEqual(all(used, true));
    }
    expect(await Deno.readTextFile(log)).not.toContain("hunter2");
    const made = await runProgram(["audit", "suggest", log, "--out", policy]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toContain("2 tools, used 2 times, tried on it: 2 allowed, 0 not");
    expect(made.stderr).toMatch(/\d resources, used \d+ times, tried on it: \d allowed, 0 not/);
    expect(made.stderr).toContain("1 prompt, used 1 time, tried on it: 1 allowed, 0 not");
    const text = await Deno.readTextFile(policy);
    expect(text).toContain("server_requests: { sampling: deny, elicitation: allow, roots: deny }");
    const lint = await runProgram(["policy", "lint", policy]);
    expect([lint.code, lint.stdout.split("\n").length]).toEqual([0, 3]);
    {
      await using guard = await startGuard(text, server.url);
      expect(await live(`${guard.origin}/mcp`, used)).toEqual(all(used, true));
      expect(await live(`${guard.origin}/mcp`, others)).toEqual(all(others, false));
    }
    // Nothing of it changes from the suggestion to itself; under another policy the resource and the prompt do.
    const same = await runProgram(["diff", policy, policy, "--replay", log]);
    expect([same.code, same.stdout]).toMatchObject([0, expect.stringContaining("0 of ")]);
    const open = `${dir}/open.yaml`;
    await Deno.writeTextFile(
      open,
      "version: 1\ntools: { deny: [alone.ask] }\nresources: { deny: ['file:///pub/a.txt'] }\nprompts: { deny: [greet] }\n",
    );
    const other = await runProgram(["diff", policy, open, "--replay", log, "--json"]);
    expect(other.code).toBe(1);
    const denied = JSON.parse(other.stdout).changed.filter((one: { after: { effect: string } }) =>
      one.after.effect === "deny"
    );
    const about = { identity: "anonymous", count: 1, before: { effect: "allow", rule: null } };
    const after = (rule: string): object => ({ effect: "deny", rule });
    expect(denied).toEqual([
      { tool: "alone.ask", method: "tools/call", ...about, after: after("tools.deny[0]") },
      {
        resource: "file:///pub/a.txt",
        method: "resources/read",
        ...about,
        after: after("resources.deny[0]"),
      },
      { prompt: "greet", method: "prompts/get", ...about, after: after("prompts.deny[0]") },
    ]);
    const again = await runProgram(["audit", "suggest", log, "--out", policy]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("is there already")]);
  });
});

Deno.test("audit suggest: of several servers each is allowed what was asked of it", async () => {
  await inFolder(async (dir) => {
    const log = `${dir}/audit.jsonl`;
    await using one = await startUseServer("one");
    await using two = await startUseServer("two");
    const upstreams = (text: string): string =>
      text.replace("https://change-me.invalid/mcp", one.url)
        .replace("https://change-me.invalid/mcp", two.url);
    const section = `upstreams:\n  - { name: one, target: "https://change-me.invalid/mcp" }\n` +
      `  - { name: two, target: "https://change-me.invalid/mcp" }\n`;
    const used: Uses = {
      "a tool of one": call("one__one.read"),
      "a tool of two": call("two__two.read"),
      "a resource of one": read("one+file:///pub/a.txt"),
      "a prompt of two": prompt("two__greet", { name: "bob" }),
    };
    const others: Uses = {
      "that resource of two": read("two+file:///pub/a.txt"),
      "another of one": read("one+file:///pub/b.txt"),
      "that prompt of one": prompt("one__greet", { name: "bob" }),
      "another tool": call("two__two.wipe"),
    };
    {
      await using guard = await startGuard(upstreams(watching(log) + section), null);
      expect(await live(`${guard.origin}/mcp`, used)).toEqual(all(used, true));
    }
    const made = await runProgram(["audit", "suggest", log]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toContain("2 servers in upstreams: put the real targets there");
    await using guard = await startGuard(upstreams(made.stdout), null);
    expect(await live(`${guard.origin}/mcp`, used)).toEqual(all(used, true));
    expect(await live(`${guard.origin}/mcp`, others)).toEqual(all(others, false));
  });
});

Deno.test("audit suggest: older records, files that hold nothing, junk and impossible names are told", async () => {
  await inFolder(async (dir) => {
    const log = `${dir}/audit.jsonl`;
    const record = (more: object): string =>
      JSON.stringify({
        ...{ event: "decision", direction: "c2s", method: "tools/call", decision: "allow" },
        ...more,
      });
    await Deno.writeTextFile(log, `junk\n{}\n${record({ tool: "x", decision: "deny" })}\n`);
    const none = await runProgram(["audit", "suggest", log]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("holds no record")]);
    expect((await runProgram(["audit", "suggest", `${dir}/no`])).code).toBe(2);
    expect((await runProgram(["audit", "suggest", log, "--group", "0"])).code).toBe(2);
    await Deno.writeTextFile(
      log,
      [
        ...["junk", "x".repeat(3 << 20), record({ tool: "ok" }), record({ tool: "a b\n- c" })],
        // What waits for a human has not passed.
        record({ tool: "held", decision: "approve" }),
        record({ tool: null, method: "resources/read" }),
        record({ tool: "new", would_be: { decision: "deny", rule: "tools.allow" } }),
        record({ tool: "bad", would_be: { decision: "deny", rule: "tools.deny[0]" } }),
        record({ tool: null, method: "prompts/get", prompts: ["p"] }),
      ].join("\n"),
    );
    const odd = await runProgram(["audit", "suggest", log]);
    expect(odd.code).toBe(1);
    expect(odd.stdout).toContain('- "ok" # once by 1 identity\n');
    for (const text of ["- c", "held"]) expect(odd.stdout).not.toContain(text);
    // What the old policy would have refused on purpose is marked, what it only did not know is not.
    expect(odd.stdout).toContain('- "new" # once by 1 identity\n');
    expect(odd.stdout).toContain(
      '- "bad" # once by 1 identity; LOOK: "tools.deny[0]" would have refused it\n',
    );
    // Nobody can say which resource it was, so all of them: the reader is told.
    expect(odd.stdout).toContain('    - "**"\n');
    expect(odd.stdout).toContain('    - "p" # once by 1 identity\n');
    for (
      const text of [
        'not allowed: "a b\\n- c"',
        "2 lines no audit records",
        "1 of them passed only because the guard was watching",
        "1 refused message left out",
        "1 message without a record of which resources",
      ]
    ) expect(odd.stderr).toContain(text);
  });
});
