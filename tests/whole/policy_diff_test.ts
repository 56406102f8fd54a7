// `mcpguard diff`: recorded messages that another policy decides otherwise, those of which nobody can tell, and the rest.

import { expect } from "expect";
import { runProgram } from "../kit/program.ts";

const BEFORE = `version: 1
auth: { mode: api_key, allowed_keys: [{ key: "env:K", identity: alice, roles: [clerk] }] }
tools: { deny: [purge, "delete_*"] }
`;
const AFTER = `version: 1
auth: { mode: api_key, allowed_keys: [{ key: "env:K", identity: alice, roles: [clerk] }] }
tools: { deny: ["delete_*"] }
rules:
  - { id: clerks, tools: [pay], roles: [clerk], effect: approve }
  - { id: big, tools: [send], when: "args.amount > 100", effect: deny }
  - { id: watch, tools: [note], effect: deny, mode: monitor }
  - { id: subscriptions, methods: [resources/subscribe], effect: deny }
`;

const record = (tool: string | null, more: object = {}): string =>
  JSON.stringify({
    ...{ event: "decision", direction: "c2s", method: "tools/call", identity: "alice" },
    ...{ tool, decision: "allow", ...more },
  });

const LOG = [
  record("pay"),
  record("pay", { count: 4 }),
  record("pay", { identity: "bob" }),
  record("purge"),
  record("delete_all"),
  record("send"),
  record("note"),
  record("read"),
  record(null, { method: "resources/subscribe" }),
  record(null, { method: "resources/read" }),
  record(null, { method: "-", decision: "deny" }),
  record("outcome", { event: "outcome" }),
  record("server", { direction: "s2c" }),
  "no record",
].join("\n");

interface Place extends AsyncDisposable {
  run(before: string, after: string, log: string, ...more: string[]): ReturnType<typeof runProgram>;
}

async function place(): Promise<Place> {
  const dir = await Deno.makeTempDir();
  return {
    run: async (before, after, log, ...more) => {
      const files = { "before.yaml": before, "after.yaml": after, "audit.jsonl": log };
      for (const [name, text] of Object.entries(files)) {
        await Deno.writeTextFile(`${dir}/${name}`, text);
      }
      const args = [`${dir}/before.yaml`, `${dir}/after.yaml`, "--replay", `${dir}/audit.jsonl`];
      return await runProgram(["diff", ...args, ...more]);
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("mcpguard diff names what changes, what may, and what only another rule decides", async () => {
  await using at = await place();
  const { code, stdout, stderr } = await at.run(BEFORE, AFTER, LOG);
  expect([code, stderr]).toEqual([1, "1 lines are no audit records\n"]);
  expect(stdout.split("\n")).toEqual([
    '"pay" by alice, 5 times: allow (no rule) -> approve (rules.clerks)',
    '"purge" by alice, 1 times: deny (tools.deny[0]) -> allow (no rule)',
    '"note" by alice, 1 times: allow (no rule) -> allow (no rule), would be deny (rules.watch)',
    "resources/subscribe by alice, 1 times: allow (no rule) -> deny (rules.subscriptions)",
    'cannot be told, by its arguments: "send" by alice, 1 times: allow (no rule) -> deny (rules.big)',
    "1 are decided alike, by another rule",
    "4 of 9 different messages change (13 recorded)",
    "",
  ]);
  const json = JSON.parse((await at.run(BEFORE, AFTER, LOG, "--json")).stdout);
  expect(json).toMatchObject({ messages: 13, otherRule: 1, skipped: 1 });
  expect(json.changed).toHaveLength(4);
  expect(json.unknown).toMatchObject([{ tool: "send", after: { rule: "rules.big" } }]);
});

Deno.test("mcpguard diff ends with 0 where nothing changes, also where a rule wants arguments in both", async () => {
  await using at = await place();
  const same = await at.run(AFTER, AFTER, LOG);
  expect([same.code, same.stdout]).toEqual([0, "0 of 9 different messages change (13 recorded)\n"]);
});

Deno.test("mcpguard diff knows the tools of several servers as records spell them", async () => {
  await using at = await place();
  const servers = (deny: string): string =>
    `version: 1\nupstreams: [{ name: files, target: "http://127.0.0.1:1/mcp", tools: { deny: [${deny}] } }]\n`;
  const { stdout } = await at.run(servers("rm"), servers('"read"'), record("files/read"));
  expect(stdout).toContain(
    '"files/read" by alice, 1 times: allow (no rule) -> deny (upstreams.files.tools.deny[0])\n',
  );
});

Deno.test("mcpguard diff refuses a file that holds nothing to try", async () => {
  await using at = await place();
  for (
    const log of ["", "junk\n", record(null, { method: "-" }), record("x", { direction: "s2c" })]
  ) {
    const { code, stdout, stderr } = await at.run(BEFORE, AFTER, log);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("holds no record of a message that could be tried");
  }
});
