// Actions of class dlp with many texts: hard ones for patterns, and honest ones.

import type { Case } from "../case.ts";
import { brief, refuses } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended, runnerId } from "../play.ts";
import { DLP } from "../policies_dlp.ts";
import type { Bench } from "../runner.ts";
import { connect } from "../stage.ts";
import { each, KEY, textResult } from "./dlp.ts";

/** What built-in patterns could stumble over; each is repeated up to the size. */
const HARD: readonly string[] = [
  ...[
    "a",
    " ",
    "@",
    ".",
    "a.",
    "a@",
    "a@a.",
    "-",
    "--",
    "-----BEGIN ",
    "eyJ",
    "eyJhbGciOiJ.",
    "://a:",
  ],
  ...[
    "$2a$",
    "%41",
    "&#65;",
    "\\u0041",
    "A1",
    "AKIA",
    "sk-",
    "4111 ",
    "4-",
    "+1 ",
    "DE89",
    "token ",
  ],
  ...[
    "token=",
    "password:",
    "aWdub3JlIHByZXZpb3Vz",
    "QUtJ ",
    "you must ",
    "ignore ",
    "![](https://a/?",
  ],
  ...[
    "\u200b",
    "a\u200b",
    "\ud83d\ude08",
    "\u0430a",
    "<!--",
    "a<!--",
    "[",
    "{",
    "\u001b[",
    "41 ",
    "A\u200b",
  ],
];

/** `pattern_fuzz`: texts that are nothing but beginnings are read to their end, where a secret stands. */
export async function patternFuzz(one: Case, bench: Bench): Promise<string[]> {
  // A pattern that is not linear would need days for a quarter, too.
  const size = Number(one.steps[0]!.mb) * (bench.full ? 1_000_000 : 60_000);
  const stage = await bench.stages.get(
    `${DLP.replace("secrets: {action: redact}", "secrets: {action: deny}")}`,
  );
  const pair = await connect(stage);
  const wrong: string[] = [];
  for (const unit of HARD) {
    const text = `${unit.repeat(Math.floor(size / (2 * unit.length)))}\n\n ${KEY} `;
    const id = runnerId();
    await pair.client.send(JSON.stringify({
      ...{ jsonrpc: "2.0", id, method: "tools/call" },
      params: { name: "echo", arguments: { text } },
    }));
    const answer = await pair.client.find((m) => m.id === id);
    if (!refuses(answer)) wrong.push(`${JSON.stringify(unit)}: ${brief(answer)}`);
  }
  if (pair.server.received.length > 0) wrong.push(`${pair.server.received.length} were forwarded`);
  await pair.client.close();
  await ended(pair);
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  return wrong;
}

/** Folders of the project whose texts are about no attack; those of the detectors quote what they look for. */
const ROOMS = ["wire", "match", "policy", "proxy", "limits", "audit", "auth", "state", "cli"];

/** Benign documents: pieces of the project's own sources and of its README, each different. */
async function documents(n: number): Promise<string[]> {
  const root = new URL("../../../", import.meta.url);
  const texts: string[] = [];
  for (const room of ROOMS) {
    const folder = new URL(`src/${room}/`, root);
    for await (const entry of Deno.readDir(folder)) {
      if (!/\.ts$/.test(entry.name) || /_test|testkit|testing|testdata/.test(entry.name)) continue;
      texts.push(await Deno.readTextFile(new URL(entry.name, folder)));
    }
  }
  const lines = texts.sort().join("\n").split("\n");
  const step = Math.max(1, Math.floor(lines.length / n));
  return Array.from({ length: n }, (_, i) => {
    const from = (i * step) % lines.length;
    return lines.slice(from, from + 5 + i % 40).join("\n");
  });
}

/** `benign_corpus`: honest documents pass, and at most one in two hundred is touched. */
export async function benign(one: Case, bench: Bench): Promise<string[]> {
  const n = bench.full ? Number(one.steps[0]!.n) : 600;
  const texts = await documents(n);
  const stage = await bench.stages.get(DLP);
  let passed = 0;
  const touched: string[] = [];
  await each(stage, texts, textResult, (text, got) => {
    if (got.result?.isError !== true && got.error === undefined) passed++;
    if (got.result?.content?.[0]?.text !== text) touched.push(text);
    return [];
  });
  const wrong: string[] = [];
  if (passed !== n) wrong.push(`${passed} of ${n} passed`);
  if (touched.length * 200 > n) {
    wrong.push(`${touched.length} of ${n} touched: ${brief(touched[0])}`);
  }
  return wrong;
}
