// The allowed neighbour of every case that refuses: the same thing without the trick, which must pass, so that a
// guard that refuses everything does not look good.

import type { Case } from "./case.ts";
import type { Message } from "./client.ts";
import { brief, refuses } from "./judge.ts";
import { runnerId } from "./play.ts";
import { ALICE, connect, type Stage } from "./stage.ts";

const call = (name: string, args: string): string =>
  `{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
const CALL = call("read_file", '{"path":"/pub/a"}');
const PING = '{"jsonrpc":"2.0","id":ID,"method":"ping","params":{}}';

/** Neighbours written by hand; `ID` stands for the id. */
const BY_ID: Readonly<Record<string, readonly string[]>> = {
  "JSON-001": [call("read_file", '{"name":"delete_file"}')],
  "JSON-002": [
    '{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"na\\u006de":"read_file","arguments":{}}}',
  ],
  "JSON-003": ['{"jsonrpc":"2.0","id":ID,"method":"tools/list","params":{}}'],
  "JSON-006": ['{"jsonrpc":"2.0","method":"ping","id":ID}'],
  "JSON-008": [call("read_file", '{"constructor":{"prototype":{"x":1}}}')],
  "JSON-013": [call("echo", '{"amount":9007199254740991}')],
  "JSON-014": [PING, call("echo", '{"n":-0.1e1}')],
  "JSON-015": [call("read_file", `{"a":${"[".repeat(60)}${"]".repeat(60)}}`)],
  "JSON-016": [call("read_file", `{"a":[${"1,".repeat(90_000)}1]}`)],
  "JSON-017": [call("echo", '{"text":"déléte \u{1F600}"}')],
  "JSON-021": [`${PING} \n`],
  "JSON-023": [call("echo", '{"text":"a\\u0000b"}'), PING],
  "JSON-026": [
    '{"jsonrpc":"2.0","id":ID,"method":"\\u0074ools\\/call","params":{"name":"read_file","arguments":{}}}',
  ],
  "RPC-001": [PING, CALL],
  "RPC-003": [PING, '{"jsonrpc":"2.0","id":ID,"method":"tools/list","params":{}}'],
  "RPC-018": [PING],
  "RPC-019": [PING],
  "URI-131": [
    call("read_file", '{"path":"/pub/b"}'),
    call("read_file", '{"path":"/pub/../pub/b"}'),
  ],
  "URI-132": [
    `{"jsonrpc":"2.0","id":ID,"method":"resources/read","params":{"uri":"file:///pub/${
      "a".repeat(4000)
    }"}}`,
  ],
  "PAT-001": [call("read_file", `{"text":"${"a".repeat(40)}!"}`)],
  "PAT-009": ["read_file", "list"].map((name) => call(name, "{}")),
};

/** A case's own message with what the lists allow in the place of what they deny. */
function repaired(text: string): string | null {
  let message: Message;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  const params = message?.params;
  if (message?.method?.startsWith?.("resources/") && typeof params?.uri === "string") {
    params.uri = params.uri.startsWith("http") ? "https://allowed.example/a" : "file:///pub/a.txt";
  } else if (message?.method === "tools/call" && typeof params?.name === "string") {
    params.name = "read_file";
  } else return null;
  return JSON.stringify({ jsonrpc: "2.0", id: "ID", method: message.method, params })
    .replace('"id":"ID"', '"id":ID');
}

/** The neighbours of a case. */
export function neighboursOf(one: Case): readonly string[] {
  const byHand = BY_ID[one.id];
  if (byHand !== undefined) return byHand;
  const own = one.steps.map((s) => s.client === undefined ? null : repaired(s.client))
    .filter((t) => t !== null);
  return own.length > 0 ? own : [CALL];
}

/**
 * Sends the neighbours on a fresh connection.
 *
 * @param stage The guard.
 * @param texts What must pass; `ID` stands for the id.
 * @param headers Who sends it.
 * @returns What did not pass.
 */
export async function passNeighbours(
  stage: Stage,
  texts: readonly string[],
  headers: readonly (readonly [string, string])[] = ALICE,
): Promise<string[]> {
  const wrong: string[] = [];
  const pair = await connect(stage, headers);
  pair.server.answerAll();
  for (const [index, text] of texts.entries()) {
    const id = runnerId();
    await pair.client.send(text.replace('"id":ID', () => `"id":${JSON.stringify(id)}`));
    const answer = await pair.client.find((m) => m.id === id);
    if (answer === null || refuses(answer)) {
      wrong.push(`its allowed neighbour ${brief(text)} was answered by ${brief(answer)}`);
    } else if (pair.server.received.length !== index + 1) {
      wrong.push(`its allowed neighbour ${brief(text)} never reached the server`);
    }
    if (answer === null) break;
  }
  await pair.client.close();
  await pair.server.closed;
  return wrong;
}
