// Rows of groups and runs beside what was changed or taken before, and many runs: nothing is lost or read twice.

import { expect } from "expect";
import { scanSecrets } from "../secrets/mod.ts";
import { Readings } from "./readings.ts";

const kinds = (text: string): [string, string][] =>
  new Readings(text).all.map(({ kind, text }) => [kind, text]);

Deno.test("a row whose first group ends the row before is read from its next group on", () => {
  const row = [..."AKIAIOSFODNN7"];
  expect(kinds(`AB12 CD34 EF56 GH78 X ${row.join(" ")}`)).toContainEqual([
    "groups",
    `AB12CD34EF56GH78X\n}|{\n${row.join("")}`,
  ]);
});

Deno.test("a run in a line that a change reaches from the line before is found", () => {
  const value = btoa("hello, world");
  const wide = (text: string): string =>
    text.replace(/[A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
  expect(kinds(`a\u200bb Ａb\n${wide(value)}\n`)).toContainEqual(["base64", "hello, world"]);
});

Deno.test("a private key in base64 that has no end goes no further than the run that it stands in", () => {
  const key = btoa("-----BEGIN PRIVATE KEY-----\nMIIabc");
  const text = `${key} and much later ${btoa("hello, world")} the end`;
  expect(scanSecrets(text).map(({ rule_id, start, end }) => [rule_id, start, end])).toEqual([
    ["secret_private_key", 0, key.length],
  ]);
});

Deno.test("many runs are as few texts as there are kinds, each run once", () => {
  const inner = btoa("a value inside of it");
  const unit = `${btoa(`see ${inner} there`)} 68656c6c6f2c20776f726c64 AB12 CD34 EF56 GH78 I\n`;
  const found = kinds(unit.repeat(500)).map(([kind, text]) => [kind, text.split("}|{").length]);
  expect(found).toEqual([["base64", 500], ["base64", 500], ["hex", 500], ["groups", 500]]);
});

Deno.test("base64 with signs is read once more only where a text begins behind one", () => {
  const one = btoa("~~~~ some text? and >>> more of it ~~~ that ends");
  expect(/[+/]/.test(one)).toBe(true);
  expect(kinds(one)).toEqual([["base64", atob(one)]]);
  const [[, text]] = kinds(`${btoa("some text").slice(0, -1)}/${btoa("hello, world")}`);
  expect(text).toContain("hello, world");
});

Deno.test("groups of up to eight are one value", () => {
  expect(kinds("AB12CD34 EF56GH78 IJ90KL12 M")).toContainEqual([
    ...["groups", "AB12CD34EF56GH78IJ90KL12M"],
  ] as [string, string]);
});

Deno.test("a line of base64 is read by itself where the next lines are no text", () => {
  const line = btoa("hello, world");
  expect(kinds(`${line}\nAAECAwQFBgcICQoL\nDA0ODxAREhMUFRYX`)).toContainEqual([
    ...["base64", "hello, world"],
  ] as [string, string]);
});

Deno.test("invisible texts that stand apart are two, in tags and in variation selectors", () => {
  const tags = (text: string): string =>
    text.replace(/./g, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0)));
  const selectors = (text: string): string =>
    text.replace(/./g, (c) => String.fromCodePoint(0xe0100 + c.charCodeAt(0) - 16));
  for (const hide of [tags, selectors]) {
    expect(kinds(`${hide("hidden")} and more words ${hide("second")}`)).toContainEqual([
      ...["hidden", "hidden\n}|{\nsecond"],
    ] as [string, string]);
  }
});
