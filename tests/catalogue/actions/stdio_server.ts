// The class stdio, the server's side: noise on its output, its standard error, its death, and what it inherits.

import { ended, runs } from "../../kit/proc.ts";
import { policyFile } from "../../kit/policy.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import { startProgram } from "../../kit/program.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { NOTING, type Piped, piped } from "../pipes.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";

const CALL =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{}}}\n';

/** A text as an argument of sh. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** STD-004: what is no message is dropped and on record, and the answer after it passes. */
export async function noise(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const text = String(one.steps[0]!.text);
  await using at = await piped(`read -r line; printf '%s' ${quoted(text)}; cat > /dev/null`);
  await at.guard.write(CALL);
  const answer = await at.answer(/"id":1\b/);
  if (answer.result?.content?.[0]?.text !== "ok") wrong.push(`answered by ${brief(answer)}`);
  await at.guard.endInput();
  await at.guard.exit;
  if (at.answers().length !== one.expected.forwarded) wrong.push(brief(at.answers()));
  const lines = await at.audit.since();
  const dropped = lines.filter((line) => line.direction === "s2c" && line.decision === "deny");
  if (dropped.length !== 1) wrong.push(`${dropped.length} records of what was dropped`);
  return wrong;
}

/** STD-005: standard error is text for people: no message, nothing that a terminal acts on, no secret. */
export async function stderrText(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const text = String(one.steps[0]!.text);
  const script = `printf '%s' ${quoted(text)} >&2; ${NOTING}`;
  await using at = await piped(script, { policy: `${FIXTURE}detect: {secrets: {}}\n` });
  await at.guard.line(/^server: .*redacted/, "stderr");
  await at.guard.write(CALL);
  await at.answer(/"id":1\b/);
  if (at.answers().length !== 1) wrong.push(`the client got ${brief(at.answers())}`);
  const said = at.guard.lines("stderr").join("\n");
  if (said.includes("AKIA")) wrong.push("the secret was passed on");
  if (said.includes("\x1b") || said.includes("\x07")) wrong.push("a terminal would act on it");
  if (!/^server: \{"jsonrpc".*sampling/m.test(said)) wrong.push("the text was not passed on");
  return wrong;
}

/** STD-006: a flood on standard error blocks nobody, and only so much of it is passed on. */
export async function stderrFlood(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const mb = bench.full ? Number(one.steps[0]!.mb) : 8;
  const flood = `head -c ${mb << 20} /dev/zero | tr '\\0' 'e' | fold -w 200 >&2`;
  await using at = await piped(`${flood}; ${NOTING}`);
  await at.guard.write(CALL);
  const answer = await at.answer(/"id":1\b/);
  if (answer.result === undefined) wrong.push(`answered by ${brief(answer)}`);
  const passed = at.guard.lines("stderr").filter((line) => line.includes("eeee")).length * 200;
  // Some seconds' worth at most, whatever the machine's speed: a small part of all.
  if (passed > (mb << 20) / 4) wrong.push(`${passed} bytes of it were passed on`);
  return wrong;
}

/** STD-007: a program that dies has answered: every call that waits for it fails. */
export async function deadServer(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  for (const end of ["kill -KILL $$", "exit 0", "kill -SEGV $$"]) {
    await using at = await piped(`read -r line; read -r line; ${end}`);
    await at.guard.write(CALL + CALL.replace('"id":1', '"id":2'));
    for (const id of [1, 2]) {
      const answer = await at.answer(new RegExp(`"id":${id}\\b`));
      if (answer.error?.code !== one.expected.rpc_code) {
        wrong.push(`after ${end} call ${id} was answered by ${brief(answer)}`);
      }
    }
    await at.guard.exit;
    const outcomes = (await at.audit.since()).filter((line) => line.event === "outcome");
    if (outcomes.length !== 2) wrong.push(`${outcomes.length} outcomes on record after ${end}`);
  }
  return wrong;
}

/** STD-008: a program that ends at once is not started for every client that comes. */
export async function crashLoop(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const n = bench.full ? 200 : 30;
  await using file = await policyFile(FIXTURE);
  const starts = `${file.folder}/starts`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off"],
    ...["--", "sh", "-c", 'echo x >> "$0"; exit 3', starts],
  ]);
  await using _ = process;
  const address = `http://${new URL(url).host}/mcp`;
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c" } };
  let last = "";
  for (let i = 0; i < n; i++) {
    const client = new HttpMcp(address, { Authorization: "Bearer ALICE" });
    const reply = await client.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    last = await reply.text();
    const code = JSON.parse(last).error?.code;
    // Either says that what stands behind the guard has failed.
    if (code !== one.expected.rpc_code && code !== -31502) wrong.push(`client ${i} got ${last}`);
  }
  const started = (await Deno.readTextFile(starts)).trim().split("\n").length;
  if (started < 5 || started > 12) wrong.push(`it was started ${started} times`);
  if (!last.includes("again and again")) wrong.push(`the last one was told ${last}`);
  return wrong;
}

/** A server with a child and a grandchild, which names all three. @param deaf Whether none of them minds SIGTERM. */
const TREE = (deaf: boolean): string =>
  `${
    deaf ? "trap '' TERM; " : ""
  }sleep 1000 & child=$!; sh -c 'sleep 1000 & echo $!; wait' > "$0" & ` +
  `while [ ! -s "$0" ]; do sleep 0.05; done; ` +
  `read -r line; printf '{"jsonrpc":"2.0","id":1,"result":{"pids":[%s,%s,%s,%s]}}\\n' ` +
  `$$ $child $! "$(cat "$0")"; while :; do read -r line || sleep 1; done`;

/** Everybody behind a guard. */
async function pidsOf(at: Piped): Promise<number[]> {
  await at.guard.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  const { result } = await at.answer(/"pids"/);
  for (const pid of result.pids) if (!await runs(pid)) throw new Error(`${pid} does not run`);
  return result.pids;
}

/** STD-009: nothing is left of a server and its children after kill -9 of the guard. */
export async function orphans(): Promise<string[]> {
  for (const deaf of [false, true]) {
    await using at = await piped(TREE(deaf));
    const pids = await pidsOf(at);
    await at.guard.stop("SIGKILL");
    await ended(pids);
  }
  return [];
}

/** STD-010: a server that minds neither the end of its input nor SIGTERM is killed, and the guard ends. */
export async function deafToTerm(): Promise<string[]> {
  for (const how of ["SIGTERM", "eof"]) {
    await using at = await piped(TREE(true));
    const pids = await pidsOf(at);
    if (how === "SIGTERM") at.guard.kill("SIGTERM");
    else await at.guard.endInput();
    await at.guard.exit;
    await ended(pids);
  }
  return [];
}

/** STD-012: the server inherits what it needs to run, and nothing else. */
export async function environment(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const { do: _, LD_PRELOAD: preload, ...secrets } = one.steps[0]! as Record<string, string>;
  // A library that is not there is only warned of; that it is named at all is what matters.
  const env = { ...secrets, LD_PRELOAD: String(preload), NAMED: "yes" } as Record<string, string>;
  const script = `read -r line; env > "$0"; printf '{"jsonrpc":"2.0","id":1,"result":{}}\\n'; cat`;
  await using at = await piped(script, { env, args: ["--env", "NAMED"] });
  await at.guard.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await at.answer(/"id":1\b/);
  const names = (await at.reached()).map((line) => line.slice(0, line.indexOf("=")));
  // What sh sets for itself is not inherited.
  const known = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "SHELL", "TERM", "USER"];
  const own = ["PWD", "OLDPWD", "SHLVL", "_", "NAMED", "TMPDIR", "TZ"];
  const more = names.filter((name) => ![...known, ...own].includes(name));
  if (more.length > 0) wrong.push(`the server has ${more.join(", ")}`);
  if (!names.includes("NAMED")) wrong.push("what --env names did not reach it");
  return wrong;
}
