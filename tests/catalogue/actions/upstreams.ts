// `upstreams`: two servers that have tools of the same names behind one guard. Every name says whose it is, so there is
// no conflict that a call could be lost in; what names nobody goes nowhere, and two servers of one name are no start.

import type { Case } from "../case.ts";
import { Client } from "../client.ts";
import { brief, refuses } from "../judge.ts";
import { startStage } from "../stage.ts";
import { Upstream } from "../upstream.ts";
import { policyFile } from "../../kit/policy.ts";
import { runProgram } from "../../kit/program.ts";

/** A policy with two servers. */
function policyOf(a: Upstream, b: Upstream, names = ["a", "b"]): string {
  const upstreams = [a, b].map(({ url }, i) => ({ name: names[i], target: url }));
  return `version: 1\nupstreams: ${JSON.stringify(upstreams)}\n`;
}

/** Plays the case. */
export async function sameNames(one: Case): Promise<string[]> {
  const wrong: string[] = [];
  await using a = new Upstream();
  await using b = new Upstream();
  a.answering = b.answering = true;
  await using file = await policyFile(policyOf(a, b, ["a", "a"]));
  const twice = await runProgram(
    ["proxy", "--policy", file.path, "--port", "0", "--admin", "off"],
  );
  if (twice.code !== 2 || !/two servers of one name/.test(twice.stderr)) {
    wrong.push(`two servers of one name: it ended with ${twice.code}: ${twice.stderr.trim()}`);
  }
  await using stage = await startStage(policyOf(a, b), { upstream: a, named: true });
  const client = await Client.open(stage.port, []);
  const [list, call] = one.steps.flatMap((step) => step.client === undefined ? [] : [step.client])
    .map((text) => JSON.parse(text));
  const listed = await client.ask(list);
  const names: string[] = listed?.result.tools.map((tool: { name: string }) => tool.name) ?? [];
  const search = names.filter((name) => name.includes("search"));
  if (search.join() !== "a__search,b__search") wrong.push(`the list shows ${brief(search)}`);
  const calls = (): string[][] =>
    [a, b].map((server) =>
      server.connections.flatMap((one) => one.received).map(({ json }) => json)
        .filter((json) => json?.method === "tools/call").map((json) => json.params.name)
    );
  // By its bare name, and by spellings of a server's name that are none.
  for (const [i, name] of [call.params.name, "a/search", "A__search", "c__search"].entries()) {
    const answer = await client.ask({ ...call, id: 10 + i, params: { ...call.params, name } });
    if (!refuses(answer)) wrong.push(`${name} was answered by ${brief(answer)}`);
  }
  if (calls().flat().length > 0) wrong.push(`forwarded: ${brief(calls())}`);
  const lines = await stage.audit.when((lines) =>
    lines.some(({ detail }) => detail === one.expected.audit)
  );
  if (!lines.some(({ detail }) => detail === one.expected.audit)) {
    wrong.push(`no record says ${one.expected.audit}`);
  }
  for (const [i, name] of ["a__search", "b__search"].entries()) {
    const answer = await client.ask({ ...call, id: 20 + i, params: { ...call.params, name } });
    if (answer?.result?.content === undefined) wrong.push(`${name}: ${brief(answer)}`);
  }
  if (JSON.stringify(calls()) !== '[["search"],["search"]]') {
    wrong.push(`the servers got ${brief(calls())}`);
  }
  await client.close();
  return wrong;
}
