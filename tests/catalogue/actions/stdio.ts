// Class stdio: lines between a client, the guard and a wrapped program, by `mcpguard run` as a real process.

import { ended, procText } from "../../kit/proc.ts";
import { policyFile } from "../../kit/policy.ts";
import { RunningProcess } from "../../kit/process.ts";
import { SOURCE, startProgram } from "../../kit/program.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import type { Case } from "../case.ts";
import type { Message } from "../client.ts";
import { brief } from "../judge.ts";
import { FIXTURE, OPEN } from "../policies.ts";
import type { Action } from "../runner.ts";
import { HELLO } from "../scene.ts";

const TREE = new URL("../../fixtures/stdio_tree.sh", import.meta.url).pathname;

/** A server in sh: keeps every line in a file, and answers each request with an empty result of a call. */
const KEEPING = 'while read -r line; do printf "%s\\n" "$line" >> "$0"; ' +
  "case $line in *'\"id\":'*) id=${line#*'\"id\":'}; id=${id%%[,\\}]*}; " +
  'printf \'{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\\n\' "$id";; esac; done';

/** The guard around a program. */
interface Wrapped extends AsyncDisposable {
  run: RunningProcess;
  /** Lines that reached the program. */
  reached(): Promise<string[]>;
}

/** Starts the guard around a program; without one around the server that keeps what it gets. */
async function wrap(
  program?: readonly string[],
  policy: string = FIXTURE,
  more: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Wrapped> {
  const file = await policyFile(policy);
  const kept = `${file.folder}/reached`;
  const run = new RunningProcess([
    ...[...SOURCE, "run", "--policy", file.path, "--identity", "alice", ...more.args ?? []],
    ...["--", ...program ?? ["sh", "-c", KEEPING, kept]],
  ], { stdin: "open", ...(more.env === undefined ? {} : { env: more.env }) });
  return {
    run,
    reached: async () => {
      const text = await Deno.readTextFile(kept).catch(() => "");
      return text.split("\n").filter((line) => line !== "");
    },
    [Symbol.asyncDispose]: async () => {
      await run[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

const call = (id: number, name: string, args: object = {}): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });

/** Answers so far. */
const answers = (run: RunningProcess): Message[] =>
  run.lines("stdout").map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return { noise: line };
    }
  });

/** The answer with an id. */
async function answer(run: RunningProcess, id: number): Promise<Message> {
  const [line] = await run.line(new RegExp(`^.*"id":${id}[,}].*$`), "stdout");
  return JSON.parse(line);
}

/** A plain call on the same pipe must pass. */
async function neighbour(run: RunningProcess, id = 77): Promise<string[]> {
  await run.write(`${call(id, "read_file")}\n`);
  const got = await answer(run, id);
  return got.result?.isError === true || got.result === undefined
    ? [`its neighbour was answered by ${brief(got)}`]
    : [];
}

/** STD-001: a line comes in pieces; one without an end is none. */
const pieces: Action = async (one) => {
  await using guard = await wrap();
  const { run } = guard;
  const wrong: string[] = [];
  const [first, rest] = one.steps[0]!.chunks as [string, string];
  for (const text of [first, rest, "\n"]) await run.write(text);
  if ((await answer(run, 1)).result?.isError !== true) wrong.push("the call was not denied");
  wrong.push(...await neighbour(run));
  await run.write(call(2, "read_file"));
  await run.endInput();
  const { stdout, stderr } = await run.exit;
  if (stdout.includes('"id":2')) wrong.push("a line without an end was answered");
  if (!stderr.includes("stdio.truncated")) wrong.push("the lost line was not recorded");
  const reached = await guard.reached();
  if (reached.length !== 1) wrong.push(`the program got ${brief(reached)}`);
  return wrong;
};

/** STD-002: only LF ends a line; what other readers take for an end does not get through as one. */
const separators: Action = async (one) => {
  await using guard = await wrap();
  const { run } = guard;
  const wrong: string[] = [];
  const text = String(one.steps[0]!.text);
  const all = ["\r", "\u2028", "\u000b", "\u000c", "\u0085"];
  for (const separator of all) await run.write(text.replace("\r", separator));
  await run.write(`${call(5, "read_file", { text: "a\u2028b\u0085c" })}\r\n`);
  const last = await answer(run, 5);
  if (last.result?.isError === true) wrong.push(`a line with CRLF: ${brief(last)}`);
  const codes = answers(run).map((m) => m.error?.code).filter((code) => code !== undefined);
  if (codes.length !== all.length || codes.some((code) => code !== -32700)) {
    wrong.push(`answered by ${brief(codes)}`);
  }
  const reached = await guard.reached();
  if (reached.length !== 1 || /[\r\u2028\u0085]/.test(reached[0]!)) {
    wrong.push(`the program got ${brief(reached)}`);
  }
  return wrong;
};

/** STD-003: a line beyond the limit is dropped as it comes, and the third ends the session. */
const longLine: Action = async (one, { full }) => {
  await using guard = await wrap();
  const { run } = guard;
  const wrong: string[] = [];
  const megabytes = full ? Number(one.steps[0]!.gen!.n) / (1 << 20) : 8;
  const unit = "a".repeat(1 << 20);
  for (let i = 0; i < megabytes; i++) await run.write(unit);
  await run.write("\n");
  await run.line(/"code":-31413/, "stdout");
  wrong.push(...await neighbour(run));
  const peak = Number(/VmHWM:\s+(\d+)/.exec(await procText(run.pid, "status") ?? "")?.[1]);
  if (full && peak > 300_000) wrong.push(`it took ${peak} kB`);
  for (let i = 0; i < 2; i++) await run.write(`${unit}${unit}\n`).catch(() => {});
  await run.exit;
  if ((await guard.reached()).length !== 1) wrong.push("something reached the program");
  return wrong;
};

/** STD-004: what a program prints besides messages is dropped. */
const banner: Action = async (one) => {
  const text = String(one.steps[0]!.text);
  await using guard = await wrap([
    "sh",
    "-c",
    'read -r line; printf "%s" "$0"; cat >/dev/null',
    text,
  ]);
  const { run } = guard;
  await run.write(`${call(1, "read_file")}\n`);
  const got = await answer(run, 1);
  await run.endInput();
  const { stdout, stderr } = await run.exit;
  const wrong: string[] = [];
  if (got.result?.content?.[0]?.text !== "ok") wrong.push(`answered by ${brief(got)}`);
  if (stdout.includes("Starting")) wrong.push("the banner reached the client");
  if (!/"direction":"s2c".*"detail":"json\.|"detail":"json\..*/.test(stderr)) {
    wrong.push("it was not recorded");
  }
  return wrong;
};

/** STD-005: standard error is text, shown without what would act on a terminal. */
const oddStderr: Action = async (one) => {
  const text = String(one.steps[0]!.text);
  const policy = `${FIXTURE}detect: {secrets: {action: redact}}\n`;
  const program = ["sh", "-c", 'printf "%s" "$0" >&2; cat >/dev/null', text];
  await using guard = await wrap(program, policy);
  const { run } = guard;
  await run.line(/x1b/, "stderr");
  await run.endInput();
  const { stdout, stderr } = await run.exit;
  const wrong: string[] = [];
  if (stdout !== "") wrong.push(`the client got ${brief(stdout)}`);
  // deno-lint-ignore no-control-regex -- these are what must not come out
  if (/[\u001b\u0007]/.test(stderr)) wrong.push("control characters came out");
  if (!/^server: \{"jsonrpc"/m.test(stderr)) wrong.push("the line is not marked as the server's");
  if (stderr.includes("AKIAIOSFODNN7EXAMPLE")) wrong.push("the secret came out");
  return wrong;
};

/** STD-006: a flood on standard error blocks nobody. */
const stderrFlood: Action = async (one, { full }) => {
  const megabytes = full ? Number(one.steps[0]!.mb) : 10;
  const flood = `head -c ${megabytes}000000 /dev/zero | tr '\\0' 'x' >&2; `;
  await using guard = await wrap([
    ...["sh", "-c", `read -r line; ${flood}`],
  ].map((part, i) => i === 2 ? `${part}printf '%s\\n' '${OK}'; cat >/dev/null` : part));
  const { run } = guard;
  await run.write(`${call(1, "read_file")}\n`);
  const got = await answer(run, 1);
  await run.endInput();
  const { stderr } = await run.exit;
  const wrong: string[] = [];
  if (got.result?.content === undefined) wrong.push(`answered by ${brief(got)}`);
  if (stderr.length > 1_000_000) wrong.push(`${stderr.length} bytes were passed on`);
  return wrong;
};

const OK = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"ok"}]}}';

/** STD-007: whoever waits for a program that dies is told. */
const dies: Action = async (one) => {
  const wrong: string[] = [];
  for (const end of ["kill -KILL $$", "exit 0", "kill -SEGV $$"]) {
    await using guard = await wrap(["sh", "-c", `read -r line; ${end}`]);
    const { run } = guard;
    await run.write(`${one.steps[0]!.client}\n`);
    const got = await answer(run, 1);
    const failed = got.error?.code === -31502 || /UpstreamFailed|server/.test(JSON.stringify(got));
    if (!failed) wrong.push(`${end}: answered by ${brief(got)}`);
    if ((await run.exit).code !== 1) wrong.push(`${end}: it did not end with 1`);
  }
  return wrong;
};

/** STD-008: a program that ends at once is not started for everybody who asks. */
const crashLoop: Action = async () => {
  await using policy = await policyFile("version: 1\n");
  const starts = `${policy.folder}/starts`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", policy.path, "--port", "0", "--admin", "off", "--"],
    ...["sh", "-c", 'echo x >> "$0"; exit 3', starts],
  ]);
  await using _ = process;
  const wrong: string[] = [];
  for (let i = 0; i < 25; i++) {
    const http = new HttpMcp(`http://${new URL(url).host}/mcp`);
    const hello = { jsonrpc: "2.0", id: 0, method: "initialize", params: HELLO };
    const why = await (await http.post(hello)).text();
    if (!/-31502|-31504/.test(why)) wrong.push(why);
  }
  const n = (await Deno.readTextFile(starts)).trim().split("\n").length;
  if (n < 5 || n > 12) wrong.push(`it was started ${n} times for 25 clients`);
  return wrong;
};

/** The process ids of a program with children of its own, once it runs. */
async function treeOf(run: RunningProcess): Promise<number[]> {
  const [, ...pids] = await run.line(/server: (\d+) (\d+) (\d+)$/, "stderr");
  return pids.map(Number);
}

/** STD-009, STD-010: nothing of a program is left, however rude it is and however the guard ends. */
const leftovers =
  (manner: string, ends: readonly ("KILL" | "TERM" | "EOF")[]): Action => async () => {
    const wrong: string[] = [];
    for (const end of ends) {
      // Its process ids go to standard error, which the guard passes on marked.
      await using guard = await wrap([
        "sh",
        "-c",
        `sh ${TREE} ${manner} | { read -r ids; echo $ids >&2; cat; }`,
      ]);
      const { run } = guard;
      const pids = await treeOf(run);
      if (end === "EOF") await run.endInput();
      else run.kill(`SIG${end}`);
      await run.exit;
      await ended(pids).catch((error) => wrong.push(`${end}: ${error.message}`));
    }
    return wrong;
  };

/** STD-011: a program that reads nothing costs its client refusals, and no memory. */
const readsNothing: Action = async (_one, { full }) => {
  await using guard = await wrap(["sleep", "1000"]);
  const { run } = guard;
  const n = full ? 10_000 : 500;
  const flood = async (): Promise<void> => {
    for (let id = 1; id <= n; id++) await run.write(`${call(id, "read_file")}\n`);
  };
  await flood();
  await answer(run, n);
  const refused = answers(run).filter((m) => m.error?.code === -31503).length;
  return refused === n - 64 ? [] : [`${refused} of ${n} were refused by -31503`];
};

/** STD-012: a program sees what it needs and what was named for it. */
const environment: Action = async (one) => {
  const { do: _, ...planted } = one.steps[0]! as Record<string, string>;
  // A library that is not there would keep every program from starting.
  const env = { ...planted, LD_PRELOAD: "" };
  await using guard = await wrap(["sh", "-c", "env >&2; cat >/dev/null"], FIXTURE, { env });
  await guard.run.line(/server: PATH=/, "stderr");
  await guard.run.endInput();
  const { stderr } = await guard.run.exit;
  const seen = Object.keys(planted).filter((name) => stderr.includes(`server: ${name}=`));
  return seen.length === 0 ? [] : [`the program sees ${seen}`];
};

/** STD-014: long messages at once arrive whole. */
const longMessages: Action = async (one: Case) => {
  const { n = 50, size = 200_000 } = one.steps[0]! as { n?: number; size?: number };
  await using guard = await wrap(undefined, OPEN, {});
  const { run } = guard;
  const texts = Array.from(
    { length: n },
    (_, i) => call(i + 1, `t${i + 1}`, { x: "y".repeat(size) }),
  );
  await Promise.all(texts.map((text) => run.write(`${text}\n`)));
  for (let id = 1; id <= n; id++) await answer(run, id);
  const names = (await guard.reached()).map((line) => JSON.parse(line).params.name);
  return new Set(names).size === n && names.length === n ? [] : [`${names.length} arrived`];
};

/** The cases of this file by id. */
export const STDIO: Readonly<Record<string, Action>> = {
  "STD-001": pieces,
  "STD-002": separators,
  "STD-003": longLine,
  "STD-004": banner,
  "STD-005": oddStderr,
  "STD-006": stderrFlood,
  "STD-007": dies,
  "STD-008": crashLoop,
  "STD-009": leftovers("rude", ["KILL"]),
  "STD-010": leftovers("deaf", ["TERM", "EOF"]),
  "STD-011": readsNothing,
  "STD-012": environment,
  "STD-014": longMessages,
};
