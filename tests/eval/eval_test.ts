// The arithmetic of the evaluation, and that no source stands on both sides of a fold.

import { expect } from "expect";
import { asideOf } from "./aside.ts";
import { familyOf, foldsOf, isMain, isOvert, quotesAttacks, transformOf } from "./groups.ts";
import { readRows, type Row } from "./rows.ts";
import { byTarget, TARGETS } from "./tables.ts";
import { Share, wilson } from "./wilson.ts";

function row(part: Partial<Row>): Row {
  return {
    id: "x",
    source: "s",
    class: "benign",
    kind: "argument",
    lang: "en",
    text: "t",
    ...part,
  };
}

Deno.test("wilson() gives the score interval", () => {
  // Newcombe (1998), method 3: 81 of 263.
  const [low, high] = wilson(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
  expect(wilson(0, 10)[0]).toBe(0);
  expect(wilson(10, 10)[1]).toBeCloseTo(1, 10);
});

Deno.test("rows count where their labels say", () => {
  expect(isOvert(row({ class: "attack", kind: "direct" }))).toBe(true);
  expect(isOvert(row({ class: "attack", kind: "direct", label_detail: "overt:no" }))).toBe(false);
  expect(isMain(row({ label_detail: "quotes_attacks" }))).toBe(false);
  expect(quotesAttacks(row({ label_detail: "quotes_attacks" }))).toBe(true);
  expect(transformOf(row({ class: "attack", label_detail: "transform:hex;carrier:no" }))).toBe(
    "hex",
  );
});

Deno.test("encoded, composed and translated rows go with the source of their payload", () => {
  expect(familyOf(row({ source: "obfuscated:garak" }))).toBe("garak");
  expect(familyOf(row({ source: "composed", label_detail: "payload:asb;host:bfcl" }))).toBe("asb");
  expect(familyOf(row({ source: "x-multilingual" }))).toBe("x");
});

Deno.test("foldsOf() gives every family one fold and uses all folds", () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => row({ source: `s${i % 12}`, class: i % 2 ? "attack" : "benign" }),
  );
  const folds = foldsOf(rows, 5);
  expect(folds.size).toBe(12);
  expect(new Set(folds.values()).size).toBe(5);
});

Deno.test("rows are kept aside by their names: whole families, and about a tenth of the others", () => {
  const asides = Array.from({ length: 4000 }, (_, i) => {
    const one = row({ source: `s${i % 400}`, id: `r${i}` });
    expect(asideOf({ ...one, text: "other", class: "attack" })).toBe(asideOf(one));
    return asideOf(one);
  });
  const share = (kind: string): number => asides.filter((a) => a === kind).length / 4000;
  expect(share("family")).toBeGreaterThan(0.08);
  expect(share("family")).toBeLessThan(0.2);
  expect(share("row")).toBeGreaterThan(0.06);
  expect(share("row")).toBeLessThan(0.12);
  // An encoded row goes with the family of its payload.
  const families = Array.from({ length: 400 }, (_, i) => row({ source: `s${i}` }));
  for (const one of families.filter((r) => asideOf(r) === "family")) {
    expect(asideOf({ ...one, source: `obfuscated:${one.source}`, id: "y" })).toBe("family");
  }
});

Deno.test("byTarget() counts each row under its targets", () => {
  const shares = byTarget([
    { row: row({}), flagged: true },
    { row: row({ kind: "tool_result" }), flagged: false },
    { row: row({ class: "attack", kind: "tool_description", lang: "fr" }), flagged: true },
  ]);
  const of = (name: string): Share => shares[TARGETS.findIndex((t) => t.name === name)]!;
  expect([of("benign flagged").found, of("benign flagged").total]).toEqual([1, 2]);
  expect([of("overt tool poisoning").found, of("overt, not English").total]).toEqual([1, 1]);
});

Deno.test("readRows() reads plain and gzip files and says where a line is no row", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const line = JSON.stringify(row({ id: "a" })) + "\n";
    await Deno.writeTextFile(`${folder}/a.jsonl`, line);
    const packed = new Blob([line.replace('"a"', '"b"')]).stream().pipeThrough(
      new CompressionStream("gzip"),
    );
    await Deno.writeFile(`${folder}/b.jsonl.gz`, packed);
    expect((await readRows(folder)).map((r) => r.id)).toEqual(["a", "b"]);
    await Deno.writeTextFile(`${folder}/c.jsonl`, '{"id":"c"}\n');
    await expect(readRows(folder)).rejects.toThrow("c.jsonl:1: no row: it needs texts id, source");
    await Deno.writeTextFile(`${folder}/c.jsonl`, `${line}{"id":\n`);
    await expect(readRows(folder)).rejects.toThrow("c.jsonl:2: no JSON");
    // A class that no table counts is a mistake, and not left out in silence.
    await Deno.writeTextFile(`${folder}/c.jsonl`, line.replace('"benign"', '"injection"'));
    await expect(readRows(folder)).rejects.toThrow("class must be one of attack, benign");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
