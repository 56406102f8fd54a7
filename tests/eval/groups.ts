// How rows are grouped: by surface, by what they are, and by source for the folds.

import type { SurfaceGroup } from "../../src/detect/injection/rule_types.ts";
import type { Surface } from "../../src/wire/uses.ts";
import type { Row } from "./rows.ts";

/** The group of surfaces that a row would travel on. */
export function groupOf(row: Row): SurfaceGroup {
  if (row.kind === "tool_description") return "description";
  if (row.kind === "argument" || row.kind === "direct" || row.kind.startsWith("jailbreak")) {
    return "argument";
  }
  return "result";
}

/** The surface that a row is scanned as. */
export function surfaceOf(row: Row): Surface {
  const group = groupOf(row);
  if (group !== "argument") return group;
  return row.kind === "argument" ? "argument" : "prompt";
}

function detail(row: Row): string {
  return row.label_detail ?? "";
}

/** An attack that shows in the text itself. */
export function isOvert(row: Row): boolean {
  return row.class === "attack" && !detail(row).includes("overt:no") &&
    row.kind !== "jailbreak_semantic";
}

/** Benign and no document that quotes attacks. */
export function isMain(row: Row): boolean {
  return row.class === "benign" && !detail(row).includes("quotes_attacks");
}

/** A benign document that quotes attacks. */
export function quotesAttacks(row: Row): boolean {
  return row.class === "benign" && detail(row).includes("quotes_attacks");
}

/** How an obfuscated row was encoded, or null. */
export function transformOf(row: Row): string | null {
  return row.class === "attack" ? /transform:([^;]+)/.exec(detail(row))?.[1] ?? null : null;
}

/**
 * The source whose texts a row is made of: an encoded or composed row goes with the source of its payload, and
 * translations go with what they translate, so that no fold is tested on what another was trained on.
 */
export function familyOf(row: Row): string {
  let source = row.source.replace(/^obfuscated:/, "");
  const payload = /^(?:payload|clause):([^;]+)/.exec(detail(row))?.[1];
  if (payload !== undefined) source = payload;
  return source.replace(/-multilingual$/, "");
}

/**
 * Spreads families over folds, the largest first, so that attack rows and benign rows are even.
 *
 * @param rows All rows.
 * @param count How many folds.
 * @returns The fold of each family.
 */
export function foldsOf(rows: readonly Row[], count: number): Map<string, number> {
  const sizes = new Map<string, { attack: number; benign: number }>();
  for (const row of rows) {
    const family = familyOf(row);
    const size = sizes.get(family) ?? { attack: 0, benign: 0 };
    if (isOvert(row)) size.attack++;
    else if (isMain(row)) size.benign++;
    sizes.set(family, size);
  }
  const total = { attack: 1, benign: 1 };
  for (const s of sizes.values()) {
    total.attack += s.attack;
    total.benign += s.benign;
  }
  const load = new Array<number>(count).fill(0);
  const folds = new Map<string, number>();
  const weight = (s: { attack: number; benign: number }): number =>
    s.attack / total.attack + s.benign / total.benign;
  const order = [...sizes].sort((a, b) => weight(b[1]) - weight(a[1]) || (a[0] < b[0] ? -1 : 1));
  for (const [family, size] of order) {
    const least = load.indexOf(Math.min(...load));
    folds.set(family, least);
    load[least]! += weight(size);
  }
  return folds;
}
