// Layers inside layers: each text is read once, in whatever order it was turned.

import { expect } from "expect";
import { compileGrammar } from "./grammar.ts";
import { rotate13 } from "./lexicon.ts";
import { readLayers } from "./read.ts";
import { INJECTION_RULES } from "./rules/mod.ts";

Deno.test("readLayers() reads what is rotated and reversed once, whatever was done first, and no layer that turns back", () => {
  const reversed = (word: string): string => [...word].reverse().join("");
  const words = "the all your what this from that with have".split(" ");
  // Whatever is done to it, words of it can be turned once more.
  const text = words.map((word) =>
    [word, rotate13(word), reversed(word), rotate13(reversed(word))].join(" ")
  ).join(" ").concat("\n").repeat(20);
  const layers = new Set<string>();
  readLayers(text, compileGrammar(INJECTION_RULES), null, {
    every: true,
    passage: (_, layer) => layers.add(layer.join(" ")),
  });
  expect([...layers].sort()).toEqual([
    "",
    "reversed",
    "rot13",
    "rot13 reversed",
  ]);
});
