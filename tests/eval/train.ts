// Trains the linear model on a corpus and writes its weights: deno task train -- DIR
// Rows that are kept aside are left out.

import { compileGrammar } from "../../src/detect/injection/grammar.ts";
import { INJECTION_RULES } from "../../src/detect/injection/rules/mod.ts";
import { asideOf } from "./aside.ts";
import { collect } from "./collect.ts";
import { fit, quantise } from "./fit.ts";
import { readRowsOrExit } from "./rows.ts";

const TARGET = new URL("../../src/detect/injection/weights.ts", import.meta.url);

/** Weights as pairs of bytes: places to skip, and the weight. */
function encode(weights: Int8Array): string {
  const bytes: number[] = [];
  let skip = 0;
  for (const weight of weights) {
    if (weight === 0) {
      if (++skip === 255) {
        bytes.push(255, 0);
        skip = 0;
      }
      continue;
    }
    bytes.push(skip, weight & 0xff);
    skip = 0;
  }
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text);
}

if (import.meta.main) {
  const folder = Deno.args.filter((a) => a !== "--")[0];
  if (folder === undefined) {
    console.error("usage: deno task train -- DIR, a folder of *.jsonl or *.jsonl.gz");
    Deno.exit(2);
  }
  const rows = (await readRowsOrExit(folder)).filter((r) =>
    (r.class === "attack" || r.class === "benign") && asideOf(r) === null
  );
  const model = quantise(fit(collect(rows, compileGrammar(INJECTION_RULES))));
  const text = encode(model.weights);
  const lines = text.match(/.{1,110}/g) ?? [];
  await Deno.writeTextFile(
    TARGET,
    [
      "// Weights of the linear model, written by `deno task train`; weights_load.ts says how to read them.",
      "// deno-fmt-ignore-file",
      "",
      "/** Size of one step of a weight, in log odds. */",
      `export const SCALE = ${model.scale};`,
      "/** Log odds of a passage without features. */",
      `export const BIAS = ${model.bias};`,
      "/** Pairs of bytes in base64. */",
      "export const WEIGHTS: string =",
      lines.map((l) => `  "${l}"`).join(" +\n") + ";",
      "",
    ].join("\n"),
  );
  const used = model.weights.filter((w) => w !== 0).length;
  console.log(`${rows.length} rows, ${used} weights, ${Math.round(text.length / 1024)} kB`);
}
