// Class http: requests that must be refused, byte for byte as the case writes them, on a live session where they name
// one; nothing of them reaches the server, and the session works afterwards.

import { rawHttpAll, type RawReply, rawRequest } from "../../kit/http_raw.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import type { Case, HttpStep } from "../case.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import type { Action } from "../runner.ts";
import { type Stage, startStage } from "../stage.ts";

/** What a request must be answered by: its status, and the code in the body where there is one. */
type Wanted = number | { status: number; code?: number; denied?: true };

const DENIED: Wanted = { status: 200, denied: true };
const MISMATCH: Wanted = { status: 400, code: -32020 };

/** By case, the answers to its requests in their order. A policy's denial is a tool error, never a bare 403. */
const WANTED: Readonly<Record<string, readonly Wanted[]>> = {
  "HTTP-001": [DENIED, 415, 415, 415],
  "HTTP-002": [MISMATCH],
  // A header that stands twice is refused by the HTTP reader, before anybody asks what it says.
  "HTTP-003": [MISMATCH, MISMATCH],
  "HTTP-005": [403, 400, 400],
  "HTTP-006": [403, 403, 400],
  "HTTP-008": [404],
  "HTTP-009": [404, 404, 404],
  "HTTP-011": [404],
  "HTTP-014": [401, 401],
  "HTTP-018": [415],
  "HTTP-023": [DENIED],
  "HTTP-024": [401, 404, 404],
  "HTTP-025": [404, 404, 404],
  // A method in small letters is no method of HTTP.
  "HTTP-026": [405, 400, 405],
  "HTTP-027": [406],
  "HTTP-035": [405],
  "HTTP-036": [{ status: 400, code: -32700 }],
  "PRC-006": [404, 404],
};

/** A legacy session of one of the fixture's identities. */
async function session(stage: Stage, who: string): Promise<HttpMcp> {
  const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, {
    Authorization: `Bearer ${who}`,
  });
  return await http.open();
}

/** A request of a case on the sessions of this play. */
function textOf(step: HttpStep, port: number, sids: Record<string, string>): string {
  const body = (step as { body_b64?: string }).body_b64;
  const said = step.headers.map(([name, value]): [string, string] => [
    name,
    value.replace(/^(ALICE|BOB)-SID$/, (_, who) => sids[who]!),
  ]);
  const has = (name: string): boolean =>
    said.some(([key]) => key.toLowerCase() === name.toLowerCase());
  // What the case is about is not that there is no session.
  const bearer = said.find(([name]) => name === "Authorization")?.[1].slice(7);
  if (bearer !== undefined && !has("Mcp-Session-Id") && !has("MCP-Protocol-Version")) {
    said.push(["Mcp-Session-Id", sids[bearer] ?? ""]);
  }
  const text = step.body ?? (body === undefined ? undefined : atob(body));
  return rawRequest(step.method, step.path, [["Host", `127.0.0.1:${port}`], ...said], text);
}

/** What is wrong with an answer. */
function misfit(reply: RawReply | undefined, wanted: Wanted): string | null {
  const { status, code, denied = false } = typeof wanted === "number"
    ? { status: wanted, code: undefined }
    : wanted;
  if (reply?.status !== status) return `${reply?.status ?? "no answer"}, not ${status}`;
  if (denied && JSON.parse(reply.body).result?.isError !== true) return `not denied: ${reply.body}`;
  if (code === undefined) return null;
  const said = JSON.parse(reply.body).error?.code;
  return said === code ? null : `code ${said}, not ${code}`;
}

/** Plays the requests of a case. */
export const requests: Action = async (one: Case) => {
  // A program of its own: wrong credentials are counted by address, over all cases.
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  const [alice, bob] = [await session(stage, "ALICE"), await session(stage, "BOB")];
  const sids = { ALICE: alice.session, BOB: bob.session };
  // The session that is initialized anew is one that the client made up.
  if (one.id === "HTTP-008") sids.ALICE = "attacker-chosen";
  const wanted = WANTED[one.id]!;
  const texts: string[] = [];
  for (const { http, http_raw: raw } of one.steps) {
    if (http !== undefined) texts.push(textOf(http, stage.port, sids));
    if (raw !== undefined) {
      const length = (text: string): string =>
        text.replaceAll(/Host: 127\.0\.0\.1(:8080)?/g, `Host: 127.0.0.1:${stage.port}`);
      texts.push(length(raw));
    }
  }
  await stage.audit.mark();
  const before = stage.upstream.forwarded;
  const replies = [];
  for (const text of texts) replies.push(...await rawHttpAll(stage.port, closing(text)));
  for (const [i, one] of wanted.entries()) {
    const why = misfit(replies[i], one);
    if (why !== null) wrong.push(`request ${i + 1}: ${why} (${brief(replies[i]?.body)})`);
  }
  if (stage.upstream.forwarded !== before) wrong.push("something was forwarded");
  const lines = await stage.audit.reach(wanted.length);
  if (lines.length < wanted.length) wrong.push(`${lines.length} records`);
  const secrets = JSON.stringify(lines) + stage.said();
  if (/Bearer (ALICE|BOB)/.test(secrets)) wrong.push("a credential was written down");
  for (const [who, http] of [["alice", alice], ["bob", bob]] as const) {
    const params = { name: "read_file", arguments: {} };
    const answer = await http.ask("near", "tools/call", params);
    if (answer?.result?.content === undefined) wrong.push(`${who}'s session: ${brief(answer)}`);
  }
  return wrong;
};

/** A request after which its connection ends, so that everything that came is known. */
function closing(text: string): string {
  return /connection: close/i.test(text)
    ? text
    : text.replace(/\r\nContent-Length:(?!.*\r\nContent-Length:)/s, "\r\nConnection: close$&");
}

/** HTTP-029: what a client names to be dropped on the way is neither dropped nor passed on. */
export const hopByHop: Action = async (one: Case) => {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const alice = await session(stage, "ALICE");
  const before = stage.upstream.forwarded;
  const text = textOf(one.steps[0]!.http!, stage.port, { ALICE: alice.session });
  const [reply] = await rawHttpAll(stage.port, text);
  const wrong: string[] = [];
  if (reply?.status !== 200 || JSON.parse(reply.body).result === undefined) {
    wrong.push(`answered by ${brief(reply)}`);
  }
  if (stage.upstream.forwarded !== before + 1) wrong.push("it was not forwarded once");
  return wrong;
};

/** The cases of this file by id. */
export const REQUESTS: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(Object.keys(WANTED).map((id) => [id, requests])),
  "HTTP-029": hopByHop,
};
