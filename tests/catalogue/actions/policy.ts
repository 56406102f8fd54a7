// Policies that must be refused: by the program itself, with the place in the file, and for the right reason.

import { policyFile } from "../../kit/policy.ts";
import { runProgram } from "../../kit/program.ts";
import type { GuardPorts } from "../../../src/guard/mod.ts";
import { decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended } from "../play.ts";
import { CASE_POLICIES, type CasePolicy, FIXTURE } from "../policies.ts";
import { translated } from "../shorthand.ts";
import { connect, startInside } from "../stage.ts";

/** Exit code for a bad policy. */
const REFUSED = 2;

/** Starts the program with every policy of a case; each must be refused. */
export async function refusedPolicies(one: Case): Promise<string[]> {
  const brought: readonly CasePolicy[] = CASE_POLICIES[one.id] ??
    one.steps.flatMap((s) => s.policy === undefined ? [] : [{ text: translated(s.policy) }]);
  const found = await Promise.all(brought.map((policy) => refused(one, policy)));
  return found.flat();
}

async function refused(one: Case, policy: CasePolicy): Promise<string[]> {
  await using file = await policyFile(policy.text);
  const { code, stderr } = await runProgram(proxyArgs(file.path));
  if (code !== REFUSED) return [`it ended with ${code}, not ${REFUSED}: ${stderr}`];
  const wrong: string[] = [];
  if (!/policy\.yaml:[0-9]+:[0-9]+: /.test(stderr)) {
    wrong.push(`refused without file:line:column: ${stderr.trim()}`);
  }
  // A translation that is refused for a slip of its own would show nothing.
  if (policy.refused !== undefined && !policy.refused.test(stderr)) {
    wrong.push(`refused for another reason: ${stderr.trim()}`);
  }
  if (
    policy.refused === undefined && /unknown key/.test(stderr) && !/unknown|typo/i.test(one.title)
  ) {
    wrong.push(`refused for an unknown key only: translate it into version 1: ${stderr.trim()}`);
  }
  return wrong;
}

/** The arguments of a start that must not get as far as listening. */
function proxyArgs(path: string): string[] {
  return [
    "proxy",
    "--policy",
    path,
    "--target",
    "ws://127.0.0.1:9/",
    "--port",
    "0",
    "--admin",
    "off",
  ];
}

/** Starts the program on a path; it must end by itself with the code for a bad policy. */
export async function startRefused(path: string): Promise<string[]> {
  const exit = await runProgram(proxyArgs(path));
  return exit.code === REFUSED
    ? []
    : [`it ended with ${exit.code}, not ${REFUSED}: ${exit.stderr}`];
}

/** POL-007: what is no readable file of a policy: nothing in it, nothing there, or no file at all. */
export async function noPolicy(one: Case): Promise<string[]> {
  const wrong = await refusedPolicies(one);
  await using file = await policyFile("");
  const at = (name: string): string => `${file.folder}/${name}`;
  const made = await new Deno.Command("mkfifo", { args: [at("fifo")] }).output();
  if (!made.success) wrong.push("mkfifo failed");
  await Deno.mkdir(at("folder"));
  await Deno.writeFile(at("binary"), Uint8Array.from({ length: 512 }, (_, i) => i & 255));
  // Sparse, so that it costs nothing to make; reading it whole would.
  const huge = await Deno.open(at("huge"), { create: true, write: true });
  await huge.truncate(1 << 30);
  huge.close();
  const names = ["fifo", "folder", "binary", "huge", "missing"];
  for (const found of await Promise.all(names.map((name) => startRefused(at(name))))) {
    wrong.push(...found);
  }
  return wrong;
}

/** `fault`: whatever throws while a decision is made, the message is refused, and recorded where records can be. */
export async function faults(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const state = { broken: true };
  const fault = (): void => {
    if (state.broken) throw new TypeError("x is not defined");
  };
  const pass = { ok: true, remaining: 1, retryAfterMs: 0 };
  const parts: Partial<GuardPorts>[] = [
    { detectors: [{ name: "broken", inspect: () => (fault(), { deny: false, findings: [] }) }] },
    {
      detectors: [{
        name: "rejecting",
        inspect: () =>
          state.broken
            ? Promise.reject(new Error("no"))
            : Promise.resolve({ deny: false, findings: [] }),
      }],
    },
    { limiter: { take: () => (fault(), pass) } },
    { limiter: { peek: () => (fault(), pass), take: () => pass } },
  ];
  for (const [index, replaced] of parts.entries()) {
    state.broken = true;
    await using stage = await startInside(
      `${FIXTURE}rate_limit: {capacity: 100, refill_rate_per_sec: 1}\n`,
      replaced,
    );
    const pair = await connect(stage);
    const call = { method: "tools/call", params: { name: "read_file", arguments: {} } };
    const answer = await pair.client.ask({ id: 1, ...call });
    if (!refuses(answer)) wrong.push(`fault ${index + 1}: ${brief(answer)}`);
    if (/x is not defined/.test(JSON.stringify(answer))) wrong.push("it tells of its insides");
    if (pair.server.received.length > 0) wrong.push(`fault ${index + 1}: forwarded`);
    await pair.client.close();
    await ended(pair);
    const lines = await stage.audit.reach(1);
    if (decisionsIn(lines) !== 1) wrong.push(`fault ${index + 1}: ${decisionsIn(lines)} decisions`);
    state.broken = false;
    wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  }
  return wrong;
}
