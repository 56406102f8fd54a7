// Signals to a running guard under calls (PRC-002 of the catalogue): SIGHUP reads the policy again, those of other
// programs' habits do nothing, and none of them costs a call.

import { expect } from "expect";
import { type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { startStage } from "../fixtures/proxy_stage.ts";
import { policyFile } from "../kit/policy.ts";
import { RunningProcess } from "../kit/process.ts";
import { SOURCE } from "../kit/program.ts";

const SIGNALS = ["SIGHUP", "SIGPIPE", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

Deno.test("proxy lives through SIGHUP, SIGPIPE, SIGUSR1 and SIGUSR2, and loses no call", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url);
  const { client } = await stage.pair(server);
  for (const signal of SIGNALS) {
    for (let i = 0; i < 25; i++) client.call("add");
    stage.process.kill(signal);
    for (let i = 0; i < 25; i++) client.call("add");
    for (let i = 0; i < 50; i++) {
      expect((await client.next()).result).toEqual({ content: [{ type: "text", text: "ok" }] });
    }
  }
  await stage.record({ detail: "policy.reloaded" });
  expect(stage.records().filter((r: Json) => r.detail === "policy.reloaded").length).toBe(1);
  expect(server.got.all.length).toBe(50 * SIGNALS.length);
  const { code, signal } = await stage.process.stop("SIGINT");
  expect([code, signal]).toEqual([0, null]);
});

Deno.test("a second SIGINT ends a guard that waits for calls at once", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client } = await stage.pair(server);
  client.call("slow");
  await server.got.next();
  stage.process.kill("SIGINT");
  await stage.process.line(/SIGINT: waiting up to 10 s/, "stderr");
  const { code, signal } = await stage.process.stop("SIGINT");
  expect([code, signal]).toEqual([70, null]);
});

Deno.test("run is ended neither by SIGHUP nor by SIGUSR1", async () => {
  await using file = await policyFile("version: 1\n");
  const script = 'read -r line; printf \'{"jsonrpc":"2.0","id":1,"result":{}}\\n\'; cat';
  await using run = new RunningProcess(
    [...SOURCE, "run", "--policy", file.path, "--", "sh", "-c", script],
    { stdin: "open" },
  );
  await run.line(/wrapping sh/, "stderr");
  run.kill("SIGHUP");
  run.kill("SIGUSR1");
  await run.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await run.line(/"id":1,"result":\{\}/, "stdout");
  await run.endInput();
  expect((await run.exit).code).toBe(0);
});
