import { expect } from "expect";
import fc from "fast-check";
import { foldName, foldText, skeletonOf } from "./fold.ts";

for (
  const [what, name] of [
    ["case", "Delete_File"],
    ["a leading tab", "\tdelete_file"],
    ["a trailing newline", "delete_file\n"],
    ["a ligature", "delete_\ufb01le"],
    ["a zero-width space", "delete\u200b_file"],
    ["a soft hyphen", "del\u00adete_file"],
    ["a Cyrillic e", "d\u0435lete_file"],
    ["Greek capitals", "D\u0395L\u0395\u03a4\u0395_F\u0399L\u0395"],
    ["fullwidth letters", "ｄｅｌｅｔｅ＿ｆｉｌｅ"],
    ["mathematical letters", "𝐝𝐞𝐥𝐞𝐭𝐞_𝕗𝕚𝕝𝕖"],
    ["squared letters", "🅳🅴lete_file"],
    ["accents", "délète_fïle"],
    ["a dotless i", "delete_f\u0131le"],
    ["a hyphen", "delete-file"],
    ["an en dash", "delete\u2013file"],
    ["a doubled underscore", "delete__file"],
    ["a dot", "delete.file"],
    ["a byte order mark", "\ufeffdelete_file"],
    ["a tag character", "delete_file\u{e0041}"],
    ["a NUL", "delete_\u0000file"],
  ] as const
) {
  Deno.test(`foldName() sees through ${what}`, () => {
    expect(foldName(name)).toBe("delete_file");
  });
}

Deno.test("foldName() keeps different ASCII names apart", () => {
  const names = ["delete_file", "deletefile", "de1ete_file", "delete_files", "read_file"];
  expect(new Set(names.map(foldName)).size).toBe(names.length);
});

Deno.test("foldText() keeps separators and other scripts", () => {
  expect(foldText("/A/б-л_日本.x")).toBe("/a/6-л_日本.x");
});

Deno.test("foldText() is idempotent for every character", () => {
  for (const order of ["shape", "letter"] as const) {
    for (let code = 0; code < 0x30000; code += 23) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const once = foldText(`a${String.fromCodePoint(code)}b`, order);
      expect(foldText(once, order)).toBe(once);
    }
  }
});

Deno.test("foldName() is idempotent and holds no separators but single underscores", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const once = foldName(name);
    expect(foldName(once)).toBe(once);
    expect(once).not.toMatch(/__|[/.:\\-]|^_|_$/);
  }));
});

Deno.test("skeletonOf() notes where namespaces and parameters stand", () => {
  expect(skeletonOf("mcp__fs.delete_file;v=2")).toEqual({
    text: "mcp_fs_delete_file_v_2",
    starts: [0, 4, 7, 19, 21],
    end: 18,
  });
  expect(skeletonOf("a_b-c").starts).toEqual([0]);
});
