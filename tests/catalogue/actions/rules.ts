// Cases about rules: a policy that only watches, and rules that depend on the time.

import { policyFile } from "../../kit/policy.ts";
import { runProgram } from "../../kit/program.ts";
import { decisionsIn } from "../audit.ts";
import { hangUp } from "../calls.ts";
import type { Case } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import { connect, startInside, startStage } from "../stage.ts";

/** POL-016: what only watches says so at the start, in every answer, in figures and records; `--production` refuses it. */
export async function watching(): Promise<string[]> {
  const wrong: string[] = [];
  const policy = `${FIXTURE}mode: monitor\n`;
  await using stage = await startStage(policy);
  if (!stage.said().includes("BLOCKS NOTHING")) wrong.push("nothing is said at the start");
  const pair = await connect(stage);
  pair.server.answerAll();
  const params = { name: "delete_file", arguments: {} };
  const answer = await pair.client.ask({ id: 1, method: "tools/call", params });
  if (refuses(answer)) wrong.push(`blocked all the same: ${brief(answer)}`);
  const [line] = (await stage.audit.reach(1)).filter((l) => l.event === "decision");
  if (line?.would_be?.reason !== "ToolDenied") wrong.push(`recorded as ${brief(line)}`);
  const health = await fetch(`http://127.0.0.1:${stage.port}/healthz`);
  await health.body?.cancel();
  if (health.headers.get("mcpguard-mode") !== "monitor") wrong.push("no header says it");
  const figures = await (await fetch(`http://127.0.0.1:${stage.adminPort}/metrics`)).text();
  if (!/^mcpguard_would_be_total\{.*"ToolDenied"\} 1$/m.test(figures)) wrong.push("no figure");
  await hangUp(pair);
  await using file = await policyFile(policy);
  const { code } = await runProgram([
    ...["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:9/", "--production"],
    ...["--port", "0", "--admin", "off"],
  ]);
  if (code !== 2) wrong.push(`--production ended with ${code}`);
  return wrong;
}

/** POL-018: office hours in a named zone, over steps of the clock and the changes of summer time. */
export async function officeHours(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  let now = 0;
  const clock = { now: () => now, monotonic: () => performance.now() };
  const hour = 'now.getHours("Europe/Berlin")';
  await using stage = await startInside(
    `${FIXTURE}rules: [{id: office-hours, tools: [echo], ` +
      `when: '${hour} < 9 || ${hour} >= 17', effect: deny}]\n`,
    { clock },
  );
  const pair = await connect(stage);
  pair.server.answerAll();
  let count = 0;
  const times: [string, boolean][] = [
    ["2026-01-15T15:30:00Z", true],
    // A step of an hour, as the case has it, and back.
    ["2026-01-15T16:30:00Z", false],
    ["2026-01-15T15:30:00Z", true],
    // In summer the same times of UTC are an hour later in Berlin.
    ["2026-07-15T15:30:00Z", false],
    ["2026-07-15T07:00:00Z", true],
    // Around both changes, on a Sunday's morning.
    ["2026-03-29T06:59:59Z", false],
    ["2026-03-29T07:00:00Z", true],
    ["2026-10-25T07:59:59Z", false],
    ["2026-10-25T08:00:00Z", true],
  ];
  for (const [time, open] of times) {
    now = Date.parse(time);
    const params = { name: "echo", arguments: {} };
    const answer = await pair.client.ask({ id: ++count, method: "tools/call", params });
    if (refuses(answer) === open) wrong.push(`at ${time}: ${brief(answer)}`);
  }
  await hangUp(pair);
  const decisions = decisionsIn(await stage.audit.reach(times.length));
  if (decisions !== times.length) wrong.push(`${decisions} decisions of ${times.length}`);
  now = Date.parse("2026-01-15T12:00:00Z");
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}
