import { expect } from "expect";
import { parseTree } from "./tree.ts";

function messages(text: string): string[] {
  return parseTree(text).problems.map((p) => `${p.offset} ${p.path}: ${p.message}`);
}

Deno.test("parseTree() gives every node the offset of its first character", () => {
  const text = `a: [x, "y z"]\n'b':\n  - 1\n  - |\n    t\n`;
  const { root, problems } = parseTree(text);
  expect(problems).toEqual([]);
  if (root?.kind !== "map") throw new Error("expected a mapping");
  const [a, b] = root.entries;
  expect([a?.key, a?.keyStart, a?.value.start]).toEqual(["a", 0, 3]);
  expect([b?.key, text[b?.keyStart ?? -1]]).toEqual(["b", "'"]);
  if (a?.value.kind !== "seq" || b?.value.kind !== "seq") throw new Error("expected lists");
  expect(a.value.items.map((n) => text.slice(n.start, n.start + 2))).toEqual(["x,", '"y']);
  expect(a.value.items.map((n) => n.kind === "scalar" && [n.value, n.quoted, n.textStart]))
    .toEqual([["x", false, 4], ["y z", true, 8]]);
  expect(b.value.items.map((n) => n.kind === "scalar" && n.value)).toEqual([1, "t\n"]);
});

Deno.test("parseTree() gives no text offset where the text is escaped or folded", () => {
  for (const text of [`"a\\tb"`, `'a''b'`, "a\n b", `"a\n  b"`]) {
    const { root } = parseTree(text);
    expect([text, root?.kind === "scalar" && root.textStart]).toEqual([text, undefined]);
  }
});

Deno.test("parseTree() reads nothing from an empty text or comments", () => {
  for (const text of ["", "\n", "# x\n", "...\n"]) {
    expect(parseTree(text)).toEqual({ root: null, problems: [] });
  }
});

Deno.test("parseTree() refuses anchors, also bare ones, aliases, tags and merge keys", () => {
  expect(messages("a: &x 1")).toEqual(["3 a: anchors (`&name`) are not allowed"]);
  expect(messages("a: &x\n  - 1")).toEqual(["3 a: anchors (`&name`) are not allowed"]);
  expect(messages("a: &x 1\nb: *x").length).toBe(2);
  expect(messages("a: !!str 1")).toEqual([
    "3 a: tags (`!...`) are not allowed; quote text that begins with `!`",
  ]);
  expect(messages("a: !include x")[0]).toContain("tags");
  expect(messages("a: !e!x y")[0]).toContain("tags");
  expect(messages("x:\n  <<: {a: 1}")).toEqual([
    "5 x: merge keys (`<<`) are not allowed; write the keys out",
  ]);
  expect(messages("'<<': 1")).toEqual([]);
});

Deno.test("parseTree() refuses directives and further documents at their place", () => {
  expect(messages("%YAML 1.1\n---\na: 1")[0]).toContain("0 : YAML directives");
  expect(messages("a: 1\n---\na: 2")).toEqual([
    "5 : a second document; a policy is one document",
  ]);
  expect(messages("a: 1\n---\n")).toEqual(["5 : a second document; a policy is one document"]);
  expect(messages("--- {a: 1}\n...\n")).toEqual([]);
});

Deno.test("parseTree() refuses repeated keys, however they are quoted", () => {
  expect(messages(`a: 1\n"a": 2`)).toEqual([
    "5 a: the same key twice in one mapping; the first stands above",
  ]);
  expect(messages(`{a: 1, "\\x61": 2, b: 3}`)[0]).toContain("7 a: the same key twice");
  expect(messages("on: 1\non: 2")[0]).toContain("the same key twice");
  const { root } = parseTree("a: 1\na: 2");
  expect(root?.kind === "map" && root.entries.length).toBe(1);
});

Deno.test("parseTree() refuses keys that are no words", () => {
  expect(messages("[a]: 1")).toEqual(["0 : a key must be a word"]);
  expect(messages("? {a: 1}\n: 2")).toEqual(["2 : a key must be a word"]);
  expect(messages(": 1")).toEqual(["1 : an empty key"]);
  expect(messages("null: 1")).toEqual(["0 : an empty key"]);
});

Deno.test("parseTree() places syntax errors and repeats no text of the file", () => {
  const cases = [
    "a: [SECRET",
    "a: 'SECRET",
    'a: "SECRET',
    "a: SECRET: b",
    "a:\n\tSECRET: 1",
    "a: @SECRET",
    "a: `SECRET",
    "a: !SECRET{x",
    "a: !<SECRET",
    "a: !h!SECRET x",
    "%SECRET\n",
    "a: {b: SECRET]",
    "[".repeat(40) + "SECRET",
  ];
  for (const text of cases) {
    const { root, problems } = parseTree(text);
    expect([text, root, problems.length]).toEqual([text, null, 1]);
    expect(problems[0]?.message).not.toContain("SECRET");
    expect(problems[0]?.offset).toBeLessThanOrEqual(text.length);
  }
});

Deno.test("parseTree() ends nesting bombs early", () => {
  for (const open of ["[", "{a: ", "- ", "? "]) {
    expect(messages(open.repeat(20_000))[0]).toContain("nesting exceeded");
  }
});
