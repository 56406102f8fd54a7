// Many clients and one program (`proxy --shared`): their messages reach its input line by line, each of them whole.

import { policyFile } from "../../kit/policy.ts";
import { startProgram } from "../../kit/program.ts";
import { Client } from "../client.ts";
import type { Case } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { NOTING } from "../pipes.ts";
import { ALICE } from "../stage.ts";
import { AUTH } from "../policies.ts";

/** A program that notes all it gets and takes the handshake of a shared server. */
const SHARED = NOTING.replace(
  `[ -n "$id" ] &&`,
  `case $line in *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":` +
    `{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"n","version":"1"}}}\\n' ` +
    `"$id"; continue;; esac; [ -n "$id" ] &&`,
);

/** Plays the case. */
export async function sharedWriters(one: Case): Promise<string[]> {
  const step = one.steps[0]!;
  const [n, size] = [Number(step.n), Number(step.size)];
  await using file = await policyFile(`version: 1\n${AUTH}`);
  const notes = `${file.folder}/notes`;
  const { process, url } = await startProgram([
    ...["proxy", "--policy", file.path, "--port", "0", "--admin", "off", "--shared"],
    ...["--", "sh", "-c", SHARED, notes],
  ]);
  await using _ = process;
  const port = Number(new URL(url).port);
  const clients = await Promise.all(Array.from({ length: n }, () => Client.open(port, ALICE)));
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c" } };
  const wrong: string[] = [];
  const filler = (i: number): string => `${i}-${String.fromCharCode(97 + i % 26).repeat(size)}`;
  const calls = clients.map(async (client, i) => {
    await client.ask({ id: 0, method: "initialize", params: { ...params } });
    await client.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    // Equal ids: what separates them is whose they are.
    const answer = await client.ask({
      id: 1,
      method: "tools/call",
      params: { name: "echo", arguments: { text: filler(i) } },
    });
    if (answer === null || refuses(answer)) wrong.push(`client ${i} got ${brief(answer)}`);
  });
  await Promise.all(calls);
  const lines = (await Deno.readTextFile(notes)).split("\n").filter((line) => line !== "");
  const texts = lines.map((line) => JSON.parse(line))
    .filter(({ method }) => method === "tools/call").map(({ params }) => params.arguments.text);
  const due = clients.map((_, i) => filler(i));
  if (texts.toSorted().join() !== due.toSorted().join()) {
    wrong.push(`${texts.length} of ${n} messages arrived whole`);
  }
  await Promise.all(clients.map((client) => client.close()));
  return wrong;
}
