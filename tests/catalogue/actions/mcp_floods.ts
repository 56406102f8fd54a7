// Class mcp: floods of either side, what a client would fetch or show by itself, and whole sessions of every revision.

import type { Case } from "../case.ts";
import { Client, type Message } from "../client.ts";
import { decisionsIn } from "../audit.ts";
import { brief } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended } from "../play.ts";
import { AUTH, FIXTURE, OPEN } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";
import { type Door, mustPass, mustRefuse, onDoors } from "../scene.ts";
import { ALICE, connect, startStage } from "../stage.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";

const EVERY: readonly Door[] = ["ws", "http", "sse", "modern"];

/** MCP-026: a server that says nothing but what means nothing is left, and its client told nothing of it. */
export async function serverFlood(one: Case, bench: Bench): Promise<string[]> {
  await using stage = await startStage(FIXTURE);
  const wrong: string[] = [];
  const step = one.steps[0]!;
  const n = bench.full ? Number(step.n) : 10_000;
  const pair = await connect(stage, ALICE);
  const note = JSON.stringify({
    jsonrpc: "2.0",
    method: step.method,
    params: { progressToken: "nobody's", progress: 1, message: "x" },
  });
  for (let i = 0; i < n; i++) pair.server.send(note);
  await ended(pair);
  if (pair.client.closeCode !== 1008) wrong.push(`closed by ${pair.client.closeCode}`);
  if (pair.client.messages.length > 0) wrong.push(`the client got ${brief(pair.client.messages)}`);
  const lines = await stage.audit.when((all) =>
    all.some((l) => JSON.stringify(l).includes(one.expected.audit!))
  );
  if (!lines.some((l) => JSON.stringify(l).includes(one.expected.audit!))) {
    wrong.push(`no record says ${one.expected.audit}`);
  }
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** MCP-045: pings have a limit of their own. */
export async function pingFlood(one: Case, bench: Bench): Promise<string[]> {
  const [perSecond, burst] = [10, 20];
  await using stage = await startStage(`${FIXTURE}limits: {messages_per_sec: ${perSecond}}\n`);
  const wrong: string[] = [];
  const n = bench.full ? Number(one.steps[0]!.n) : 2000;
  const pair = await connect(stage, ALICE);
  pair.server.answerAll();
  const start = performance.now();
  for (let id = 1; id <= n; id++) {
    await pair.client.send(`{"jsonrpc":"2.0","id":${id},"method":"ping","params":{}}`);
  }
  await pair.client.find((m) => m.id === n);
  // What flows back while it goes on may pass, too.
  const most = burst + perSecond * (performance.now() - start) / 1000 + 1;
  const forwarded = pair.server.received.length;
  if (forwarded < burst || forwarded > most) wrong.push(`${forwarded} of ${n} forwarded`);
  const refused = pair.client.messages.filter((m) => m.error?.code === -31429).length;
  if (refused !== n - forwarded) wrong.push(`${refused} of ${n - forwarded} refused by -31429`);
  const decisions = decisionsIn(await stage.audit.reach(n));
  if (decisions !== n) wrong.push(`${decisions} decisions for ${n} pings`);
  await pair.client.close();
  await ended(pair);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** MCP-035: pictures that a client would fetch or run. */
export async function icons(one: Case, bench: Bench): Promise<string[]> {
  const { icons } = one.steps[0]! as { icons?: unknown[] };
  const good = { src: "https://example.com/a.png" };
  return await onDoors(await bench.stages.get(FIXTURE), EVERY, async (s) => {
    s.answers.set("tools/list", () => ({
      tools: [{ name: "echo", inputSchema: {}, icons: [...icons ?? [], good] }],
    }));
    const talker = await s.enter();
    const listed = await talker.ask({ id: 1, method: "tools/list" });
    const shown = JSON.stringify(listed?.result?.tools?.[0]?.icons);
    s.expect(shown === JSON.stringify([good]), `shown: ${shown}`);
  }, one.expected.audit);
}

/** MCP-036: a header name that is none takes its tool out of the list. */
export async function headerNames(one: Case, bench: Bench): Promise<string[]> {
  const { inputSchema } = one.steps[0]! as { inputSchema?: unknown };
  const fine = {
    type: "object",
    properties: { p: { type: "string", "x-mcp-header": "Region" } },
  };
  return await onDoors(await bench.stages.get(OPEN), ["modern"], async (s) => {
    s.answers.set("tools/list", () => ({
      tools: [{ name: "x", inputSchema }, { name: "y", inputSchema: fine }],
    }));
    const talker = await s.enter();
    const listed = await talker.ask({ id: 1, method: "tools/list" });
    const names = listed?.result?.tools?.map((tool: Message) => tool.name).join();
    s.expect(names === "y", `shown: ${names}`);
  }, one.expected.audit);
}

const SESSION: readonly [method: string, params: Record<string, unknown>][] = [
  ["ping", {}],
  ["tools/list", {}],
  ["tools/call", { name: "echo", arguments: { text: "a" } }],
  ["resources/list", {}],
  ["resources/templates/list", {}],
  ["resources/read", { uri: "file:///pub/a.txt" }],
  ["resources/subscribe", { uri: "file:///pub/a.txt" }],
  ["resources/unsubscribe", { uri: "file:///pub/a.txt" }],
  ["prompts/list", {}],
  ["prompts/get", { name: "greet", arguments: { a: "b" } }],
  ["completion/complete", {
    ref: { type: "ref/prompt", name: "greet" },
    argument: { name: "q", value: "" },
  }],
  ["logging/setLevel", { level: "info" }],
];
const NOTES: readonly [method: string, params: Record<string, unknown>][] = [
  ["notifications/initialized", {}],
  ["notifications/roots/list_changed", {}],
];
const REMOVED = ["ping", "resources/subscribe", "resources/unsubscribe", "logging/setLevel"];
const ASKED: readonly [method: string, params: Record<string, unknown>][] = [
  ["ping", {}],
  ["roots/list", {}],
  ["sampling/createMessage", { messages: [], maxTokens: 1 }],
  ["elicitation/create", {
    message: "?",
    requestedSchema: { type: "object", properties: {} },
  }],
];

/** MCP-054: every method of every revision passes where all is allowed. */
export async function everyMethod(_one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(`version: 1\n${AUTH}`);
  const wrong: string[] = [];
  for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]) {
    wrong.push(
      ...await onDoors(stage, ["ws"], async (s) => {
        const client = await Client.open(stage.port, ALICE);
        let id = 0;
        const ask = (method: string, params: Record<string, unknown>): Promise<Message | null> =>
          client.ask({ id: ++id, method, params });
        const hello = await ask("initialize", {
          protocolVersion: version,
          capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
          clientInfo: { name: "c", version: "1" },
        });
        s.expect(hello?.result?.protocolVersion === version, `${version}: ${brief(hello)}`);
        for (const [method, params] of NOTES) {
          await client.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
        }
        for (const [method, params] of SESSION) {
          mustPass(s, await ask(method, params), `${version} ${method}`);
        }
        const server = s.server();
        for (const [i, [method, params]] of ASKED.entries()) {
          server.send(JSON.stringify({ jsonrpc: "2.0", id: `s${i}`, method, params }));
          const from = client.messages.length;
          const question = await client.find((m) =>
            m.method === method && client.messages.indexOf(m) >= from - 1
          );
          const result = { model: "m", role: "assistant", content: { type: "text", text: "a" } };
          const answer = method === "roots/list"
            ? { roots: [] }
            : method === "elicitation/create"
            ? { action: "decline" }
            : result;
          await client.send(JSON.stringify({ jsonrpc: "2.0", id: question.id, result: answer }));
          await ask("ping", {});
          const told = server.received.find(({ json }) => json?.id === `s${i}`)?.json;
          s.expect(
            told?.result !== undefined,
            `${version} ${method}: the server got ${brief(told)}`,
          );
        }
        const reached = s.reached(...[...SESSION, ...NOTES].map(([method]) => method)).length;
        const due = SESSION.length + NOTES.length + ASKED.length;
        s.expect(reached === due, `${version}: ${reached} forwarded, not ${due}`);
        await client.close();
      }),
    );
  }
  wrong.push(
    ...await onDoors(stage, ["modern"], async (s) => {
      const talker = await s.enter();
      s.answers.set("server/discover", () => ({
        resultType: "complete",
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      }));
      mustPass(s, await talker.ask({ id: 0, method: "server/discover" }), "server/discover");
      for (const [i, [method, params]] of SESSION.entries()) {
        const answer = await talker.ask({ id: i + 1, method, params });
        if (REMOVED.includes(method)) mustRefuse(s, answer, [-32601], method);
        else mustPass(s, answer, `2026-07-28 ${method}`);
      }
      const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, Object.fromEntries(ALICE));
      const stop = new AbortController();
      const listening = await http.modern(99, "subscriptions/listen", {
        notifications: { toolsListChanged: true },
      }, stop.signal);
      s.expect(listening.status === 200, `subscriptions/listen: ${listening.status}`);
      stop.abort();
      await listening.body?.cancel().catch(() => {});
    }),
  );
  return wrong;
}

/** The cases of this file by id. */
export const FLOODS: Readonly<Record<string, Action>> = {
  "MCP-026": serverFlood,
  "MCP-035": icons,
  "MCP-036": headerNames,
  "MCP-045": pingFlood,
  "MCP-054": everyMethod,
};
