// The class stdio, the client's side: partial lines, other separators, lines without end, floods, and what a client may
// say of the command.

import { clientBytes } from "../case.ts";
import type { Case } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { NOTING, type Piped, piped } from "../pipes.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";

const PING = (id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`;
const CALL = (id: number, text: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"t":"${text}"}}}\n`;

let pings = 900;

/** Everything before has been handled once this is answered. */
async function settle(at: Piped): Promise<void> {
  const id = ++pings;
  await at.guard.write(PING(id));
  await at.answer(new RegExp(`"id":${id}\\b`));
}

/** STD-001: a message counts once its line is whole, and never without its end. */
export async function partialLines(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const chunks = one.steps[0]!.chunks as string[];
  for (const whole of [true, false]) {
    await using at = await piped(NOTING);
    await settle(at);
    await at.audit.mark();
    for (const chunk of chunks) await at.guard.write(chunk);
    if (whole) await at.guard.write("\n");
    await at.guard.endInput();
    await at.guard.exit;
    const answer = at.answers().find(({ id }) => id === 1) ?? null;
    if (whole ? !refuses(answer) : answer !== null) {
      wrong.push(`${whole ? "whole" : "cut"}: answered by ${brief(answer)}`);
    }
    const reached = (await at.reached()).filter((line) => line.includes("delete_file"));
    if (reached.length > 0) wrong.push("it was forwarded");
    const lines = (await at.audit.since()).filter((line) => line.event === "decision");
    if (lines.length !== 1 || lines[0]!.decision !== "deny") {
      wrong.push(`${whole ? "whole" : "cut"}: recorded as ${brief(lines)}`);
    }
  }
  return wrong;
}

/** STD-002: only LF ends a line; what another reader could take for an end stands in no message that goes on. */
export async function separators(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await piped(NOTING);
  const [first, second] = String(one.steps[0]!.text).trimEnd().split("\r");
  for (const separator of ["\r", "\u2028", "\u2029", "\v", "\f", "\u0085"]) {
    await at.audit.mark();
    const before = at.answers().length;
    await at.guard.write(`${first}${separator}${second}\n`);
    await settle(at);
    const told = at.answers().slice(before).filter(({ result }) => result === undefined);
    const [answer] = told;
    if (told.length !== 1 || answer.error?.code !== one.expected.rpc_code) {
      wrong.push(`${JSON.stringify(separator)} was answered by ${brief(told)}`);
    }
  }
  // Within a string it is a character like any other, and no end of a line for the server.
  await at.guard.write(CALL(7, "\u2028{}\u2029{}\u0085{}"));
  const answer = await at.answer(/"id":7\b/);
  if (refuses(answer)) wrong.push(`its allowed neighbour was answered by ${brief(answer)}`);
  const reached = (await at.reached()).filter((line) => !line.includes('"ping"'));
  if (reached.length !== 1) wrong.push(`the server got ${brief(reached)}`);
  if (/[\u0085\u2028\u2029]/.test(reached.join())) wrong.push("a separator went on as it is");
  const text = JSON.parse(reached[0] ?? "{}").params?.arguments.t;
  if (text !== "\u2028{}\u2029{}\u0085{}") wrong.push("the text is another");
  // CR before LF is the end of a line as others write it.
  await at.guard.write(CALL(8, "x").replace("\n", "\r\n"));
  if (refuses(await at.answer(/"id":8\b/))) wrong.push("CRLF was refused");
  return wrong;
}

/** STD-003: a line without end is held nowhere, and the third ends the connection. */
export async function longLines(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  await using at = await piped(NOTING);
  await settle(at);
  const size = Number(one.steps[0]!.gen!.n);
  const bytes = bench.full ? clientBytes(one.steps[0]!)! : new Uint8Array(size / 16).fill(97);
  for (let i = 0; i < 3; i++) {
    // The guard may end before it has read the rest.
    await at.guard.write(bytes).catch(() => {});
    await at.guard.write("\n").catch(() => {});
  }
  await at.guard.exit;
  const codes = at.answers().filter(({ id }) => id === null).map(({ error }) => error?.code);
  if (codes.length === 0 || codes.some((code) => code !== one.expected.rpc_code)) {
    wrong.push(`answered by ${brief(codes)}`);
  }
  if ((await at.reached()).some((line) => line.includes("aaaa"))) wrong.push("it was forwarded");
  return wrong;
}

/** STD-011: a server that reads nothing is sent only so much, and the rest is refused. */
export async function deafServer(one: Case, bench: Bench): Promise<string[]> {
  const most = 16;
  const n = bench.full ? 10_000 : 200;
  const policy = `${FIXTURE}limits: {in_flight: ${most}}\n`;
  await using at = await piped("sleep 1000", { policy });
  const wrong: string[] = [];
  for (let i = 1; i <= n; i++) await at.guard.write(CALL(i, "x".repeat(2000)));
  await at.answer(new RegExp(`"id":${n}\\b`));
  const refused = at.answers().filter(({ error }) => error?.code === one.expected.rpc_code);
  if (refused.length !== n - most) wrong.push(`${refused.length} of ${n} were refused`);
  return wrong;
}
