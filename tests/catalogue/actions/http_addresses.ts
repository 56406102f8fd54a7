// HTTP-021: which addresses the program connects to, whatever names come to mean.

import { HttpMcp } from "../../kit/http_mcp.ts";
import { policyFile } from "../../kit/policy.ts";
import { SOURCE, startProgram } from "../../kit/program.ts";
import { programFlags } from "../../tools/flags.ts";
import { playHttp } from "../../fixtures/http_played_server.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { FIXTURE } from "../policies.ts";

/**
 * HTTP-021: addresses that are denied are denied after the resolution of names, so a name that comes to mean another
 * address reaches nobody. No name server answers here as a case wants: `localhost` stands for a name that has turned
 * to a denied address.
 */
export async function reboundName(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  const second = String(one.steps[0]!.second);
  const denied = programFlags.find((flag) => flag.startsWith("--deny-net="));
  if (denied === undefined) return ["the program may connect to every address"];
  await using server = playHttp();
  const { port } = new URL(server.origin);
  await using file = await policyFile(FIXTURE);
  const loopback = SOURCE.map((flag) => flag === denied ? "--deny-net=127.0.0.0/8" : flag);
  const plays: [shape: readonly string[], target: string, reached: boolean][] = [
    [SOURCE, `http://${second}/mcp`, false],
    [loopback, `http://localhost:${port}/mcp`, false],
    [SOURCE, `http://localhost:${port}/mcp`, true],
  ];
  for (const [shape, target, reached] of plays) {
    const { process, url } = await startProgram([
      ...["proxy", "--policy", file.path, "--target", target],
      ...["--host", "0.0.0.0", "--port", "0", "--admin", "off"],
    ], { shape });
    const headers = { Authorization: "Bearer ALICE" };
    const client = new HttpMcp(`http://127.0.0.1:${new URL(url).port}/mcp`, headers);
    const asking = client.modern(1, "tools/call", { name: "read_file" });
    if (reached) {
      const turn = await server.turns.next();
      turn.json200({ jsonrpc: "2.0", id: turn.json.id, result: { content: [] } });
    }
    const told = await (await asking).json();
    const code = told.error?.code;
    if (reached ? told.result === undefined : code !== one.expected.rpc_code) {
      wrong.push(`${target} came to ${brief(told)}`);
    }
    if (!reached && server.turns.all.length > 0) wrong.push(`${target} was connected to`);
    await process[Symbol.asyncDispose]();
  }
  return wrong;
}
