// Compares what was seen with what a case expects. Outcome and `forwarded` bind; codes as PROTOCOL.md has them.

import { decisionsIn } from "./audit.ts";
import type { Case } from "./case.ts";
import type { Message } from "./client.ts";
import { judgeCleaned } from "./judge_redact.ts";
import type { Play } from "./play.ts";

/** Codes that a refused tools/call may carry as a readable tool error instead (PROTOCOL.md section 3). */
const TOOL_ERRORS = [-31403, -31429, -31412, -31451, -31504, -32602];
/** The catalogue calls both right for a name or URI that is refused. */
const EITHER = [-31403, -32602];

/** Codes that PROTOCOL.md asks for where a case suggests another. */
const OTHER_CODES: Readonly<Record<string, readonly number[]>> = {
  // Valid JSON with a NUL in a name: wrong parameters, as for any name that cannot be one.
  "JSON-023": [-32602],
  // A URI that no list can allow is refused as any other that is not on the list.
  "HTTP-028": [-31403],
};

/** Whether an answer refuses. */
export function refuses(answer: Message | null): boolean {
  return answer !== null && (answer.error !== undefined || answer.result?.isError === true);
}

/** What is wrong with the code of a refusal, or null. */
function wrongCode(one: Case, json: Message, answer: Message): string | null {
  const wanted = one.expected.rpc_code;
  if (wanted === undefined) return null;
  if (answer.result?.isError === true) {
    return json?.method === "tools/call" && TOOL_ERRORS.includes(wanted)
      ? null
      : `a tool error instead of code ${wanted}`;
  }
  const code = answer.error?.code;
  const either = ["toolname", "uri"].includes(one.class) && EITHER.includes(wanted);
  const other = OTHER_CODES[one.id]?.includes(code) ?? false;
  return code === wanted || other || (either && EITHER.includes(code))
    ? null
    : `code ${code}, not ${wanted}`;
}

/**
 * Judges a play of message steps.
 *
 * @param one The case.
 * @param play What was seen.
 * @returns What is wrong; empty where the case holds.
 */
export function judge(one: Case, play: Play): string[] {
  const { outcome, forwarded } = one.expected;
  const wrong: string[] = [];
  const fromServer = one.dir === "s2c";
  const refusal = (m: Message): boolean => m?.error?.code === one.expected.rpc_code;
  const passed = fromServer
    ? play.toClient.filter((m) => !(outcome === "reject" && refusal(m))).length
    : play.toServer.length;
  const due = forwarded === "all" ? play.sent.length : forwarded;
  if (due !== "n/a" && passed !== due) wrong.push(`${passed} forwarded, not ${due}`);
  if (play.toServer.some((m) => m.json === undefined)) {
    wrong.push("something that is no JSON passed");
  }
  if (outcome === "redact") wrong.push(...judgeCleaned(one, play));
  else if (fromServer) wrong.push(...judgeServer(one, play));
  else if (outcome === "reject") wrong.push(...judgeRejected(one, play, Number(due)));
  else if (outcome === "drop") {
    if (play.toClient.length > 0) wrong.push(`an answer came: ${brief(play.toClient[0])}`);
  } else if (outcome === "allow" || outcome === "normalise") {
    wrong.push(...judgePassed(one, play));
  } else if (outcome === "close") {
    for (const { closed } of play.sent) wrong.push(...judgeClose(one, closed));
  } else wrong.push(`the runner knows no outcome "${outcome}" for messages`);
  const decisions = decisionsIn(play.lines, "c2s");
  if (decisions !== play.sent.length + implied(play)) {
    wrong.push(`${decisions} decisions recorded for ${play.sent.length} messages`);
  }
  return wrong;
}

/** Calls that the runner made so that a server step has something to answer. */
function implied(play: Play): number {
  const ids = play.sent.map((s) => s.json?.id);
  return play.toServer.length > 0 && play.sent.length === 0 && ids.length === 0
    ? play.toServer.length
    : 0;
}

function judgeRejected(one: Case, play: Play, passed: number): string[] {
  const wrong: string[] = [];
  let rejected = 0;
  for (const { json, answer, closed } of play.sent) {
    const silent = json !== undefined && !Array.isArray(json) && json?.id === undefined &&
      json?.jsonrpc === "2.0";
    if (silent) {
      // A notification is dropped: no answer, and the connection stays.
      if (answer !== null || closed !== null) wrong.push("a notification was answered");
      rejected++;
    } else if (answer !== null && refuses(answer)) {
      rejected++;
      const code = wrongCode(one, json, answer);
      if (code !== null) wrong.push(code);
      if (closed !== null) wrong.push(...judgeClose(one, closed));
    } else if (answer === null && closed !== null) {
      rejected++;
      wrong.push(...judgeClose(one, closed));
    }
  }
  if (rejected !== play.sent.length - passed) {
    wrong.push(
      `${rejected} of ${play.sent.length} refused: ${brief(play.sent.map((s) => s.answer))}`,
    );
  }
  return wrong;
}

function judgeClose(one: Case, closed: number | null): string[] {
  if (closed === null) return ["the connection stayed open"];
  const wanted = one.expected.ws_close;
  // PROTOCOL.md section 3: what is no JSON-RPC message at all is closed by 1007 or 1008, what is too large by 1009.
  const right = wanted === undefined ? [1007, 1008, 1009].includes(closed) : closed === wanted;
  return right ? [] : [`closed by ${closed}, not ${wanted ?? "1007 to 1009"}`];
}

function judgePassed(one: Case, play: Play): string[] {
  const wrong: string[] = [];
  for (const { json, answer, closed } of play.sent) {
    const failed = answer?.error !== undefined && one.expected.outcome === "allow";
    if (json?.id !== undefined && (answer === null || failed || answer.result?.isError)) {
      wrong.push(closed === null ? `answered by ${brief(answer)}` : `closed by ${closed}`);
    }
  }
  if (one.expected.outcome === "normalise") {
    for (const [index, { json }] of play.sent.entries()) {
      const uri = json?.params?.uri;
      const got = play.toServer[index]?.json?.params?.uri;
      if (typeof uri === "string" && got !== new URL(uri).href) {
        wrong.push(`forwarded as ${brief(got)}, not in its canonical form`);
      }
    }
  }
  return wrong;
}

function judgeServer(one: Case, play: Play): string[] {
  const { outcome, rpc_code } = one.expected;
  const wrong: string[] = [];
  const recorded = play.lines.filter((l) => l.direction === "s2c" || l.event === "outcome");
  if (recorded.length < play.serverSteps) {
    wrong.push(`${recorded.length} records for ${play.serverSteps} messages of the server`);
  }
  if (outcome === "drop" && play.toClient.length > 0) {
    wrong.push(`the client got ${brief(play.toClient[0])}`);
  }
  if (outcome === "reject") {
    const told = play.toClient.filter((m) => m?.error?.code === rpc_code).length;
    if (rpc_code !== undefined && told !== play.serverSteps) {
      wrong.push(`${told} of ${play.serverSteps} refused by ${rpc_code}: ${brief(play.toClient)}`);
    }
  }
  if (outcome === "normalise") {
    // A server must not speak with the guard's codes, except the one that says that the server failed.
    for (const m of play.toClient) {
      const code = m?.error?.code;
      if (code !== -31502 && code <= -31000 && code >= -31999) wrong.push(`code ${code} passed`);
    }
  }
  if (!["drop", "reject", "normalise"].includes(outcome)) {
    wrong.push(`the runner cannot judge the outcome "${outcome}" of a server's message`);
  }
  return wrong;
}

/** A message in a few characters. */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
