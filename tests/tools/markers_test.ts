// Generated parts are replaced between their markers, and nothing else is touched.

import { expect } from "expect";
import { regenerate } from "./markers.ts";

const generators = {
  one: (): Promise<string> => Promise.resolve("fresh"),
  help: (argument: string): Promise<string> => Promise.resolve(`help of ${argument}`),
};

Deno.test("regenerate() replaces the parts between markers only", async () => {
  const text =
    "a\n<!-- generated: one -->\nold\nolder\n<!-- /generated -->\nb\n<!-- generated: help key new -->\n<!-- /generated -->";
  expect(await regenerate(text, generators)).toBe(
    "a\n<!-- generated: one -->\n\nfresh\n\n<!-- /generated -->\nb\n<!-- generated: help key new -->\n\nhelp of key new\n\n<!-- /generated -->",
  );
});

Deno.test("regenerate() is a fixpoint", async () => {
  const once = await regenerate("<!-- generated: one -->\n<!-- /generated -->\n", generators);
  expect(await regenerate(once, generators)).toBe(once);
});

Deno.test("regenerate() refuses an unknown or unclosed part", async () => {
  await expect(regenerate("<!-- generated: two -->\n<!-- /generated -->", generators))
    .rejects.toThrow('no generator is called "two"');
  await expect(regenerate("<!-- generated: one -->\n", generators)).rejects.toThrow("not closed");
});
