// The class http, as requests to the routes of MCP over HTTP: each step byte for byte, as it is and within a session of
// alice's, where it must come to what the case says.

import { rawHttpAll, type RawReply } from "../../kit/http_raw.ts";
import { decisionsIn } from "../audit.ts";
import type { Case, HttpStep } from "../case.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import { type Stage, startStage } from "../stage.ts";

/** What a step must come to: a status, and where it is 200 whether the tool's call was refused in words. */
type Wanted = number | "refused" | "passed";

/** What differs from the case's own status, step by step; PROTOCOL.md section 3 has the reasons. */
const WANTED: Readonly<Record<string, readonly Wanted[]>> = {
  // A type that differs in case alone is JSON: the call is denied by the policy, in words.
  "HTTP-001": ["refused", 415, 415, 415],
  // A header that two readers could read differently is refused as such.
  "HTTP-006": [403, 403, 400],
  "HTTP-023": ["refused"],
  "HTTP-024": [401, 404, 404],
  "HTTP-026": [405, 400, 405],
  "HTTP-029": ["passed"],
};

const SESSION = "mcp-session-id";
const VERSION = "mcp-protocol-version";

const has = (step: HttpStep, name: string): boolean =>
  step.headers.some(([own]) => own.toLowerCase() === name);

/** Sends one request as it is written. */
export async function send(
  stage: Stage,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body?: Uint8Array | string,
): Promise<RawReply> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const own = (name: string): boolean => headers.some(([one]) => one.toLowerCase() === name);
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n${lines}` +
    (own("connection") ? "" : "Connection: close\r\n") +
    (bytes === undefined ? "" : `Content-Length: ${bytes.length}\r\n`) + "\r\n";
  const text = head + new TextDecoder("latin1").decode(bytes ?? new Uint8Array());
  const [reply] = await rawHttpAll(stage.port, text);
  return reply ?? { status: 0, headers: new Map(), body: "" };
}

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "c", version: "1" },
  },
});

/** Headers of a request of somebody's. */
export const of = (token: string, session?: string): [string, string][] => [
  ["Content-Type", "application/json"],
  ["Accept", "application/json, text/event-stream"],
  ["Authorization", `Bearer ${token}`],
  ...(session === undefined ? [] : [["Mcp-Session-Id", session] as [string, string]]),
];

/** Opens a session. @returns Its id. */
export async function open(stage: Stage, token = "ALICE"): Promise<string> {
  const reply = await send(stage, "POST", "/mcp", of(token), INITIALIZE);
  const id = reply.headers.get("mcp-session-id");
  if (id === undefined) throw new Error(`no session: ${reply.status} ${reply.body}`);
  return id;
}

/** A call of a tool. */
export const CALL = (name: string): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 77, method: "tools/call", params: { name, arguments: {} } });

/** What is wrong with an answer. */
function misfit(what: string, wanted: Wanted, reply: RawReply, one: Case): string[] {
  if (typeof wanted === "number") {
    if (reply.status !== wanted) return [`${what} got ${reply.status}, not ${wanted}`];
    const code = reply.body.startsWith("{") ? JSON.parse(reply.body).error?.code : undefined;
    const due = wanted === one.expected.http ? one.expected.rpc_code : undefined;
    // A code of the policy's belongs to what was refused by the policy.
    const other = due !== undefined && code !== undefined && code !== due && due > -32700 &&
      due <= -32000;
    return other ? [`${what} got code ${code}, not ${due}`] : [];
  }
  const message = reply.status === 200 && reply.body.startsWith("{") ? JSON.parse(reply.body) : {};
  const passed = message.result !== undefined && message.result.isError !== true;
  const refused = message.result?.isError === true || message.error?.code === -31403;
  return (wanted === "passed" ? passed : refused)
    ? []
    : [`${what} got ${reply.status} ${brief(reply.body)}`];
}

/** Plays the `http` steps of a case. */
export async function playRoutes(one: Case): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  const sessions = { "ALICE-SID": await open(stage), "BOB-SID": await open(stage, "BOB") };
  const forwarded = (): number =>
    stage.upstream.connections.flatMap((c) => c.received).filter(({ json }) =>
      json?.method !== "initialize" && json?.method !== "notifications/initialized"
    ).length;
  const steps = one.steps.flatMap((step) => step.http === undefined ? [] : [step.http]);
  await stage.audit.mark();
  let due = 0;
  let refusals = 0;
  for (const [i, step] of steps.entries()) {
    const wanted = WANTED[one.id]?.[i] ?? one.expected.http ?? "passed";
    if (wanted === "passed") due++;
    const headers = step.headers.map(([name, value]): [string, string] => [
      name,
      sessions[value as keyof typeof sessions] ?? value,
    ]);
    const b64 = (step as HttpStep & { body_b64?: string }).body_b64;
    const body = b64 === undefined ? step.body : Uint8Array.fromBase64(b64);
    const what = `step ${i + 1}`;
    const modern = has(step, VERSION);
    const within = !has(step, SESSION) && !modern && has(step, "authorization");
    if (within) {
      // Without a session nothing is taken, whatever else is right or wrong with it.
      const bare = await send(stage, step.method, step.path, headers, body);
      refusals++;
      if (bare.status < 400) wrong.push(`${what} without a session got ${bare.status}`);
    }
    const own: [string, string][] = within ? [["Mcp-Session-Id", sessions["ALICE-SID"]]] : [];
    const reply = await send(stage, step.method, step.path, [...headers, ...own], body);
    if (wanted !== "passed") refusals++;
    wrong.push(...misfit(what, wanted, reply, one));
    for (const secret of ["ALICE", "BOB"]) {
      if (reply.body.includes(secret)) wrong.push(`${what}: the answer tells a credential`);
    }
  }
  if (forwarded() !== due) wrong.push(`${forwarded()} forwarded, not ${due}`);
  const lines = await stage.audit.reach(refusals + due);
  if (decisionsIn(lines) < refusals + due) {
    wrong.push(`${decisionsIn(lines)} decisions for ${refusals + due} requests`);
  }
  // The neighbour: alice's own session is as it was.
  const mine = of("ALICE", sessions["ALICE-SID"]);
  const reply = await send(stage, "POST", "/mcp", mine, CALL("read_file"));
  wrong.push(...misfit("its allowed neighbour", "passed", reply, one));
  return wrong;
}

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** HTTP-002, HTTP-003: the steps as they are, and with a body that is of the modern era as a whole. */
export async function mirrored(one: Case): Promise<string[]> {
  const whole = {
    ...one,
    steps: one.steps.flatMap((step) => {
      const http = step.http!;
      const body = JSON.parse(http.body!);
      body.params._meta = META;
      return [{ http: { ...http, body: JSON.stringify(body) } }];
    }),
  };
  const bare = { ...one, expected: { ...one.expected } };
  delete bare.expected.rpc_code;
  return [...await playRoutes(bare), ...await playRoutes(whole)];
}

/** HTTP-005, HTTP-014: exact bytes, of which each request is answered for itself. */
export async function rawSteps(one: Case): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  stage.upstream.answering = true;
  const wrong: string[] = [];
  await stage.audit.mark();
  let requests = 0;
  for (const [i, step] of one.steps.entries()) {
    // The fixture's own port; another one stays another.
    const text = step.http_raw!.replace(
      /^Host: 127\.0\.0\.1(?::8080)?$/gm,
      () => `Host: 127.0.0.1:${stage.port}`,
    );
    const last = text.lastIndexOf("\r\n\r\n");
    const lines = text.slice(0, last);
    const at = lines.lastIndexOf("HTTP/1.1\r\n") + "HTTP/1.1\r\n".length;
    const closing = `${text.slice(0, at)}Connection: close\r\n${text.slice(at)}`;
    const replies = await rawHttpAll(stage.port, closing);
    const sent = text.split(/ HTTP\/1\.1\r\n/).length - 1;
    requests += replies.length;
    const refused = [400, 403, 421, one.expected.http];
    if (replies.length === 0 || replies.some(({ status }) => !refused.includes(status))) {
      wrong.push(`step ${i + 1} got ${replies.map(({ status }) => status).join()}`);
    }
    if (replies.length > sent) wrong.push(`step ${i + 1} got ${replies.length} answers`);
  }
  if (stage.upstream.connections.length > 0) wrong.push("the server was connected to");
  const lines = await stage.audit.reach(requests);
  if (decisionsIn(lines) < requests) {
    wrong.push(`of ${requests} only ${brief(lines.map((l) => l.detail))}`);
  }
  const session = await open(stage);
  const mine = of("ALICE", session);
  const reply = await send(stage, "POST", "/mcp", mine, CALL("read_file"));
  wrong.push(...misfit("its allowed neighbour", "passed", reply, one));
  return wrong;
}
