// `mode: monitor` of the real program: nothing of the policy's is blocked, and everything says that nothing is.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { runProgram } from "../kit/program.ts";
import { hangUp } from "../catalogue/calls.ts";
import { connect, startStage } from "../catalogue/stage.ts";

const POLICY = `version: 1
mode: monitor
auth: { mode: bearer, allowed_tokens: [{ key: ALICE, identity: alice }] }
tools: { deny: ["delete_*"] }
rules:
  - { id: big, tools: ["pay"], when: "args.amount > 100", effect: deny }
`;

Deno.test("a guard that only watches lets calls pass, records what would have been, and says so everywhere", async () => {
  await using stage = await startStage(POLICY);
  expect(stage.said()).toContain("MODE MONITOR: THIS GUARD BLOCKS NOTHING");
  const pair = await connect(stage);
  pair.server.answerAll();
  const call = async (id: number, name: string, args: unknown): Promise<void> => {
    const answer = await pair.client.ask({
      id,
      method: "tools/call",
      params: { name, arguments: args },
    });
    expect(answer?.error).toBeUndefined();
    expect(answer?.result?.isError).not.toBe(true);
  };
  await call(1, "delete_file", {});
  await call(2, "pay", { amount: 500 });
  await call(3, "pay", { amount: 5 });
  const lines = await stage.audit.reach(3);
  const decisions = lines.filter((l) => l.event === "decision");
  expect(decisions.map((l) => [l.tool, l.decision, l.reason, l.would_be])).toEqual([
    [
      "delete_file",
      "allow",
      "Allowed",
      { decision: "deny", reason: "ToolDenied", rule: "tools.deny[0]" },
    ],
    ["pay", "allow", "Allowed", { decision: "deny", reason: "RuleDenied", rule: "rules.big" }],
    ["pay", "allow", "Allowed", undefined],
  ]);
  const figures = await (await fetch(`http://127.0.0.1:${stage.adminPort}/metrics`)).text();
  expect(figures).toContain("mcpguard_monitor_mode 1\n");
  expect(figures).toContain(
    'mcpguard_would_be_total{effect="deny",reason="ToolDenied"} 1\n',
  );
  expect(figures).toContain('mcpguard_decisions_total{effect="allow",reason="Allowed"} 3\n');
  const ready = await fetch(`http://127.0.0.1:${stage.adminPort}/readyz`);
  expect((await ready.json()).mode).toBe("monitor");
  const health = await fetch(`http://127.0.0.1:${stage.port}/healthz`);
  await health.body?.cancel();
  expect(health.headers.get("mcpguard-mode")).toBe("monitor");
  // Who shows nothing is refused in any mode.
  const anonymous = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"type":"tool_call","tool":"pay"}',
  });
  await anonymous.body?.cancel();
  expect(anonymous.status).toBe(401);
  await hangUp(pair);
});

Deno.test("--production refuses a policy or a rule that only watches, check shows what would be", async () => {
  const one = "version: 1\nrules: [{ id: trial, tools: [a], effect: deny, mode: monitor }]\n";
  for (
    const [text, says] of [[POLICY, "the policy only watches"], [one, "rules only watch: trial"]]
  ) {
    await using file = await policyFile(text!);
    for (
      const command of [
        ["proxy", "--target", "ws://127.0.0.1:9/", "--port", "0", "--admin", "off"],
        ["run", "--target", "ws://127.0.0.1:9/"],
      ]
    ) {
      const exit = await runProgram([...command, "--policy", file.path, "--production"]);
      expect(exit.code).toBe(2);
      expect(exit.stderr).toContain(says);
    }
  }
  await using file = await policyFile(POLICY);
  const exit = await runProgram(["check", "--policy", file.path, "--tool", "delete_file"]);
  expect(exit.code).toBe(0);
  expect(exit.stdout).toContain("ALLOW Allowed");
  expect(exit.stdout).toContain("mode monitor: would be DENY ToolDenied by tools.deny[0]");
});
