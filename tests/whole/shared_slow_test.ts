// A client that asks a shared server for much and reads nothing: it is ended, and nobody else waits for it.

import { expect } from "expect";
import { eventsOf } from "../kit/http_raw.ts";
import { HttpMcp } from "../kit/http_mcp.ts";
import { policyFile } from "../kit/policy.ts";
import { CACHE, ROOT, startProgram } from "../kit/program.ts";

/** Only what waits in the shared server's queue ends a client here, not the time that it takes. */
const POLICY = `
version: 1
auth: { mode: none }
limits: { result_bytes: 2097152, high_water_bytes: 65536, slow_reader_ms: 86400000 }
`;

const SERVER = [
  ...[Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`, "-A"],
  `${ROOT}tests/fixtures/large_answers_server.ts`,
];

Deno.test("a client that does not read ends alone", async () => {
  await using policy = await policyFile(POLICY);
  const { process, url } = await startProgram([
    ...["proxy", "--policy", policy.path, "--port", "0", "--admin", "off", "--shared"],
    ...[...CACHE, "--", ...SERVER],
  ]);
  await using _ = process;
  const origin = `http://${new URL(url).host}`;
  const leaving = new AbortController();
  const stream = await fetch(`${origin}/sse`, { signal: leaving.signal });
  const events = eventsOf(stream);
  const { data } = (await events.next()).value!;
  const post = async (message: object): Promise<void> => {
    const reply = await fetch(new URL(data, origin), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
      signal: leaving.signal,
    });
    await reply.body?.cancel();
  };
  const params = {
    ...{ protocolVersion: "2025-11-25", capabilities: {} },
    clientInfo: { name: "slow", version: "1" },
  };
  await post({ id: 0, method: "initialize", params });
  await events.next();
  await post({ method: "notifications/initialized" });
  const other = await new HttpMcp(`${origin}/mcp`).open();
  const text = (size: number, after: number): object => ({
    ...{ name: "text", arguments: { size, after } },
  });
  // All of them are in flight before the first is answered; what sockets take of the answers is far less.
  for (let id = 1; id <= 40; id++) {
    await post({ id, method: "tools/call", params: text(1_900_000, 40) });
  }
  await process.line(/"rule":"shared.slow_reader"/);
  const answer = await other.ask(1, "tools/call", text(5, 0));
  expect(answer).toMatchObject({ result: { content: [{ text: "xxxxx" }] } });
  leaving.abort();
  expect((await process.stop()).code).toBe(0);
});
