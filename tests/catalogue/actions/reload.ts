// Actions about a policy that changes while the guard runs, and credentials that end in the meantime.

import { Issuer, JwksServer } from "../../kit/issuer.ts";
import type { AuditLine } from "../audit.ts";
import type { Case } from "../case.ts";
import { Client, type Message } from "../client.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { FIXTURE } from "../policies.ts";
import type { Bench } from "../runner.ts";
import { ALICE, connect, type Stage, startStage, withAudit } from "../stage.ts";
import { bearer, fixtureFor } from "./jwt.ts";

/** Calls a tool by name. */
function call(client: Client, id: number, name: string): Promise<Message | null> {
  return client.ask({ id, method: "tools/call", params: { name, arguments: {} } });
}

/** Writes a file beside the policy and renames it onto the policy, as editors and deployment tools do. */
export async function replace(stage: Stage, text: string, mode = 0o644): Promise<void> {
  const fresh = `${stage.policyPath}.new`;
  await Deno.writeTextFile(fresh, text);
  await Deno.chmod(fresh, mode);
  await Deno.rename(fresh, stage.policyPath);
}

/** Waits for a record about the policy since the mark. */
export async function told(stage: Stage, detail: string): Promise<AuditLine | undefined> {
  const about = (line: AuditLine): boolean => line.event === "event" && line.detail === detail;
  return (await stage.audit.when((lines) => lines.some(about))).find(about);
}

/** What is wrong when a new file must have been refused: the record is missing, or the old policy decides no more. */
async function keptOld(one: Case, stage: Stage, what: string, detail: string): Promise<string[]> {
  const wrong: string[] = [];
  const line = await told(stage, detail);
  if (line === undefined) wrong.push(`${what}: no record ${detail}: ${stage.said().slice(-300)}`);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  const pair = await connect(stage);
  const denied = await call(pair.client, 1, "delete_file");
  if (!refuses(denied)) wrong.push(`${what}: delete_file got ${brief(denied)}`);
  if (pair.server.received.length > 0) wrong.push(`${what}: something was forwarded`);
  await pair.client.close();
  return wrong;
}

/** POL-010: files that are wrong in every way; the old policy decides on, and figures, health and records say so. */
export async function brokenPolicy(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const texts = [
    ...one.steps.flatMap((step) => typeof step.policy === "string" ? [step.policy] : []),
    ...["", "default: [", "version: 2\n", "version: 1\ntool: {}\n", '{"version":1,"version":1}'],
    "version: 1\nauth: {mode: api_key, allowed_keys: ['env:NOT_SET_HERE']}\n",
    "version: 1\nlogging: {output: file, file_path: /nowhere/there/audit.jsonl}\n",
  ];
  for (const text of texts) {
    await stage.audit.mark();
    await replace(stage, text);
    wrong.push(...await keptOld(one, stage, JSON.stringify(text), "policy.reload_rejected"));
  }
  const admin = `http://127.0.0.1:${stage.adminPort}`;
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  if (!metrics.includes(`mcpguard_policy_reload_failures_total ${texts.length}\n`)) {
    wrong.push("the figures do not tell of the refused files");
  }
  const ready = await (await fetch(`${admin}/readyz`)).json();
  if (!ready.ready || ready.checks.policy) wrong.push(`readyz says ${JSON.stringify(ready)}`);
  await stage.audit.mark();
  await replace(stage, withAudit(`${FIXTURE}# again\n`, stage.audit.path));
  if (await told(stage, "policy.reloaded") === undefined) wrong.push("a right file is not taken");
  const again = await (await fetch(`${admin}/readyz`)).json();
  if (!again.checks.policy) wrong.push("readyz does not recover");
  return wrong;
}

/** POL-011: a file that is truncated and then written in pieces; with the end mark no piece is taken for the whole. */
export async function tornPolicy(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const marked = (policy: string, stage?: Stage): string =>
    stage === undefined ? policy : `${withAudit(policy, stage.audit.path)}policy_end: true\n`;
  await using stage = await startStage(FIXTURE);
  await replace(stage, marked(`${FIXTURE}# with a mark\n`, stage));
  if (await told(stage, "policy.reloaded") === undefined) return ["a marked file is not taken"];
  const next = marked(FIXTURE.replace("delete_*", "erase_*"), stage);
  // Every one of these beginnings is a policy of its own, and a more open one.
  for (const end of ["default: deny\n", "roles: [user]}]\n", "http_post]\n"]) {
    const half = next.slice(0, next.indexOf(end) + end.length);
    await stage.audit.mark();
    await Deno.writeTextFile(stage.policyPath, half);
    wrong.push(...await keptOld(one, stage, JSON.stringify(end), "policy.reload_rejected"));
  }
  await stage.audit.mark();
  await Deno.writeTextFile(stage.policyPath, next);
  if (await told(stage, "policy.reloaded") === undefined) wrong.push("the whole file is not taken");
  // Without a mark: pieces that come in quick succession are one write.
  await using plain = await startStage(FIXTURE);
  const text = withAudit(`${FIXTURE}# whole\n`, plain.audit.path);
  const file = await Deno.open(plain.policyPath, { write: true, truncate: true });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 64) await file.write(bytes.subarray(at, at + 64));
  file.close();
  const line = await told(plain, "policy.reloaded");
  if (line === undefined) wrong.push("a file written in pieces is not taken");
  wrong.push(...await passNeighbours(plain, neighboursOf(one)));
  return wrong;
}

/** POL-012: links that lead elsewhere, and files that others may write to. */
export async function foreignPolicy(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const open = withAudit("version: 1\ndefault: allow\n", stage.audit.path);
  for (const [what, mode] of [["world", 0o646], ["group", 0o664], ["both", 0o666]] as const) {
    await stage.audit.mark();
    await replace(stage, `${open}# ${what}\n`, mode);
    wrong.push(...await keptOld(one, stage, what, "policy.permissions"));
  }
  // A link to such a file is no better, and one to nothing or to a folder is no policy.
  const folder = stage.policyPath.slice(0, stage.policyPath.lastIndexOf("/"));
  await Deno.writeTextFile(`${folder}/other.yaml`, open);
  await Deno.chmod(`${folder}/other.yaml`, 0o666);
  for (
    const [target, detail] of [
      ["other.yaml", "policy.permissions"],
      ["missing.yaml", "policy.reload_rejected"],
      [folder, "policy.reload_rejected"],
    ] as const
  ) {
    await stage.audit.mark();
    await Deno.symlink(target, `${folder}/link`);
    await Deno.rename(`${folder}/link`, stage.policyPath);
    wrong.push(...await keptOld(one, stage, target, detail));
  }
  // The right one is taken, by a link as well.
  await stage.audit.mark();
  await Deno.writeTextFile(`${folder}/good.yaml`, withAudit(`${FIXTURE}# 2\n`, stage.audit.path));
  await Deno.chmod(`${folder}/good.yaml`, 0o644);
  await Deno.symlink("good.yaml", `${folder}/link`);
  await Deno.rename(`${folder}/link`, stage.policyPath);
  if (await told(stage, "policy.reloaded") === undefined) wrong.push("a right link is not taken");
  return wrong;
}

/** POL-013: two policies in turn, under calls: none is lost, and each is judged by the one that its record names. */
export async function underLoad(_one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const reloads = bench.full ? 100 : 6;
  const first = FIXTURE.replace("[read_file, echo, search, http_post]", "[read_file, echo]");
  const second = FIXTURE.replace("[read_file, echo, search, http_post]", "[read_file, search]");
  await using stage = await startStage(first);
  stage.upstream.answering = true;
  const state = { running: true };
  const answers = new Map<string, boolean>();
  const caller = async (number: number): Promise<void> => {
    const client = await Client.open(stage.port, ALICE);
    for (let i = 0; state.running; i++) {
      const name = i % 2 === 0 ? "echo" : "search";
      const id = number * 1_000_000 + i;
      const answer = await call(client, id, name);
      if (answer === null) {
        wrong.push("a connection was lost");
        break;
      }
      answers.set(String(id), !refuses(answer));
    }
    await client.close();
  };
  const callers = [1, 2, 3, 4].map(caller);
  const digests: string[] = [];
  for (let i = 1; i <= reloads && wrong.length === 0; i++) {
    await stage.audit.mark();
    await replace(stage, withAudit(i % 2 === 0 ? first : second, stage.audit.path));
    const line = await told(stage, "policy.reloaded") as
      | (AuditLine & { policy: string })
      | undefined;
    if (line === undefined) wrong.push(`reload ${i} did not happen`);
    else digests[i % 2] = line.policy.slice(0, "sha256:".length + 16);
  }
  state.running = false;
  await Promise.all(callers);
  const lines = (await Deno.readTextFile(stage.audit.path)).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const judged = lines.filter((l) => l.event === "decision" && l.method === "tools/call");
  for (const { policy, tool, decision, request_id } of judged) {
    const allows = policy === digests[0] ? "echo" : policy === digests[1] ? "search" : "neither";
    const allowed = decision === "allow";
    // Of many equal refusals some are counted in one record, which names no call.
    if (allows === "neither" || allowed !== (tool === allows)) {
      wrong.push(`${tool} was judged ${decision} under ${policy}`);
    }
    if (answers.has(request_id) && answers.get(request_id) !== allowed) {
      wrong.push(`call ${request_id} was answered unlike its record`);
    }
  }
  if (answers.size < 10 * reloads) wrong.push(`only ${answers.size} calls were made`);
  return wrong;
}

/** AUTH-014: a token that ends and a key that is taken away end every open session that rests on them. */
export async function endedCredentials(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const issuer = await Issuer.create();
  await using server = new JwksServer([issuer.jwk]);
  await using stage = await startStage(fixtureFor(server, ", clock_skew_s: 0"));
  const short = bearer(await issuer.token({ ttl: 5 }));
  const long = bearer(await issuer.token({ claims: { sub: "carol" } }));
  const streams = await openStreams(stage, short);
  const { client: other } = await connect(stage, long);
  const { codes, alive } = await streams.ended();
  if (codes.some((code) => code !== 4401)) wrong.push(`closed by ${codes.join(", ")}`);
  if (alive > 0) wrong.push(`${alive} streams go on after the token has ended`);
  if (other.closeCode !== null) wrong.push("somebody else's session was closed");
  await other.close();
  const expired = await stage.audit.when((lines) => ended(lines, "auth.expired") >= 3);
  if (ended(expired, "auth.expired") !== 3) {
    wrong.push(`${ended(expired, "auth.expired")} records of 3 ended sessions`);
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one), long));
  wrong.push(...await revokedKey(one));
  return wrong;
}

async function revokedKey(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using stage = await startStage(FIXTURE);
  const bob = await openStreams(stage, [["Authorization", "Bearer BOB"]]);
  const { client: alice } = await connect(stage);
  await stage.audit.mark();
  const without = FIXTURE.replace(/, \{key: BOB[^}]*\}/, "");
  await replace(stage, withAudit(without, stage.audit.path));
  const { codes, alive } = await bob.ended();
  if (codes.some((code) => code !== 4401)) wrong.push(`revoked: closed by ${codes.join(", ")}`);
  if (alive > 0) wrong.push(`revoked: ${alive} streams go on`);
  const lines = await stage.audit.when((all) => ended(all, "auth.revoked") >= 3);
  if (ended(lines, "auth.revoked") !== 3) {
    wrong.push(`${ended(lines, "auth.revoked")} records of 3 revoked sessions`);
  }
  if (alice.closeCode !== null) wrong.push("revoked: another key's session was closed");
  await alice.close();
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

function ended(lines: readonly AuditLine[], code: string): number {
  return lines.filter((line) => line.rule === code).length;
}

/** Opens a WebSocket, the stream of an HTTP session and an HTTP+SSE stream for one credential. */
async function openStreams(
  stage: Stage,
  headers: readonly (readonly [string, string])[],
): Promise<{ ended(): Promise<{ codes: number[]; alive: number }> }> {
  stage.upstream.answering = true;
  const base = `http://127.0.0.1:${stage.port}`;
  const own = Object.fromEntries(headers);
  const client = await Client.open(stage.port, headers);
  const opened = await fetch(`${base}/mcp`, {
    method: "POST",
    headers: {
      ...own,
      "Content-Type": "application/json",
      "Accept": "application/json, text/event-stream",
    },
    body: JSON.stringify({
      ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "x", version: "1" },
      },
    }),
  });
  await opened.text();
  const session = opened.headers.get("mcp-session-id") ?? "";
  const events = { ...own, "Accept": "text/event-stream" };
  const replies = await Promise.all([
    fetch(`${base}/mcp`, { headers: { ...events, "Mcp-Session-Id": session } }),
    fetch(`${base}/sse`, { headers: events }),
  ]);
  for (let i = 0; i < 3; i++) await stage.upstream.accept();
  stage.upstream.answering = false;
  const bad = replies.filter((reply) => reply.status !== 200);
  for (const reply of bad) await reply.body?.cancel();
  if (bad.length > 0) throw new Error(`a stream was answered by ${bad.map((r) => r.status)}`);
  return {
    ended: async () => {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), 20_000);
      const drained = replies.map(async (reply) => {
        const reader = reply.body!.getReader();
        patience.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
        while (!(await reader.read()).done);
      });
      const gone = new Promise<void>((resolve) =>
        patience.signal.addEventListener("abort", () => resolve())
      );
      await Promise.race([Promise.allSettled([client.closed, ...drained]), gone]);
      clearTimeout(timer);
      const late = patience.signal.aborted;
      if (late) client.drop();
      await Promise.allSettled([client.closed, ...drained]);
      return { codes: late ? [] : [client.closeCode!], alive: late ? 1 : 0 };
    },
  };
}
