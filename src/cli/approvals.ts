// `mcpguard approvals`: what waits for a human, and the human's word, over the guard's admin listener.

import { EXIT, UsageError } from "./exit.ts";
import { type Output, paint, printable } from "./output.ts";
import type { Given } from "./spec.ts";

/** Milliseconds that the guard gets to answer. */
const TIMEOUT_MS = 10_000;
/** Largest answer that is read, bytes. */
const MAX_ANSWER = 16 << 20;

/** A request as the guard shows it. */
interface Shown {
  id: string;
  identity: string;
  upstream: string;
  method: string;
  tool: string | null;
  pin: string | null;
  rule: string;
  reason: string;
  params: string;
  digest: string;
  requestedAt: string;
  expiresAt: string;
}

/** Where the guard is, and the approver's key. */
interface Desk {
  url: URL;
  key: string;
}

/** Lists what waits, and returns the exit code. */
export async function approvalsList(given: Given, output: Output): Promise<number> {
  const { approvals } = await ask<{ approvals: Shown[] }>(readDesk(given), "approvals");
  if (given.flag("json")) {
    output.line(JSON.stringify({ approvals }));
    return EXIT.OK;
  }
  if (approvals.length === 0) output.line("nothing waits for an approval");
  approvals.forEach((one, i) => {
    if (i > 0) output.line("");
    for (const line of lines(one, output.colour)) output.line(line);
  });
  return EXIT.OK;
}

/**
 * Decides on one request, after showing it, and returns the exit code.
 *
 * @param word What is decided.
 * @param given The command's options; its operand is the request's id.
 * @param output Where to write.
 */
export async function approvalsDecide(
  word: "approve" | "deny",
  given: Given,
  output: Output,
): Promise<number> {
  const desk = readDesk(given);
  const id = given.operands[0]!;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new UsageError("ID is none; see: approvals list");
  const { approvals } = await ask<{ approvals: Shown[] }>(desk, "approvals");
  const one = approvals.find((request) => request.id === id);
  if (one === undefined) {
    output.problem(`mcpguard: no request ${id} waits; it may be decided already, or expired`);
    return EXIT.DENIED;
  }
  const answer = await decide(desk, id, word);
  if ("error" in answer) {
    output.problem(`mcpguard: ${printable(answer.error)}`);
    return EXIT.DENIED;
  }
  if (given.flag("json")) output.line(JSON.stringify({ ...one, ...answer }));
  else {
    for (const line of lines(one, output.colour)) output.line(line);
    const done = word === "approve" ? "approved: it may happen once" : "denied";
    output.line(paint(output.colour, word === "approve" ? "green" : "red", done));
  }
  return EXIT.OK;
}

/** One request as lines. Everything in it is somebody else's text. */
function lines(one: Shown, colour: boolean): string[] {
  const what = one.tool === null ? one.method : `${one.tool} (${one.method})`;
  const at = one.upstream === "" ? "" : ` at ${one.upstream}`;
  const pin = one.pin === null ? [] : [`pin       ${one.pin}`];
  return [
    `${paint(colour, "bold", printable(one.id))}`,
    ...[
      `who       ${one.identity}`,
      `what      ${what}${at}`,
      `params    ${one.params}`,
      `sha256    ${one.digest}`,
      ...pin,
      `why       ${one.rule}: ${one.reason}`,
      `since     ${one.requestedAt}, until ${one.expiresAt}`,
    ].map((line) => `  ${printable(line)}`),
  ];
}

function readDesk(given: Given): Desk {
  const text = given.text("admin") ?? "http://127.0.0.1:8788";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "") {
    throw new UsageError(
      "--admin must be the URL of the admin listener, e.g. http://127.0.0.1:8788",
    );
  }
  const source = given.text("key") ?? "env:MCPGUARD_APPROVER_KEY";
  // A key on the command line would stand in the list of processes and in the shell's history.
  const name = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/.exec(source)?.[1];
  if (name === undefined) throw new UsageError("--key must be env:NAME, never the key itself");
  const key = Deno.env.get(name);
  if (key === undefined || key === "") {
    throw new UsageError(`the environment variable ${name} with the approver's key is not set`);
  }
  if (key.length > 4096 || !/^[!-~]+$/.test(key)) {
    throw new UsageError(`the environment variable ${name} holds no key: visible ASCII characters`);
  }
  return { url: new URL("/", url), key };
}

async function ask<T>(desk: Desk, path: string): Promise<T> {
  const { status, body } = await send(desk, path);
  if (status === 200) return body as T;
  throw new UsageError(`the guard refused: ${(body as { error?: string }).error ?? status}`);
}

async function decide(
  desk: Desk,
  id: string,
  decision: string,
): Promise<{ state: string; by: string } | { error: string }> {
  const { status, body } = await send(desk, `approvals/${id}`, JSON.stringify({ decision }));
  if (status === 200) return body as { state: string; by: string };
  const error = (body as { error?: string }).error ?? `status ${status}`;
  if (status === 401 || status === 429) throw new UsageError(`the guard refused: ${error}`);
  return { error };
}

async function send(
  { url, key }: Desk,
  path: string,
  text?: string,
): Promise<{ status: number; body: unknown }> {
  try {
    const reply = await fetch(new URL(path, url), {
      method: text === undefined ? "GET" : "POST",
      headers: {
        "Authorization": `Bearer ${key}`,
        ...(text === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(text === undefined ? {} : { body: text }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const bytes = new Uint8Array(await reply.arrayBuffer());
    if (bytes.length > MAX_ANSWER) throw new TypeError("too large");
    const read = new TextDecoder().decode(bytes);
    const type = reply.headers.get("content-type") ?? "";
    return {
      status: reply.status,
      body: type.startsWith("application/json") ? JSON.parse(read) : { error: read.trim() },
    };
  } catch {
    throw new UsageError(
      `no guard answers at ${url.origin}; is it running, and is its --admin listener there?`,
    );
  }
}
