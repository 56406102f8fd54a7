// Many clients' programs, many subscriptions, and servers that speak out of their era.

import { startProgram } from "../../kit/program.ts";
import { policyFile } from "../../kit/policy.ts";
import { HttpMcp } from "../../kit/http_mcp.ts";
import type { Case } from "../case.ts";
import { Client, type Message } from "../client.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";
import { onDoors, serverSays } from "../scene.ts";
import { ALICE, connect, startStage } from "../stage.ts";

/** RES-006: programs are bounded by the connections that they are started for. */
export const children: Action = async (one: Case, bench: Bench) => {
  const wrong: string[] = [];
  const n = bench.full ? Number(one.steps[0]!.n) : 60;
  const most = 10;
  await using file = await policyFile(`${FIXTURE}limits: {connections: ${most}}\n`);
  const starts = `${file.folder}/starts`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off", "--"],
    ...["sh", "-c", 'echo x >> "$0"; exec cat >/dev/null', starts],
  ]);
  await using _ = process;
  const port = Number(new URL(url).port);
  const opened: Client[] = [];
  let refused = 0;
  for (let i = 0; i < n; i++) {
    const client = await Client.open(port, ALICE).catch(() => null);
    if (client === null) refused++;
    else opened.push(client);
  }
  if (opened.length !== most || refused !== n - most) {
    wrong.push(`${opened.length} of ${n} came in, ${refused} were refused`);
  }
  const began = (await Deno.readTextFile(starts).catch(() => "")).split("\n").length - 1;
  if (began > most) wrong.push(`${began} programs were started`);
  await process.line(/limits\.connections/, "stderr");
  for (const client of opened) await client.close();
  // A place comes back with its program gone.
  let again: Client | null = null;
  while (again === null) again = await Client.open(port, ALICE).catch(() => null);
  await again.close();
  return wrong;
};

/** RES-008: subscriptions of one client are bounded like its calls. */
export const listeners: Action = async (_one: Case, bench: Bench) => {
  const wrong: string[] = [];
  const n = bench.full ? 2000 : 150;
  await using stage = await startStage(`${FIXTURE}limits: {in_flight: 16, connections: 40}\n`);
  stage.upstream.answering = false;
  const stop = new AbortController();
  const http = new HttpMcp(`http://127.0.0.1:${stage.port}/mcp`, Object.fromEntries(ALICE));
  let open = 0;
  const told: Record<string, number> = {};
  const count = async (reply: Response): Promise<void> => {
    const stream = reply.headers.get("content-type") === "text/event-stream";
    if (stream) {
      open++;
      return;
    }
    const code = String((await reply.json()).error?.code ?? reply.status);
    told[code] = (told[code] ?? 0) + 1;
  };
  // Beyond the connections that the listener takes a client gets no answer at all.
  const dropped = (): void => {
    told[503] = (told[503] ?? 0) + 1;
  };
  const asked = Array.from(
    { length: n },
    (_, i) =>
      http.modern(
        i + 1,
        "subscriptions/listen",
        { notifications: { toolsListChanged: true } },
        stop.signal,
      )
        .then(count, dropped),
  );
  await Promise.race([Promise.all(asked), new Promise((resolve) => setTimeout(resolve, 8000))]);
  const refused = Object.values(told).reduce((a, b) => a + b, 0);
  if (open + refused < n || open > 40) {
    wrong.push(`${open} of ${n} streams are open, refused: ${brief(told)}`);
  }
  if (Object.keys(told).some((code) => !["-31503", "-31429", "503", "429"].includes(code))) {
    wrong.push(`refused by ${brief(told)}`);
  }
  stop.abort();
  await Promise.all(asked);
  // Places come back: the next call passes.
  stage.upstream.answering = true;
  for (const c of stage.upstream.connections) c.answerAll();
  stage.upstream.forget();
  for (let i = 0;; i++) {
    const params = { name: "read_file", arguments: {} };
    const answer: Message = await (await http.modern(`n${i}`, "tools/call", params)).json();
    if (answer?.result?.content !== undefined) break;
    if (i > 200) {
      wrong.push(`afterwards: ${brief(answer)}`);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return wrong;
};

/** RPC-021: a server of the modern era asks inside results; its own requests are answered for the client. */
export const outOfEra: Action = async (one: Case, bench: Bench) => {
  const stage = await bench.stages.get(FIXTURE);
  return await onDoors(stage, ["ws"], async (s) => {
    const { client, server } = await connect(stage, ALICE);
    server.answerAll();
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const ask = (id: number): Promise<Message | null> =>
      client.ask({ id, method: "tools/list", params: { _meta: meta } });
    await ask(1);
    const seen = client.messages.length;
    for (const message of serverSays(one)) server.send(JSON.stringify(message));
    await ask(2);
    await ask(3);
    const others = client.messages.slice(seen).filter((m) => m.method !== undefined);
    s.expect(others.length === 0, `the client got ${brief(others)}`);
    const told = server.received.filter(({ json }) => json?.method === undefined)
      .map(({ json }) => [json.id, json.error?.code]);
    const ids = serverSays(one).map((message) => message.id);
    s.expect(
      told.every(([id, code]) => ids.includes(id) && code === -32601) &&
        told.some(([id]) => id === ids.at(-1)),
      `the server was told ${brief(told)}`,
    );
    await client.close();
    await server.closed;
  });
};
