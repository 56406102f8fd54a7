import { expect } from "expect";
import fc from "fast-check";
import { PatternError } from "./errors.ts";
import { compileNameList, isPlainPromptName, isPlainToolName } from "./names.ts";

Deno.test("isPlainToolName() takes MCP's characters, 1 to 128 of them", () => {
  for (const name of ["a", "calculator.add", "mcp__fs__read", "a/b:c-d", "x".repeat(128)]) {
    expect(isPlainToolName(name)).toBe(true);
  }
  for (
    const name of [
      "",
      "x".repeat(129),
      "a b",
      "a\n",
      "\ta",
      "é",
      "a;v=2",
      "a%5f",
      "a\\b",
      "a\u200b",
    ]
  ) {
    expect(isPlainToolName(name)).toBe(false);
  }
});

Deno.test("isPlainPromptName() takes visible text, 1 to 256 units", () => {
  for (const name of ["greet", "Grüß mich", "コード レビュー", "🚀 go", "x".repeat(256)]) {
    expect(isPlainPromptName(name)).toBe(true);
  }
  for (
    const name of [
      "",
      " a",
      "a ",
      "a\u202eb",
      "a\u200bb",
      "a\u0000",
      "a\ud800",
      "a\u2028b",
      "x".repeat(257),
      "\u00a0a",
      "a\ufe0f\u3164",
    ]
  ) {
    expect(isPlainPromptName(name)).toBe(false);
  }
});

Deno.test("firstExact() is case-sensitive and takes only / and . as alike", () => {
  const list = compileNameList(["calculator/*", "read_file", "a?c"]);
  expect(list.firstExact("calculator.add")).toBe(0);
  expect(list.firstExact("calculator/add")).toBe(0);
  expect(list.firstExact("calculator/a/b")).toBe(0);
  expect(list.firstExact("read_file")).toBe(1);
  expect(list.firstExact("abc")).toBe(2);
  for (
    const name of [
      "calculator:add",
      "calculator_add",
      "Calculator.add",
      "calculator",
      "read-file",
      "Read_File",
      "xread_file",
      "read_file ",
      "ac",
      "abbc",
    ]
  ) {
    expect([name, list.firstExact(name)]).toEqual([name, -1]);
  }
});

Deno.test("firstExact() does not let two separators around a star become one", () => {
  expect(compileNameList(["a_*_b"]).firstExact("a_b")).toBe(-1);
});

Deno.test("firstExact() and firstFolded() name the first pattern that matches", () => {
  const list = compileNameList(["re:x.*", "*y", "xy", "x*"]);
  expect(list.firstExact("xy")).toBe(0);
  expect(list.firstExact("zy")).toBe(1);
  expect(list.firstFolded("ZY")).toBe(1);
  expect(compileNameList(["x*", "xy"]).firstFolded("XY")).toBe(0);
  expect(compileNameList(["xy", "x*"]).firstFolded("XY")).toBe(0);
  expect(list.size).toBe(4);
  expect(list.sources).toEqual(["re:x.*", "*y", "xy", "x*"]);
});

const DISGUISES = [
  "Delete_File",
  "DELETE_FILE",
  "delete_file ",
  "\tdelete_file",
  "delete_file\n",
  "\u0000delete_file",
  "delete_\ufb01le",
  "delete\u200b_file",
  "d\u0435lete_file",
  "ｄｅｌｅｔｅ_file",
  "delete-file",
  "delete.file",
  "fs.delete_file",
  "fs/delete_file",
  "fs:delete_file",
  "fs__delete_file",
  "mcp__fs__delete_file",
  "fs\\delete_file",
  "a.b/c:delete_file",
  "delete_file;v=2",
  "delete_file?x",
  "delete_file#x",
  "../delete_file",
  "./delete_file",
  "//delete_file",
  "delete__file",
  "delete%5Ffile",
  "%64elete_file",
  "delete_file/",
  "delete_file.",
  "fs.Delete-File;v=2",
];
const NEIGHBOURS = [
  "read_file",
  "undelete_file",
  "bulk_delete_file",
  "deleted_files",
  "file",
  "fs.read_file",
  "delet_file",
];

for (
  const pattern of [
    "delete_file",
    "delete_*",
    "re:delete_.*",
    "re:delete-file",
    "DELETE_*",
    "delete*file",
    "delete?file",
  ]
) {
  Deno.test(`firstFolded() with ${pattern} sees through every disguise and spares the neighbours`, () => {
    const list = compileNameList([pattern]);
    for (const name of DISGUISES) expect([name, list.firstFolded(name)]).toEqual([name, 0]);
    for (const name of NEIGHBOURS) expect([name, list.firstFolded(name)]).toEqual([name, -1]);
  });
}

Deno.test("firstFolded() denies a namespace by prefix, and not what only ends like it", () => {
  const list = compileNameList(["admin/*"]);
  for (
    const name of [
      "admin.echo-env",
      "admin/echo",
      "Admin::Echo",
      "x.admin.y",
      "admin__echo",
      "admin-echo",
    ]
  ) {
    expect([name, list.firstFolded(name)]).toEqual([name, 0]);
  }
  for (const name of ["admin", "sysadmin.echo", "administer"]) {
    expect([name, list.firstFolded(name)]).toEqual([name, -1]);
  }
});

Deno.test("firstFolded() does not take a leading underscore in a pattern for everything", () => {
  const list = compileNameList(["_*"]);
  expect(list.firstFolded("_private")).toBe(0);
  expect(list.firstFolded("fs._private")).toBe(0);
  expect(list.firstFolded("fs.read")).toBe(-1);
  expect(list.firstFolded("read")).toBe(-1);
});

for (
  const [pattern, offset] of [
    ["!read_*", 0],
    ["!(x)", 0],
    ["a!(x)", 1],
    ["[!a]", 0],
    ["[a-\\]]", 0],
    ["{a,b}", 0],
    ["+(x)", 0],
    ["a\\*", 1],
    ["a@(b)", 1],
    ["", 0],
    [" a", 0],
    ["a\u200b", 1],
    ["x".repeat(513), 512],
    ["re:(", 3],
    ["re:a(?=b)", 4],
  ] as const
) {
  Deno.test(`compileNameList() refuses ${JSON.stringify(pattern.slice(0, 12))} (PAT-006)`, () => {
    let error: unknown;
    try {
      compileNameList(["fine", pattern]);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(PatternError);
    expect((error as PatternError).index).toBe(1);
    expect((error as PatternError).offset).toBe(offset);
  });
}

Deno.test("compileNameList() refuses more than 10,000 patterns", () => {
  expect(compileNameList(new Array(10_000).fill("a")).size).toBe(10_000);
  expect(() => compileNameList(new Array(10_001).fill("a"))).toThrow(PatternError);
});

Deno.test("firstFolded() sees both ends of an endless name", () => {
  const list = compileNameList(["delete_*", "*_drop"]);
  expect(list.firstFolded("Delete_" + "x".repeat(1e6))).toBe(0);
  expect(list.firstFolded("x".repeat(1e6) + "-Drop")).toBe(1);
  expect(list.firstExact("delete_" + "x".repeat(1e6))).toBe(-1);
});

const wide = (c: string): string =>
  /[!-~]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c;
const disguised = (name: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom("plain", "upper", "wide", "zero", "separator", "double"), {
    minLength: name.length,
    maxLength: name.length,
  }).map((ways) =>
    [...name].map((c, i) => {
      if (ways[i] === "upper") return c.toUpperCase();
      if (ways[i] === "wide") return wide(c);
      if (ways[i] === "zero") return c + "\u200d";
      if ("_-.:/".includes(c) && ways[i] === "separator") return "_-.:/"[(i * 7) % 5]!;
      if ("_-.:/".includes(c) && ways[i] === "double") return c + c;
      return c;
    }).join("")
  );

Deno.test("firstFolded() matches every disguise of a name that a pattern matches", () => {
  const letters = fc.constantFrom("a", "b", "_", "-", ".", "/", ":", "x");
  const text = fc.string({ unit: letters, maxLength: 5 });
  // A pattern of literal texts with stars between, and a name with something in the place of each star.
  const pair = fc.tuple(text, fc.array(fc.tuple(text, text), { maxLength: 3 })).chain(
    ([head, rest]) => {
      const pattern = head + rest.map(([, literal]) => "*" + literal).join("");
      const name = head + rest.map(([filling, literal]) => filling + literal).join("");
      return fc.tuple(fc.constant(pattern), fc.constant(name), disguised(name));
    },
  ).filter(([pattern]) => pattern !== "");
  fc.assert(
    fc.property(pair, ([pattern, name, disguise]) => {
      const list = compileNameList([pattern]);
      expect(list.firstExact(name)).toBe(0);
      expect(list.firstFolded(name)).toBe(0);
      expect(list.firstFolded(disguise)).toBe(0);
      expect(list.firstFolded("fs/" + disguise)).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compileNameList() throws nothing but PatternError, and its lists throw nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (pattern, name) => {
      try {
        const list = compileNameList([pattern]);
        expect([-1, 0]).toContain(list.firstExact(name));
        expect([-1, 0]).toContain(list.firstFolded(name));
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
      }
    }),
  );
});
