// The class process: signals, the order of a start, what the program may do, and files of state that are damaged.

import { policyFile } from "../../kit/policy.ts";
import { runProgram, startProgram } from "../../kit/program.ts";
import { programFlags } from "../../tools/flags.ts";
import { AuditFile, decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { Client, rawRequest } from "../client.ts";
import { callAll, times } from "../calls.ts";
import { brief, refuses } from "../judge.ts";
import { passNeighbours } from "../neighbours.ts";
import { runnerId } from "../play.ts";
import { AUTH, FIXTURE } from "../policies.ts";
import { ALICE, connect, startStage, withAudit } from "../stage.ts";
import { Upstream } from "../upstream.ts";

const PING = '{"jsonrpc":"2.0","id":ID,"method":"ping","params":{}}';

/** PRC-001, PRC-002 `signal`. */
export function signals(one: Case): Promise<string[]> {
  return one.steps[0]!.sig === "TERM" ? termUnderLoad() : otherSignals();
}

/** SIGTERM lets what runs end, takes nothing new, keeps the records, and ends with 0. */
async function termUnderLoad(): Promise<string[]> {
  const wrong: string[] = [];
  const n = 30;
  await using stage = await startStage(FIXTURE);
  const pair = await connect(stage);
  const params = { name: "read_file", arguments: {} };
  await stage.audit.mark();
  const calls = Array.from(
    { length: n },
    () => pair.client.ask({ id: `load:${runnerId()}`, method: "tools/call", params }),
  );
  await pair.server.count(n);
  Deno.kill(stage.pid, "SIGTERM");
  // Until it is heard a call may still be taken; once it is, none is.
  let late;
  let more = 0;
  do {
    if (++more > 1) pair.server.received.at(-1)!.answered = true;
    const asking = pair.client.ask({ id: `late:${more}`, method: "tools/call", params });
    late = await Promise.race([asking, pair.server.count(n + more).then(() => null)]);
  } while (late === null);
  if (late.error?.code !== -31503) wrong.push(`a new call was answered by ${brief(late)}`);
  pair.server.answerAll();
  for (const answer of await Promise.all(calls)) {
    if (answer === null || refuses(answer)) wrong.push(`a running call got ${brief(answer)}`);
  }
  // What was taken while the signal was on its way is answered, too.
  for (const { json } of pair.server.received.slice(n)) {
    pair.server.send(JSON.stringify({ jsonrpc: "2.0", id: json.id, result: { content: [] } }));
  }
  await pair.client.closed;
  pair.client.drop();
  const { code } = await stage.process!.exit;
  if (code !== 0) wrong.push(`it ended with ${code}`);
  const outcomes = (await stage.audit.since()).filter((line) => line.event === "outcome");
  if (outcomes.length < n) wrong.push(`${outcomes.length} of ${n} outcomes are on record`);
  if (!/SIGTERM: waiting/.test(stage.said())) wrong.push(`it said ${stage.said().slice(-200)}`);
  return wrong;
}

/** SIGHUP reads the policy again, SIGPIPE and SIGUSR1 are nothing to it, a second SIGINT means now. */
async function otherSignals(): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const pair = await connect(stage);
  await stage.audit.mark();
  await Deno.writeTextFile(
    stage.policyPath,
    `${withAudit(FIXTURE, stage.audit.path)}# another\n`,
  );
  Deno.kill(stage.pid, "SIGHUP");
  const lines = await stage.audit.when((all) => all.some((l) => l.detail === "policy.reloaded"));
  if (!lines.some((l) => l.detail === "policy.reloaded")) wrong.push("no reload is on record");
  Deno.kill(stage.pid, "SIGPIPE");
  const { passed } = await callAll(pair, times(5));
  if (passed !== 5) wrong.push("calls failed after SIGPIPE");
  // A call that is never answered keeps the first SIGINT waiting.
  const held = await connect(stage);
  void held.client.ask({ id: "held", method: "ping", params: {} });
  await held.server.count(1);
  Deno.kill(stage.pid, "SIGINT");
  await stage.process!.line(/SIGINT: waiting/);
  Deno.kill(stage.pid, "SIGINT");
  await stage.process!.exit;
  pair.client.drop();
  held.client.drop();
  return wrong;
}

/** PRC-004: the flags that the program is shipped with: no more than it needs, and never a question. */
export async function permissions(): Promise<string[]> {
  const wrong: string[] = [];
  if (!programFlags.includes("--no-prompt")) wrong.push("it may ask the terminal");
  if (!programFlags.includes("--deny-import")) wrong.push("it may load code");
  const loose = /^(-A|--allow-all|--allow-run|--allow-ffi.*|--allow-sys.*|--unstable.*)$/;
  for (const flag of programFlags) if (loose.test(flag)) wrong.push(`it is shipped with ${flag}`);
  const run = programFlags.filter((flag) => flag.startsWith("--allow-run"));
  if (run.join() !== "--allow-run=/bin/sh") wrong.push(`it may run ${run.join()}`);
  // Without one of them it says so in one line and does not start half.
  await using file = await policyFile(`version: 1\n${AUTH}`);
  const shape = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt"];
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const exit = await runProgram(
    ["proxy", "--policy", file.path, "--target", "ws://127.0.0.1:9/", "--port", "0"],
    { shape: [...shape, "--config", config, "--allow-read", "--allow-env", main] },
  );
  if (exit.code === 0 || exit.stdout !== "") wrong.push(`without net it ended with ${exit.code}`);
  if (/^\s+at /m.test(exit.stderr)) wrong.push(`it showed a stack: ${exit.stderr}`);
  return wrong;
}

/** PRC-005: no debugger is open while the guard runs, by whatever the environment says, and no failure shows a stack. */
export async function inspector(): Promise<string[]> {
  const wrong: string[] = [];
  await using file = await policyFile(`version: 1\n${AUTH}`);
  for (const options of ["--inspect=127.0.0.1:0", "--trace-warnings --inspect=127.0.0.1:0"]) {
    for (const command of [["proxy"], ["run", "--identity", "me"]]) {
      const exit = await runProgram(
        [...command, "--policy", file.path, "--target", "ws://127.0.0.1:9/"],
        { env: { NODE_OPTIONS: options } },
      );
      if (exit.code !== 2 || !exit.stderr.includes("NODE_OPTIONS opens a debugger")) {
        wrong.push(`${command[0]} ended with ${exit.code}: ${exit.stderr}`);
      }
      if (/^\s+at /m.test(exit.stderr)) wrong.push(`it showed a stack: ${exit.stderr}`);
    }
  }
  await using stage = await startStage(FIXTURE, {
    env: { NODE_OPTIONS: "--max-old-space-size=1000", DENO_INSPECT: "127.0.0.1:0" },
  });
  const table = await new Deno.Command("sh", {
    args: [
      "-c",
      `for f in /proc/${stage.pid}/fd/*; do readlink "$f"; done; echo --; ` +
      `cat /proc/${stage.pid}/net/tcp /proc/${stage.pid}/net/tcp6`,
    ],
    stderr: "null",
  }).output();
  const [open, sockets] = new TextDecoder().decode(table.stdout).split("--\n");
  const own = new Set(open!.split("\n").map((name) => /^socket:\[([0-9]+)\]$/.exec(name)?.[1]));
  const listening = sockets!.split("\n").map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && own.has(columns[9]));
  if (listening.length !== 2) wrong.push(`it listens on ${listening.length} ports, not its two`);
  wrong.push(...await passNeighbours(stage, [PING]));
  return wrong;
}

/** PRC-006: figures and reloads are not on the port of clients, whoever asks. */
export async function adminOnDataPort(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  await stage.audit.mark();
  const steps = one.steps.flatMap((step) => step.http === undefined ? [] : [step.http]);
  const more = ["/readyz", "/approvals", "/debug/pprof", "/json/list"].map((path) => ({
    ...steps[0]!,
    path,
  }));
  for (const { method, path, headers } of [...steps, ...more]) {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const length = method === "POST" ? "Content-Length: 0\r\n" : "";
    const { status, body } = await rawRequest(
      stage.port,
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n${lines}${length}Connection: close\r\n\r\n`,
    );
    if (status !== one.expected.http) wrong.push(`${method} ${path} got ${status}`);
    if (body.includes("mcpguard_")) wrong.push(`${path} told figures`);
  }
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  wrong.push(...await passNeighbours(stage, [PING]));
  return wrong;
}

/** PRC-008: whoever comes while the program starts finds nobody, or a guard that decides; never one that does not. */
export async function raceStart(): Promise<string[]> {
  const wrong: string[] = [];
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await using upstream = new Upstream();
  upstream.answering = true;
  await using file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  await Deno.writeTextFile(file.path, withAudit(FIXTURE, audit.path));
  const starting = startProgram([
    ...["proxy", "--policy", file.path, "--target", upstream.url],
    ...["--port", String(port), "--admin", "off"],
  ]);
  const body = '{"type":"tool_call","tool":"delete_file","args":{}}';
  let decided = 0;
  let ready = false;
  void starting.then(() => ready = true, () => ready = true);
  for (let after = 0; after < 5;) {
    const status = await rawRequest(
      port,
      `POST /call HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ALICE\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    ).then((answer) => answer.status, () => 0);
    if (ready) after++;
    if (status === 0) continue;
    if (status === 403) decided++;
    else if (status !== 503) wrong.push(`an early call got ${status}`);
  }
  const { process } = await starting;
  await using _ = process;
  if (decided < 5) wrong.push(`${decided} calls were decided`);
  if (upstream.forwarded > 0) wrong.push("an early call was forwarded");
  const lines = await audit.when((all) => decisionsIn(all) >= decided);
  if (decisionsIn(lines) < decided) wrong.push("an early call left no record");
  return wrong;
}

/** PRC-009: two programs may share their files of state: no record, pin or approval of one is lost by the other. */
export async function twoInstances(): Promise<string[]> {
  const wrong: string[] = [];
  await using upstream = new Upstream();
  upstream.answering = true;
  await using file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  await Deno.writeTextFile(file.path, withAudit(`${FIXTURE}pins: {}\n`, audit.path));
  const start = (): ReturnType<typeof startProgram> =>
    startProgram([
      ...["proxy", "--policy", file.path, "--target", upstream.url, "--port", "0"],
      ...["--admin", "off"],
    ]);
  const programs = [await start(), await start()];
  const n = 100;
  const clients = await Promise.all(
    programs.map(({ url }) => Client.open(Number(new URL(url).port), ALICE)),
  );
  await Promise.all(clients.map(async (client) => {
    await client.ask({ id: `list:${runnerId()}`, method: "tools/list", params: {} });
    for (let i = 0; i < n; i++) {
      const answer = await client.ask({
        id: `both:${runnerId()}`,
        method: "tools/call",
        params: { name: "read_file", arguments: {} },
      });
      if (answer === null || refuses(answer)) wrong.push(`a call got ${brief(answer)}`);
    }
  }));
  const due = 2 * (n + 1);
  const lines = await audit.when((all) => decisionsIn(all, "c2s") >= due);
  if (decisionsIn(lines, "c2s") !== due) {
    wrong.push(`${decisionsIn(lines, "c2s")} of ${due} records`);
  }
  const pins = JSON.parse(await Deno.readTextFile(`${file.folder}/mcpguard.lock`));
  if (!JSON.stringify(pins).includes("read_file")) wrong.push("the pins are not whole");
  await Promise.all(clients.map((client) => client.close()));
  for (const { process } of programs) await process[Symbol.asyncDispose]();
  return wrong;
}

/** PRC-010: pins that cannot be read are no reason to trust anew: the program does not start. */
export async function damagedPins(): Promise<string[]> {
  const wrong: string[] = [];
  await using file = await policyFile("");
  const lock = `${file.folder}/mcpguard.lock`;
  const text = `${FIXTURE}pins: {}\n`;
  await Deno.writeTextFile(file.path, text);
  await using upstream = new Upstream();
  upstream.answering = true;
  const args = ["proxy", "--policy", file.path, "--target", upstream.url, "--port", "0"];
  const { process, url } = await startProgram([...args, "--admin", "off"]);
  const client = await Client.open(Number(new URL(url).port), ALICE);
  await client.ask({ id: "list", method: "tools/list", params: {} });
  await client.ask({ id: "end", method: "ping", params: {} });
  await client.close();
  await process.stop("SIGTERM");
  const whole = await Deno.readTextFile(lock);
  const damaged: Record<string, string> = {
    "cut off": whole.slice(0, whole.length / 2),
    "emptied": "",
    "no JSON": "pins: none\n",
    "another's": '{"version":99}',
    "changed by hand": whole.replace(/"sha256:[0-9a-f]{4}/, '"sha256:zzzz'),
  };
  for (const [how, content] of Object.entries(damaged)) {
    if (content === whole) {
      wrong.push(`${how} is what was there`);
      continue;
    }
    await Deno.writeTextFile(lock, content);
    const exit = await runProgram([...args, "--admin", "off"]);
    if (exit.code !== 2 || !exit.stderr.includes("mcpguard.lock")) {
      wrong.push(`${how}: it ended with ${exit.code}: ${exit.stderr.trim().slice(-200)}`);
    }
    if (await Deno.readTextFile(lock) !== content) wrong.push(`${how}: it was written over`);
  }
  await Deno.writeTextFile(lock, whole);
  const again = await startProgram([...args, "--admin", "off"]);
  await again.process.stop("SIGTERM");
  return wrong;
}

/** PRC-007: what everybody could reach without a key does not start, unless that is said to be meant. */
export async function openToAll(): Promise<string[]> {
  const wrong: string[] = [];
  await using open = await policyFile("version: 1\n");
  await using keyed = await policyFile(`version: 1\n${AUTH}`);
  const args = (path: string): string[] => [
    ...["proxy", "--policy", path, "--target", "ws://127.0.0.1:9/", "--host", "0.0.0.0"],
    ...["--port", "0", "--admin", "off"],
  ];
  const exit = await runProgram(args(open.path));
  if (exit.code !== 2 || !exit.stderr.includes("--allow-insecure")) {
    wrong.push(`it ended with ${exit.code}: ${exit.stderr}`);
  }
  for (const more of [[...args(open.path), "--allow-insecure"], args(keyed.path)]) {
    const { process } = await startProgram(more);
    await process.stop("SIGTERM");
  }
  return wrong;
}
