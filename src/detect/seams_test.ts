// Secrets in pieces: found where blocks of one result meet, each piece where it stands.

import { expect } from "expect";
import { scanSeams } from "./seams.ts";
import { scanPii } from "./pii/mod.ts";
import { scanSecrets } from "./secrets/mod.ts";

const KEY = "AKIAIOSFODNN7EXAMPLE";

/** What is found in blocks, piece by piece. */
function found(...texts: string[]): [where: string, piece: string][] {
  const blocks = texts.map((text, i) => ({ text, where: `result.content[${i}].text` }));
  return scanSeams(blocks, scanSecrets).map(({ where, start, end }) => {
    const block = blocks.find((b) => b.where === where)!;
    return [where!, block.text.slice(start, end)];
  });
}

Deno.test("scanSeams() finds each piece of a secret, over two blocks and over many", () => {
  expect(found(`key ${KEY.slice(0, 9)}`, `${KEY.slice(9)} it is`)).toEqual([
    ["result.content[0].text", "AKIAIOSFO"],
    ["result.content[1].text", "DNN7EXAMPLE"],
  ]);
  expect(found("the key is", ...KEY, ".").map(([, piece]) => piece).join("")).toBe(KEY);
  const long = "x ".repeat(5000);
  expect(found(long + KEY.slice(0, 4), KEY.slice(4) + " " + long)).toEqual([
    ["result.content[0].text", "AKIA"],
    ["result.content[1].text", "IOSFODNN7EXAMPLE"],
  ]);
});

Deno.test("scanSeams() finds nothing that one block shows, that chance joins, or that is no block", () => {
  expect(found(`key ${KEY}`, "and more")).toEqual([]);
  expect(found("the token", "3f786850e387550fdab836ed7e6dc881")).toEqual([]);
  expect(found("x ".repeat(5000) + KEY.slice(0, 4) + " x".repeat(5000), KEY.slice(4))).toEqual([]);
  const fields = [KEY.slice(0, 9), KEY.slice(9)].map((text, i) => ({
    text,
    where: `result.a[${i}]`,
  }));
  expect(scanSeams(fields, scanSecrets)).toEqual([]);
});

Deno.test("scanSeams() reads the messages of a prompt and the contents of a resource in a row", () => {
  for (const place of ["result.messages[#].content.text", "result.contents[#].text"]) {
    const texts = [`key ${KEY.slice(0, 9)}`, `${KEY.slice(9)} it is`].map((text, i) => ({
      text,
      where: place.replace("#", `${i}`),
    }));
    expect(scanSeams(texts, scanSecrets).map(({ of, start, end }) => [of, start, end]))
      .toEqual([[0, 4, 13], [1, 0, 11]]);
  }
});

Deno.test("scanSeams() finds a card in two blocks", () => {
  const texts = ["41111111", "11111111 is it"];
  const blocks = texts.map((text, i) => ({ text, where: `result.content[${i}].text` }));
  expect(scanSeams(blocks, scanPii).map((f) => f.where)).toEqual(blocks.map((b) => b.where));
});

Deno.test("scanSeams() joins no two ends of one block, and nothing that only a word calls a secret", () => {
  const gap = `${" ".repeat(508)}AKIA${" y".repeat(3000)}IOSFODNN7EXAMPLE${" ".repeat(496)}`;
  expect(found(gap, "ok")).toEqual([]);
  expect(found("token=3f786850e387", "550fdab836ed7e6dc881")).toEqual([]);
});
