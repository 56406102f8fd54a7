// Actions about signed tokens: forged, odd and expired ones at every door, and an issuer whose keys cannot be had.

import { Issuer, JwksServer, jwtAuth } from "../../kit/issuer.ts";
import { decisionsIn } from "../audit.ts";
import type { Case } from "../case.ts";
import { handshake, type HttpAnswer, postCall, rawRequest } from "../client.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { AUTH, FIXTURE } from "../policies.ts";
import { type Stage, startStage } from "../stage.ts";
import { refusedPolicies } from "./policy.ts";

/** The fixture for callers with tokens of an issuer. */
export function fixtureFor(server: JwksServer, more = ""): string {
  return FIXTURE.replace(AUTH, jwtAuth(`jwks_url: "${server.url}"`, more));
}

/** The header of a token. */
export function bearer(token: string): [string, string][] {
  return [["Authorization", `Bearer ${token}`]];
}

/** Knocks with these headers at every door of the listener. */
async function everyDoor(
  stage: Stage,
  headers: readonly (readonly [string, string])[],
): Promise<Map<string, HttpAnswer>> {
  const { port } = stage;
  const http = (method: string, path: string, more: [string, string][], body: string) => {
    const lines = [
      ["Host", `127.0.0.1:${port}`],
      ["Connection", "close"],
      ["Accept", "application/json, text/event-stream"],
      ...(method === "GET" ? [] : [["Content-Type", "application/json"], [
        "Content-Length",
        String(body.length),
      ]]),
      ...more,
      ...headers,
    ].map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return rawRequest(port, `${method} ${path} HTTP/1.1\r\n${lines}\r\n`, body);
  };
  const meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
    '"io.modelcontextprotocol/clientCapabilities":{}}';
  const modern: [string, string][] = [
    ["MCP-Protocol-Version", "2026-07-28"],
    ["Mcp-Method", "tools/list"],
  ];
  const frame = '{"type":"tool_call","tool":"read_file","args":{}}';
  const json: [string, string] = ["Content-Type", "application/json"];
  const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
  const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${meta}}}`;
  return new Map([
    ["/ws", await handshake(port, headers)],
    ["/call", await postCall(port, [json, ...headers], frame)],
    ["/mcp", await http("POST", "/mcp", [], initialize)],
    ["/mcp (modern)", await http("POST", "/mcp", modern, list)],
    ["/mcp (GET)", await http("GET", "/mcp", [], "")],
    ["/sse", await http("GET", "/sse", [], "")],
    ["/message", await http("POST", "/message?sessionId=x", [], list)],
  ]);
}

/** Every door must answer by this status, with one record each, and nothing may pass. */
async function refusedEverywhere(
  stage: Stage,
  what: string,
  headers: readonly (readonly [string, string])[],
  status: number,
  detail: RegExp,
): Promise<string[]> {
  const wrong: string[] = [];
  await stage.audit.mark();
  const before = stage.upstream.connections.length;
  const answers = await everyDoor(stage, headers);
  for (const [door, answer] of answers) {
    if (answer.status !== status) {
      wrong.push(`${what}: ${door} got ${answer.status}, not ${status}`);
    }
  }
  if (stage.upstream.connections.length !== before) wrong.push(`${what}: the server was reached`);
  const lines = await stage.audit.reach(answers.size);
  if (decisionsIn(lines) !== answers.size) {
    wrong.push(`${what}: ${decisionsIn(lines)} decisions for ${answers.size} requests`);
  }
  const other = lines.filter((line) => !detail.test(line.detail ?? ""));
  if (other.length > 0) wrong.push(`${what}: recorded as ${other[0]!.detail}`);
  const token = headers[0]![1].slice("Bearer ".length);
  const seen = JSON.stringify(lines) + stage.said() + JSON.stringify([...answers.values()]);
  if (token !== "" && seen.includes(token)) wrong.push(`${what}: the token was written down`);
  return wrong;
}

/** What a shorthand such as `alg=none sub='x'` asks for. */
async function minted(text: string, issuer: Issuer): Promise<string> {
  const wish = new Map(
    [...text.matchAll(/([a-z]+)=('[^']*'|[^ ]*)/g)].map(([, name, value]) => [
      name!,
      JSON.parse(`"${value!.replace(/^'|'$/g, "")}"`) as string,
    ]),
  );
  const attacker = await Issuer.create("ES256", "k1");
  const claims: Record<string, string> = {};
  for (const name of ["sub", "email"]) if (wish.has(name)) claims[name] = wish.get(name)!;
  if (wish.has("jku")) {
    return await attacker.token({ claims, header: { jku: wish.get("jku") } });
  }
  if (wish.has("jwk")) return await attacker.token({ claims, header: { jwk: attacker.jwk } });
  const token = await issuer.token({ claims });
  const [header, payload] = token.split(".");
  if (wish.has("sig")) return `${header}.${payload}.`;
  if (!wish.has("alg")) return token;
  const forged = btoa(JSON.stringify({ alg: wish.get("alg") })).replace(/=+$/, "");
  return `${forged}.${payload}.`;
}

/** AUTH-006, -009, -016, -018: the tokens of the case's requests, at every door. */
export async function oddTokens(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const issuer = await Issuer.create();
  await using server = new JwksServer([issuer.jwk]);
  const alice = bearer(await issuer.token());
  for (const { http } of one.steps) {
    const value = http?.headers.find(([name]) => name === "Authorization")?.[1] ?? "";
    const wish = /\{jwt (.*)\}/.exec(value)?.[1];
    if (wish === undefined) return [`no token in ${JSON.stringify(http)}`];
    const headers = bearer(await minted(wish, issuer));
    // A program of its own: wrong credentials of one address are counted.
    await using stage = await startStage(fixtureFor(server));
    wrong.push(...await refusedEverywhere(stage, wish, headers, 401, /^auth\.(jwt_|subject)/));
    wrong.push(...await passNeighbours(stage, neighboursOf(one), alice));
  }
  return wrong;
}

/** AUTH-010: addresses that are refused at the start, and answers that are no keys: refused within bounds. */
export async function oddKeySets(one: Case): Promise<string[]> {
  const wrong = await refusedPolicies(one);
  const issuer = await Issuer.create();
  const weak = { ...issuer.jwk, kty: "RSA", n: "AQAB", e: "AQAB" };
  await using server = new JwksServer([issuer.jwk]);
  await using evil = new JwksServer([issuer.jwk]);
  const chunk = new Uint8Array(65_536).fill(0x20);
  let sent = 0;
  const replies: [string, () => Response][] = [
    ["100 MB", () =>
      new Response(
        new ReadableStream({
          pull: (out) => {
            if ((sent += chunk.length) > 100e6) out.close();
            else out.enqueue(chunk);
          },
        }),
      )],
    ["a redirect", () => Response.redirect(evil.url, 302)],
    ["a weak key", () => Response.json({ keys: [weak] })],
    ["silence", () => new Response(new ReadableStream())],
  ];
  for (const [what, reply] of replies) {
    server.reply = reply;
    // A program of its own: one that has failed a moment ago does not ask again.
    await using stage = await startStage(fixtureFor(server));
    const headers = bearer(await issuer.token());
    wrong.push(...await refusedEverywhere(stage, what, headers, 503, /^dependency\.jwks$/));
  }
  if (sent > 50e6) wrong.push(`${sent} bytes of an endless answer were taken`);
  if (evil.asked > 0) wrong.push("a redirect was followed");
  return wrong;
}

/** AUTH-011: no keys at the start or later: nothing passes that cannot be checked, and it works again by itself. */
export async function killKeySet(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const issuer = await Issuer.create();
  let server = new JwksServer([issuer.jwk]);
  const policy = fixtureFor(server);
  const { port } = server;
  const headers = bearer(await issuer.token());
  await server[Symbol.asyncDispose]();
  await using stage = await startStage(policy);
  wrong.push(...await refusedEverywhere(stage, "down", headers, 503, /^dependency\.jwks$/));
  server = new JwksServer([issuer.jwk], port);
  try {
    await using later = await startStage(policy);
    wrong.push(...await passNeighbours(later, neighboursOf(one), headers));
    await server[Symbol.asyncDispose]();
    // The keys that are known serve; a key that is not known cannot be judged now.
    wrong.push(...await passNeighbours(later, neighboursOf(one), headers));
    const stranger = await Issuer.create("ES256", "k2");
    wrong.push(
      ...await refusedEverywhere(
        later,
        "an unknown key",
        bearer(await stranger.token()),
        401,
        /^auth\.jwt_key$/,
      ),
    );
  } finally {
    await server[Symbol.asyncDispose]().catch(() => {});
  }
  return wrong;
}
