// Class process: the program among others: signals, failures inside, permissions, exposure, its first moments, and the
// state that it keeps.

import { policyFile } from "../../kit/policy.ts";
import { RunningProcess } from "../../kit/process.ts";
import { runProgram, SOURCE } from "../../kit/program.ts";
import { programFlags } from "../../tools/flags.ts";
import { callAll, hangUp, times } from "../calls.ts";
import type { Case } from "../case.ts";
import { Client } from "../client.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended } from "../play.ts";
import { FIXTURE, OPEN } from "../policies.ts";
import type { Action } from "../runner.ts";
import { ALICE, BOB, connect, startInside, startStage, withAudit } from "../stage.ts";
import { Upstream } from "../upstream.ts";
import { told } from "./reload.ts";

const READ = { name: "read_file", arguments: {} };

/** PRC-001: what is on its way at SIGTERM is finished, what comes later is refused, and the record is whole. */
const drains: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  await stage.audit.mark();
  const n = 20;
  const pair = await connect(stage, ALICE);
  for (let id = 1; id <= n; id++) {
    await pair.client.send(JSON.stringify({
      ...{ jsonrpc: "2.0", id, method: "tools/call", params: READ },
    }));
  }
  await pair.server.count(n);
  Deno.kill(stage.pid, one.steps[0]!.sig === "TERM" ? "SIGTERM" : "SIGINT");
  // Asked for until it is refused: the signal takes its way, and until then calls pass.
  let late;
  for (let i = 0; !refuses(late ?? null) && i < 1000; i++) {
    const id = `late${i}`;
    await pair.client.send(JSON.stringify({
      ...{ jsonrpc: "2.0", id, method: "tools/call", params: { ...READ, name: "delete_file" } },
    }));
    late = await pair.client.find((m) => m.id === id);
    if (late?.error?.code === -31503) break;
    late = undefined;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (late?.error?.code !== -31503) wrong.push(`a new call was answered by ${brief(late)}`);
  pair.server.answerAll();
  for (let id = 1; id <= n; id++) {
    const answer = await pair.client.find((m) => m.id === id);
    if (answer?.result === undefined) wrong.push(`call ${id}: ${brief(answer)}`);
  }
  await ended(pair);
  const outcomes = (lines: readonly { event: string }[]): number =>
    lines.filter((line) => line.event === "outcome").length;
  const lines = await stage.audit.when((all) => outcomes(all) >= n);
  if (outcomes(lines) !== n) wrong.push(`${outcomes(lines)} of ${n} outcomes are on record`);
  return wrong;
};

/** PRC-002: signals that end other programs. */
const signals: Action = async (one) => {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const pair = await connect(stage, ALICE);
  await stage.audit.mark();
  for (const { sig } of one.steps) {
    Deno.kill(stage.pid, `SIG${sig}` as Deno.Signal);
    if (sig === "HUP" && await told(stage, "policy.reloaded") === undefined) {
      // The same policy is no new one, so touch it and ask again.
      await Deno.writeTextFile(
        stage.policyPath,
        withAudit(`${FIXTURE}# again\n`, stage.audit.path),
      );
      Deno.kill(stage.pid, "SIGHUP");
      if (await told(stage, "policy.reloaded") === undefined) wrong.push("HUP reloads nothing");
    }
    const { passed } = await callAll(pair, times(5));
    if (passed !== 5) wrong.push(`${passed} of 5 passed after ${sig}`);
  }
  await hangUp(pair);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** PRC-003: what breaks in one session ends there. */
const faults: Action = async (one) => {
  const wrong: string[] = [];
  let broken = false;
  let now = 0;
  const clock = {
    now: (): number => Date.now(),
    monotonic: (): number => {
      if (broken) throw new TypeError("x is not defined");
      return now = performance.now();
    },
  };
  await using stage = await startInside(FIXTURE, { clock });
  const [first, second] = [await connect(stage, ALICE), await connect(stage, BOB)];
  broken = true;
  await first.client.send(
    JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: READ }),
  );
  const answer = await first.client.find((m) => m.id === 1);
  broken = false;
  if (answer !== null && !refuses(answer)) wrong.push(`answered by ${brief(answer)}`);
  if (JSON.stringify(answer).includes("not defined")) wrong.push("it tells of its insides");
  if (first.server.received.length > 0) wrong.push("it was forwarded");
  const { passed } = await callAll(second, times(5));
  if (passed !== 5) wrong.push(`${passed} of 5 passed in another session, ${now > 0}`);
  if (first.client.closeCode === null) await first.client.close();
  await ended(first);
  await hangUp(second);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
};

/** PRC-004: the permissions it is shipped with are named one by one, and it gives up what it needs no more. */
const permissions: Action = async () => {
  const wrong: string[] = [];
  const flags = programFlags;
  for (const flag of ["--no-prompt", "--deny-import", "--allow-run=/bin/sh"]) {
    if (!flags.includes(flag)) wrong.push(`${flag} is missing`);
  }
  const loose = ["-A", "--allow-all", "--allow-run", "--allow-ffi", "--allow-sys"];
  for (const flag of loose) if (flags.includes(flag)) wrong.push(`${flag} is given`);
  if (SOURCE.some((part) => loose.includes(part))) wrong.push("the program is run with more");
  // A question to a terminal would be a grant: without the permission to read the policy it just ends.
  await using file = await policyFile(FIXTURE);
  const shape = SOURCE.filter((part) => part !== "--allow-read");
  const { code, stderr } = await runProgram(
    ["check", "--policy", file.path, "--tool", "echo", "--identity", "a"],
    { shape },
  );
  if (code !== 2) wrong.push(`without read permission it ended with ${code}: ${stderr}`);
  return wrong;
};

/** PRC-005: nothing opens a debugger, and failures show no insides. */
const debugging: Action = async () => {
  const wrong: string[] = [];
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  await using file = await policyFile(FIXTURE);
  for (const options of [`--inspect=127.0.0.1:${port}`]) {
    const { code, stderr } = await runProgram(
      ["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:9/", "--port", "0"],
      { env: { NODE_OPTIONS: options } },
    );
    if (code !== 2 || !stderr.includes("NODE_OPTIONS")) wrong.push(`${options}: ${stderr}`);
  }
  await using stage = await startStage(FIXTURE, { env: { DENO_V8_FLAGS: "--expose-gc" } });
  const open = await Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => {
    conn.close();
    return true;
  }, () => false);
  if (open || /Debugger listening/.test(stage.said())) wrong.push("a debugger listens");
  const { stderr, code } = await runProgram(["proxy", "--policy", "/nowhere/policy.yaml"]);
  if (code !== 2 || /\n\s+at /.test(stderr)) wrong.push(`a failure shows ${stderr}`);
  return wrong;
};

/** PRC-007: no guard stands open to the network without asking who comes. */
const exposed: Action = async () => {
  const wrong: string[] = [];
  const open = "version: 1\n";
  for (const host of ["0.0.0.0", "::"]) {
    await using file = await policyFile(open);
    const args = ["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:9/", "--host", host];
    const { code, stderr } = await runProgram([...args, "--port", "0", "--admin", "off"]);
    if (code !== 2 || !/--allow-insecure/.test(stderr)) wrong.push(`${host}: ${code} ${stderr}`);
  }
  await using keyed = await policyFile(FIXTURE);
  await using insecure = await policyFile(open);
  for (const args of [["--policy", keyed.path], ["--policy", insecure.path, "--allow-insecure"]]) {
    await using run = new RunningProcess([
      ...[...SOURCE, "proxy", ...args, "--target", "ws://127.0.0.1:9/", "--host", "0.0.0.0"],
      ...["--port", "0", "--admin", "off"],
    ]);
    await run.line(/listening on /, "stderr");
  }
  return wrong;
};

/** PRC-008: whoever comes first is decided upon like everybody. */
const firstMoments: Action = async () => {
  const wrong: string[] = [];
  await using upstream = new Upstream();
  upstream.answering = true;
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  await using file = await policyFile(FIXTURE);
  await using run = new RunningProcess([
    ...[...SOURCE, "proxy", "--policy", file.path, "--target", upstream.url],
    ...["--port", String(port), "--admin", "off"],
  ]);
  let client: Client | null = null;
  let bare = 0;
  while (client === null && run.lines("stderr").every((line) => !line.includes("ended"))) {
    // Without a credential nobody gets in, at no time.
    bare += await Client.open(port).then((c) => (c.drop(), 1), () => 0);
    client = await Client.open(port, ALICE).catch(() => null);
  }
  if (bare > 0) wrong.push("somebody without a credential came in");
  const params = { ...READ, name: "delete_file" };
  const answer = await client!.ask({ id: 1, method: "tools/call", params });
  if (!refuses(answer)) wrong.push(`the first call was answered by ${brief(answer)}`);
  if (upstream.forwarded > 0) wrong.push("it was forwarded");
  const near = await client!.ask({ id: 2, method: "tools/call", params: READ });
  if (near?.result?.content === undefined) wrong.push(`an allowed one: ${brief(near)}`);
  await client!.close();
  return wrong;
};

/** PRC-010: pins that cannot be read are no empty pins. */
const corruptPins: Action = async (_one: Case) => {
  const wrong: string[] = [];
  for (const text of ["", "{", '{"version":1', "\u0000\u0000", "[]"]) {
    await using file = await policyFile(`${OPEN}pins: {file: lock}\n`);
    await Deno.writeTextFile(`${file.folder}/lock`, text);
    const { code, stderr } = await runProgram([
      ...["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:9/", "--port", "0"],
      ...["--admin", "off"],
    ]);
    if (code !== 2 || !stderr.includes("lock")) {
      wrong.push(`${JSON.stringify(text)}: ended with ${code}: ${stderr.slice(0, 200)}`);
    }
    if (await Deno.readTextFile(`${file.folder}/lock`) !== text) wrong.push("it was overwritten");
  }
  return wrong;
};

/** The cases of this file by id. */
export const PROCESS: Readonly<Record<string, Action>> = {
  "PRC-001": drains,
  "PRC-002": signals,
  "PRC-003": faults,
  "PRC-004": permissions,
  "PRC-005": debugging,
  "PRC-007": exposed,
  "PRC-008": firstMoments,
  "PRC-010": corruptPins,
};
