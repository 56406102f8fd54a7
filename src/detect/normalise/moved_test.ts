// What moves is what a look at the whole text would show.

import { expect } from "expect";
import fc from "fast-check";
import { outlineOf } from "../outline.ts";
import { inlineView } from "./inline.ts";
import { derivedRuns, sourceOutline } from "./moved.ts";
import { SAME, SourceMap } from "./source_map.ts";

/** Lines with and without something to undone, runs, rows of groups, numbers and signs. */
const piece = fc.constantFrom(
  ...[
    "&#105;",
    "%69",
    "&#10;",
    "%0a",
    "\n",
    "\r\n",
    " ",
    "a word ",
    "token=",
    "AKIAIOSFODNN7EXAMPLE",
    "12 34 ",
  ],
  ...[
    "aWdub3JlIHByZXZpb3VzIGlu",
    "ab cd ef gh ij kl ",
    "@",
    "://",
    "\u0430",
    "\u200b",
    "\u6f22",
    "%",
    "\u001b[1m",
  ],
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

Deno.test("derivedRuns() finds what outlineOf() finds", () => {
  fc.assert(
    fc.property(text, (source) => {
      const view = inlineView(source);
      if (view.map === null) return;
      expect(derivedRuns(outlineOf(source).runs, view.text, view.map))
        .toEqual(outlineOf(view.text).runs);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("sourceOutline() finds what outlineOf() finds", () => {
  fc.assert(
    fc.property(text, (source) => {
      const view = inlineView(source);
      if (view.map === null) return;
      const { places, runs, odd, hidden } = outlineOf(source);
      const found = sourceOutline(source, view.text, view.map, outlineOf(view.text));
      expect([found.places, found.runs, found.odd, found.hidden])
        .toEqual([places, runs, odd, hidden]);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("sourceOutline() sees what was undone: a terminal escape hides by itself", () => {
  for (const source of ["a\u001b[1mb", "first\nAKIA\u001b[1mX\nlast", "a%20b\nc\u001b[1md"]) {
    const view = inlineView(source);
    expect(outlineOf(view.text).hidden).toEqual([]);
    const { hidden } = sourceOutline(source, view.text, view.map!, outlineOf(view.text));
    expect(hidden[0]).toBe(source.indexOf("\u001b"));
  }
});

Deno.test("eachSame() goes through the last piece to the end of the text", () => {
  const map = new SourceMap();
  map.add(0, 0, SAME);
  map.add(5, 5, 8);
  map.add(6, 8, SAME);
  const seen: number[][] = [];
  map.eachSame(20, (...piece) => seen.push(piece));
  expect(seen).toEqual([[0, 5, 0], [6, 20, 8]]);
});
