// Measures the detectors on a corpus: deno task eval -- DIR [--no-folds] [--details]
// DIR holds *.jsonl or *.jsonl.gz, one {id, source, class, kind, lang, text, label_detail?} a line.

import { compileGrammar } from "../../src/detect/injection/grammar.ts";
import { INJECTION_RULES, scanInjection } from "../../src/detect/mod.ts";
import { ASIDE_SINCE, asideOf } from "./aside.ts";
import { collect, type Collected } from "./collect.ts";
import { entityLines } from "./entities.ts";
import { isHidden, judgeFolds } from "./folds.ts";
import { familyOf, foldsOf, groupOf, isMain, isOvert, surfaceOf } from "./groups.ts";
import { readRowsOrExit, type Row } from "./rows.ts";
import { byTarget, details, targetLine, TARGETS } from "./tables.ts";
import { Share } from "./wilson.ts";

const FOLDS = 5;
const OPTIONS = { threshold: "medium", off: new Set<string>(), model: true } as const;

function shipped(rows: readonly Row[]): string[] {
  let units = 0;
  const start = performance.now();
  const judged = rows.map((row) => {
    units += row.text.length;
    const found = scanInjection(row.text, surfaceOf(row), OPTIONS).length > 0;
    return { row, flagged: found || isHidden(row) };
  });
  const seconds = (performance.now() - start) / 1000;
  const table = (some: typeof judged): string[] => {
    const shares = byTarget(some);
    return TARGETS.map((t, i) => targetLine(t, shares[i]!));
  };
  return [
    "The detector as it ships (its model was trained on the development data: on that data these are no",
    "measure of what it does elsewhere; on any other data they are)",
    ...table(judged),
    `  throughput: ${
      (units / seconds / 1e6).toFixed(1)
    } million characters a second, rules, model and hidden text`,
    "",
    `The same, whole sources kept aside since ${ASIDE_SINCE}: the model never saw them, the rules since then were`,
    "made without a look at them",
    ...table(judged.filter((j) => asideOf(j.row) === "family")),
    "",
    `The same, single rows kept aside since ${ASIDE_SINCE} (kin of a row may not be: read as an upper end)`,
    ...table(judged.filter((j) => asideOf(j.row) === "row")),
    ...(Deno.args.includes("--details") ? details(judged) : []),
  ];
}

/** One way to spread rows over folds. */
interface Split {
  readonly title: string;
  readonly foldOf: readonly number[];
  /** What overt attacks are to reach. */
  readonly overt: number;
  readonly perFold: boolean;
}

function foldLines(collected: readonly Collected[], split: Split): string[] {
  const { judged, thresholds } = judgeFolds(collected, split.foldOf, FOLDS);
  const lines = ["", split.title];
  const all = byTarget(judged);
  TARGETS.forEach((t, i) => {
    lines.push(targetLine(t, all[i]!, t.name === "overt attacks" ? split.overt : t.least));
  });
  for (let k = 0; k < FOLDS && split.perFold; k++) {
    const part = judged.filter((j) => j.fold === k);
    const chosen = Object.entries(thresholds[k]!).map(([g, t]) => `${g} ${t.toFixed(1)}`).join(
      ", ",
    );
    lines.push("", `  Fold ${k + 1} (thresholds: ${chosen})`);
    byTarget(part).forEach((share, i) => {
      if (share.total > 0) lines.push(`    ${TARGETS[i]!.name.padEnd(40)} ${share}`);
    });
  }
  lines.push(
    "",
    "  Recall of overt attacks against benign texts flagged, all thresholds moved together",
  );
  for (const by of [2, 1, 0, -1, -2, -3]) {
    const found = new Share();
    const wrong = new Share();
    for (const j of judged) {
      if (isOvert(j.row)) found.add(j.margin > by);
      else if (isMain(j.row)) wrong.add(j.margin > by);
    }
    lines.push(`    ${by >= 0 ? "+" : ""}${by} points: benign ${wrong}, overt ${found}`);
  }
  for (const group of ["description", "result", "argument"] as const) {
    const on = judged.filter((j) => groupOf(j.row) === group);
    const share = (some: typeof on, by: number): string =>
      (100 * some.filter((j) => j.margin > by).length / Math.max(1, some.length)).toFixed(1);
    const curve = [2, 1, 0, -1, -2].map((by) =>
      `${share(on.filter((j) => isMain(j.row)), by)}: ${
        share(on.filter((j) => isOvert(j.row)), by)
      }`
    );
    lines.push(
      `    ${group}, percent of benign texts: percent of overt attacks   ${curve.join("   ")}`,
    );
  }
  if (Deno.args.includes("--details")) lines.push(...details(judged));
  return lines;
}

function leavingOut(rows: readonly Row[]): string[] {
  const collected = collect(rows, compileGrammar(INJECTION_RULES));
  const folds = foldsOf(rows, FOLDS);
  return [
    ...foldLines(collected, {
      title:
        `Leaving whole sources out, ${FOLDS} folds: model and thresholds from the other folds, ` +
        "thresholds at 0.45 % of their benign texts on each surface",
      foldOf: collected.map((c) => folds.get(familyOf(c.row))!),
      overt: 0.5,
      perFold: true,
    }),
    ...foldLines(collected, {
      title:
        `Leaving single rows out, ${FOLDS} folds: sources are known, rows are not (kin of a row may be: read ` +
        "as an upper end)",
      foldOf: collected.map((_, i) => i % FOLDS),
      overt: 0.7,
      perFold: false,
    }),
  ];
}

if (import.meta.main) {
  const folder = Deno.args.find((a) => !a.startsWith("-"));
  if (folder === undefined) {
    console.error("usage: deno task eval -- DIR [--no-folds] [--details]");
    Deno.exit(2);
  }
  const rows = await readRowsOrExit(folder);
  const judged = rows.filter((r) => r.class === "attack" || r.class === "benign");
  console.log(`${rows.length} rows, ${judged.length} of them attack or benign`);
  for (const line of shipped(judged)) console.log(line);
  for (const line of entityLines(rows)) console.log(line);
  if (!Deno.args.includes("--no-folds")) {
    for (const line of leavingOut(judged)) console.log(line);
  }
}
