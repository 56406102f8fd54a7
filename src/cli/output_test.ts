// What the program escapes before a terminal sees it.

import { expect } from "expect";
import { printable } from "./output.ts";

Deno.test("printable() escapes controls, bidi, invisible and lone code points, and nothing else", () => {
  expect(printable("a\nb\t\x1b[2J\x7f\x9b")).toBe("a\\u000ab\\u0009\\u001b[2J\\u007f\\u009b");
  expect(printable("\u202e\u2066\u200b\ufeff\u00ad\u2028\u{e0041}")).toBe(
    "\\u202e\\u2066\\u200b\\ufeff\\u00ad\\u2028\\ue0041",
  );
  expect(printable("\ud800")).toBe("\\ud800");
  const plain = 'file:///a b/ü/日本/🙂 "quoted" \\ back';
  expect(printable(plain)).toBe(plain);
});
