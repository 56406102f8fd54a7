// `deno task bench:scan`: what the detectors cost beside the strict parse of the same message, by kind and size of
// honest text, and what hostile texts cost beside honest text of the same size. CPU time of the process, medians of
// interleaved rounds of one run: other programs of the machine change little about it.
//
//   deno task bench:scan [clean|hostile|all] [PART OF A NAME]

import { cpuUsage } from "node:process";
import { SCANNERS } from "../../src/detect/scanners.ts";
import { Searcher } from "../../src/detect/search.ts";
import type { DetectConfig } from "../../src/policy/types.ts";
import { inspectResult, JsonObject, methodSpec, parseJson } from "../../src/wire/mod.ts";
import { CLEAN, HOSTILE, hostile, plain } from "./scan_texts.ts";

const SIZES = [["1 kB", 1e3], ["10 kB", 1e4], ["100 kB", 1e5], ["1 MB", 1e6], [
  "10 MB",
  1e7,
]] as const;
const ROUNDS = 7;
/** Characters that one sample goes through at least: short times are not measurable. */
const SAMPLE = 300_000;
/** CPU time for which each way warms up, ms: the engine compiles what runs for long. */
const WARM = 400;
/** Characters of a hostile text. */
const HOSTILE_SIZE = 200_000;
const LIMITS = { bytes: 1 << 27, tokens: 1e7 };
const SPEC = methodSpec("tools/call", "c2s", "request")!;
const OFF: ReadonlySet<string> = new Set();

const EVERYWHERE = { action: "record", off: OFF, direction: "both" } as const;
const THRESHOLD = { descriptions: "medium", results: "medium", arguments: "medium" } as const;

/** Injection and hidden text, with or without the model; `values` are secrets and personal data. */
function searcher(model: boolean, values: boolean): Searcher {
  const config: DetectConfig = {
    injection: { action: "record", off: OFF, model, threshold: THRESHOLD },
    hiddenText: { action: "record", off: OFF },
    secrets: values ? EVERYWHERE : null,
    pii: values ? EVERYWHERE : null,
    judge: null,
  };
  return new Searcher(config, SCANNERS);
}

/** What is measured; the last is a policy with `detect: {injection: {}, hidden_text: {}, secrets: {}, pii: {}}`. */
const WAYS: readonly (readonly [string, Searcher])[] = [
  ["rules", searcher(false, false)],
  ["model", searcher(true, false)],
  ["all", searcher(true, true)],
];

/** CPU time of the process so far, ms. */
function cpu(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds for one go of each, medians over rounds in which they take turns. */
function measure(units: number, ways: readonly (() => void)[], rounds = ROUNDS): number[] {
  const times = Math.max(1, Math.ceil(SAMPLE / units));
  const taken = ways.map((): number[] => []);
  for (const way of ways) {
    const until = cpu() + WARM;
    do way(); while (cpu() < until);
  }
  for (let round = 0; round < rounds; round++) {
    ways.forEach((way, i) => {
      const from = cpu();
      for (let k = 0; k < times; k++) way();
      taken[i]!.push((cpu() - from) / times);
    });
  }
  return taken.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}

/** What a loop costs that looks at each character once and does nothing: the floor of any scanner. */
function touch(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum + text.charCodeAt(i)) | 0;
  return sum;
}

const row = (...cells: string[]): void =>
  console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(26) : cell.padStart(12)).join(""));

async function clean(part: string): Promise<void> {
  const titles = WAYS.map(([name]) => `${name}/parse`);
  row("honest text", "size", "parse ns/B", "all ns/B", ...titles, "touch/parse");
  for (const [kind, make] of Object.entries(CLEAN)) {
    if (!kind.includes(part)) continue;
    for (const [size, units] of SIZES) {
      const message = JSON.stringify({ jsonrpc: "2.0", id: 1, result: await make(units) });
      const bytes = new TextEncoder().encode(message);
      const tree = parseJson(bytes, LIMITS) as JsonObject;
      const { texts } = inspectResult(SPEC, undefined, tree.get("result")!);
      // Looking on, or the engine would leave the loop out.
      let seen = 0;
      const [parse, floor, ...looks] = measure(bytes.length, [
        () => void parseJson(bytes, LIMITS),
        () => {
          for (const { text } of texts) seen += touch(text) & 1;
        },
        ...WAYS.map(([, way]) => () => void (seen += way.look(texts, "s2c").length)),
      ]) as [number, number, ...number[]];
      const each = (ms: number): string => (ms * 1e6 / bytes.length).toFixed(1);
      const ratio = (ms: number): string => (ms / parse).toFixed(2);
      row(kind, size, each(parse), each(looks.at(-1)!), ...looks.map(ratio), ratio(floor));
    }
  }
}

function against(part: string): void {
  const use = (text: string) => [{ text, surface: "result" as const, where: "t" }];
  const honest = use(plain(HOSTILE_SIZE));
  row("hostile text", ...WAYS.map(([name]) => `${name}/honest`));
  let worst: [string, number] = ["", 0];
  for (const name of HOSTILE) {
    if (!name.includes(part)) continue;
    const texts = use(hostile(name, HOSTILE_SIZE));
    const taken = measure(
      HOSTILE_SIZE,
      WAYS.flatMap(([, way]) => [
        () => void way.look(honest, "s2c"),
        () => void way.look(texts, "s2c"),
      ]),
      5,
    );
    const ratios = WAYS.map((_, i) => taken[2 * i + 1]! / taken[2 * i]!);
    row(name, ...ratios.map((ratio) => ratio.toFixed(2)));
    const most = Math.max(...ratios);
    if (most > worst[1]) worst = [name, most];
  }
  console.log(`worst: ${worst[0]}, ${worst[1].toFixed(2)} times honest text`);
}

const [which = "all", part = ""] = Deno.args;
if (which !== "hostile") await clean(part);
if (which !== "clean") against(part);
